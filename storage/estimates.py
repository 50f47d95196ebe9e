"""Estimates: kept as drafts, shared as versions that do not change, decided once, taken over."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, delete, func, select

from domain.deciding import Outcome, Submitted, checked_note
from domain.errors import Refusal
from domain.estimates import History, Line, Version, checked
from domain.jobs import Status
from storage import feed
from storage.approval_codes import Typed, why_no_code
from storage.engine import Database
from storage.estimate_decisions import decide, free_limit
from storage.estimate_rows import decisions_of, draft_row, history_of, newest_out, on_its_way, version_of
from storage.estimate_shares import share, unshare
from storage.plain import Plain
from storage.remaking import lock_job
from storage.tables.estimates import EstimateLineRow, EstimateVersionRow
from storage.tables.jobs import JobRow
from storage.tables.people import ContactRow, LocationRow

__all__ = ["Estimates", "Terms", "share", "unshare"]

_NO_JOB = "This job is not there any more. Go back to the list."


class Terms(NamedTuple):
    """What a contact's page says beside an estimate. `approve_up_to` in minor units; `call` is E.164, "" for none.

    `called_off`: the job was, so that a contact decides nothing on it any more.
    """

    job_number: str
    approve_up_to: int
    call: str
    why_no_code: str
    called_off: bool


class Estimates:
    """Keeps estimates and what was decided on them. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.plain = plain
        self.clock = clock

    def history(self, job_id: int) -> list[History]:
        """Every version of a job's estimate with its decisions, oldest first; the draft, if any, comes last."""
        with self.database.read() as session:
            return history_of(session, job_id)

    def version(self, version_id: int) -> Version | None:
        """One version, or None."""
        with self.database.read() as session:
            row = session.get(EstimateVersionRow, version_id)
            return version_of(session, row) if row is not None else None

    def shared_on(self) -> list[int]:
        """The jobs on which an estimate was shared, oldest first."""
        rows = self.plain.rows(
            "SELECT DISTINCT job_id FROM estimate_version WHERE shared_at IS NOT NULL ORDER BY job_id"
        )
        return [row[0] for row in rows]

    def terms(self, job_id: int, contact_id: int, currency: str) -> Terms:
        """On what terms a contact of a job decides there on amounts in a currency (rule 52)."""
        with self.database.read() as session:
            job = session.get_one(JobRow, job_id)
            place = session.get_one(LocationRow, job.location_id)
            contact = session.get_one(ContactRow, contact_id)
            return Terms(
                job.number,
                free_limit(place, currency),
                place.callback_phone,
                why_no_code(session, contact),
                job.status is Status.CANCELLED,
            )

    def keep_draft(
        self, job_id: int, lines: Sequence[Line], note: str, by: str, opened: Version | None = None
    ) -> Version:
        """Keep the job's draft, which there is one of; a new one gets the job's next number.

        `opened` is the draft that the editor began from, None where there was none: where somebody else
        changed or shared it since, nothing is stored. Raises Refusal, with field "lines" or "note" where
        it is about them.
        """
        kept, words = checked(lines), checked_note(note)
        with self.database.write() as session:
            job = _locked(session, job_id)
            row = draft_row(session, job_id)
            _check_hands(session, row, by, opened)
            if row is None:
                row = _new_draft(session, job, by, self.clock())
            row.note, row.made_by, row.made_at = words, by, self.clock()
            session.add(row)
            _write_lines(session, row, kept)
            feed.append(session, "estimate", job_id)
            return version_of(session, row)

    def discard_draft(self, job_id: int) -> bool:
        """Forget the draft; False where there is none. Its number is given again."""
        with self.database.write() as session:
            _locked(session, job_id)
            row = draft_row(session, job_id)
            if row is None:
                return False
            session.exec(delete(EstimateLineRow).where(col(EstimateLineRow.version_id) == row.id))
            session.delete(row)
            feed.append(session, "estimate", job_id)
            return True

    def decide(
        self, submitted: Submitted, fits: Callable[[int], bool] | None = None, another_code: bool = False
    ) -> Outcome:
        """Store a decision with its message in one transaction, under the job's lock, or tell why not.

        It must be on the newest version whose Request approval has left, by one of its recipients, with
        the digest of what was shown; the first one counts, and only its decider changes it until it is
        taken over (rules 50, 51). `fits` tells whether the code that was typed is the one of an approval
        code's row; None where none was typed. `another_code` has a new one texted (rule 52).
        Raises Refusal.
        """
        with self.database.write() as session:
            return decide(session, submitted, Typed(fits, another_code), self.clock())

    def take_over(self, job_id: int, version_id: int, decision_id: int, by: str) -> bool:
        """Let a decision stand from now on; False where it is not the one that counts any more."""
        with self.database.write() as session:
            _locked(session, job_id)
            row = newest_out(session, job_id)
            if row is None or row.id != version_id or row.taken_at is not None:
                return False
            if [d.id for d in decisions_of(session, version_id)[-1:]] != [decision_id]:
                return False
            row.taken_by, row.taken_at = by, self.clock()
            session.add(row)
            feed.append(session, "estimate", job_id)
            return True


def _locked(session: Session, job_id: int) -> JobRow:
    job = lock_job(session, job_id)
    if job is None:
        raise Refusal(_NO_JOB)
    return job


def _check_hands(session: Session, row: EstimateVersionRow | None, by: str, opened: Version | None) -> None:
    """Nobody writes over what a colleague did to the draft meanwhile."""
    if row is None:
        if opened is not None:
            raise Refusal("This draft was shared or discarded meanwhile. Look at the estimate again.")
        return
    now = version_of(session, row)
    if opened is None:
        if now.made_by != by:
            raise Refusal(f"{now.made_by} has begun estimate {now.number} meanwhile. Open it to go on with it.")
        return
    content = [(v.id, v.note, _content(v)) for v in (now, opened)]
    if content[0] != content[1]:
        raise Refusal(f"{now.made_by} changed this draft meanwhile. Look at it before you change it.")


def _content(version: Version) -> list[tuple[str, int, int, int]]:
    return [(line.operation, line.parts, line.labour, line.tax) for line in version.lines]


def _new_draft(session: Session, job: JobRow, by: str, now: datetime) -> EstimateVersionRow:
    assert job.id is not None
    leaving = on_its_way(session, job.id)
    if leaving is not None:
        raise Refusal(
            f"Estimate {leaving.number} is on its way to the customer. Call that message back to change it,"
            " or make the next one when it has left."
        )
    last = session.exec(select(func.max(EstimateVersionRow.number)).where(EstimateVersionRow.job_id == job.id)).one()
    currency = session.get_one(LocationRow, job.location_id).currency
    row = EstimateVersionRow(job_id=job.id, number=(last or 0) + 1, currency=currency, made_by=by, made_at=now)
    session.add(row)
    session.flush()
    return row


def _write_lines(session: Session, row: EstimateVersionRow, lines: Sequence[Line]) -> None:
    assert row.id is not None
    session.exec(delete(EstimateLineRow).where(col(EstimateLineRow.version_id) == row.id))
    for place, line in enumerate(lines):
        session.add(
            EstimateLineRow(
                version_id=row.id,
                place=place,
                operation=line.operation,
                parts=line.parts,
                labour=line.labour,
                tax=line.tax,
            )
        )
    session.flush()
