"""Keeping an estimate as it is typed: in the database while it can be read, and otherwise at this desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.estimates import Line, Version
from screens.aside import held_aside, put_aside
from widgets.estimate_cells import TypedLine, read_lines

if TYPE_CHECKING:
    from screens.base import Asking


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the editor; `opened` is the stored draft it began from, None where there was none."""

    lines: tuple[TypedLine, ...] = ()
    note: str = ""
    opened: Version | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is typed at all."""
        return not self.note.strip() and all(line.is_blank for line in self.lines)

    @property
    def words(self) -> tuple[tuple[tuple[str, ...], ...], str]:
        """What is typed, without what the database knows of it."""
        return tuple(line.cells for line in self.lines), self.note


class EstimateKeeper:
    """Writes down what changed in the estimate of one job, for one person.

    What cannot be stored (a wrong amount, or a colleague's change beneath) is put aside at the desk, so that
    it is there again when the same person comes back.
    """

    def __init__(
        self, asking: Asking, job_id: int, stored: Callable[[Version], object], refused: Callable[[Refusal], object]
    ) -> None:
        """`stored` and `refused` hear on the screen's thread what came of it."""
        self._asking = asking
        self._key = ("estimate", asking.user.id, job_id)
        self._job_id = job_id
        self._tell_stored, self._tell_refused = stored, refused
        self.opened: Version | None = None
        """The draft as it is stored, as far as this editor knows; None where there is none."""
        self._stored: object = Typed().words
        self._refused: object = None
        self._turn, self._lock, self._storing = 0, Lock(), 0
        self.moves = 0
        """Counts what was begun and ended here: what was read before it moved may be older than what is stored."""

    @property
    def busy(self) -> bool:
        """Whether something is being stored now."""
        return self._storing > 0

    def held(self) -> Typed | None:
        """What this person typed here before and what could not be stored."""
        return held_aside(self._asking.desk, self._key, Typed)

    def begin(self, opened: Version | None, stored: Typed) -> None:
        """Go on from a stored draft; `stored` is what it says in cells."""
        self.opened, self._stored, self._refused = opened, stored.words, None
        self._turn += 1

    def is_kept(self, typed: Typed) -> bool:
        """Whether this is what the database has."""
        return typed.words == self._stored

    def dropped(self, discard: Callable[[], None]) -> None:
        """For threads: discard the draft, and whatever is still about to be stored of it."""
        with self._lock:
            self._turn += 1
            discard()

    def forget(self) -> None:
        """Nothing is held here any more."""
        put_aside(self._asking.desk, self._key, None)

    def keep(self, typed: Typed, currency: str, crossed: bool = False, again: bool = False) -> None:
        """Store what is typed if it changed and can be read; otherwise, and where `crossed`, put it aside.

        What was refused is not tried anew before it changes, unless `again`.
        """
        if self.is_kept(typed) and not again:
            return
        aside = Typed(typed.lines, typed.note, self.opened)
        put_aside(self._asking.desk, self._key, aside)
        lines = read_lines(typed.lines, currency)
        if lines and not crossed and (again or typed.words != self._refused):
            self._store(lines, typed, aside)

    def _store(self, lines: Sequence[Line], typed: Typed, aside: Typed) -> None:
        before, self._stored = self._stored, typed.words
        self._turn = turn = self._turn + 1
        self._storing += 1
        self.moves += 1
        user, desk, services = self._asking.user, self._asking.desk, self._asking.services

        def store() -> Version | None:
            with self._lock:  # one after the other: each goes on from the draft that the one before stored
                if turn != self._turn:
                    return None
                self.opened = services.estimating.keep_draft(user, self._job_id, lines, typed.note, self.opened)
                held = held_aside(desk, self._key, Typed)
                if held is not None:  # typed meanwhile: it goes on from what was stored now
                    put_aside(desk, self._key, None if held is aside else replace(held, opened=self.opened))
                return self.opened

        def stored(version: Version | None) -> None:
            self._storing -= 1
            self.moves += 1
            if version is not None and turn == self._turn:
                self._tell_stored(version)

        def refused(refusal: Refusal) -> None:
            self._storing -= 1
            self.moves += 1
            if turn == self._turn:
                self._stored, self._refused = before, typed.words
                self._tell_refused(refusal)

        self._asking.ask(store, stored, refused, "estimate", lasting=True)
