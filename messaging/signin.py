"""Signing in with a PIN at a terminal that several people share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.people import User

if TYPE_CHECKING:
    from storage.people import People
    from storage.reads import Reads

SHORTEST_PIN = 6
FREE_TRIES = 5
LONGEST_PAUSE = timedelta(minutes=15)
_WRONG = "That PIN does not fit. Try again."


class SignIn:
    """Judges PINs. Wrong tries bring growing pauses; nothing tells which part was wrong."""

    def __init__(self, reads: Reads, people: People, clock: Callable[[], datetime]) -> None:
        self.reads = reads
        self.people = people
        self.clock = clock

    def with_pin(self, user_id: int, pin: str) -> tuple[User, bool]:
        """The user whose PIN this is, and whether they must choose a new one first. Raises Refusal."""
        record, now = self.people.pin(user_id), self.clock()
        if record.locked_until is not None and now < record.locked_until:
            minutes = -(-(record.locked_until - now).total_seconds() // 60)
            raise Refusal(
                f"Too many wrong tries. Wait {minutes:.0f} min, or ask an administrator for a new PIN.", "pin"
            )
        if record.pin_hash is None or not _fits(record.pin_hash, pin):
            self.people.pin_failed(user_id, _pause(now, record.failed + 1))
            raise Refusal(_WRONG, "pin")
        return self._known(user_id), record.must_change

    def without_pin(self, user: User) -> User:
        """Sign in somebody whom the operating system vouches for (rule 44)."""
        return self._known(user.id)

    def change_pin(self, user: User, pin: str, again: str) -> None:
        """Set the user's own new PIN. Raises Refusal (field "pin")."""
        if pin != again:
            raise Refusal("The two PINs differ. Type the new one twice.", "pin")
        if _fits(self.people.pin(user.id).pin_hash or "", pin):
            raise Refusal("That is the old PIN. Choose another one.", "pin")
        self.people.set_pin(user.id, hashed(pin), must_change=False)

    def _known(self, user_id: int) -> User:
        user = self.reads.user(user_id)
        if user is None or not user.active:
            raise Refusal(_WRONG, "pin")
        self.people.signed_in(user_id)
        return user


def hashed(pin: str) -> str:
    """The argon2 hash of a PIN; Refusal (field "pin") where it is too short or not all digits."""
    from argon2 import PasswordHasher

    if len(pin) < SHORTEST_PIN or not (pin.isascii() and pin.isdigit()):
        raise Refusal(f"A PIN has at least {SHORTEST_PIN} digits and nothing else.", "pin")
    return PasswordHasher().hash(pin)


def _fits(pin_hash: str, pin: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


def _pause(now: datetime, failed: int) -> datetime | None:
    """After five wrong tries: 1, 2, 4 … 15 minutes."""
    if failed < FREE_TRIES:
        return None
    return now + min(LONGEST_PAUSE, timedelta(minutes=2 ** min(failed - FREE_TRIES, 10)))
