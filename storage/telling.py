"""Making messages of what happened to a job, inside the caller's transaction, which holds the job's lock."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from domain.alerts import Event, Rule, progress, window_of
from domain.delivery import Channel, State
from domain.messages import SYSTEM, Kind, NewDelivery, NewMessage, Stage
from domain.placeholders import names_in
from domain.telling import Facts, Happening, Text, texts_of, why_moot
from storage.alert_facts import facts_of
from storage.conversations import store_message
from storage.rule_versions import is_on, minutes_of, rule_of
from storage.tables.alerts import AlertTextRow, EventState, JobEventRow, RuleRow
from storage.tables.jobs import JobRow
from storage.tables.messages import MessageRow

OFF = "the alert was switched off"
FOLDED = "folded: the window was changed again before it was told"
TOLD_ALREADY = "told already: an event texts once per job"
_ON_ITS_WAY = (Event.ON_THE_WAY, Event.STARTED)
_Settled = tuple[EventState, str]


class Candidate(NamedTuple):
    """A text that an event brings to one phone, and the rule that says so."""

    row: JobEventRow
    rule: Rule
    text: Text


class Raised(NamedTuple):
    """An event that was recorded: whether it is told, and if not, why."""

    event: Event
    told: bool
    why: str
    told_already: bool = False


class Outlook(NamedTuple):
    """What a save brings: every text, also one that cannot go, and what becomes of each of its events."""

    texts: tuple[Text, ...]
    raised: tuple[Raised, ...]

    @property
    def going(self) -> tuple[Text, ...]:
        """The texts that leave, now or when their hour comes."""
        return tuple(text for text in self.texts if text.goes)

    @property
    def phones(self) -> int:
        """To how many phones they go."""
        return len({text.phone for text in self.going})


class _Plan(NamedTuple):
    """What becomes of one save: the events that bring no text, and for each phone the texts, furthest along first."""

    settled: dict[int | None, _Settled]
    phones: dict[str, list[Candidate]]


def tell_job(session: Session, job: JobRow, now: datetime) -> list[Text]:
    """Text about everything of a job that is due; returns the texts, those that could not go included."""
    told = []
    for rows in _saves(session, job, col(JobEventRow.due_at) <= now):
        plan = _plan(session, job, rows, now)
        for candidates in plan.phones.values():
            store_text(session, job, candidates[0], _folded(session, candidates), now)
            told.append(candidates[0].text)
        for row in rows:
            row.state, row.why = plan.settled.get(row.id) or _outcome(row, plan)
            session.add(row)
        session.flush()
    return told


def outlook(session: Session, job: JobRow, events: Sequence[JobEventRow]) -> Outlook:
    """What becomes of events that were just recorded on a job; nothing is written."""
    keys = {row.save_key for row in events}
    texts: list[Text] = []
    settled: dict[int | None, _Settled] = {row.id: (row.state, row.why) for row in events}
    for rows in _saves(session, job, col(JobEventRow.save_key).in_(keys)):
        plan = _plan(session, job, rows, max(row.due_at for row in rows))
        texts += [candidates[0].text for candidates in plan.phones.values()]
        settled |= {row.id: plan.settled.get(row.id) or _outcome(row, plan) for row in rows}
    return Outlook(tuple(texts), tuple(_raised(row.event, *settled[row.id]) for row in events))


def _raised(event: Event, state: EventState, why: str) -> Raised:
    return Raised(event, state is EventState.TOLD, why, why == TOLD_ALREADY)


def told_before(session: Session, job_id: int, event: Event, mark: str, but: int | None = None) -> bool:
    """Whether this was told on this job before, and nothing else since that makes it news again."""
    living = select(AlertTextRow.event_id).join(MessageRow, col(MessageRow.id) == AlertTextRow.message_id)
    living = living.where(MessageRow.job_id == job_id, col(MessageRow.stage).in_((Stage.OUT, Stage.HELD)))
    told = select(JobEventRow.mark).where(
        JobEventRow.job_id == job_id,
        JobEventRow.event == event,
        JobEventRow.state == EventState.TOLD,
        col(JobEventRow.id).in_(living),
    )
    if but is not None:
        told = told.where(JobEventRow.id != but)
    marks = session.exec(told.order_by(col(JobEventRow.id).desc())).all()
    if event is Event.RESCHEDULED:  # the last one alone counts: there and back again is news
        return bool(marks) and window_of(marks[0]) == window_of(mark)
    return mark in marks


def happening(session: Session, row: JobEventRow) -> Happening:
    """A stored event as the rules of telling know it."""
    went_on = select(JobEventRow.id).where(
        JobEventRow.job_id == row.job_id,
        col(JobEventRow.event).in_(_ON_ITS_WAY),
        JobEventRow.save_key != row.save_key,
        col(JobEventRow.id) > row.id,
    )
    overtaken = row.event is Event.RESCHEDULED and session.exec(went_on.limit(1)).first() is not None
    return Happening(row.event, row.at, row.due_at, row.mark, overtaken)


def store_text(
    session: Session, job: JobRow, candidate: Candidate, folded: str, now: datetime, instead: str = ""
) -> None:
    """Store one text with the reason why it exists; `instead` tells a text that takes another one's place."""
    row, rule, text = candidate
    held = text.state is State.HELD
    assert job.id is not None
    assert row.id is not None
    new = NewMessage(
        job_id=job.id,
        kind=Kind.ALERT,
        author=SYSTEM,
        recipients=text.people,
        body=text.words,
        at=now,
        compose_id=f"event:{row.id}:{text.key}{instead}",
        dispatch_only=text.private,
        deliveries=(NewDelivery(0, Channel.SMS, text.phone, text.state, text.leaves_at, text.use_by, text.reason),),
        stage=Stage.HELD if held else Stage.OUT,
        leaves_at=text.leaves_at if held else None,
    )
    alert = AlertTextRow(
        message_id=store_message(session, new),
        event_id=row.id,
        rule_id=rule.id,
        rule_version=rule.version,
        wording=rule.text,
        found=found(rule, text),
        folded=folded,
        quiet=rule.quiet,
        use_by_minutes=minutes_of(rule.use_by),
    )
    session.add(alert)
    session.flush()


