"""The bell: rings for news that concern this user, as they chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from domain.people import Bell, Role, User
from screens.base import Asking, Changes

if TYPE_CHECKING:
    from storage.bell import Rang

_SAYS = {
    Bell.MINE: "The bell rings for customers of your jobs, and of jobs that nobody owns.",
    Bell.ALL: "The bell rings for every customer of your locations.",
    Bell.NONE: "The bell is silent.",
}


class Ringing(Asking):
    """The part of the job list that rings. It hears of everything as long as somebody is signed in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "bell", "Bell", id="jobs.bell", show=False, tooltip="Ring for mine, for all, or for none"),
    ]
    _listened_to: int | None = None

    def begin_to_listen(self) -> None:
        """What is there already does not ring."""
        self.ask(self.services.reads.newest_change, self._listen_from, group="bell")

    def _listen_from(self, seq: int) -> None:
        self._listened_to = seq

    def listen(self, changes: Changes) -> None:
        """Ring if one of the new messages is for this user's ears."""
        seq, user_id = self._listened_to, self.user.id
        if seq is not None and "message" in changes.kinds:
            self.ask(lambda: self.services.rings.since(user_id, seq), self._take_rings, group="bell")

    def _take_rings(self, found: tuple[int, Rang | None]) -> None:
        self._listened_to, rang = found
        if rang is not None:
            self.desk.ring(rang)

    def action_bell(self) -> None:
        """Go on to the next choice, and keep it for this user wherever they sit."""
        user = self.user
        choice = following(user)
        self.ask(
            lambda: self.services.administration.set_bell(user, choice),
            lambda _: self.notify(words(user, choice)),
            group="bell-choice",
            lasting=True,
        )


def following(user: User) -> Bell:
    """The next choice; a worker has only all or none."""
    if user.role is Role.WORKER:
        return Bell.ALL if user.bell is Bell.NONE else Bell.NONE
    choices = list(Bell)
    return choices[(choices.index(user.bell) + 1) % len(choices)]


def words(user: User, choice: Bell) -> str:
    """What a choice means, as a sentence."""
    if user.role is Role.WORKER and choice is not Bell.NONE:
        return "The bell rings for every new message on your jobs."
    return _SAYS[choice]
