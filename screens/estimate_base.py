"""What the parts of an estimate's screen stand on; the screen itself says how each of these is done."""

from __future__ import annotations

from collections.abc import Sequence

from domain.estimates import History, Version
from domain.jobs import Job
from screens.base import Asking


class OnEstimate(Asking):
    """A part of the screen of one job's estimate."""

    job_id: int
    job: Job | None = None
    _histories: Sequence[History] = ()

    @property
    def shown(self) -> History | None:
        """The shared version on the screen; None while it is the draft."""
        raise NotImplementedError

    def say(self, words: str, wrong: bool = False) -> None:
        """Say something above the keys."""
        raise NotImplementedError

    def load(self, opening: bool = False) -> None:
        """Read the job and its estimate again."""
        raise NotImplementedError

    def go_to(self, place: int) -> None:
        """Show a version by its id, 0 for the draft."""
        raise NotImplementedError

    def show_versions(self) -> None:
        """Draw the line of versions anew."""
        raise NotImplementedError

    def show_again(self) -> None:
        """Draw what is shown now, as it stands in the database."""
        raise NotImplementedError

    def begun(self, version: Version) -> None:
        """A new draft was stored from an older version: show it."""
        raise NotImplementedError
