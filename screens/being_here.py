"""Telling colleagues that somebody is on a job, and showing who else is (rule: who is looking or typing)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from messaging.presence import in_words
from screens.on_job import OnJob
from widgets.job_summary import JobSummary

AGAIN_S = 20.0
"""Presence is said again this often; the store forgets who has not said it for longer."""


class BeingHere(OnJob):
    """Says that its user is here while the screen is on top, and typing while they type."""

    _typed = False
    _said_typing = False

    def come(self) -> None:
        """The screen is on top: say so now and again."""
        self._turns = Lock()
        self._say_here()
        self.set_interval(AGAIN_S, self._say_again)
        self.show_others()

    def note_typing(self) -> None:
        """A letter was typed: the first one is told at once, the others with the next turn."""
        self._typed = True
        if not self._said_typing:
            self._say_here()

    def show_others(self) -> None:
        """Show who else is here."""
        user, services = self.user, self.services
        self.ask(
            lambda: in_words(services.presence.others(user, self.job_id)),
            lambda words: self.query_one(JobSummary).say(others=words),
            lambda _: None,
            group="others",
        )

    def go(self) -> None:
        """The screen goes."""
        user, services = self.user, self.services
        self._tell(lambda: services.presence.left(user, self.job_id))

    def _say_again(self) -> None:
        if self.screen.is_current:
            self._say_here()
        self.show_others()

    def _say_here(self) -> None:
        user, services, typing = self.user, self.services, self._typed
        self._typed, self._said_typing = False, typing
        self._tell(lambda: services.presence.here(user, self.job_id, typing))

    def _tell(self, work: Callable[[], None]) -> None:
        """Nobody is bothered when it fails: it is said again soon."""
        turns = self._turns

        def tell() -> None:
            with turns:
                work()

        self.ask(tell, lambda _: None, lambda _: None, group="here", lasting=True)
