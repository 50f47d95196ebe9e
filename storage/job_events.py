"""What happens to jobs: recorded with the save that brought it, told when it is due."""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from domain.alerts import (
    EDITING,
    Event,
    Planned,
    Rule,
    events_of,
    furthest,
    known_window,
    moved_mark,
    window_mark,
    window_of,
)
from domain.hours import reminder_at
from domain.messages import Stage
from domain.telling import Facts, Happening
from storage import feed
from storage.alert_facts import facts_of, planned_of
from storage.engine import Database
from storage.remaking import lock_job, release
from storage.rule_versions import in_force
from storage.tables.alerts import AlertTextRow, EventState, JobEventRow, RuleRow, TemplateRow
from storage.tables.jobs import JobRow
from storage.tables.messages import MessageRow
from storage.telling import FOLDED, tell_job

_SHOWN = 500
_STEP = 50


class Saving(NamedTuple):
    """Who saves a job and how: `tells` whether anybody is texted about it, `again` what is told once more."""

    by: str
    tells: bool = True
    again: frozenset[Event] = frozenset()


class Told(NamedTuple):
    """Why an automatic text exists, as it is stored. `found` is JSON."""

    event: Event
    at: datetime
    by: str
    version: int
    wording: str
    found: str
    folded: str


class PastEvent(NamedTuple):
    """An event of a past day, with the job as it is now."""

    happening: Happening
    facts: Facts
    again: bool = False


class JobEvents:
    """Tells what happened, once. Safe from any thread and for several engines; each job is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def next_at(self) -> datetime | None:
        """When the next event is due to be told, or None."""
        with self.database.read() as session:
            waiting = select(func.min(JobEventRow.due_at)).where(JobEventRow.state == EventState.WAITING)
            return session.exec(waiting).one()

    def due_jobs(self, now: datetime, limit: int = _STEP) -> list[int]:
        """The jobs of which something is due to be told, the oldest first."""
        with self.database.read() as session:
            due = (
                select(JobEventRow.job_id)
                .where(JobEventRow.state == EventState.WAITING, col(JobEventRow.due_at) <= now)
                .group_by(col(JobEventRow.job_id))
                .order_by(func.min(JobEventRow.due_at), col(JobEventRow.job_id))
            )
            return list(session.exec(due.limit(limit)).all())

    def tell(self, job_id: int, now: datetime) -> int | None:
        """Text about everything of a job that is due; how many texts, None where somebody else is at this job."""
        with self.database.write() as session:
            job = lock_job(session, job_id, skip=True)
            return None if job is None else len(tell_job(session, job, now))

    def release(self, message_id: int, at_once: bool = False, notice: str = "") -> bool:
        """Make a waiting automatic text anew and let it out; False where it is gone, or its hour has not come."""
        with self.database.write() as session:
            return release(session, message_id, self.clock(), at_once, notice)

    def told(self, message_id: int) -> Told | None:
        """Why a message exists; None where no rule made it."""
        with self.database.read() as session:
            found = session.exec(
                select(AlertTextRow, JobEventRow)
                .join(JobEventRow, col(JobEventRow.id) == AlertTextRow.event_id)
                .where(AlertTextRow.message_id == message_id)
            ).first()
            if found is None:
                return None
            text, row = found
            return Told(row.event, row.at, row.by, text.rule_version, text.wording, text.found, text.folded)

    def facts(self, job_id: int, by: str, locations: Collection[int]) -> Facts | None:
        """The facts of a job now, None where it is at none of these locations."""
        with self.database.read() as session:
            job = session.get(JobRow, job_id)
            return facts_of(session, job, by) if job is not None and job.location_id in locations else None

    def recorded(self, rule: Rule, begin: datetime, end: datetime, locations: Collection[int]) -> list[PastEvent]:
        """What happened between two moments that this rule is for, with the jobs as they are now."""
        with self.database.read() as session:
            rows = session.exec(
                select(JobEventRow, JobRow)
                .join(JobRow, col(JobRow.id) == JobEventRow.job_id)
                .where(
                    JobEventRow.event == rule.event,
                    col(JobEventRow.at) >= begin,
                    col(JobEventRow.at) < end,
                    JobRow.template == rule.template,
                    col(JobRow.location_id).in_(list(locations)),
                )
                .order_by(col(JobEventRow.at), col(JobEventRow.id))
                .limit(_SHOWN)
            ).all()
            return [
                PastEvent(
                    Happening(row.event, row.at, row.due_at, row.mark),
                    facts_of(session, job, row.by, until=row.at),
                    row.again,
                )
                for row, job in rows
            ]

    def reminded(self, rule: Rule, begin: datetime, end: datetime, locations: Collection[int]) -> list[PastEvent]:
        """The reminders that this rule would have sent between two moments, by the windows as they are now."""
        longest = rule.lead.before + timedelta(days=rule.lead.days + 2)
        with self.database.read() as session:
            jobs = session.exec(
                select(JobRow)
                .where(
                    JobRow.template == rule.template,
                    col(JobRow.window_start) >= begin,
                    col(JobRow.window_start) < end + longest,
                    col(JobRow.location_id).in_(list(locations)),
                )
                .order_by(col(JobRow.window_start), col(JobRow.id))
                .limit(_SHOWN)
            ).all()
            found = []
            for job in jobs:
                facts = facts_of(session, job)
                assert job.window_start is not None
                due = reminder_at(job.window_start, rule.lead, facts.location.time_zone)
                if begin <= due < end:
                    mark = window_mark(job.window_start, None)
                    facts = facts_of(session, job, until=due)
                    found.append(PastEvent(Happening(Event.REMINDER, due, due, mark), facts))
            return sorted(found, key=lambda past: past.happening.at)

    def skipped(self, template: str, event: Event, version: int) -> list[tuple[str, str]]:
        """The jobs whose reminder was skipped under a version of a rule, and why (rule 21)."""
        with self.database.read() as session:
            rows = session.exec(
                select(JobRow.number, JobEventRow.why)
                .join(JobEventRow, col(JobEventRow.job_id) == JobRow.id)
                .join(RuleRow, col(RuleRow.id) == JobEventRow.rule_id)
                .join(TemplateRow, col(TemplateRow.id) == RuleRow.template_id)
                .where(
                    TemplateRow.name == template,
                    RuleRow.event == event,
                    RuleRow.version == version,
                    JobEventRow.state == EventState.QUIET,
                )
                .order_by(col(JobRow.id))
                .limit(_SHOWN)
            ).all()
            return [(number, why) for number, why in rows]


def record(session: Session, job: JobRow, before: Planned | None, saving: Saving, now: datetime) -> list[JobEventRow]:
    """Record what one save of a job brought; `before` is None for a new one. The caller holds the job's locks."""
    return add_events(session, job, events_of(before, planned_of(job)), before, saving, now)


