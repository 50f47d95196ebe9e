"""Six-digit codes for approving more than the link alone may: texted, typed, used once (rule 52)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from domain.deciding import CODE_LASTS, CODE_TRIES, CODES_AN_HOUR, CodeNeeded
from domain.delivery import FAILURES, Channel, State
from domain.errors import Refusal
from domain.links import CODE_PLACE
from domain.phone import tail
from storage import feed
from storage.opt_outs import in_force
from storage.sending_numbers import number_for
from storage.tables.estimates import ApprovalCodeRow
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow
from storage.tables.people import ContactRow

_HOUR = timedelta(hours=1)
_NOT_THERE = FAILURES - {State.UNCONFIRMED}
_CHANGED = "Your choices are not those the code was for. Type the new one, which is on its way to you."
_OLD = "That code is older than ten minutes. Ask for another one."
_LOST = "The text with the code did not reach your phone. Ask for another one, or call us."
_WORN = "The code was typed wrong five times and is of no use any more. Ask for another one."


class Asked(NamedTuple):
    """What is to be confirmed: by which link, on which version, `part` of `confirmed_part`, and it in words."""

    link_id: int
    version_id: int
    part: str
    words: str


class Typed(NamedTuple):
    """`fits` tells whether the typed code is that of a row, None where none was typed; `another` asks for a new one."""

    fits: Callable[[int], bool] | None = None
    another: bool = False


def confirm(
    session: Session, job: JobRow, contact: ContactRow, asked: Asked, typed: Typed, now: datetime
) -> CodeNeeded | None:
    """None where the right code was typed, which is used up by it; else what is still needed.

    Only the newest code of a link counts. The caller holds the job's lock.
    Raises Refusal where no code can be texted to this contact, or too many were.
    """
    newest = select(ApprovalCodeRow).where(ApprovalCodeRow.link_id == asked.link_id)
    row = session.exec(newest.order_by(col(ApprovalCodeRow.id).desc()).limit(1)).first()
    same = row is not None and row.used_at is None and (row.version_id, row.choices) == (asked.version_id, asked.part)
    if row is None or not same:
        return _text(session, job, contact, asked, now, _CHANGED if typed.fits and row else "")
    if typed.another:
        return _text(session, job, contact, asked, now)
    if typed.fits is None and not _lives(row, now):
        return _text(session, job, contact, asked, now)
    if typed.fits is None:
        return _needed(session, row, contact, now, _LOST if _is_lost(session, row, contact) else "")
    return _try(session, row, contact, typed.fits, now)


def why_no_code(session: Session, contact: ContactRow) -> str:
    """Why no code can be texted to a contact, in words for themselves; "" where one can."""
    if not contact.mobile:
        return "we have no mobile number of yours"
    if in_force(session, contact.mobile):
        return "your phone is opted out of our texts; text START to it to undo that"
    return "" if contact.sms_on else "texts to you are switched off"


def _try(
    session: Session, row: ApprovalCodeRow, contact: ContactRow, fits: Callable[[int], bool], now: datetime
) -> CodeNeeded | None:
    if now >= row.expires_at:
        return _needed(session, row, contact, now, _OLD)
    if row.tries >= CODE_TRIES:
        return _needed(session, row, contact, now, _WORN)
    assert row.id is not None
    if fits(row.id):
        row.used_at = now
        session.add(row)
        return None
    row.tries += 1
    session.add(row)
    left = CODE_TRIES - row.tries
    wrong = f"That is not the code. {left} {'try is' if left == 1 else 'tries are'} left." if left else _WORN
    return _needed(session, row, contact, now, wrong)


def _text(
    session: Session, job: JobRow, contact: ContactRow, asked: Asked, now: datetime, problem: str = ""
) -> CodeNeeded:
    """Make a code and text it to the number on file; whoever holds the phone reads there what it is for."""
    why = why_no_code(session, contact)
    if why or contact.mobile is None:
        raise Refusal(
            f"{asked.words} is more than the link alone may approve, and no code can be texted to you: {why}."
            " Call us, and we note your decision.",
            "choices",
        )
    _check_rate(session, asked.link_id, now)
    row = ApprovalCodeRow(
        link_id=asked.link_id,
        version_id=asked.version_id,
        choices=asked.part,
        made_at=now,
        expires_at=now + CODE_LASTS,
    )
    session.add(row)
    session.flush()
    body = f"{CODE_PLACE} is your code to approve {asked.words} on job {job.number}. It works for 10 minutes."
    session.add(
        DeliveryRow(
            channel=Channel.SMS,
            to_address=contact.mobile,
            from_number=number_for(session, job, contact.mobile),
            state=State.QUEUED,
            due_at=now,
            use_by=row.expires_at,
            changed_at=now,
            body=body,
            code_id=row.id,
        )
    )
    feed.append(session, "delivery", job.id)
    return _needed(session, row, contact, now, problem)


def _check_rate(session: Session, link_id: int, now: datetime) -> None:
    lately = select(ApprovalCodeRow.made_at).where(
        ApprovalCodeRow.link_id == link_id, col(ApprovalCodeRow.made_at) > now - _HOUR
    )
    made = sorted(session.exec(lately).all())
    if len(made) >= CODES_AN_HOUR:
        minutes = max(1, -(-(made[-CODES_AN_HOUR] + _HOUR - now) // timedelta(minutes=1)))
        raise Refusal(
            f"{CODES_AN_HOUR} codes were texted within an hour, which is the most."
            f" Try again in {minutes} minute{'' if minutes == 1 else 's'}, or call us.",
            "code",
        )


def _needed(
    session: Session, row: ApprovalCodeRow, contact: ContactRow, now: datetime, problem: str = ""
) -> CodeNeeded:
    lately = select(func.count()).where(
        ApprovalCodeRow.link_id == row.link_id, col(ApprovalCodeRow.made_at) > now - _HOUR
    )
    may_ask = session.exec(lately).one() < CODES_AN_HOUR
    left = CODE_TRIES - row.tries if _lives(row, now) else 0
    return CodeNeeded(tail(contact.mobile or ""), row.expires_at, left, problem, may_ask)


def _is_lost(session: Session, row: ApprovalCodeRow, contact: ContactRow) -> bool:
    """Whether the text that brought a code is known not to have arrived."""
    brought = select(DeliveryRow.state).where(DeliveryRow.to_address == contact.mobile, DeliveryRow.code_id == row.id)
    return session.exec(brought).first() in _NOT_THERE


def _lives(row: ApprovalCodeRow, now: datetime) -> bool:
    return now < row.expires_at and row.tries < CODE_TRIES
