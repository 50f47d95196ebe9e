"""The simulator as a command: its one line, its end, and a port that is taken."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from simulator.credentials import PRACTICE_ACCOUNT, PRACTICE_TOKEN
from simulator.server import Simulator, serve
from tests.simulator.carrier import ANN, OURS


@dataclass(frozen=True)
class Started:
    """A simulator in a process of its own."""

    process: subprocess.Popen[str]
    line: str
    url: str
    account: str = PRACTICE_ACCOUNT
    token: str = PRACTICE_TOKEN


@contextmanager
def start(settings: str) -> Iterator[Started]:
    """Run `serve` with these settings on a free port; nothing is left of it afterwards."""
    program = (
        f"from pathlib import Path\nfrom simulator.server import serve\nraise SystemExit(serve(port=0, {settings}))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    try:
        line = process.stdout.readline()
        yield Started(process, line, line.split()[2])
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_line_and_ends_cleanly_and_quickly(ending: signal.Signals) -> None:
    with start(f"numbers=['{OURS}']") as started:
        assert re.fullmatch(
            rf"listening on http://127\.0\.0\.1:\d+ account {PRACTICE_ACCOUNT} token {PRACTICE_TOKEN}\n", started.line
        )
        with requests.Session() as browser:
            assert browser.get(f"{started.url}/_phones", timeout=5).json() == []
            began = time.monotonic()
            started.process.send_signal(ending)
            out, err = started.process.communicate(timeout=5)
        assert (started.process.returncode, out, err) == (0, "", "")
        assert time.monotonic() - began < 2


def test_it_ends_when_standard_input_ends() -> None:
    with start("until_eof=True") as started:
        out, err = started.process.communicate(timeout=5)
        assert (started.process.returncode, out, err) == (0, "", "")


def test_a_busy_port_is_one_sentence_with_a_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    with Simulator() as sim:
        port = int(sim.url.rpartition(":")[2])
        assert serve(port=port) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == f"Port {port} cannot be used; choose another with --port, or --port 0 for any free one.\n"


def test_a_customers_file_that_is_missing_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert serve(port=0, customers=tmp_path / "nobody.json") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_credentials_can_be_chosen() -> None:
    account = "AC" + "ab" * 16
    with Simulator([OURS], account=account, token="open sesame") as sim:
        url = f"{sim.url}/2010-04-01/Accounts/{account}/Messages.json"
        form = {"To": ANN, "From": OURS, "Body": "hi"}
        assert requests.post(url, form, auth=(account, "open sesame"), timeout=5).status_code == 201
        assert requests.post(url, form, auth=(PRACTICE_ACCOUNT, PRACTICE_TOKEN), timeout=5).status_code == 401


def test_the_practice_credentials_cost_nothing_to_read() -> None:
    program = (
        "import simulator.credentials, sys; print([m for m in ('starlette', 'uvicorn', 'sqlite3') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"
