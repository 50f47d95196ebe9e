"""Signing in with a PIN at a terminal that several people share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.people import User
from messaging.pins import PinMaker

if TYPE_CHECKING:
    from datetime import timedelta

    from storage.pins import Pins
    from storage.reads import Reads

_WRONG = "That PIN does not fit. Try again."


class SignIn:
    """Judges PINs. Wrong tries bring growing pauses, for their user and for the terminal they were typed at.

    Nothing tells which part was wrong: a wrong PIN, somebody without one and somebody who left get the
    same words after the same time.
    """

    def __init__(self, reads: Reads, pins: Pins, maker: PinMaker, terminal: str) -> None:
        """`terminal` names where the PINs are typed."""
        self.reads = reads
        self.pins = pins
        self.maker = maker
        self.terminal = terminal

    def with_pin(self, user_id: int, pin: str) -> tuple[User, bool]:
        """The user whose PIN this is, and whether they must choose a new one first. Raises Refusal."""
        self.maker.secret()  # before the try is counted: a machine that cannot judge PINs pauses nobody
        trying = self.pins.begin(user_id, self.terminal)
        if trying.wait:
            raise Refusal(_pause_in_words(trying.wait), "pin")
        fits = self.maker.fits(trying.pin_hash, pin)
        user = self.reads.user(user_id)
        if not fits or user is None or not user.active:
            raise Refusal(_WRONG, "pin")
        self.pins.right(user_id, self.terminal, trying.slips)
        if self.maker.is_old(trying.pin_hash):
            self.pins.make_anew(user_id, self.maker.kept(pin))
        return user, trying.must_change

    def without_pin(self, user: User) -> User:
        """Sign in somebody whom the operating system vouches for (rule 44). Raises Refusal where they left."""
        found = self.reads.user(user.id)
        if found is None or not found.active:
            raise Refusal(f"{user.name} cannot sign in any more. Ask an administrator.")
        self.pins.signed_in(user.id)
        return found

    def change_pin(self, user: User, pin: str, again: str) -> None:
        """Set the user's own new PIN. Raises Refusal (field "pin")."""
        if pin != again:
            raise Refusal("The two PINs differ. Type the new one twice.", "pin")
        kept = self.maker.kept(pin)
        if self.maker.fits(self.pins.pin_hash(user.id), pin):
            raise Refusal("That is the old PIN. Choose another one.", "pin")
        self.pins.put(user.id, kept, must_change=False)


def _pause_in_words(wait: timedelta) -> str:
    minutes = -(-wait.total_seconds() // 60)
    return f"Too many wrong tries. Wait {minutes:.0f} min, or ask an administrator for a new PIN."
