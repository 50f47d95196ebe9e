"""Reading the first page of 100,000 jobs: `python -m bench.pages`."""

import sqlite3
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.result import Result
from bench.store import MANY, make, open_readers
from domain.jobs import JobFilter, Window

ROWS = 50
_RAW = (
    "SELECT j.id, j.waiting_key, j.number, j.title, j.status, l.name, l.time_zone, c.name, j.asset, w.name,"
    " j.window_start, j.window_end, j.waiting_on, j.waiting_since, j.person_seq > coalesce(k.seq, 0), j.last_preview,"
    " j.last_at, j.location_id, j.owner_id, CASE WHEN j.done_seq >= j.person_seq THEN j.done_by_id ELSE NULL END,"
    " j.activity_seq FROM job j JOIN location l ON l.id = j.location_id JOIN customer c ON c.id = j.customer_id"
    " LEFT JOIN user_account w ON w.id = j.worker_id LEFT JOIN read_mark k ON k.job_id = j.id AND k.user_id = 1"
    f" ORDER BY j.waiting_key LIMIT {ROWS}"
)


def measure(path: Path, pairs: int = 200) -> list[Result]:
    """Q1: our own read layer, account, length and values included, against the bare statement (PERFORMANCE 9)."""
    readers, viewer = open_readers(path)
    window = Window(count=ROWS)
    ratios = []
    with closing(sqlite3.connect(path)) as raw:
        for _ in range(pairs + 5):
            began = perf_counter()
            readers.job_list.page(viewer, JobFilter(), window)
            ours = perf_counter() - began
            began = perf_counter()
            raw.execute(_RAW).fetchall()
            ratios.append(ours / (perf_counter() - began))
    readers.close()
    return [Result("Q1", "first page through our read layer : raw sqlite3", median(ratios[5:]), 1.6, 1.1, pairs)]


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        store = Path(folder) / "many.db"
        make(store, MANY)
        for result in measure(store):
            print(result)