def add_events(
    session: Session,
    job: JobRow,
    events: Sequence[Event],
    before: Planned | None,
    saving: Saving,
    now: datetime,
    at: datetime | None = None,
) -> list[JobEventRow]:
    """Record events of one save. Those that no rule is switched on for are quiet from the start (rule 21).

    They happened `at` a moment past, or now; a rule's own use-by time counts from then.
    """
    if not events:
        return []
    assert job.id is not None
    rules = in_force(session, job.template) if job.template else {}
    due = now + EDITING if furthest(events) is Event.RESCHEDULED else now
    key, origin = uuid.uuid4().hex, _window(before)
    if Event.RESCHEDULED in events and (untold := _untold_changes(session, job)):
        key, origin = untold[-1].save_key, known_window(untold[0].mark)
        _fold(session, job, untold, due)
    rows = []
    for event in events:
        mark = moved_mark(origin, _window(planned_of(job))) if event is Event.RESCHEDULED else ""
        row = _row(job.id, event, mark, key, saving, at or now, due)
        row.state, row.why = _begins(event, mark, rules.get(event), saving)
        row.rule_id, row.rule_version = _version(rules.get(event))
        rows.append(row)
    session.add_all(rows)
    session.flush()
    if any(row.state is EventState.WAITING for row in rows):
        feed.append(session, "event", job.id)
    return rows


def _begins(event: Event, mark: str, rule: RuleRow | None, saving: Saving) -> tuple[EventState, str]:
    if event.is_quick_action:
        return EventState.QUIET, "a quick action's own text tells it"
    if rule is None:
        return EventState.QUIET, "no alert is set up for it"
    if not rule.is_on:
        return EventState.QUIET, "the alert is switched off"
    if not saving.tells:
        return EventState.QUIET, "saved without texting anybody"
    if mark and known_window(mark) == window_of(mark):
        return EventState.QUIET, "moved back before anybody was told"
    return EventState.WAITING, ""


def _row(job_id: int, event: Event, mark: str, key: str, saving: Saving, now: datetime, due: datetime) -> JobEventRow:
    return JobEventRow(
        job_id=job_id,
        event=event,
        at=now,
        due_at=due,
        by=saving.by or "command line",
        save_key=key,
        mark=mark,
        again=event in saving.again,
    )


def _version(rule: RuleRow | None) -> tuple[int | None, int | None]:
    return (rule.id, rule.version) if rule is not None and rule.is_on else (None, None)


def _window(planned: Planned | None) -> str:
    return window_mark(planned.window_start, planned.window_end) if planned else ""


def _untold_changes(session: Session, job: JobRow) -> list[JobEventRow]:
    """Changes of the window that nobody was told of yet: still waiting, or told by texts that all wait for the hour."""
    left = (
        select(AlertTextRow.event_id)
        .join(MessageRow, col(MessageRow.id) == AlertTextRow.message_id)
        .where(MessageRow.job_id == job.id, MessageRow.stage == Stage.OUT)
    )
    held = (
        select(AlertTextRow.event_id)
        .join(MessageRow, col(MessageRow.id) == AlertTextRow.message_id)
        .where(MessageRow.job_id == job.id, MessageRow.stage == Stage.HELD)
    )
    told_nobody = (
        (col(JobEventRow.state) == EventState.TOLD) & col(JobEventRow.id).in_(held) & col(JobEventRow.id).not_in(left)
    )
    changes = select(JobEventRow).where(
        JobEventRow.job_id == job.id,
        JobEventRow.event == Event.RESCHEDULED,
        (col(JobEventRow.state) == EventState.WAITING) | told_nobody,
    )
    return list(session.exec(changes.order_by(col(JobEventRow.id))).all())


def _fold(session: Session, job: JobRow, changes: Sequence[JobEventRow], due: datetime) -> None:
    """Let earlier changes of the window be told with the newest one, and what was saved with them too."""
    for row in changes:
        row.state, row.why = EventState.QUIET, FOLDED
        session.add(row)
    beside = select(JobEventRow).where(
        JobEventRow.job_id == job.id,
        JobEventRow.save_key == changes[-1].save_key,
        JobEventRow.state == EventState.WAITING,
    )
    for row in session.exec(beside).all():
        row.due_at = due
        session.add(row)
