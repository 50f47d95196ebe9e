"""The engine as a process: `jobline serve`, and the child that every desk starts."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.lock import FileLock, ServerLock, TurnLock
from app.settings import Settings
from storage.place import sqlite_path

if TYPE_CHECKING:
    from app.wiring import Writers
    from messaging.carrier import Credentials
    from messaging.engine import Duty
    from storage.watch import Change


def run(settings: Settings, until_eof: bool = False) -> int:
    """Work until a signal, or until standard input ends with `until_eof`; returns the exit code.

    Nothing heavy is imported before this process is the one that works. Raises Refusal.
    """
    stopping = threading.Event()
    code = _stop_on_signals(stopping)
    if until_eof:
        threading.Thread(target=_watch_input, args=(stopping,), name="input", daemon=True).start()
    path = sqlite_path(settings.database_url)
    lock = _lock(settings, path)
    if lock is not None and not _take_turn(lock, stopping, until_eof):
        return code()
    return _work(settings, path, stopping, until_eof) or code()


def _work(settings: Settings, path: Path | None, stopping: threading.Event, child: bool) -> int:
    from app import carrier_choice, log
    from app.duties import duties
    from app.pages import pages_of
    from app.phone_side import phone_side
    from app.practice import PracticeCarrier
    from app.wiring import Readers, Writers, utc_now
    from domain.links import base_of
    from messaging.carrier import TwilioCarrier
    from messaging.engine import Engine, EngineSettings
    from storage.watch import Watcher
    from web.app import make
    from web.server import WebServer

    log_file = log.start(settings.state)
    readers = Readers(settings.database_url)
    readers.reads.check_schema()
    account = readers.reads.account()
    carrier_choice.refuse_mismatch(settings, account.carrier)
    writers = Writers.open(readers)
    side = phone_side(settings, readers, writers, lambda: page_url)
    web = WebServer(settings.web.host, settings.web.port, make(pages_of(readers, writers, side.routes)), optional=child)
    page_url = base_of(account.practice, settings.web.public_url, web.url)
    practice = None
    credentials = _credentials(settings)
    if credentials is None:
        state = Path(f"{path}.practice") if path else settings.state / "practice.db"
        practice = PracticeCarrier(state, writers.inbox.our_numbers(), log_file)
        credentials = practice.start()
    engine = Engine(
        writers.outbox,
        writers.inbox,
        writers.engines,
        TwilioCarrier(credentials),
        utc_now,
        EngineSettings(
            poll_seconds=settings.sync.poll_seconds,
            senders=settings.sync.senders,
            segments_per_second=settings.sync.segments_per_second,
            alone=path is not None,
            carrier_url=credentials.api_url or "" if account.practice else "",
            practice=account.practice,
            page_url=page_url,
        ),
        [*duties(writers, lambda: bool(page_url)), *_practice_duties(account.practice, credentials, writers)],
    )

    def heard(changes: "Sequence[Change]") -> None:
        engine.heard([change.kind for change in changes])
        side.live.heard(changes)

    watcher = Watcher(settings.database_url, heard)
    engine.start()
    watcher.start()
    web.start()
    print(f"serving {web.address}", flush=True)  # noqa: T201  (the one line that says it is ready)
    stopping.wait()
    watcher.stop()
    side.stop()
    ended = engine.stop()
    web.stop()
    side.close()
    if practice is not None:
        practice.stop()
    writers.close()
    readers.close()
    if not ended:
        os._exit(1)
    return 0


def _practice_duties(practice: bool, credentials: "Credentials", writers: "Writers") -> "list[Duty]":
    """The practice carrier hears of numbers that are added while it runs; a real one knows its own."""
    from app.practice import PracticeNumbers
    from messaging.engine import Duty

    if not (practice and credentials.api_url):
        return []
    telling = PracticeNumbers(credentials.api_url, writers.inbox.our_numbers)
    return [Duty("practice numbers", 30.0, telling.tell, frozenset({"people"}))]


def _credentials(settings: Settings) -> "Credentials | None":
    from messaging.carrier import Credentials

    twilio = settings.twilio
    if not twilio.account_sid:
        return None
    if twilio.api_key_sid and twilio.api_key_secret:
        user, password = twilio.api_key_sid, twilio.api_key_secret
    else:
        user, password = twilio.account_sid, twilio.auth_token
    return Credentials(twilio.account_sid, user, password, twilio.api_url or None)


def _lock(settings: Settings, path: Path | None) -> TurnLock | None:
    """One engine on a file, and one in practice; live on PostgreSQL several share the work."""
    if path is not None:
        return FileLock(path)
    return None if settings.twilio.account_sid else ServerLock(settings.database_url)


def _take_turn(lock: TurnLock, stopping: threading.Event, quiet: bool) -> bool:
    """Wait until no other engine works on this database; False where we were told to stop meanwhile."""
    if lock.try_take():
        return True
    if not quiet:
        print("Another engine works on this database; waiting to take over.", file=sys.stderr)  # noqa: T201
    while not stopping.wait(0.2):
        if lock.try_take():
            return True
    return False


def _stop_on_signals(stopping: threading.Event) -> Callable[[], int]:
    got: list[int] = []

    def note(number: int, _frame: object) -> None:
        got.append(number)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, note)
    return lambda: 128 + got[0] if got and got[0] != signal.SIGTERM else 0


def _watch_input(stopping: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    stopping.set()
