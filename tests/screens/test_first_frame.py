"""What a desk loads before its first frame: only what it reads and draws with. Performance, budget of the start."""

import subprocess
import sys

import pytest

HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "twilio",
    "aiohttp",
    "fastapi",
    "starlette",
    "alembic",
    "apscheduler",
    "structlog",
    "phonenumbers",
    "argon2",
    "requests",
)


@pytest.mark.parametrize("first", ["screens.signin", "screens.jobs"])
def test_the_first_frame_waits_for_nothing_heavy(first: str) -> None:
    modules = f"app.desk, app.desk_app, {first}, app.wiring, screens.services"
    code = f"import sys, {modules}; print(*(n for n in {HEAVY!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
