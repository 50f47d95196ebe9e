"""The real command in processes of its own, on a database, a state folder and a carrier of the test's."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.server import Simulator

PROGRAM = [sys.executable, "-P", "-c", "from app.cli import main; main()"]
PIN = "246813"
OURS = "+15550100001"


@dataclass
class Ended:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Jobline:
    """A folder to work in and the environment that points there."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "jobline.db"

    @property
    def log(self) -> str:
        """What was logged."""
        path = self.folder / "state" / "jobline.log"
        return path.read_text() if path.exists() else ""

    def with_(self, **variables: str) -> "Jobline":
        """The same with more settings: `with_(SYNC__POLL_SECONDS="1")`."""
        return Jobline(self.folder, {**self.environment, **{f"JOBLINE_{k}": v for k, v in variables.items()}})

    def at(self, sim: Simulator, token: str = "") -> "Jobline":
        """The same, texting through a simulator."""
        return self.with_(
            TWILIO__API_URL=sim.url, TWILIO__ACCOUNT_SID=sim.account, TWILIO__AUTH_TOKEN=token or sim.token
        )

    def variables(self) -> dict[str, str]:
        """The environment of the process: nothing of this machine's own settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JOBLINE_", "XDG_"))}
        ours = {
            "HOME": str(self.folder),
            "PYTHONIOENCODING": "utf-8:strict",
            "JOBLINE_DATABASE_URL": f"sqlite:///{self.database}",
            "JOBLINE_STATE_DIR": str(self.folder / "state"),
            "JOBLINE_WEB__PORT": "0",
            "JOBLINE_SYNC__POLL_SECONDS": "0.5",
        }
        merged = {**kept, **ours, **self.environment}
        return {name: value for name, value in merged.items() if value}

    def run(self, *arguments: str, given: str | bytes = "", timeout_s: float = 40) -> Ended:
        """Run one command to its end; whatever happens, it shows no traceback."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            cwd=self.folder,
            env=self.variables(),
            timeout=timeout_s,
            check=False,
        )
        ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ended.err, ended.err
        assert "Traceback" not in ended.out, ended.out
        return ended

    def does(self, *arguments: str, given: str | bytes = "") -> Ended:
        """Run a command that must succeed."""
        ended = self.run(*arguments, given=given)
        assert ended.code == 0, ended
        return ended

    def refuses(self, *arguments: str, given: str | bytes = "") -> str:
        """Run a command that must be refused: exit code 1 and one sentence, which is returned."""
        ended = self.run(*arguments, given=given)
        assert ended.code == 1, ended
        (line,) = ended.err.splitlines()
        assert line.startswith("jobline: ")
        return line.removeprefix("jobline: ")

    def init(self) -> Ended:
        """A database with a location, a number and an administrator."""
        return self.does(
            *("init", "--location", "North", "--country", "US", "--time-zone", "America/New_York"),
            *("--number", OURS, "--admin", "Ann Lee", "--pin-stdin"),
            given=PIN,
        )

    def imports(self, *rows: str, header: str = "number,customer,site_contact,site_contact_mobile") -> Ended:
        """Import jobs."""
        return self.does("import", "-", given="\n".join([header, *rows]))

    def sends(self, *texts: tuple[str, str, str, str]) -> Ended:
        """Queue texts: job, mobile, body, ref."""
        return self.does("send", given="\n".join(json.dumps(dict(zip(KEYS, t, strict=True))) for t in texts))

    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery there is with the body of its message, as `jobline export --all` tells."""
        return [
            {**delivery, "body": message["body"]}
            for job in self.does("export", "--all").lines
            for message in job["messages"]
            for delivery in message["deliveries"]
        ]

    @contextmanager
    def serving(self, *arguments: str) -> Iterator["Serving"]:
        """`jobline serve` for as long as the block lasts."""
        process = Serving(self, *arguments)
        try:
            yield process
        finally:
            process.kill()


KEYS = ("job", "to", "body", "ref")


class Serving:
    """A running `jobline serve`."""

    def __init__(self, jobline: Jobline, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "serve", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=jobline.folder,
            env=jobline.variables(),
        )
        self.said: list[str] = []
        self.complained: list[str] = []
        self._readers = [
            threading.Thread(target=_read, args=(self.process.stdout, self.said), daemon=True),
            threading.Thread(target=_read, args=(self.process.stderr, self.complained), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def ready(self, seconds: float = 30) -> str:
        """Wait until it works; its address."""
        until(lambda: self.said or self.process.poll() is not None, seconds)
        assert self.said, self.complained
        assert self.said[0].startswith("serving ")
        return self.said[0].removeprefix("serving ").strip()

    def ends(self, seconds: float = 10) -> int:
        """Wait for its end; the exit code."""
        code = self.process.wait(seconds)
        for reader in self._readers:
            reader.join(5)
        assert not any("Traceback" in line for line in self.complained), self.complained
        return code

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; the exit code, and how long it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.ends()
        return code, time.monotonic() - began

    def kill(self) -> None:
        """End it at once, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(5)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def until(true: Callable[[], object], seconds: float = 15) -> None:
    """Return as soon as something is true; fail where it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not true within {seconds} s"
        time.sleep(0.02)


def _read(pipe: Any, lines: list[str]) -> None:
    for line in pipe:
        lines.append(line.decode())


def words_of(text: str) -> str:
    """What somebody wrote, without the invitation, the link and the job's tag that a text carries beside it."""
    text = re.sub(r"\. [^.]* writes to you here about job .*", "", text)
    text = re.sub(r" https?://\S+$", "", text)
    return re.sub(r" \([^()]*#[0-9A-Z]+\)$", "", text)
