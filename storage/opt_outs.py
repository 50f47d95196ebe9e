"""Who texted STOP: kept for each phone, over all our numbers, until that phone texts START (rule 28)."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables.people import OptOutRow
from storage.upsert import insert


def in_force(session: Session, phone: str) -> bool:
    """Whether this phone is opted out now."""
    return _current(session, phone) is not None


def opt_out(session: Session, phone: str, word: str, at: datetime) -> None:
    """Record an opt-out; a second STOP changes nothing."""
    session.flush()
    session.exec(insert(session, OptOutRow).values(phone=phone, word=word, at=at).on_conflict_do_nothing())


def opt_in(session: Session, phone: str, at: datetime) -> None:
    """Clear an opt-out after START; the record of it stays."""
    row = _current(session, phone)
    if row is not None:
        row.cleared_at = at
        session.add(row)
        session.flush()


def _current(session: Session, phone: str) -> OptOutRow | None:
    return session.exec(select(OptOutRow).where(OptOutRow.phone == phone, col(OptOutRow.cleared_at).is_(None))).first()
