"""Merging two contacts of one customer, and taking that back exactly."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, update

from domain.contacts import ContactForm
from domain.errors import Refusal
from storage import feed
from storage.contact_doubles import withdraw_doubles, withdraw_got
from storage.contact_journal import Journal, Merge, ids_naming, snapshot, take_back_entries
from storage.contact_texts import ChangedMeanwhile, lock_jobs_of, redirect
from storage.contacts import GONE, fill, form_of, locked, refuse_unlocked
from storage.engine import Database
from storage.job_search import write_words
from storage.tables.estimates import EstimateDecisionRow
from storage.tables.jobs import DraftRow, JobRow
from storage.tables.messages import InvitationRow, MessageRow, RecipientRow
from storage.tables.people import ConsentRow, ContactRow
from storage.tables.system import LinkRow
from storage.taken_off import follow_merge, put_on

_TRIES = 5
_LOOK_AGAIN = "Somebody changed one of the two meanwhile. Look at them again, then merge."
_ONE_EACH = "one text for each phone: the two contacts were merged"
_FOLLOW: Sequence[tuple[type[Any], str]] = (
    (MessageRow, "author_contact_id"),
    (RecipientRow, "contact_id"),
    (LinkRow, "contact_id"),
    (ConsentRow, "contact_id"),
    (EstimateDecisionRow, "contact_id"),
)
"""What simply names the contact that stays from then on."""


class ContactMerging:
    """Merges contacts, and takes it back. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def merge(self, kept_id: int, gone_id: int, seen: Mapping[int, ContactForm], form: ContactForm) -> Merge:
        """Give everything of one contact to another, who has the values of `form` from then on.

        `seen` is what both looked like when the values were chosen. Raises Refusal where they are of two
        customers, or were changed since. Returns what `undo` needs.
        """
        for _ in range(_TRIES):
            try:
                with self.database.write() as session:
                    return self._merge(session, kept_id, gone_id, seen, form)
            except ChangedMeanwhile:
                continue
        raise Refusal("These contacts are being put on jobs at this moment. Wait a little, then merge again.")

    def undo(self, merge: Merge) -> None:
        """Put both contacts back as they were, with everything of each; Refusal where that cannot be any more."""
        with self.database.write() as session:
            ids = (merge.kept_id, merge.gone_id)
            jobs = lock_jobs_of(session, ids, closed_too=True)
            feed.hold(session)
            take_back_entries(session, merge)
            session.expire_all()
            for job in jobs:
                self._touch(session, job)
            feed.append(session, "people")

    def _merge(
        self, session: Session, kept_id: int, gone_id: int, seen: Mapping[int, ContactForm], form: ContactForm
    ) -> Merge:
        jobs = lock_jobs_of(session, (kept_id, gone_id), closed_too=True)
        kept, gone = _both(session, kept_id, gone_id, seen)
        refuse_unlocked(session, (kept_id, gone_id), jobs, closed_too=True)
        journal = Journal(snapshot(session, (kept_id, gone_id)))
        withdraw_got(session, jobs, (kept_id, gone_id), self.clock())
        numbers = {kept_id: kept.mobile, gone_id: gone.mobile}
        for contact_id, mobile in numbers.items():
            if mobile != form.mobile:
                redirect(session, contact_id, form.mobile, _ONE_EACH, self.clock())
                _end_links(session, contact_id, self.clock())
        follow_merge(session, kept_id, gone_id)
        _follow(session, kept_id, gone_id)
        fill(session, kept, form)
        gone.removed_at, gone.merged_into = self.clock(), kept_id
        session.add(gone)
        session.flush()
        for job in jobs:
            for box in ("site_contact_id", "billing_contact_id", "ad_hoc_contact_id"):
                if getattr(job, box) == gone_id:
                    setattr(job, box, kept_id)
            put_on(session, job)
            self._touch(session, job)
        withdraw_doubles(session, jobs, kept_id, self.clock())
        feed.append(session, "people")
        session.flush()
        entries = journal.entries(snapshot(session, (kept_id, gone_id), journal.keys))
        return Merge(kept_id, gone_id, form.name, entries, ids_naming(session, kept_id))

    def _touch(self, session: Session, job: JobRow) -> None:
        """A form that is open on the job is refused when it is saved: it holds the former people."""
        job.version += 1
        session.add(job)
        session.flush()
        write_words(session, job)
        session.add(job)
        session.flush()


def _both(
    session: Session, kept_id: int, gone_id: int, seen: Mapping[int, ContactForm]
) -> tuple[ContactRow, ContactRow]:
    if kept_id == gone_id:
        raise Refusal("That is the same contact. Choose another one to merge with.", "second")
    kept, gone = locked(session, kept_id), locked(session, gone_id)
    if kept.customer_id != gone.customer_id:
        raise Refusal("They belong to two customers. Only contacts of one customer can be merged.", "second")
    if any(form_of(session, row) != seen[row.id or 0] for row in (kept, gone)):
        raise Refusal(_LOOK_AGAIN)
    return kept, gone


def _follow(session: Session, kept_id: int, gone_id: int) -> None:
    """Let everything that names one contact name the other; what was written stays as it was written."""
    for table, column in _FOLLOW:
        mine = update(table).where(col(getattr(table, column)) == gone_id)
        session.exec(mine.values({column: kept_id}).execution_options(synchronize_session="fetch"))
    for invitation in session.exec(select(InvitationRow).where(InvitationRow.contact_id == gone_id)).all():
        values = invitation.model_dump() | {"contact_id": kept_id}
        session.delete(invitation)
        session.flush()
        if session.get(InvitationRow, (kept_id, invitation.job_id)) is None:
            session.add(InvitationRow(**values))
    before, now = f"contact:{gone_id}", f"contact:{kept_id}"
    for draft in session.exec(select(DraftRow).where(col(DraftRow.recipients).contains(before))).all():
        keys = [now if key == before else key for key in draft.recipients.split()]
        draft.recipients = " ".join(dict.fromkeys(keys))
        session.add(draft)
    session.flush()


def _end_links(session: Session, contact_id: int, now: datetime) -> None:
    """Links that went to a number which is not kept open nothing any more."""
    mine = select(LinkRow).where(LinkRow.contact_id == contact_id, col(LinkRow.revoked_at).is_(None))
    for link in session.exec(mine).all():
        link.revoked_at = now
        session.add(link)
    session.flush()


__all__ = ["GONE", "ContactMerging", "Merge"]
