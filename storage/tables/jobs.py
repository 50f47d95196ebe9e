"""Jobs with their kept counters, who held them, who read them, and unsent drafts."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from domain.jobs import Status, Waiting
from storage.tables.base import Table, by_value


class JobRow(Table, table=True):
    """One job. The counters are the view of dispatchers with `chat`; storage/checks.py proves them.

    `activity_seq` is the feed number of the newest change, `person_seq` of the newest message that a
    person wrote. `waiting_key` and `window_key` are the stored sort keys of the job list.
    Messages up to `done_seq` ask for no answer any more: `done_by_id` said done, at `done_at`; what failed
    before that is dealt with too. `ix_job_live` counts open jobs without looking at them.
    `texting_since` is set when the carrier accepts the first text to a contact or a text comes in (rule 1).
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_waiting_key", "waiting_key", unique=True),
        Index("ix_job_activity_seq", "activity_seq", unique=True),
        Index("ix_job_window_key", "window_key", unique=True),
        Index("ix_job_number_key", "number_key"),
        Index("ix_job_worker", "worker_id", "closed_at"),
        Index("ix_job_owner", "owner_id"),
        Index("ix_job_live", "waiting_key", "location_id"),
        Index(
            "ix_job_closed",
            "closed_at",
            sqlite_where=text("closed_at IS NOT NULL"),
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    template: str = ""
    title: str = ""
    status: Status = Field(default=Status.NEW, sa_type=by_value(Status, "status"))
    location_id: int = Field(foreign_key="location.id", index=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    site_contact_id: int | None = Field(default=None, foreign_key="contact.id")
    billing_contact_id: int | None = Field(default=None, foreign_key="contact.id")
    ad_hoc_contact_id: int | None = Field(default=None, foreign_key="contact.id")
    worker_id: int | None = Field(default=None, foreign_key="user_account.id")
    owner_id: int | None = Field(default=None, foreign_key="user_account.id")
    window_start: datetime | None = None
    window_end: datetime | None = None
    asset: str = ""
    address: str = ""
    created_at: datetime
    closed_at: datetime | None = None
    version: int = 1
    search_text: str = ""
    search_numbers: str = ""

    texting_since: datetime | None = None
    message_count: int = 0
    last_preview: str = ""
    last_at: datetime | None = None
    waiting_on: Waiting = Field(default=Waiting.NOBODY, sa_type=by_value(Waiting, "waiting_on"))
    waiting_since: datetime | None = None
    waiting_customer: bool = False
    person_seq: int = Field(default=0, sa_type=BigInteger)
    done_seq: int = Field(default=0, sa_type=BigInteger)
    done_by_id: int | None = Field(default=None, foreign_key="user_account.id")
    done_at: datetime | None = None
    activity_seq: int = Field(default=0, sa_type=BigInteger)
    waiting_key: int = Field(default=0, sa_type=BigInteger)
    window_key: int = Field(default=0, sa_type=BigInteger)
    number_key: str = ""


class AssignmentRow(Table, table=True):
    """Who held a job, from when until when; `until` None is the present worker (rule 7)."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_job", "job_id", "worker_id"),)
    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="job.id")
    worker_id: int = Field(foreign_key="user_account.id", index=True)
    since: datetime
    until: datetime | None = None


class ReadMarkRow(Table, table=True):
    """How far a user has read a job: the feed number of the newest message they have seen."""

    __tablename__ = "read_mark"
    user_id: int = Field(foreign_key="user_account.id", primary_key=True)
    job_id: int = Field(foreign_key="job.id", primary_key=True)
    seq: int = Field(sa_type=BigInteger)


class DraftRow(Table, table=True):
    """An unsent text: it belongs to its job and its writer, nobody else sees it.

    `recipients` are the composer's keys ("contact:7", "worker:2"), separated by spaces.
    """

    __tablename__ = "draft"
    user_id: int = Field(foreign_key="user_account.id", primary_key=True)
    job_id: int = Field(foreign_key="job.id", primary_key=True)
    body: str
    recipients: str
    changed_at: datetime
    reply_to: int | None = Field(default=None, foreign_key="message.id")
    passes_on: int | None = Field(default=None, foreign_key="message.id")
    leave_at: datetime | None = None


class PresenceRow(Table, table=True):
    """Which job somebody has before them now, and whether they are writing; old ones count for nothing."""

    __tablename__ = "presence"
    user_id: int = Field(foreign_key="user_account.id", primary_key=True)
    job_id: int = Field(foreign_key="job.id", index=True)
    typing: bool = False
    at: datetime
