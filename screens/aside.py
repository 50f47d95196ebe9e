"""What is typed and cannot be stored yet: held at this desk for its writer alone, until it is sent or the desk ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from screens.desk import Desk

T = TypeVar("T")

_HERE: WeakKeyDictionary[Desk, dict[tuple[str, int, int], object]] = WeakKeyDictionary()
"""What each running desk holds for its people: it outlives their screens and their signing out."""


def put_aside(desk: Desk, key: tuple[str, int, int], typed: object | None) -> None:
    """Keep something typed at this desk until it ends; None forgets it. `key`: what it is, whose, and of which row."""
    held = _HERE.setdefault(desk, {})
    if typed is None:
        held.pop(key, None)
    else:
        held[key] = typed


def held_aside(desk: Desk, key: tuple[str, int, int], kind: type[T]) -> T | None:
    """What was put aside under a key, None where nothing was."""
    found = _HERE.get(desk, {}).get(key)
    return found if isinstance(found, kind) else None
