"""Writing what a contact wrote on their page: one note in one transaction, checked again under the job's lock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, exists, func, select

from domain.errors import Refusal
from domain.final_text import final_text
from domain.messages import MAX_BODY, NewMessage, Party
from domain.people import ContactViewer
from storage.alert_facts import account_of
from storage.conversations import Posted, store_message
from storage.engine import Database
from storage.final_texts import Writing, additions
from storage.tables.jobs import JobRow
from storage.tables.messages import MessageRow, RecipientRow
from storage.tables.people import ContactRow
from storage.tables.system import LinkRow
from storage.visible import visible

AN_HOUR = timedelta(hours=1)
NOTES_AN_HOUR = 10
"""Notes to other contacts that one link may write in an hour (rule 12)."""
ROOM_FOR_LINK = 60
"""Characters kept free for a link's address beyond its place in the text."""


class PageNotes:
    """Stores contacts' notes. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def post(
        self, link_id: int, new: NewMessage, seen_seq: int | None, phones: Mapping[str, Sequence[int]]
    ) -> Posted | int:
        """Store a note that came by a link, once for each `compose_id`.

        A newer message by somebody else that its author may see stops it: then nothing is stored, and
        that message's feed number is returned (rule 41). `phones` are the contacts behind each phone that
        gets a text. Raises Refusal where the link ended, the same form sent other words before, too many
        notes went to other contacts, or a text would be too long.
        """
        try:
            return self._post(link_id, new, seen_seq, phones)
        except IntegrityError:  # the same form came twice at the same moment
            return self._post(link_id, new, seen_seq, phones)

    def _post(
        self, link_id: int, new: NewMessage, seen_seq: int | None, phones: Mapping[str, Sequence[int]]
    ) -> Posted | int:
        with self.database.write() as session:
            job = session.get_one(JobRow, new.job_id, with_for_update=True)
            known = session.exec(select(MessageRow).where(MessageRow.compose_id == new.compose_id)).first()
            if known is not None:
                return _repeated(session, known, new)
            self._check_link(session, link_id, new)
            newer = _newer(session, new, seen_seq, self.clock()) if seen_seq is not None else None
            if newer is not None:
                return newer
            if phones:
                self._check_often(session, new)
                _check_length(session, job, new, phones)
            posted = Posted(store_message(session, new), repeated=False)
            if job.texting_since is None:  # a customer's word opens Customer Messages, however it came (rule 1)
                job.texting_since = self.clock()
                session.add(job)
            return posted

    def _check_link(self, session: Session, link_id: int, new: NewMessage) -> None:
        link = session.get(LinkRow, link_id)
        contact = session.get(ContactRow, new.author.contact_id)
        ended = link is None or link.revoked_at is not None or contact is None or contact.removed_at is not None
        if ended:
            raise Refusal("This page has ended. Copy your text before you leave it.")

    def _check_often(self, session: Session, new: NewMessage) -> None:
        to_contacts = exists().where(
            col(RecipientRow.message_id) == MessageRow.id, col(RecipientRow.role) == Party.CONTACT
        )
        lately = session.exec(
            select(func.count())
            .select_from(MessageRow)
            .where(
                MessageRow.job_id == new.job_id,
                MessageRow.author_contact_id == new.author.contact_id,
                col(MessageRow.at) > self.clock() - AN_HOUR,
                to_contacts,
            )
        ).one()
        if lately >= NOTES_AN_HOUR:
            raise Refusal(
                f"{NOTES_AN_HOUR} notes went to other people from here within an hour, which is the most. "
                "Send this one to the team alone, or wait a while.",
                "recipient",
            )


def _newer(session: Session, new: NewMessage, seen_seq: int, now: datetime) -> int | None:
    """The feed number of the newest message after `seen_seq` that the author may see and did not write."""
    me = new.author.contact_id
    assert me is not None
    where, parameters = visible(ContactViewer(me, new.job_id), account_of(session), now)
    found = session.connection().execute(
        text(
            f"SELECT max(m.seq) FROM message m JOIN job j ON j.id = m.job_id WHERE {where} AND m.seq > :seen"
            " AND (m.author_contact_id IS NULL OR m.author_contact_id <> :me)"
        ),
        {**parameters, "seen": seen_seq, "me": me},
    )
    newest = found.scalar()
    return int(newest) if newest is not None else None


def _check_length(session: Session, job: JobRow, new: NewMessage, phones: Mapping[str, Sequence[int]]) -> None:
    writing = Writing(new.kind, Party.CONTACT, new.author.name)
    longest = 0
    for phone, contacts in phones.items():
        words = final_text(new.body, additions(session, job, contacts, phone, writing, links_out=True))
        longest = max(longest, len(words.encode("utf-16-le")) // 2 + ROOM_FOR_LINK)
    if longest > MAX_BODY:
        raise Refusal(
            f"Other people get this as a text, for which it is too long. Shorten it by {longest - MAX_BODY:,} "
            "characters, or send it to the team alone.",
            "contents",
        )


def _repeated(session: Session, known: MessageRow, new: NewMessage) -> Posted:
    rows = session.exec(select(RecipientRow.contact_id).where(RecipientRow.message_id == known.id)).all()
    before = {contact for contact in rows if contact}
    now = {person.contact_id for person in new.recipients if person.contact_id}
    if known.body != new.body or known.job_id != new.job_id or before != now:
        raise Refusal(
            "This form was sent already: your note is among the notes. Send this text too if you want.", "ref"
        )
    assert known.id is not None
    return Posted(known.id, repeated=True)
