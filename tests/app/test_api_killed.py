"""An engine that is killed while it takes requests: whoever sends the same ones again gets each done once."""

import itertools
import sqlite3
import threading
from contextlib import closing

import pytest
import requests

from tests.app.jobline import Jobline, until

COUNT = 24


def _post(address: str, token: str, key: int) -> bool:
    """Post one event under its key; False where no answer came."""
    try:
        answer = requests.post(
            f"{address}/api/jobs/J1/events",
            json={"event": "created", "again": True},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-{key}", "Connection": "close"},
            timeout=10,
        )
    except requests.RequestException:
        return False
    assert answer.status_code == 200, answer.text
    return True


def _events(jobline: Jobline) -> int:
    with closing(sqlite3.connect(jobline.database)) as database:
        (count,) = database.execute("SELECT count(*) FROM job_event WHERE by = 'FleetSoft'").fetchone()
        return int(count)


@pytest.mark.parametrize("after", [3, 11])
def test_a_killed_engine_makes_nothing_twice(jobline: Jobline, after: int) -> None:
    token = jobline.does("token", "add", "--name", "FleetSoft").out.strip()
    answered = itertools.count()
    enough = threading.Event()
    with jobline.serving() as engine:
        address = engine.ready()

        def post_all() -> None:
            for key in range(COUNT):
                if not _post(address, token, key):
                    return
                if next(answered) == after:
                    enough.set()

        poster = threading.Thread(target=post_all)
        poster.start()
        assert enough.wait(30)
        engine.process.kill()
        poster.join(60)
    done = _events(jobline)
    assert after <= done < COUNT
    with jobline.serving() as engine:
        address = engine.ready()
        until(lambda: requests.get(f"{address}/health", timeout=5).status_code == 200)
        assert all(_post(address, token, key) for key in range(COUNT))
    assert _events(jobline) == COUNT
