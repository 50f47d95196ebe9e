"""The practice carrier as a child of the engine: the simulator with the locations' numbers."""

import json
import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from app import children
from domain.errors import Refusal
from messaging.carrier import Credentials
from simulator.credentials import PRACTICE_ACCOUNT, PRACTICE_TOKEN

_log = logging.getLogger("jobline.practice")


class PracticeCarrier:
    """Keeps one simulator running; a simulator that dies comes back at the same address with its state file."""

    def __init__(self, state: Path | None, numbers: Sequence[str], log: Path) -> None:
        self._state = state
        self._numbers = numbers
        self._log = log
        self._port = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> Credentials:
        """Start it and return how to sign in there."""
        self._launch()
        threading.Thread(target=self._keep, name="practice-carrier", daemon=True).start()
        return Credentials(PRACTICE_ACCOUNT, PRACTICE_ACCOUNT, PRACTICE_TOKEN, self.url)

    def stop(self) -> None:
        """End it."""
        self._stopping.set()
        if self._child is not None:
            children.end(self._child)

    def _launch(self) -> None:
        arguments = ["simulate", "--port", str(self._port), "--until-eof"]
        for number in self._numbers:
            arguments += ["--number", number]
        if self._state is not None:
            arguments += ["--state", str(self._state)]
        child = children.start(*arguments, stdout=subprocess.PIPE, stderr=self._log)
        assert child.stdout is not None
        line = child.stdout.readline().decode()
        if not line.startswith("listening on "):
            children.end(child)
            raise Refusal(f"The practice carrier did not start. The reason is in {self._log}.")
        self._port = int(line.split()[2].rpartition(":")[2])
        self._child = child

    def _keep(self) -> None:
        while not self._stopping.wait(0.5):
            if self._child is not None and self._child.poll() is not None and not self._stopping.is_set():
                _log.warning("the practice carrier ended; starting it again")
                try:
                    self._launch()
                except (Refusal, OSError, ValueError):
                    self._stopping.wait(2.0)


class PracticeNumbers:
    """Tells the practice carrier of numbers that were added in Settings, so that they can be texted from at once."""

    def __init__(self, url: str, ours: Callable[[], Sequence[str]]) -> None:
        self._url = url
        self._ours = ours
        self._told: set[str] = set()

    def tell(self) -> bool:
        """Tell of numbers that it was not told of yet; False, since nothing is left to do. Raises OSError."""
        numbers = self._ours()
        if set(numbers) <= self._told:
            return False
        request = Request(  # noqa: S310  (loopback)
            f"{self._url}/_settings",
            method="PUT",
            data=json.dumps({"numbers": list(numbers)}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with build_opener(ProxyHandler({})).open(request, timeout=5):
            self._told = set(numbers)
        return False
