"""Starting a desk: what is read before the first frame, and what comes up behind it."""

from __future__ import annotations

import getpass
import os
import socket
import sys
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from app import carrier_choice
from app.settings import Settings
from app.wiring import Readers, utc_now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.desk_app import DeskApp
    from app.wiring import Writers
    from domain.people import User
    from domain.secret import Secret
    from storage.watch import Change


def run(settings: Settings, shared: bool, user: User | None = None) -> int:
    """Open the desk and stay until it is left; returns the exit code. Raises Refusal before the screen opens."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from domain.errors import Refusal

        raise Refusal("The desk needs a terminal. For a machine without one there is: jobline serve")
    desk = DeskProcess(settings, shared, user)
    try:
        desk.app.run()
    finally:
        desk.close()
    return desk.app.return_code or 0


class DeskProcess:
    """One desk: its readers at once, and behind the first frame its writers, its watcher and its engine."""

    def __init__(self, settings: Settings, shared: bool, user: User | None = None, alone: bool = False) -> None:
        """`alone` starts nothing behind the first frame: no writers, no watcher, no engine (to measure a start)."""
        self.settings = settings
        self._alone = alone
        self.readers = Readers(settings.database_url)
        if not self.readers.reads.check_schema():
            self._upgrade()
        account = self.readers.reads.account()
        carrier_choice.refuse_mismatch(settings, account.carrier)
        self._writers: Future[Writers] = Future()
        self._running: list[Any] = []
        self.app = self._make_app(shared, user, account)

    def _make_app(self, shared: bool, user: User | None, account: Any) -> DeskApp:
        from app.desk_app import DeskApp
        from screens.services import Services

        if user is None and not shared:
            user = self.readers.reads.user_of_system(getpass.getuser())
        self._vouched = user
        services = Services(
            self.readers,
            self._writers,
            utc_now,
            account,
            self._in_words,
            self._secret,
            _terminal(),
        )
        services.public_url = self.settings.web.public_url
        return DeskApp(services, user, shared, self._behind_the_first_frame)

    def _upgrade(self) -> None:
        from storage import schema
        from storage.engine import Database

        database = Database(self.settings.database_url)
        schema.upgrade(database)
        database.close()

    def _behind_the_first_frame(self) -> None:
        if self._alone:
            return
        threading.Thread(target=self._load, name="writers", daemon=True).start()

    def _load(self) -> None:
        import screens.job
        import screens.job_form
        import screens.phones
        import screens.tray  # noqa: F401  (ready before they are opened)
        from app.engine_child import EngineChild
        from storage.watch import Watcher

        watcher = Watcher(self.settings.database_url, self._heard)
        watcher.start()
        self._running.append(watcher)
        engine = EngineChild(self.settings)
        engine.start()
        self._running.append(engine)
        try:
            from app.wiring import Writers

            writers = Writers.open(self.readers, upgrade=False)
        except Exception as error:
            self._writers.set_exception(error)
            return
        self._writers.set_result(writers)
        if self._vouched is not None:
            self._note_sign_in(self._vouched, writers)

    def _heard(self, changes: Sequence[Change]) -> None:
        from screens.base import Changes

        kinds = frozenset(change.kind for change in changes)
        jobs = frozenset(change.job_id for change in changes if change.job_id is not None)
        self.app.heard(Changes(kinds, jobs))

    def _secret(self) -> Secret:
        from app import secret

        return secret.load(self.settings)

    def _note_sign_in(self, user: User, writers: Writers) -> None:
        """Whom the operating system vouches for has signed in too: the composer tells when (rule 47)."""
        try:
            writers.pins.signed_in(user.id)
        except Exception as error:
            self.app.call_later(self.app.notify, self._in_words(error), severity="warning", markup=False)

    def _in_words(self, error: Exception) -> str:
        from app.crash import in_words

        return in_words(error)

    def close(self) -> None:
        """End what was started; the engine gets its input closed and stops by itself."""
        for running in reversed(self._running):
            running.stop()
        if self._writers.done() and self._writers.exception() is None:
            self._writers.result().close()
        self.readers.close()


def _terminal() -> str:
    """Where PINs are typed: this machine and its terminal line."""
    try:
        return f"{socket.gethostname()} {os.ttyname(0)}"
    except OSError:
        return socket.gethostname()
