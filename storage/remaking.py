"""Automatic texts that still wait: made anew, let out, or withdrawn, inside the caller's transaction (rule 18).

Locks are taken in one order everywhere:

1. messages that are not out, by their ids;
2. jobs, by their ids;
3. texts of messages that are out, held for an hour (`storage.leaving.lock_held`), by their ids;
4. the change feed;
5. what is written under it alone: contacts, their links and invitations, messages that are out, read
   marks, locations.

Texts that are queued belong to the engine that claims them, which takes their job afterwards: whoever
has a job never waits for one (SKIP LOCKED).
"""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from domain.alerts import Box, Event
from domain.delivery import State
from domain.hours import leaves_at
from domain.messages import NOT_OUT, Stage
from domain.telling import Text, texts_of, why_moot
from storage import feed
from storage.alert_facts import account_of, facts_of, location_of
from storage.counters import recount_all
from storage.leaving import go_out, lock_held, take_back
from storage.rule_versions import is_on, rule_of
from storage.tables.alerts import AlertTextRow, EventState, JobEventRow, RuleRow
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow
from storage.tables.people import ContactRow
from storage.telling import OFF, Candidate, found, happening, store_text


def lock_job(session: Session, job_id: int, skip: bool = False) -> JobRow | None:
    """Take the locks of a job, its waiting messages and held texts; None where it is gone, or in use and `skip`."""
    waiting = select(MessageRow.id).where(MessageRow.job_id == job_id, col(MessageRow.stage).in_(NOT_OUT))
    session.exec(waiting.order_by(col(MessageRow.id)).with_for_update()).all()
    job = select(JobRow).where(JobRow.id == job_id).with_for_update(skip_locked=skip)
    row = session.exec(job).first()
    if row is not None:
        lock_held(session, (job_id,))
    return row


def remake_held(session: Session, job: JobRow, now: datetime) -> None:
    """Make every automatic text that waits on a job anew, so that what stands in Notes is true."""
    held = (
        select(MessageRow)
        .join(AlertTextRow, col(AlertTextRow.message_id) == MessageRow.id)
        .where(MessageRow.job_id == job.id, MessageRow.stage == Stage.HELD)
    )
    for message in session.exec(held.order_by(col(MessageRow.id))).all():
        _remake(session, job, message, now)


def release(session: Session, message_id: int, now: datetime, at_once: bool = False, notice: str = "") -> bool:
    """Make a waiting automatic text anew and let it out; False where it is gone, or its hour has not come.

    `at_once`: a person sends it in quiet hours too, and `notice` says why. A text that cannot go any
    more is withdrawn, or stands under Failed with its reason.
    """
    job_id = session.exec(select(MessageRow.job_id).where(MessageRow.id == message_id)).first()
    job = lock_job(session, job_id) if job_id is not None else None
    alert = session.get(AlertTextRow, message_id)
    message = session.get(MessageRow, message_id)
    if job is None or alert is None or message is None or message.stage is not Stage.HELD:
        return False
    if at_once:
        alert.quiet = False
        message.notice = " ".join(part for part in (message.notice, notice) if part)
    text = _remake(session, job, message, now)
    if text is None:
        return True
    if text.state is State.HELD:
        return False
    (delivery,) = _deliveries(session, message)
    delivery.state, delivery.reason, delivery.due_at, delivery.changed_at = text.state, text.reason, now, now
    message.dispatch_only = text.private
    session.add(delivery)
    go_out(session, job, message)
    return True


def wait_for_the_hour(session: Session, delivery: DeliveryRow, now: datetime) -> bool:
    """Stop a claimed automatic text that was overtaken by quiet hours; False where it may leave now.

    It waits like any other held text, or expires where it cannot wait that long. What a person sends
    again is a person's text.
    """
    alert = session.get(AlertTextRow, delivery.message_id) if delivery.message_id else None
    if alert is None or not alert.quiet or delivery.resend_of is not None or not account_of(session).holds:
        return False
    message = session.get_one(MessageRow, delivery.message_id, with_for_update=True)
    job = session.get_one(JobRow, message.job_id, with_for_update=True)
    location = location_of(session, job.location_id)
    zone = _zone(session, delivery) or location.time_zone
    opens = leaves_at(now, zone, location.quiet)
    if opens <= now:
        return False
    delivery.changed_at = now
    if delivery.use_by is not None and alert.use_by_minutes is not None and opens > delivery.use_by:
        delivery.state, delivery.reason = State.EXPIRED, "quiet hours came before it could leave"
        feed.append(session, "delivery", job.id)
    else:
        delivery.state, delivery.reason, delivery.due_at = State.HELD, f"quiet hours in {zone}", opens
        message.stage, message.leaves_at = Stage.HELD, opens
        session.add_all((delivery, message))
        recount_all(session, job)
        feed.append(session, "planned", job.id)
    session.flush()
    return True


