"""A decision on an estimate, judged and stored under the job's lock together with its message."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from domain.deciding import (
    CALLED_OFF,
    LESS_THAN_NOTHING,
    CodeNeeded,
    Decided,
    DecidedByAnother,
    DecidedMeanwhile,
    Outcome,
    Submitted,
    Superseded,
    checked_order,
    confirmed_part,
    decision_words,
    message_words,
)
from domain.errors import Refusal
from domain.estimates import Choice, Decision, Version, approved_totals, decided, digest_of, show_money
from domain.jobs import Status
from domain.messages import DISPATCH, Kind, NewMessage, Party, Person
from domain.people import first_name
from storage.alert_facts import account_of
from storage.approval_codes import Asked, Typed, confirm
from storage.conversations import store_message
from storage.estimate_rows import as_decision, decisions_of, newest_out, version_of
from storage.remaking import lock_job
from storage.tables.estimates import EstimateChoiceRow, EstimateDecisionRow, EstimateVersionRow
from storage.tables.jobs import JobRow
from storage.tables.messages import RecipientRow
from storage.tables.people import ContactRow, LocationRow, UserRow
from storage.tables.system import LinkRow

GONE = "This estimate is not there any more. Open your page again."
_SENT_BEFORE = "This form was sent before with other choices. Open the estimate again to change the decision."
_ALTERED = "This estimate does not read as it did when it went out, so that nothing can be decided on it. Call us."
_LARGEST_ID = 2**31 - 1
_ENDED = "This link was ended. Ask us for a new one by text."


class _Case(NamedTuple):
    """What a decision is about, as the transaction sees it."""

    job: JobRow
    contact: ContactRow
    version: Version
    choices: Mapping[int, Choice]
    order: str

    @property
    def approved(self) -> int:
        """The total of the approved lines, tax included."""
        return approved_totals(self.version.lines, self.choices).total


def decide(session: Session, submitted: Submitted, typed: Typed, now: datetime) -> Outcome:
    """Store a decision, or tell why not; see `storage.estimates.Estimates.decide`."""
    job = lock_job(session, submitted.job_id)
    contact = session.get(ContactRow, submitted.contact_id)
    if job is None or contact is None:
        raise Refusal(GONE)
    _check_link(session, submitted)
    known = select(EstimateDecisionRow).where(EstimateDecisionRow.form_id == submitted.form_id)
    row = session.exec(known).first()
    if row is not None:
        return _sent_before(session, row, submitted)
    version, newest = _asked_for(session, submitted)
    before = next(iter(decisions_of(session, version.id)[-1:]), None)
    stopped = _stopped(version, newest, before, submitted)
    if stopped is not None:
        return stopped
    if job.status is Status.CANCELLED and submitted.recorder is None:
        raise Refusal(CALLED_OFF)
    deciding = submitted.deciding
    case = _Case(job, contact, version, decided(version, deciding), checked_order(deciding.purchase_order))
    if before is not None and _same(case, before, submitted):
        return Decided(before, version.number, repeated=True)
    if before is not None and before.id != deciding.seen:
        return DecidedMeanwhile(before)
    if case.approved < 0:
        raise Refusal(LESS_THAN_NOTHING, "choices")
    needed, confirmed = _confirmed(session, case, submitted, typed, now)
    return needed or _store(session, case, submitted, confirmed, now, changes=before is not None)


def _check_link(session: Session, submitted: Submitted) -> None:
    """A link that was ended while its page was open decides nothing."""
    link = session.get(LinkRow, submitted.link_id) if submitted.link_id is not None else None
    if submitted.recorder is None and (link is None or link.revoked_at is not None):
        raise Refusal(_ENDED)


def _asked_for(session: Session, submitted: Submitted) -> tuple[Version, EstimateVersionRow]:
    """The version that was decided on and the newest one; Refusal where this person may not know of it."""
    wanted = submitted.deciding.version_id
    row = session.get(EstimateVersionRow, wanted) if 0 < wanted <= _LARGEST_ID else None
    newest = newest_out(session, submitted.job_id)
    if row is None or newest is None or row.job_id != submitted.job_id or row.shared_at is None:
        raise Refusal(GONE)
    version = version_of(session, row)
    if version.on_its_way or submitted.contact_id not in version.recipients:
        raise Refusal(GONE)
    return version, newest


def _stopped(
    version: Version, newest: EstimateVersionRow, before: Decision | None, submitted: Submitted
) -> Outcome | None:
    """What keeps a version from being decided by this person."""
    if version.id != newest.id or submitted.deciding.digest != version.digest:
        return Superseded(newest.number)
    if digest_of(version) != version.digest:
        raise Refusal(_ALTERED)
    if version.taken_at is not None:
        after = "Share a new version to change it." if submitted.recorder else "Call us to change it."
        raise Refusal(f"{first_name(version.taken_by)} took this decision over, so that it stands. {after}")
    if before is not None and before.contact_id != submitted.contact_id:
        return DecidedByAnother(before)
    return None


def _same(case: _Case, before: Decision, submitted: Submitted) -> bool:
    """Whether the decision that counts says just this already, told in the same way."""
    told = bool(before.recorded_by) == (submitted.recorder is not None)
    return told and (before.choices, before.purchase_order) == (case.choices, case.order)


def _confirmed(
    session: Session, case: _Case, submitted: Submitted, typed: Typed, now: datetime
) -> tuple[CodeNeeded | None, bool]:
    """What code is still needed (rule 52), and whether one was typed; a dispatcher records without any."""
    limit = free_limit(session.get_one(LocationRow, case.job.location_id), case.version.currency)
    if submitted.recorder is not None or submitted.link_id is None or case.approved <= limit:
        return None, False
    amount = show_money(case.approved, case.version.currency)
    asked = Asked(
        submitted.link_id,
        case.version.id,
        confirmed_part(case.version.id, case.version.digest, case.choices),
        f"{amount} of estimate {case.version.number}",
    )
    needed = confirm(session, case.job, case.contact, asked, typed, now)
    return needed, needed is None


def free_limit(place: LocationRow, currency: str) -> int:
    """What the link alone may approve of an estimate, in its minor units; in another currency nothing."""
    return place.approve_up_to if place.currency == currency else 0


def _store(
    session: Session, case: _Case, submitted: Submitted, confirmed: bool, now: datetime, changes: bool
) -> Decided:
    row = EstimateDecisionRow(
        version_id=case.version.id,
        form_id=submitted.form_id,
        by=case.contact.name,
        contact_id=case.contact.id,
        recorded_by=submitted.recorder.name if submitted.recorder else "",
        how=submitted.how,
        link_id=submitted.link_id,
        address=submitted.address,
        confirmed=confirmed,
        digest=case.version.digest,
        approved=case.approved,
        purchase_order=case.order,
        at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    for line_id, choice in case.choices.items():
        session.add(EstimateChoiceRow(decision_id=row.id, line_id=line_id, choice=choice))
    session.flush()
    row.message_id = store_message(session, _message(session, case, submitted, now, changes))
    session.add(row)
    return Decided(as_decision(row, dict(case.choices)), case.version.number)


def _message(session: Session, case: _Case, submitted: Submitted, now: datetime, changes: bool) -> NewMessage:
    """The decision in the conversation: for the team and for those who may decide too (rule 50)."""
    contact, recorder = case.contact, submitted.recorder
    decider = Person(Party.CONTACT, contact.name, contact_id=contact.id, mobile=contact.mobile)
    words = decision_words(case.version.number, case.choices, case.order)
    to = (*_others(session, case.version, contact.id), *_worker(session, case.job))
    return NewMessage(
        job_id=case.version.job_id,
        kind=Kind.DECISION,
        author=recorder or decider,
        recipients=(decider, *to) if recorder else (DISPATCH, *to),
        body=message_words(contact.name, words, recorder.name if recorder else "", submitted.how, changes),
        at=now,
        compose_id=f"decision:{submitted.form_id}",
        reply_to=case.version.message_id,
        after_closing=case.job.closed_at is not None,
        deliveries=submitted.deliveries if recorder else (),
    )


def _others(session: Session, version: Version, contact_id: int | None) -> list[Person]:
    """Everybody else whom the Request approval was for."""
    theirs = select(RecipientRow).where(
        RecipientRow.message_id == version.message_id,
        RecipientRow.role == Party.CONTACT,
        col(RecipientRow.contact_id) != contact_id,
    )
    rows = session.exec(theirs.order_by(col(RecipientRow.place))).all()
    return [Person(Party.CONTACT, row.name, contact_id=row.contact_id, mobile=row.mobile) for row in rows]


def _worker(session: Session, job: JobRow) -> list[Person]:
    """The assigned worker, where workers take part in customer messages (rule 15)."""
    worker = session.get(UserRow, job.worker_id) if job.worker_id else None
    if worker is None or not account_of(session).three_way:
        return []
    return [Person(Party.WORKER, worker.name, worker.id)]


def _sent_before(session: Session, row: EstimateDecisionRow, submitted: Submitted) -> Decided:
    """The answer to a double post; Refusal where the same form says something else now."""
    deciding = submitted.deciding
    (known,) = [d for d in decisions_of(session, row.version_id) if d.id == row.id]
    chosen = {line: deciding.choices.get(line) for line in known.choices}
    order = checked_order(deciding.purchase_order)
    if row.version_id != deciding.version_id or chosen != known.choices or order != known.purchase_order:
        raise Refusal(_SENT_BEFORE)
    return Decided(known, session.get_one(EstimateVersionRow, row.version_id).number, repeated=True)
