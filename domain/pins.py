"""PINs: how they look, and what wrong ones cost whoever types them and the terminal they are typed at."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.errors import Refusal

SHORTEST = 6
FREE_TRIES = 5
"""So many wrong tries in a row bring no pause yet; the last of them brings the first."""
LONGEST_PAUSE = timedelta(minutes=15)
MOST_IN_AN_HOUR = 15
"""Wrong tries for one user and hour of the clock, however often the right PIN comes between: 375 in the worst day."""
FORGOTTEN_AFTER = timedelta(hours=1)
"""A terminal that nobody typed a wrong PIN at for so long begins anew."""

_NO_PAUSE = timedelta(0)


class KeptPin(NamedTuple):
    """What is kept of a PIN: its hash, and how many digits it has, so that the last one enters."""

    hash: str
    length: int


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries since the last right one. `until` is the moment of the last one plus the pause it brought.

    `hour` is an hour of the clock (counted from 1970) and `in_hour` the wrong tries in it: a right PIN
    does not take those back, or somebody guessing beside a busy user would never be stopped.
    """

    failed: int = 0
    until: datetime | None = None
    hour: int = 0
    in_hour: int = 0

    def pause(self, now: datetime) -> timedelta:
        """How long to wait before the next try, zero for not at all."""
        left = self.until - now if self.until is not None else _NO_PAUSE
        if self.hour == hour_of(now) and self.in_hour >= MOST_IN_AN_HOUR:
            left = max(left, _to_next_hour(now))
        return max(_NO_PAUSE, left)

    def wrong(self, now: datetime) -> "Tries":
        """One more wrong try."""
        hour, failed = hour_of(now), self.failed + 1
        in_hour = self.in_hour + 1 if hour == self.hour else 1
        return Tries(failed, now + pause_after(failed), hour, in_hour)

    def right(self) -> "Tries":
        """The last try counted turned out to be right: the row of wrong ones is over, and it was none itself."""
        return replace(self, failed=0, until=None, in_hour=max(0, self.in_hour - 1))

    def forgiven(self, tries: int, now: datetime) -> "Tries":
        """A terminal's tries without those that were somebody's own slips before their right PIN."""
        return replace(self, failed=max(0, self.failed - tries), until=now)

    def remembered(self, now: datetime) -> "Tries":
        """A terminal's tries, or none where the last wrong one is long past."""
        return Tries() if self.until is not None and now - self.until >= FORGOTTEN_AFTER else self


def pause_after(failed: int) -> timedelta:
    """The pause that the nth wrong try in a row brings: none before the fifth, then 1, 2, 4 … 15 minutes."""
    if failed < FREE_TRIES:
        return _NO_PAUSE
    return min(LONGEST_PAUSE, timedelta(minutes=2 ** min(failed - FREE_TRIES, 10)))


def check(pin: str) -> None:
    """Raise Refusal (field "pin") for a PIN that is too short or not all digits; the sentence never repeats it."""
    if len(pin) < SHORTEST or not (pin.isascii() and pin.isdigit()):
        raise Refusal(f"A PIN has at least {SHORTEST} digits and nothing else.", "pin")


def hour_of(now: datetime) -> int:
    """The hour of the clock, counted from 1970."""
    return int(now.timestamp() // 3600)


def _to_next_hour(now: datetime) -> timedelta:
    return timedelta(seconds=3600 - now.timestamp() % 3600)
