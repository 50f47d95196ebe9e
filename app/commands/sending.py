"""`jobline send`: texts from JSON lines, each at most once for its `ref`."""

import json
import sys
from typing import Any

from app.commands.session import COMMAND_LINE, acting, session
from app.settings import Settings
from app.wiring import Readers
from domain import phone
from domain.errors import Refusal
from domain.jobs import Job
from domain.messages import Party, Person
from domain.people import User
from messaging.conversation import Compose, Conversation, Crossed

_KEYS = {"job", "to", "body", "ref"}


def run(settings: Settings, as_name: str) -> int:
    """Queue each line and answer it with one JSON line; exit code 1 where any was refused."""
    refused = 0
    with session(settings) as (readers, writers):
        user = acting(readers, as_name)
        conversation = Conversation(readers.reads, readers.threads, writers.conversations, readers.clock)
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if not line.strip():
                continue
            answer = _one(readers, conversation, user, line)
            refused += not answer["ok"]
            print(json.dumps({"line": number, **answer}, ensure_ascii=False), flush=True)  # noqa: T201
    return 1 if refused else 0


def _one(readers: Readers, conversation: Conversation, user: User, line: bytes) -> dict[str, Any]:
    ref = None
    try:
        wanted = _parsed(line)
        ref = wanted["ref"]
        job = readers.threads.job_numbered(user, wanted["job"])
        if job is None:
            raise Refusal(f"There is no job {wanted['job']}.")
        before = conversation.conversations.repeated(_compose_id(ref), job.id, wanted["body"])
        try:
            return {"ok": True, "ref": ref, "message": _send(conversation, user, job, wanted)}
        except Refusal as refusal:
            if before is None or refusal.field == "ref":
                raise
            return {"ok": True, "ref": ref, "message": before}
    except Refusal as refusal:
        return {"ok": False, "ref": ref, "error": refusal.sentence}


def _send(conversation: Conversation, user: User, job: Job, wanted: dict[str, str]) -> int:
    to = _recipient(conversation, user, job, wanted["to"])
    compose_id = _compose_id(wanted["ref"])
    if user.name == COMMAND_LINE:
        sent = conversation.send_as_program(job, to, wanted["body"], compose_id)
    else:
        key = f"worker:{to.user_id}" if to.role is Party.WORKER else f"contact:{to.contact_id}"
        sent = conversation.send(user, Compose(job.id, (key,), wanted["body"], compose_id, at_once=True))
    assert not isinstance(sent, Crossed)
    return sent.message_id


def _compose_id(ref: str) -> str:
    return f"ref:{ref}"


def _parsed(line: bytes) -> dict[str, str]:
    try:
        wanted = json.loads(line.decode())
    except json.JSONDecodeError as error:
        raise Refusal(f"This line is no JSON: {error.msg}.") from None
    except UnicodeDecodeError:
        raise Refusal("This line is no text in UTF-8.") from None
    if not isinstance(wanted, dict) or set(wanted) != _KEYS:
        raise Refusal('A line is {"job": …, "to": mobile or "worker", "body": …, "ref": …} and nothing else.')
    if not all(isinstance(value, str) and value for value in wanted.values()):
        raise Refusal("job, to, body and ref are texts in quotes, and none is empty.")
    return wanted


def _recipient(conversation: Conversation, user: User, job: Job, to: str) -> Person:
    if to == "worker":
        if job.worker is None:
            raise Refusal(f"Job {job.number} has no worker yet.")
        return Person(Party.WORKER, job.worker.name, job.worker.id)
    mobile = phone.parse(to, job.location.country)
    found = [c for c in conversation.choices(user, job, mobile) if c.person.mobile == mobile]
    if not found:
        raise Refusal(f"Nobody at {job.customer} has the number {mobile}; add the contact to the job first.")
    if found[0].why_not:
        raise Refusal(f"{found[0].person.name} cannot be texted: {found[0].why_not}.")
    return found[0].person
