"""Who an answer goes to, and who is left out of it with the reason (rule 11)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.messages import Message, Party, Person
from domain.people import Role, User
from domain.waiting import unanswered
from messaging.choices import Choice, key_of, reply_recipients


class Answer(NamedTuple):
    """The composer's keys of an answer, and those it cannot reach: name and reason."""

    keys: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def answer_to(message: Message, viewer: User, everyone: bool, known: Mapping[str, Choice]) -> Answer:
    """Reply (the author) or Reply all; `known` are all whom this viewer may write to.

    A worker who may write to Dispatch alone answers everybody through Dispatch.
    """
    if viewer.role is Role.WORKER and not any(choice.person.role is Party.CONTACT for choice in known.values()):
        return Answer(("dispatch",))
    wanted = list(reply_recipients(message, viewer, everyone))
    if viewer.dispatches and any(key.startswith("contact:") for key in wanted):
        wanted = [key for key in wanted if key != "dispatch"]  # Dispatch sees every customer message
    left = [_left_out(message, key, known) for key in wanted if key not in known or known[key].why_not]
    keys = tuple(key for key in wanted if key in known and not known[key].why_not)
    if not keys and viewer.role is Role.WORKER:
        keys = ("dispatch",)
    return Answer(keys, tuple(left))


def pass_on_to(messages: Sequence[Message], known: Mapping[str, Choice]) -> tuple[str, ...]:
    """To whom a worker's words are passed on: the one contact who waits, or the only one there is; else nobody."""
    able = [key for key, choice in known.items() if choice.person.role is Party.CONTACT and not choice.why_not]
    waiting = [f"contact:{contact}" for contact in unanswered(messages)]
    if len(waiting) == 1:
        return (waiting[0],) if waiting[0] in able else ()
    return (able[0],) if not waiting and len(able) == 1 else ()


def _left_out(message: Message, key: str, known: Mapping[str, Choice]) -> tuple[str, str]:
    if key in known:
        return known[key].person.name, known[key].why_not
    return _named(message, key).name, "no longer on this job"


def _named(message: Message, key: str) -> Person:
    return next(person for person in (message.author, *message.recipients) if key_of(person) == key)
