"""A hundred thousand jobs at once, to see and to measure the lists with."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, insert, select

from domain.jobs import Status, Waiting, number_key, waiting_key, window_key
from domain.text import fold
from storage.engine import Database
from storage.tables.jobs import JobRow
from storage.tables.people import CustomerRow, LocationRow, UserRow
from storage.tables.system import ChangeRow

_TITLES = ("Pump does not start", "Yearly service", "Brakes squeal", "Gate motor hums", "Oven stays cold")
_LAST = ("Thanks", "Which door?", "→ We come at nine.", "Can you call me?", "→ Done, thank you.", "ok")


def add_jobs(database: Database, count: int, now: datetime, seed: int = 1) -> None:
    """Add `count` jobs in one transaction, a twentieth of them open and one in two hundred waiting."""
    with database.write() as session:
        first = (session.exec(select(func.max(JobRow.id))).one() or 0) + 1
        seq = (session.exec(select(func.max(ChangeRow.id))).one() or 0) + 1
        session.add(ChangeRow(id=seq + count, kind="job"))
        batch: list[dict[str, Any]] = []
        for row in _rows(session, count, first, seq, now, seed):
            batch.append(row)
            if len(batch) == 2000:
                _write(session, batch)
                batch = []
        _write(session, batch)
        for place in session.exec(select(LocationRow)).all():
            counted = select(func.count()).select_from(JobRow).where(JobRow.location_id == place.id)
            place.job_count = session.exec(counted).one()


def _write(session: Session, batch: list[dict[str, Any]]) -> None:
    if batch:
        session.connection().execute(insert(JobRow), batch)


def _rows(session: Session, count: int, first: int, seq: int, now: datetime, seed: int) -> Iterator[dict[str, Any]]:
    dice = random.Random(seed)  # noqa: S311  (made-up jobs, not secrets)
    places = [row.id for row in session.exec(select(LocationRow).order_by(col(LocationRow.id)))]
    customers = [(row.id, row.name) for row in session.exec(select(CustomerRow).order_by(col(CustomerRow.id)))]
    workers = [(r.id, r.name) for r in session.exec(select(UserRow).where(UserRow.role == "worker"))]
    for i in range(count):
        job_id, number = first + i, f"L{i:06d}"
        open_ = i % 20 == 0
        window = (
            now + timedelta(minutes=dice.randrange(-600_000, 0)) if not open_ else now + timedelta(minutes=i % 3000)
        )
        status = Status.ASSIGNED if open_ else Status.COMPLETED
        waiting = Waiting.DISPATCHER if i % 200 == 0 else Waiting.NOBODY
        since = now - timedelta(minutes=dice.randrange(1, 300)) if waiting else None
        customer, worker, title = dice.choice(customers), dice.choice(workers), _TITLES[i % len(_TITLES)]
        yield {
            "id": job_id,
            "number": number,
            "template": "Repair",
            "title": title,
            "status": status,
            "location_id": places[i % len(places)],
            "customer_id": customer[0],
            "worker_id": worker[0],
            "window_start": window,
            "window_end": window + timedelta(hours=2),
            "asset": f"Unit {i % 97}",
            "address": "",
            "created_at": window - timedelta(days=1),
            "closed_at": None if open_ else window,
            "version": 1,
            "search_text": fold(f"{number} {title} unit {i % 97} {customer[1]} {worker[1]}"),
            "search_numbers": "",
            "message_count": 2,
            "last_preview": _LAST[i % len(_LAST)],
            "last_at": min(window, now.astimezone(UTC)),
            "waiting_on": waiting,
            "waiting_since": since,
            "waiting_customer": bool(waiting),
            "person_seq": seq + i if i % 7 == 0 else 0,
            "activity_seq": seq + i,
            "waiting_key": waiting_key(job_id, waiting, since, window, not open_),
            "window_key": window_key(job_id, window),
            "number_key": number_key(number),
        }
