"""Alerts: templates, their rules, what happened to jobs, and why a text went out; saved replies."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from domain.alerts import Event
from storage.tables.base import Table, by_value


class TemplateRow(Table, table=True):
    """A kind of job. Jobs name it; a template that is not `active` is no longer offered."""

    __tablename__ = "template"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    active: bool = True


class RuleRow(Table, table=True):
    """One version of what is texted for an event of a template's jobs; see `domain.alerts.Rule`.

    The highest version is in force; earlier ones stay for the events and texts that began under them
    (rule 21). `lead` is as people type it.
    """

    __tablename__ = "alert_rule"
    __table_args__ = (UniqueConstraint("template_id", "event", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    template_id: int = Field(foreign_key="template.id")
    event: Event = Field(sa_type=by_value(Event, "event"))
    is_on: bool = False
    to_site: bool = True
    to_billing: bool = False
    to_ad_hoc: bool = False
    fixed_number: str = ""
    text: str = ""
    quiet: bool = True
    use_by_minutes: int | None = None
    lead: str = "2h"
    version: int = 1
    changed_by: str
    changed_at: datetime


class EventState(StrEnum):
    """What became of an event."""

    WAITING = "waiting"
    TOLD = "told"
    QUIET = "quiet"
    """No text was due for it: no rule, switched off, or told already; `why` says which."""
    FAILED = "failed"
    """A text was due and could not be made; `why` says it to a person (rule 19)."""
    WITHDRAWN = "withdrawn"


class JobEventRow(Table, table=True):
    """Something that happened to a job, or (a reminder) will happen; the engine texts about it when `due_at` comes.

    Events of one save share `save_key`. `mark` tells a repetition from a new event: the planned start
    for reminders, both windows for reschedulings (`domain.alerts.moved_mark`), "" otherwise. `again`: a
    person said to text once more. `rule_id` is the version in force when it happened (for a reminder:
    now), None where none was switched on; one without is QUIET from the start.
    """

    __tablename__ = "job_event"
    __table_args__ = (
        Index("ix_job_event_job", "job_id", "event"),
        Index("ix_job_event_at", "at"),
        Index(
            "ix_job_event_failed",
            "job_id",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
        Index(
            "ix_job_event_due",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="job.id")
    event: Event = Field(sa_type=by_value(Event, "event"))
    at: datetime
    due_at: datetime
    by: str
    save_key: str
    mark: str = ""
    again: bool = False
    state: EventState = Field(default=EventState.WAITING, sa_type=by_value(EventState, "state"))
    why: str = ""
    rule_id: int | None = Field(default=None, foreign_key="alert_rule.id")
    rule_version: int | None = None


class AlertTextRow(Table, table=True):
    """Why an automatic text exists: its event, the rule as it was then, and the values it was filled with.

    `wording` is the rule's text, `found` the values and boxes as JSON, `folded` what was not told because
    of it. `quiet` goes off when a person sends it in quiet hours.
    """

    __tablename__ = "alert_text"
    message_id: int = Field(foreign_key="message.id", primary_key=True)
    event_id: int = Field(foreign_key="job_event.id", index=True)
    rule_id: int | None = Field(default=None, foreign_key="alert_rule.id")
    rule_version: int = 0
    wording: str
    found: str
    folded: str = ""
    quiet: bool = True
    use_by_minutes: int | None = None


class SavedReplyRow(Table, table=True):
    """A text to begin from. `user_id` None: the team's. `for_workers`: offered to workers, by digit."""

    __tablename__ = "saved_reply"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", index=True)
    name: str
    body: str
    for_workers: bool = False
    place: int = 0
