"""Writing contacts: made, changed with consent, deleted. What was said about texting them is never deleted."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from domain.contacts import PROVIDER, ContactForm, changed, is_new_consent
from domain.errors import Refusal
from domain.text import fold
from storage import feed
from storage.contact_doors import end_links
from storage.contact_texts import (
    NO_NUMBER,
    ChangedMeanwhile,
    job_ids_of,
    lock_jobs_of,
    on_boxes,
    redirect,
    withdraw_from,
)
from storage.engine import Database
from storage.job_people import stood
from storage.job_search import rewrite
from storage.jobs import save
from storage.people import customer_named, keep_words
from storage.remaking import remake_held
from storage.tables.jobs import JobRow
from storage.tables.people import ConsentRow, ContactGroupRow, ContactRow

GONE = "This contact was deleted or merged meanwhile. Go back to the list."
_TRIES = 5
_DELETED = "withdrawn: the contact was deleted"
_OTHER_NUMBER = "one text for each phone: another one of this message goes there"
_TOLD_OF = ("name", "mobile", "sms_on", "one_time", "time_zone")
"""What automatic texts that wait depend on."""


class Contacts:
    """Stores contacts. Each method is one transaction; safe from any thread.

    `stated` is who said that somebody may be texted, and by what way (rule 23).
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def create(self, customer: str, form: ContactForm, stated: tuple[str, str]) -> int:
        """Make a contact of the customer of this name, who is made too where there is none; returns its id."""
        with self.database.write() as session:
            row = ContactRow(customer_id=customer_named(session, customer), name=form.name)
            self._write(session, row, None, form, stated)
            feed.append(session, "people")
            assert row.id is not None
            return row.id

    def change(self, contact_id: int, before: ContactForm, after: ContactForm, stated: tuple[str, str]) -> None:
        """Change what differs between the two forms. Raises Refusal where the contact was deleted meanwhile.

        Another number ends the links that went to the former one, and what waits goes to the new one.
        """
        for _ in range(_TRIES):
            try:
                with self.database.write() as session:
                    now, form = self._change(session, contact_id, before, after, stated)
                break
            except ChangedMeanwhile:
                continue
        else:
            raise Refusal("This contact is being put on jobs at this moment. Wait a little, then save again.")
        if (form.name, form.mobile) != (now.name, now.mobile):
            rewrite(self.database, on_boxes((contact_id,)))

    def _change(
        self, session: Session, contact_id: int, before: ContactForm, after: ContactForm, stated: tuple[str, str]
    ) -> tuple[ContactForm, ContactForm]:
        """Change a contact; returns how it was and how it is."""
        jobs = lock_jobs_of(session, (contact_id,))
        row = locked(session, contact_id)
        refuse_unlocked(session, (contact_id,), jobs)
        now = form_of(session, row)
        form = changed(now, before, after)
        self._write(session, row, now, form, stated)
        if form.mobile != now.mobile:
            why = _OTHER_NUMBER if form.mobile else NO_NUMBER
            redirect(session, contact_id, form.mobile, why, self.clock())
            end_links(session, contact_id, self.clock())
        if any(getattr(form, name) != getattr(now, name) for name in _TOLD_OF):
            for job in jobs:
                remake_held(session, job, self.clock())
        feed.append(session, "people")
        return now, form

    def remove(self, contact_id: int, by: str) -> None:
        """Delete a contact: off the boxes of every open job, their texts withdrawn, their links ended.

        Messages keep their name, and consents stay. Raises Refusal where they were deleted already.
        """
        for _ in range(_TRIES):
            try:
                with self.database.write() as session:
                    return self._remove(session, contact_id, by)
            except ChangedMeanwhile:
                continue
        raise Refusal("This contact is being put on jobs at this moment. Wait a little, then delete again.")

    def _remove(self, session: Session, contact_id: int, by: str) -> None:
        now = self.clock()
        jobs = lock_jobs_of(session, (contact_id,))
        row = locked(session, contact_id)
        refuse_unlocked(session, (contact_id,), jobs)
        withdraw_from(session, jobs, contact_id, _DELETED, now)
        for job in jobs:
            was = stood(job)
            if contact_id not in was.contact_ids or job.closed_at is not None:
                continue
            for box in ("site_contact_id", "billing_contact_id", "ad_hoc_contact_id"):
                if getattr(job, box) == contact_id:
                    setattr(job, box, None)
            save(session, job, job.worker_id, job.status, now, by, was)
        end_links(session, contact_id, now)
        row.removed_at = now
        session.add(row)
        feed.append(session, "people")

    def _write(
        self, session: Session, row: ContactRow, before: ContactForm | None, form: ContactForm, stated: tuple[str, str]
    ) -> None:
        fill(session, row, form)
        if is_new_consent(before, form):
            assert row.id is not None
            assert form.mobile is not None
            session.add(
                ConsentRow(
                    contact_id=row.id,
                    mobile=form.mobile,
                    wording=PROVIDER,
                    stated_by=stated[0],
                    source=stated[1],
                    at=self.clock(),
                )
            )
            session.flush()


def locked(session: Session, contact_id: int) -> ContactRow:
    """A contact that nobody else changes until the transaction ends. Raises Refusal where it was deleted.

    Contacts have no locks of their own: whoever writes them holds the feed's, which comes after jobs.
    """
    feed.hold(session)
    row = session.get(ContactRow, contact_id, populate_existing=True)
    if row is None or row.removed_at is not None:
        raise Refusal(GONE)
    return row


def refuse_unlocked(
    session: Session, contact_ids: Sequence[int], jobs: Sequence[JobRow], closed_too: bool = False
) -> None:
    """Raise ChangedMeanwhile where a job came to these contacts before they were locked."""
    if not set(job_ids_of(session, contact_ids, closed_too)) <= {job.id for job in jobs}:
        raise ChangedMeanwhile


def fill(session: Session, row: ContactRow, form: ContactForm) -> None:
    """Write a form's values, its groups, and the words that the contact is found by."""
    for name in ("name", "title", "email", "mobile", "sms_on", "email_on", "one_time", "time_zone"):
        setattr(row, name, getattr(form, name))
    session.add(row)
    session.flush()
    assert row.id is not None
    session.exec(delete(ContactGroupRow).where(col(ContactGroupRow.contact_id) == row.id))
    session.add_all(ContactGroupRow(contact_id=row.id, name=name) for name in form.groups)
    keep_words(session, row)


def form_of(session: Session, row: ContactRow) -> ContactForm:
    """A contact's present values."""
    groups = session.exec(select(ContactGroupRow.name).where(ContactGroupRow.contact_id == row.id)).all()
    return ContactForm(
        name=row.name,
        title=row.title,
        email=row.email,
        mobile=row.mobile,
        sms_on=row.sms_on,
        email_on=row.email_on,
        one_time=row.one_time,
        time_zone=row.time_zone,
        groups=tuple(sorted(groups, key=fold)),
    )
