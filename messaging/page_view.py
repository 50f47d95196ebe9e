"""What a contact's page shows of a message: one note, in the eyes of that contact (rules 8, 9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.contact_view import seen_as
from domain.delivery import FAILURES, Channel, Delivery, State
from domain.links import CODE_PLACE, with_address
from domain.messages import Message, Party, Photo

if TYPE_CHECKING:
    from storage.job_page import PageJob

YOU = "You"


@dataclass(frozen=True, slots=True)
class Note:
    """One message as a contact reads it: no surname of staff is in it, and nobody's number.

    `side` is whose it is: mine, customer, worker, dispatch or system. `everyone`: Reply all makes
    sense. `estimate`: it shared a version of the estimate with this contact. `late` and `lost` are the
    people whose text of one's own note waits (until when) or did not get there.
    """

    id: int
    seq: int
    mine: bool
    side: str
    author: str
    to: tuple[str, ...]
    at: datetime
    body: str
    photos: tuple[Photo, ...] = ()
    everyone: bool = False
    estimate: bool = False
    original: Note | None = None
    late: tuple[tuple[str, datetime], ...] = ()
    lost: tuple[str, ...] = ()


def note_of(message: Message, job: PageJob, original: Note | None = None, estimates: Collection[int] = ()) -> Note:
    """A message that this contact may see, as they see it."""
    me, place = job.contact.id, job.location.name
    mine = message.author.contact_id == me
    shown = [person for person in message.recipients if person.role is not Party.PHONE]
    return Note(
        id=message.id,
        seq=message.seq,
        mine=mine,
        side="mine" if mine else _SIDES.get(message.author.role, "dispatch"),
        author=YOU if mine else seen_as(message.author, place),
        to=tuple("you" if person.contact_id == me else seen_as(person, place) for person in shown),
        at=message.at,
        body=words_of(message),
        photos=message.photos,
        everyone=not mine and len(shown) > 1,
        estimate=message.id in estimates,
        original=original,
        late=tuple(_late(delivery) for delivery in message.deliveries if mine and delivery.state is State.HELD),
        lost=tuple(d.name for d in message.deliveries if mine and d.channel is Channel.SMS and d.state in FAILURES),
    )


def words_of(message: Message) -> str:
    """What a message says, without the places where a text has a link or a code."""
    if message.author.role is Party.CONTACT:
        return message.body
    return with_address(message.body, "").replace(CODE_PLACE, "…")


_SIDES = {Party.CONTACT: "customer", Party.PHONE: "customer", Party.WORKER: "worker", Party.SYSTEM: "system"}


def _late(delivery: Delivery) -> tuple[str, datetime]:
    assert delivery.due_at is not None
    return delivery.name, delivery.due_at
