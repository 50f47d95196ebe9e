"""Runs the simulator: in a thread for tests, or until it is ended for the command line."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

import uvicorn

from domain.errors import Refusal
from simulator.credentials import DEFAULT_PORT, PRACTICE_ACCOUNT, PRACTICE_TOKEN
from simulator.customers import Clockwork, Customers, Plan
from simulator.exchange import Exchange, Neighbour
from simulator.ledger import Ledger
from simulator.settings import Settings
from simulator.state import utc_now
from simulator.texts import Pace
from simulator.web_app import build_app


class Simulator:
    """One running simulator: `with Simulator(numbers=["+1…"]) as sim`, then `sim.url`, `sim.account`, `sim.token`.

    Port 0 picks a free one. `state` is a file that outlives the simulator. `now` gives aware times
    and is all that statuses go by. `customers` is a plan of texts that arrive by themselves.
    `neighbours` are other accounts at the same carrier: they and this one can text each other.
    Raises Refusal with a sentence where it cannot start.
    """

    def __init__(
        self,
        numbers: Iterable[str] = (),
        *,
        port: int = 0,
        state: Path | None = None,
        account: str = PRACTICE_ACCOUNT,
        token: str = PRACTICE_TOKEN,
        pace: Pace | None = None,
        delay_ms: int = 0,
        customers: Plan | None = None,
        now: Callable[[], datetime] = utc_now,
        neighbours: Iterable[Neighbour] = (),
    ) -> None:
        self.account = account
        self.token = token
        self.settings = Settings(delay_ms)
        self._socket = _listen(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        try:
            self.ledger = _open(state, numbers=numbers, account=account, pace=pace, now=now)
            accounts = [(self.ledger, token)]
            for other in neighbours:
                opened = _open(None, numbers=other.numbers, account=other.account, pace=pace, now=now)
                accounts.append((opened, other.token))
            self.ledgers = {ledger.account: ledger for ledger, _ in accounts}
            Exchange(self.ledgers.values())
            self._clockwork = Clockwork(Customers(customers, self.ledger)) if customers else None
        except BaseException:
            self._socket.close()
            raise
        app = build_app(accounts, self.settings)
        self._server = _Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                date_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._serve, name="simulator", daemon=True)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The account's own numbers."""
        return self.ledger.numbers

    def __enter__(self) -> Self:
        """Answer requests from a thread of its own."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.002)
        return self

    def __exit__(self, *_: object) -> None:
        """Returns when everything is closed."""
        self.stop()
        self._thread.join()

    def run(self) -> None:
        """Answer requests in this thread until `stop` is called."""
        self._serve()

    def stop(self) -> None:
        """Ask for the end; may be called from any thread and from a signal handler."""
        self._server.end()

    def _serve(self) -> None:
        if self._clockwork:
            self._clockwork.start()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            if self._clockwork:
                self._clockwork.stop()
            self._socket.close()
            for ledger in self.ledgers.values():
                ledger.close()


class _Server(uvicorn.Server):
    """Ends when it is told to, at once.

    Signals are left alone: uvicorn raises them again when it is done, and the exit code would be theirs.
    """

    _wake: Callable[[], object] | None = None

    def end(self) -> None:
        """May be called from any thread and from a signal handler."""
        self.should_exit = True
        wake = self._wake
        if wake is not None:
            wake()

    async def main_loop(self) -> None:
        """Wait for the end. uvicorn's own loop looks for it ten times a second."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._wake = partial(loop.call_soon_threadsafe, ended.set)
        if not self.should_exit:
            await ended.wait()
        self._wake = None

    def capture_signals(self) -> Any:
        return nullcontext()


def serve(
    port: int = DEFAULT_PORT,
    numbers: Iterable[str] = (),
    state: Path | None = None,
    customers: Path | None = None,
    account: str = PRACTICE_ACCOUNT,
    token: str = PRACTICE_TOKEN,
    delay_ms: int = 0,
    until_eof: bool = False,
    pace: Pace | None = None,
) -> int:
    """Run until a signal, or until standard input ends, and return the exit code. For the main thread."""
    try:
        plan = Plan.load(customers) if customers else None
        simulator = Simulator(
            numbers,
            port=port,
            state=state,
            account=account,
            token=token,
            pace=pace,
            delay_ms=delay_ms,
            customers=plan,
        )
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.sentence}\n")
        return 1
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: simulator.stop())
    if until_eof:
        threading.Thread(target=_stop_at_eof, args=(simulator,), daemon=True).start()
    sys.stdout.write(f"listening on {simulator.url} account {account} token {token}\n")
    sys.stdout.flush()
    simulator.run()
    return 0


def _stop_at_eof(simulator: Simulator) -> None:
    try:
        while os.read(0, 65536):
            pass
    except OSError:
        pass
    simulator.stop()


def _listen(port: int) -> socket.socket:
    """A listening socket on loopback. uvicorn's own way to a busy port is sys.exit."""
    # The protocol is named because asyncio turns delayed sending off only then; each answer took 40 ms without.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except (OSError, OverflowError):
        listener.close()
        raise Refusal(
            f"Port {port} cannot be used; choose another with --port, or --port 0 for any free one."
        ) from None
    return listener


def _open(state: Path | None, **kwargs: Any) -> Ledger:
    try:
        return Ledger.open(state, **kwargs)
    except sqlite3.Error as e:
        raise Refusal(f"The state file {state} cannot be used ({e}); give another with --state.") from None
