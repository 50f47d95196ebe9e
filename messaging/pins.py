"""What is kept of a PIN, made with the secret of this machine, and whether a typed one fits it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from domain import pins
from domain.errors import Refusal
from domain.pins import KeptPin
from domain.secret import Purpose, Secret, place_of

if TYPE_CHECKING:
    from storage.pins import Pins

_PEPPERED = "p1"
"""Stands before hashes made with the secret; those of databases from before it are argon2 of the PIN alone."""


class PinMaker:
    """Makes and compares PIN hashes. Whoever has the database alone cannot try PINs at them."""

    def __init__(self, store: Pins, secret: Callable[[], Secret]) -> None:
        """`secret` may raise Refusal; it is asked for when it is needed, from worker threads only."""
        self._store = store
        self._secret = secret

    def kept(self, pin: str) -> KeptPin:
        """What to keep of a new PIN. Raises Refusal where it is too short, or this machine has another secret."""
        pins.check(pin)
        return hashed(pin, self.secret())

    def fits(self, pin_hash: str | None, pin: str) -> bool:
        """Whether a PIN fits; it takes as long where there is no PIN to fit as where there is one."""
        secret = self.secret()
        if pin_hash is None:
            hashed(pin, secret)
            return False
        if pin_hash.startswith(_PEPPERED):
            return _verified(pin_hash.removeprefix(_PEPPERED), _peppered(pin, secret))
        return _verified(pin_hash, pin)

    def is_old(self, pin_hash: str | None) -> bool:
        """Whether a hash was made before there was a secret."""
        return pin_hash is not None and not pin_hash.startswith(_PEPPERED)

    def secret(self) -> Secret:
        """The secret, which is the one that PINs here are made with. Raises Refusal with the file to copy."""
        ours = self._secret()
        mark = self._store.mark(ours.mark)
        if not ours.fits(mark):
            raise Refusal(_other_secret(place_of(mark), ours.place))
        return ours

    def take_new_secret(self) -> None:
        """From now on this machine's secret counts; PINs and links made with the lost one are void."""
        self._store.replace_mark(self._secret().mark)


def hashed(pin: str, secret: Secret) -> KeptPin:
    """A PIN as it is kept."""
    from argon2 import PasswordHasher

    return KeptPin(_PEPPERED + PasswordHasher().hash(_peppered(pin, secret)), len(pin))


def _peppered(pin: str, secret: Secret) -> bytes:
    return hmac.digest(secret.key(Purpose.PINS), pin.encode(), hashlib.sha256)


def _verified(argon2_hash: str, given: str | bytes) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(argon2_hash, given)
    except (VerificationError, InvalidHashError):
        return False


def _other_secret(first: str, ours: str) -> str:
    here = ours.partition(":")[2]
    if first in ("", ours):
        return f"PINs here were made with another secret than {here} holds now: put that file back from your backup."
    return f"PINs here were made with another machine's secret: copy {first} to {here} on this one, then try again."
