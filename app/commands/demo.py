"""`jobline demo`: a made-up day, customers who answer, and the desk on top of it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from app import children, secret, settings
from app.demo_day import ANSWERS, FIRST_TEXTS, NUMBERS, contacts, jobs
from app.demo_seed import seed_day
from app.wiring import utc_now
from domain.errors import Refusal
from domain.jobs import Status
from simulator.credentials import PRACTICE_ACCOUNT, PRACTICE_TOKEN
from storage.engine import Database

LARGE = 100_000


def run(size: str, seed: int) -> int:
    """Make the day in a temporary folder, open the desk at the sign-in list, and clear up afterwards."""
    if size not in ("small", "large"):
        raise Refusal(f"“{size}” is no size for the demo. Choose small or large.")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refusal("The demo opens the desk and needs a terminal.")
    print("Making a day to look around in …", flush=True)  # noqa: T201
    folder = Path(tempfile.mkdtemp(prefix="jobline-demo-"))
    carrier = None
    try:
        url, state = f"sqlite:///{folder}/jobline.db", folder / "practice.db"
        now = datetime.now(UTC)
        seed_day(url, state, now, seed, utc_now, secret.load(settings.Settings(state_dir=str(folder))))
        if size == "large":
            _more_jobs(url, now, seed)
        (folder / "customers.json").write_text(json.dumps(_plan(url, now, seed)), encoding="utf-8")
        carrier = _start_carrier(folder, state)
        _use(folder, url, _address(carrier))
        from app.desk import run as open_desk

        code = open_desk(settings.load(), shared=True)
        if code != 1:  # after a crash the report in it is still wanted
            shutil.rmtree(folder, ignore_errors=True)
        return code
    finally:
        if carrier is not None:
            children.end(carrier)


def _more_jobs(url: str, now: datetime, seed: int) -> None:
    from app.demo_large import add_jobs

    database = Database(url)
    add_jobs(database, LARGE, now, seed)
    database.close()


def _plan(url: str, now: datetime, seed: int) -> dict[str, object]:
    """Customers who answer, and a few who write first: on open jobs that have been texted and do not wait yet."""
    from app.wiring import Readers

    people = contacts(seed)
    writers = [job for job in jobs(seed, now) if job.said and job.status is Status.ON_THE_WAY and not job.site.silent]
    readers = Readers(url)
    first = []
    for job, (after, body) in zip(writers, FIRST_TEXTS, strict=False):
        row = readers.plain.row(
            "SELECT d.from_number FROM delivery d JOIN message m ON m.id = d.message_id JOIN job j ON j.id = m.job_id"
            " WHERE j.number = :number AND d.channel = 'sms' ORDER BY d.id DESC LIMIT 1",
            {"number": job.number},
        )
        if row is not None:
            text = body.format(worker=(job.worker or "somebody").split()[0])
            first.append({"from": job.site.mobile, "to": row[0], "body": text, "after_s": after})
    readers.close()
    return {
        "seed": seed,
        "first": first,
        "answers": list(ANSWERS),
        "silent": [person.mobile for person in people if person.silent],
        "delay_s": [4, 9],
        "at_most": 2,
    }


def _start_carrier(folder: Path, state: Path) -> "subprocess.Popen[bytes]":
    arguments = ["simulate", "--port", "0", "--until-eof", "--state", str(state)]
    arguments += ["--customers", str(folder / "customers.json")]
    for numbers in NUMBERS.values():
        for number in numbers:
            arguments += ["--number", number]
    return children.start(*arguments, stdout=subprocess.PIPE, stderr=folder / "practice.err")


def _address(carrier: "subprocess.Popen[bytes]") -> str:
    assert carrier.stdout is not None
    line = carrier.stdout.readline().decode()
    if not line.startswith("listening on "):
        raise Refusal("The practice carrier did not start. Is this machine's loopback network in order?")
    return line.split()[2]


def _use(folder: Path, url: str, carrier: str) -> None:
    """Make this process and its children use the demo's settings and nobody else's."""
    for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        del os.environ[name]
    lines = [
        f"database_url = {json.dumps(url)}",
        f"state_dir = {json.dumps(str(folder))}",
        "[twilio]",
        f'account_sid = "{PRACTICE_ACCOUNT}"',
        f'auth_token = "{PRACTICE_TOKEN}"',
        f'api_url = "{carrier}"',
        "[sync]",
        "poll_seconds = 1.0",
        "[web]",
        "port = 0",
    ]
    config = folder / "jobline.toml"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.environ["JOBLINE_CONFIG"] = str(config)