def lock_concerned(session: Session, rule: RuleRow, template: str) -> tuple[Sequence[MessageRow], Sequence[JobRow]]:
    """Lock what a new version of a rule concerns: texts held under earlier ones, and jobs.

    The jobs are those with something waiting, and for a reminder's rule every open job of the template.
    """
    texts = select(AlertTextRow.message_id).where(col(AlertTextRow.rule_id).in_(_versions(rule)))
    held = select(MessageRow).where(MessageRow.stage == Stage.HELD, col(MessageRow.id).in_(texts))
    messages = session.exec(held.order_by(col(MessageRow.id)).with_for_update()).all()
    waiting = select(JobEventRow.job_id).where(_waits_under(rule))
    concerned: list[Any] = [col(JobRow.id).in_(waiting), col(JobRow.id).in_([m.job_id for m in messages])]
    if rule.event is Event.REMINDER:
        concerned.append((col(JobRow.template) == template) & col(JobRow.closed_at).is_(None))
    jobs = select(JobRow).where(or_(*concerned)).order_by(col(JobRow.id)).with_for_update()
    return messages, session.exec(jobs).all()


def withdraw_rule(
    session: Session, held: Iterable[MessageRow], jobs: Iterable[JobRow], rule: RuleRow, now: datetime
) -> None:
    """Withdraw what waits under a rule that was switched off (rule 21); the caller holds the locks."""
    for row in session.exec(select(JobEventRow).where(_waits_under(rule))).all():
        row.state, row.why = EventState.WITHDRAWN, OFF
        session.add(row)
    by_id = {job.id: job for job in jobs}
    for message in held:
        take_back(session, by_id[message.job_id], message, Stage.CALLED_BACK, f"withdrawn: {OFF}", now)


def _remake(session: Session, job: JobRow, message: MessageRow, now: datetime) -> Text | None:
    """Make one waiting text anew: its people, values, opt-outs and hours as they are now.

    Returns what it is now, or None where it was withdrawn. A text for somebody who came in another
    one's place is stored beside it.
    """
    alert = session.get_one(AlertTextRow, message.id)
    row = session.get_one(JobEventRow, alert.event_id)
    version = session.get_one(RuleRow, alert.rule_id)
    facts = facts_of(session, job, row.by)
    # What waits is not late: that counts from when it was to leave.
    event = replace(happening(session, row), due_at=min(now, message.leaves_at or now))
    why = why_moot(event, facts, now) if is_on(session, version) else OFF
    if why:
        take_back(session, job, message, Stage.CALLED_BACK, f"withdrawn: {why}", now)
        return None
    rule = replace(rule_of(version, job.template), quiet=alert.quiet)
    boxes = frozenset(Box(box) for box in json.loads(alert.found)["boxes"])
    texts = texts_of(event, rule, facts, now, boxes)
    mine = next((text for text in texts if _is_of(session, text, message)), None)
    if mine is None:
        take_back(session, job, message, Stage.CALLED_BACK, "withdrawn: it is for somebody else now", now)
    else:
        _renew(session, message, alert, mine, found(rule, mine), now)
    served = _served(session, row, message)
    for text in texts:
        if text is not mine and text.key not in served:
            store_text(session, job, Candidate(row, rule, text), alert.folded, now, f":instead:{uuid.uuid4().hex}")
    return mine


def _renew(session: Session, message: MessageRow, alert: AlertTextRow, text: Text, values: str, now: datetime) -> None:
    """Write what a waiting text is now; screens hear of it only where it changed."""
    (delivery,) = _deliveries(session, message)
    before = (message.body, message.leaves_at, delivery.reason, alert.found)
    message.body, message.leaves_at = text.words, text.leaves_at
    delivery.due_at, delivery.use_by, delivery.reason = text.leaves_at, text.use_by, text.reason
    alert.found = values
    if before != (message.body, message.leaves_at, delivery.reason, alert.found):
        delivery.changed_at = now
        session.flush()
        feed.append(session, "planned", message.job_id)


def _is_of(session: Session, text: Text, message: MessageRow) -> bool:
    """Whether a text made anew is for the people and the phone of a message."""
    people = session.exec(
        select(RecipientRow).where(RecipientRow.message_id == message.id).order_by(col(RecipientRow.place))
    ).all()
    now = [(person.contact_id, person.mobile) for person in text.people]
    return [(person.contact_id, person.mobile) for person in people] == now


def _served(session: Session, row: JobEventRow, but: MessageRow) -> set[str]:
    """The phones that other texts of an event are for."""
    phones = (
        select(DeliveryRow.to_address)
        .join(AlertTextRow, col(AlertTextRow.message_id) == DeliveryRow.message_id)
        .join(MessageRow, col(MessageRow.id) == DeliveryRow.message_id)
        .where(
            AlertTextRow.event_id == row.id,
            MessageRow.id != but.id,
            col(MessageRow.stage).in_((Stage.OUT, Stage.HELD)),
        )
    )
    return set(session.exec(phones).all())


def _deliveries(session: Session, message: MessageRow) -> Sequence[DeliveryRow]:
    """The one text of a waiting automatic message."""
    return session.exec(select(DeliveryRow).where(DeliveryRow.message_id == message.id)).all()


def _zone(session: Session, delivery: DeliveryRow) -> str:
    recipient = session.get(RecipientRow, delivery.recipient_id) if delivery.recipient_id else None
    contact = session.get(ContactRow, recipient.contact_id) if recipient and recipient.contact_id else None
    return contact.time_zone if contact else ""


def _versions(rule: RuleRow) -> Any:
    return select(RuleRow.id).where(RuleRow.template_id == rule.template_id, RuleRow.event == rule.event)


def _waits_under(rule: RuleRow) -> Any:
    return (col(JobEventRow.state) == EventState.WAITING) & col(JobEventRow.rule_id).in_(_versions(rule))
