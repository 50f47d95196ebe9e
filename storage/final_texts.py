"""What is added to a contact's text: read when it is claimed, and before that for the composer's count."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from domain.delivery import Channel, State
from domain.final_text import Additions, final_text, invitation, is_linked, like_address, tag_words
from domain.links import PLACE
from domain.messages import MAX_BODY, Kind, Party
from storage.contact_links import issue
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, InvitationRow, MessageRow, RecipientRow
from storage.tables.people import ContactRow, LocationRow
from storage.tables.system import LinkRow
from storage.taken_off import was_taken_off
from storage.upsert import insert

NEVER_ARRIVED = (
    State.HELD,
    State.BLOCKED,
    State.EXPIRED,
    State.CANCELLED,
    State.FAILED,
    State.CANCELED,
    State.UNDELIVERED,
)
"""States of a text that told its reader nothing: after it the next one invites."""


_ROOM = 120
"""Characters that a link's address may take beyond its place in the text."""


class Writing(NamedTuple):
    """What additions depend on beside the reader: the kind and author of a message, and its id once it is stored."""

    kind: Kind
    author: Party
    author_name: str = ""
    message_id: int | None = None


def word(session: Session, row: DeliveryRow, links_out: bool, now: datetime) -> str:
    """Give a claimed text its final words, inside the claim's transaction; returns them, with `[link]` in its place.

    The reader's link is issued and the invitation noted here, before the carrier is called.
    """
    if row.notice_to is not None or row.message_id is None:
        return row.body
    message = session.get_one(MessageRow, row.message_id)
    contacts = _readers(session, row)
    if not contacts:
        return row.body or message.body
    job = session.get_one(JobRow, message.job_id)
    author = message.author_name if message.author_role is Party.CONTACT else ""
    writing = Writing(message.kind, message.author_role, author, message.id)
    added = additions(session, job, contacts, row.to_address, writing, links_out)
    text = final_text(message.body, added)
    if added.tag and len(text.encode("utf-16-le")) // 2 + _ROOM > MAX_BODY:
        text = final_text(message.body, replace(added, tag=""))  # a tag helps; the words must go
    row.body = text if text != message.body else ""
    if PLACE in text:
        row.link_id = issue(session, contacts[0], message.job_id, now)
    if added.invites:
        _note_invitation(session, contacts, message, now)
    session.add(row)
    return text


def additions(
    session: Session, job: JobRow, contacts: Sequence[int], phone: str, writing: Writing, links_out: bool
) -> Additions:
    """What the text of a phone carries beside the words; `contacts` share it, the one it is addressed to first."""
    place = session.get_one(LocationRow, job.location_id)
    rows = [session.get_one(ContactRow, contact) for contact in contacts]
    assert job.id is not None
    strangers = [row for row in rows if not invited(session, row.id or 0, job.id, phone, but=writing.message_id)]
    linked = is_linked(writing.kind, writing.author, bool(strangers), place.links_in_texts)
    return Additions(
        said_by=writing.author_name if writing.author is Party.CONTACT else "",
        tag=tag_words(job.id, job.asset) if _has_other_jobs(session, phone, job.id) else "",
        invites=invitation(place.name, job.number) if strangers else "",
        wish=any(not row.email for row in strangers),
        linked=links_out and linked,
        may_link=links_out,
    )


def counted_address(session: Session, base: str) -> str:
    """An address as long as the next one will be, "" where texts carry none."""
    link = session.exec(select(func.max(LinkRow.id))).one() or 0
    message = session.exec(select(func.max(MessageRow.id))).one() or 0
    return like_address(base, link + 1, message + 1)


def invited(
    session: Session,
    contact_id: int,
    job_id: int,
    phone: str | None,
    but: int | None = None,
    until: datetime | None = None,
) -> bool:
    """Whether a text to this phone told this contact before who writes on this job and how to stop (rule 24).

    `but` is the message that asks, `until` looks back at a past moment.
    """
    row = session.get(InvitationRow, (contact_id, job_id))
    if row is None or (until is not None and row.at >= until):
        return False
    if row.message_id is None:
        return True
    arrives = select(DeliveryRow.id).where(
        DeliveryRow.message_id == row.message_id,
        DeliveryRow.to_address == phone,
        DeliveryRow.channel == Channel.SMS,
        col(DeliveryRow.state).not_in(NEVER_ARRIVED),
    )
    return row.message_id != but and session.exec(arrives.limit(1)).first() is not None


def _readers(session: Session, row: DeliveryRow) -> list[int]:
    """The contacts who read a text: the one it is addressed to, then those who share the phone (rule 33)."""
    people = session.exec(
        select(RecipientRow)
        .where(RecipientRow.message_id == row.message_id, RecipientRow.mobile == row.to_address)
        .order_by(col(RecipientRow.place))
    ).all()
    message = session.get_one(MessageRow, row.message_id)
    found = [
        person.contact_id
        for person in people
        if person.contact_id is not None
        and person.id != row.recipient_id
        and not was_taken_off(session, person.contact_id, message)
    ]
    if row.recipient_id is None:
        return found
    # Sent again to a number that is another one's too, it is still the text of whom it is addressed to.
    addressed = session.get_one(RecipientRow, row.recipient_id).contact_id
    return list(dict.fromkeys([addressed, *found])) if addressed is not None else found


def _note_invitation(session: Session, contacts: Collection[int], message: MessageRow, now: datetime) -> None:
    for contact_id in contacts:
        new = insert(session, InvitationRow).values(
            contact_id=contact_id, job_id=message.job_id, message_id=message.id, at=now
        )
        session.exec(
            new.on_conflict_do_update(
                index_elements=["contact_id", "job_id"],
                set_={"message_id": new.excluded.message_id, "at": new.excluded.at},
            )
        )


def _has_other_jobs(session: Session, phone: str, job_id: int) -> bool:
    """Whether another open job texted this phone."""
    other = (
        select(DeliveryRow.id)
        .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
        .join(JobRow, col(JobRow.id) == MessageRow.job_id)
        .where(
            DeliveryRow.to_address == phone,
            DeliveryRow.channel == Channel.SMS,
            col(DeliveryRow.sent_at).is_not(None),
            col(DeliveryRow.recipient_id).is_not(None),
            JobRow.id != job_id,
            col(JobRow.closed_at).is_(None),
        )
    )
    return session.exec(other.limit(1)).first() is not None
