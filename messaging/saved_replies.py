"""Saved replies: texts to begin from, with placeholders that a job fills in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.errors import Refusal
from domain.jobs import Job
from domain.links import PLACE
from domain.messages import MAX_BODY
from domain.people import Role, User, first_name
from domain.permissions import Act, demand
from domain.phone import show
from domain.placeholders import fill_known, names_in
from domain.saved_replies import NEW, SavedReply
from messaging.settings_forms import read_name

if TYPE_CHECKING:
    from storage.saved_replies import SavedReplyStore


class SavedReplies:
    """The use cases of saved replies: everybody with Chat has their own, the alerts box changes the team's."""

    def __init__(self, store: SavedReplyStore) -> None:
        self._store = store

    def offered(self, user: User, job: Job) -> list[SavedReply]:
        """What somebody may begin from on this job.

        Workers get the team's quick replies, the first for digit 1 (rule 48), then their own; dispatchers
        their own and the team's others.
        """
        if not user.chat or job.location.id not in user.location_ids:
            return []
        replies = self.listed(user)
        if user.role is Role.WORKER:
            return [reply for reply in replies if reply.own or reply.for_workers]
        return sorted((reply for reply in replies if not reply.for_workers), key=lambda reply: not reply.own)

    def listed(self, user: User) -> list[SavedReply]:
        """Everything there is for somebody to read and change: the team's and their own."""
        demand(user, Act.TAKE_PART)
        return self._store.of(user.id)

    def keep(self, user: User, reply: SavedReply) -> SavedReply:
        """Write a reply down and return it as it is kept. Raises Refusal with the field ("name", "body")."""
        self._demand(user, reply)
        name, body = read_name(reply.name, "a name to find it by"), _checked(reply.body)
        if reply.own and reply.for_workers:
            raise Refusal("Quick replies for workers are the team's: choose the team, or untick that.", "for_workers")
        if reply.for_workers and "link" in names_in(body):
            raise Refusal("Quick replies go to Dispatch, where no link leads anywhere: take {link} out.", "body")
        kept = SavedReply(reply.id, name, body, reply.own, reply.for_workers, reply.place)
        reply_id = self._store.keep(user.id, kept)
        return self._store.one(reply_id, user.id) or kept

    def remove(self, user: User, reply_id: int) -> None:
        """Throw a reply away; one that is gone already, or is somebody else's, is no matter."""
        demand(user, Act.TAKE_PART)
        known = self._store.one(reply_id, user.id)
        if known is not None:
            self._demand(user, known)
            self._store.remove(reply_id)

    def filled(self, user: User, job: Job, reply: SavedReply, contact: str = "") -> tuple[str, tuple[str, ...]]:
        """The text with every value that the job has, and the names that are still to be asked for.

        `contact` is whom it is for; without one the name is known only where the job has a single contact.
        """
        text = fill_known(reply.body, values(user, job, contact))
        return text, tuple(name for name in names_in(text) if name in names_in(reply.body))

    def _demand(self, user: User, reply: SavedReply) -> None:
        demand(user, Act.TAKE_PART)
        before = self._store.one(reply.id, user.id) if reply.id != NEW else None
        if not reply.own or (before is not None and not before.own):
            demand(user, Act.TEAM_REPLIES)


def values(user: User, job: Job, contact: str = "") -> dict[str, str]:
    """What the placeholders of a text stand for on this job; times are the location's."""
    people = job.people()
    name = contact or (people[0].name if len(people) == 1 and not people[0].one_time else "")
    found = {
        "company": job.location.name,
        "job": job.number,
        "title": job.title,
        "asset": job.asset,
        "address": job.address,
        "customer": job.customer,
        "contact": first_name(name),
        "worker": first_name(job.worker.name) if job.worker else "",
        "dispatcher": first_name(user.name) if user.role is Role.DISPATCHER else "",
        "status": job.status.words,
        "callback": show(job.location.callback_phone) if job.location.callback_phone else "",
        "link": PLACE,
    }
    if job.window_start is not None:
        zone = ZoneInfo(job.location.time_zone)
        start = job.window_start.astimezone(zone)
        until = f"–{job.window_end.astimezone(zone):%H:%M}" if job.window_end is not None else ""
        found["date"] = f"{start:%a} {start.day} {start:%b}"
        found["time"] = f"{start:%H:%M}{until}"
        found["start"] = f"{found['date']} {start:%H:%M}"
    return found


def _checked(body: str) -> str:
    body = body.strip()
    if not body:
        raise Refusal("Write the text that this reply begins with.", "body")
    if len(body) > MAX_BODY:
        raise Refusal(f"{len(body):,} characters are too many: a text holds {MAX_BODY:,}.", "body")
    if "\x00" in body or any("\ud800" <= c <= "\udfff" for c in body):
        raise Refusal("The text holds a broken character that cannot be sent: take it out.", "body")
    return body