def found(rule: Rule, text: Text) -> str:
    """The values that a text used, and the boxes that it is for, as they are stored."""
    used = {name: text.values.get(name, "") for name in names_in(rule.text)}
    return json.dumps({"values": used, "boxes": [box.value for box in text.boxes]}, ensure_ascii=False)


def _saves(session: Session, job: JobRow, which: Any) -> list[list[JobEventRow]]:
    """The waiting events of a job, those of one save together."""
    waiting = select(JobEventRow).where(JobEventRow.job_id == job.id, JobEventRow.state == EventState.WAITING)
    saves: dict[str, list[JobEventRow]] = {}
    for row in session.exec(waiting.where(which).order_by(col(JobEventRow.id))).all():
        saves.setdefault(row.save_key, []).append(row)
    return list(saves.values())


def _plan(session: Session, job: JobRow, rows: Sequence[JobEventRow], now: datetime) -> _Plan:
    facts = facts_of(session, job, rows[0].by)
    plan = _Plan({}, {})
    for row in sorted(rows, key=lambda row: progress(row.event), reverse=True):
        version = session.get(RuleRow, row.rule_id) if row.rule_id else None
        if version is None or not is_on(session, version):
            plan.settled[row.id] = (EventState.WITHDRAWN, OFF)
            continue
        why = _why_quiet(session, row, facts, now)
        if why is not None:
            plan.settled[row.id] = why
            continue
        rule = rule_of(version, job.template)
        for text in texts_of(happening(session, row), rule, facts, now):
            plan.phones.setdefault(text.key, []).append(Candidate(row, rule, text))
    return plan


def _why_quiet(session: Session, row: JobEventRow, facts: Facts, now: datetime) -> _Settled | None:
    if not row.again and told_before(session, row.job_id, row.event, row.mark, row.id):
        return EventState.QUIET, TOLD_ALREADY
    why = why_moot(happening(session, row), facts, now)
    return (EventState.WITHDRAWN, why) if why else None


def _outcome(row: JobEventRow, plan: _Plan) -> _Settled:
    """What became of an event that was worth telling."""
    first = [candidates[0] for candidates in plan.phones.values()]
    mine = [candidate.text for candidate in first if candidate.row is row]
    if any(text.goes for text in mine):
        return EventState.TOLD, ""
    if mine:
        return EventState.FAILED, "; ".join(dict.fromkeys(text.reason for text in mine))
    folded = [c[0] for c in plan.phones.values() if any(candidate.row is row for candidate in c)]
    if folded:
        return EventState.QUIET, f"folded into {folded[0].row.event.words}: one text per phone and save"
    return EventState.QUIET, "nobody to tell: this job has no ad hoc number"


def _folded(session: Session, candidates: Sequence[Candidate]) -> str:
    """What was not told because of a text: nearer events of its save, and earlier changes of the window."""
    words = [candidate.row.event.words for candidate in candidates[1:]]
    earlier = select(JobEventRow.id).where(
        JobEventRow.save_key == candidates[0].row.save_key, JobEventRow.why == FOLDED
    )
    changes = len(session.exec(earlier).all())
    if changes:
        words.append(f"{changes} earlier change{'s' if changes > 1 else ''} of the window")
    return "; ".join(words)
