"""Writing PINs: their hashes, the tries at them, and the mark of the secret they were made with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, delete

from domain.pins import KeptPin, Tries
from storage import feed
from storage.engine import Database
from storage.tables.people import AccountRow, UserRow
from storage.tables.system import TerminalRow
from storage.upsert import insert


class PinTry(NamedTuple):
    """A try that was let in, or has to wait. `slips` are the wrong tries of this user before it.

    `pin_hash` is None for somebody without a PIN, and where there is no such user.
    """

    wait: timedelta
    pin_hash: str | None = None
    must_change: bool = False
    slips: int = 0


class Pins:
    """Stores PINs and wrong tries. Each method is one transaction; safe from any thread.

    A try is counted as a wrong one before anybody looks whether it is right, under a lock on its
    terminal and its user: of many tries at the same moment each one counts.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def begin(self, user_id: int, terminal: str) -> PinTry:
        """Count a try as wrong, or say how long to wait; `right` takes it back."""
        now = self.clock()
        with self.database.write() as session:
            place = _terminal(session, terminal)
            user = session.get(UserRow, user_id, with_for_update=True)
            at_place = _of_terminal(place).remembered(now)
            of_user = _of_user(user) if user is not None else Tries()
            wait = max(at_place.pause(now), of_user.pause(now))
            if wait:
                return PinTry(wait)
            _put_terminal(place, at_place.wrong(now))
            if user is None:
                return PinTry(wait)
            _put_user(user, of_user.wrong(now))
            return PinTry(wait, user.pin_hash, user.pin_change, of_user.failed)

    def right(self, user_id: int, terminal: str, slips: int) -> None:
        """The try that was counted last was right: note the sign-in, forget this user's wrong tries before it."""
        now = self.clock()
        with self.database.write() as session:
            place = _terminal(session, terminal)
            user = session.get_one(UserRow, user_id, with_for_update=True)
            _put_terminal(place, _of_terminal(place).forgiven(slips + 1, now))
            _put_user(user, _of_user(user).right())
            user.signed_in_at = now

    def signed_in(self, user_id: int) -> None:
        """Note a sign-in without a PIN; wrong tries stay counted."""
        with self.database.write() as session:
            session.get_one(UserRow, user_id, with_for_update=True).signed_in_at = self.clock()

    def tries(self, user_id: int) -> Tries:
        """The wrong tries at a user's PIN."""
        with self.database.read() as session:
            return _of_user(session.get_one(UserRow, user_id))

    def pin_hash(self, user_id: int) -> str | None:
        """The hash of a user's PIN, None where there is none."""
        with self.database.read() as session:
            return session.get_one(UserRow, user_id).pin_hash

    def put(self, user_id: int, pin: KeptPin, must_change: bool) -> None:
        """Keep a new PIN, which ends its user's pause. With `must_change` every terminal's pause ends too.

        That one was given by an administrator, who cannot know at which terminal somebody stands waiting.
        """
        with self.database.write() as session:
            if must_change:
                session.exec(delete(TerminalRow))
            row = session.get_one(UserRow, user_id, with_for_update=True)
            row.pin_hash, row.pin_length, row.pin_change = pin.hash, pin.length, must_change
            _put_user(row, Tries())
            feed.append(session, "people")

    def make_anew(self, user_id: int, pin: KeptPin) -> None:
        """Keep the same PIN under another hash."""
        with self.database.write() as session:
            row = session.get_one(UserRow, user_id, with_for_update=True)
            row.pin_hash, row.pin_length = pin.hash, pin.length
            feed.append(session, "people")

    def mark(self, ours: str) -> str:
        """The mark of the secret that PINs here are made with; `ours` becomes it where there is none yet."""
        with self.database.read() as session:
            found = session.get(AccountRow, 1)
        if found is None or found.secret_mark:
            return found.secret_mark if found is not None else ""
        with self.database.write() as session:
            row = session.get_one(AccountRow, 1, with_for_update=True)
            row.secret_mark = row.secret_mark or ours
            return row.secret_mark

    def replace_mark(self, ours: str) -> None:
        """From now on PINs are made with another secret: those there are fit no more."""
        with self.database.write() as session:
            session.get_one(AccountRow, 1, with_for_update=True).secret_mark = ours


def _terminal(session: Session, name: str) -> TerminalRow:
    """A terminal's row, locked, made where there is none."""
    session.exec(insert(session, TerminalRow).values(name=name, failed=0).on_conflict_do_nothing())
    return session.get_one(TerminalRow, name, with_for_update=True)


def _of_terminal(row: TerminalRow) -> Tries:
    return Tries(row.failed, row.locked_until)


def _put_terminal(row: TerminalRow, tries: Tries) -> None:
    row.failed, row.locked_until = tries.failed, tries.until


def _of_user(row: UserRow) -> Tries:
    return Tries(row.failed_pins, row.locked_until, row.wrong_hour, row.wrong_in_hour)


def _put_user(row: UserRow, tries: Tries) -> None:
    row.failed_pins, row.locked_until = tries.failed, tries.until
    row.wrong_hour, row.wrong_in_hour = tries.hour, tries.in_hour
