"""Reminders before a job's start: rows that stand until they are due, never jobs of a scheduler."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from domain.alerts import BEFORE_START, Event, window_mark
from domain.hours import read_lead, reminder_at
from storage.rule_versions import in_force
from storage.tables.alerts import EventState, JobEventRow, RuleRow
from storage.tables.jobs import JobRow
from storage.tables.people import LocationRow

CLOCK = "the clock"
PAST = "skipped: it was already past when it was planned"


class _Wanted(NamedTuple):
    """The reminder that a job should have."""

    mark: str
    due_at: datetime
    rule: RuleRow


def keep_reminder(session: Session, job: JobRow, now: datetime) -> None:
    """Write, move or withdraw a job's reminder, as its window, template and status now want it.

    Takes no locks beyond the job's own, which the caller holds.
    """
    rule = in_force(session, job.template).get(Event.REMINDER) if job.template else None
    rows = session.exec(select(JobEventRow).where(_OF_REMINDER, JobEventRow.job_id == job.id)).all()
    if rule is not None or rows:
        _keep(session, job, rule, rows, _zone(session, job), now)


def keep_at(session: Session, location_id: int, now: datetime) -> None:
    """The same for every open job of a location that was moved to another zone."""
    jobs = select(JobRow).where(JobRow.location_id == location_id, col(JobRow.closed_at).is_(None))
    found = session.exec(jobs.order_by(col(JobRow.id)).with_for_update()).all()
    for template in sorted({job.template for job in found if job.template}):
        rule = in_force(session, template).get(Event.REMINDER)
        if rule is not None:
            keep_each(session, [job for job in found if job.template == template], rule, now)


def keep_each(session: Session, jobs: Sequence[JobRow], rule: RuleRow, now: datetime) -> None:
    """The same for open jobs of one template whose rule changed; a reminder already past is skipped (rule 21).

    The caller holds the jobs' locks.
    """
    rows: defaultdict[int, list[JobEventRow]] = defaultdict(list)
    mine = select(JobEventRow).join(JobRow, col(JobRow.id) == JobEventRow.job_id)
    for template in {job.template for job in jobs}:
        for row in session.exec(mine.where(_OF_REMINDER, JobRow.template == template, col(JobRow.closed_at).is_(None))):
            rows[row.job_id].append(row)
    zones = {row.id: row.time_zone for row in session.exec(select(LocationRow))}
    for job in jobs:
        _keep(session, job, rule, rows[job.id or 0], zones[job.location_id], now)
    session.flush()


def _keep(
    session: Session, job: JobRow, rule: RuleRow | None, rows: Sequence[JobEventRow], zone: str, now: datetime
) -> None:
    wanted = _wanted(job, rule, zone)
    waiting = next((row for row in rows if row.state is EventState.WAITING), None)
    if wanted is None:
        if waiting is not None:
            _settle(session, waiting, EventState.WITHDRAWN, _why_none(job, rule))
        return
    if waiting is None:
        _begin(session, job, wanted, rows, now)
    elif waiting.mark != wanted.mark or waiting.due_at > now:
        _move(session, waiting, wanted, rows, now)
    # What is due already and stays true keeps the rule it fell due under.


def _wanted(job: JobRow, rule: RuleRow | None, zone: str) -> _Wanted | None:
    if rule is None or not rule.is_on or job.window_start is None or job.status not in BEFORE_START:
        return None
    due = reminder_at(job.window_start, read_lead(rule.lead), zone)
    return _Wanted(window_mark(job.window_start, None), due, rule)


def _begin(session: Session, job: JobRow, wanted: _Wanted, rows: Iterable[JobEventRow], now: datetime) -> None:
    assert job.id is not None
    if _told(rows, wanted):
        return
    past = wanted.due_at <= now
    if past and (_start(job) <= now or any(row.mark == wanted.mark and row.why == PAST for row in rows)):
        return
    session.add(
        JobEventRow(
            job_id=job.id,
            event=Event.REMINDER,
            at=wanted.due_at,
            due_at=wanted.due_at,
            by=CLOCK,
            save_key=_key(job.id, wanted),
            mark=wanted.mark,
            state=EventState.QUIET if past else EventState.WAITING,
            why=PAST if past else "",
            rule_id=wanted.rule.id,
            rule_version=wanted.rule.version,
        )
    )


def _move(session: Session, row: JobEventRow, wanted: _Wanted, rows: Iterable[JobEventRow], now: datetime) -> None:
    row.mark, row.at, row.due_at = wanted.mark, wanted.due_at, wanted.due_at
    row.rule_id, row.rule_version, row.save_key = wanted.rule.id, wanted.rule.version, _key(row.job_id, wanted)
    if _told(rows, wanted):
        _settle(session, row, EventState.QUIET, "told already")
    elif wanted.due_at <= now:
        _settle(session, row, EventState.QUIET, PAST)
    session.add(row)


def _told(rows: Iterable[JobEventRow], wanted: _Wanted) -> bool:
    return any(row.mark == wanted.mark and row.state is EventState.TOLD for row in rows)


def _why_none(job: JobRow, rule: RuleRow | None) -> str:
    if job.closed_at is not None:
        return "the job was closed"
    if rule is None or not rule.is_on:
        return "the alert was switched off"
    return "the job has no planned start any more" if job.window_start is None else "the worker is on the job already"


def _settle(session: Session, row: JobEventRow, state: EventState, why: str) -> None:
    row.state, row.why = state, why
    session.add(row)


def _start(job: JobRow) -> datetime:
    assert job.window_start is not None
    return job.window_start


def _key(job_id: int, wanted: _Wanted) -> str:
    return f"reminder:{job_id}:{wanted.mark}"


def _zone(session: Session, job: JobRow) -> str:
    return session.get_one(LocationRow, job.location_id).time_zone


_OF_REMINDER = col(JobEventRow.event) == Event.REMINDER
