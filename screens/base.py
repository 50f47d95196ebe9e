"""What every screen of the desk has: the bar above, the line below, and a way to ask without waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual import on
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.worker import get_current_worker

from domain.errors import Refusal
from domain.people import User
from domain.text import one_line
from screens.hold import Hold
from widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from screens.desk import Desk
    from screens.services import Services

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Changes:
    """What was committed since the last time: which kinds, and which jobs; `job_ids` may be empty."""

    kinds: frozenset[str]
    job_ids: frozenset[int]


class Asking(Widget):
    """A part of the screen that asks its questions in threads.

    Named last among the bases: Textual takes its default CSS from the first one alone.
    """

    @dataclass
    class Answered(Message):
        """A question was answered in a thread; `take` is called on the screen's thread."""

        take: Callable[[Any], object]
        value: Any
        hold: Hold | None = None

    @property
    def desk(self) -> Desk:
        """The application, as screens know it."""
        return cast("Desk", self.app)

    @property
    def services(self) -> Services:
        """The stores and use cases."""
        return self.desk.services

    _opened_by: User | None = None

    @property
    def user(self) -> User:
        """Who was signed in when this part was opened, with what they may now; only behind the sign-in.

        It never becomes somebody else: a screen that is going away must not write in the next user's name.
        """
        now, opened_by = self.desk.user, self._opened_by
        if now is not None and (opened_by is None or opened_by.id == now.id):
            self._opened_by = opened_by = now
        assert opened_by is not None
        return opened_by

    def ask(
        self,
        work: Callable[[], T],
        take: Callable[[T], object],
        refused: Callable[[Refusal], object] | None = None,
        group: str = "ask",
        lasting: bool = False,
        opening: bool = False,
    ) -> None:
        """Run `work` in a thread, then `take` its answer here; a newer question of the same group drops this one.

        A Refusal, and any database error put in words, goes to `refused`, or is shown as a notice.
        `lasting` work is done even if the screen is left or the next one is asked for meanwhile.
        `opening`: the answer brings another screen or another focus, and keys wait for it.
        """
        services, hold = self.services, self.desk.hold_keys() if opening else None

        def run() -> None:
            worker = get_current_worker()
            answer: tuple[Callable[[Any], object], Any]
            try:
                answer = (take, work())
            except Refusal as refusal:
                answer = (refused or self.tell, refusal)
            except Exception as error:
                answer = (refused or self.tell, Refusal(services.in_words(error)))
            told = not worker.is_cancelled and self.post_message(self.Answered(answer[0], answer[1], hold))
            if hold is not None and not told:
                hold.let_go()

        runner = self.app if lasting else self
        runner.run_worker(run, thread=True, group=group, exclusive=not lasting, exit_on_error=False)

    @on(Answered)
    def take_answer(self, event: Answered) -> None:
        """Hand an answer to whoever asked, unless the screen was left meanwhile: its fields go before it does."""
        event.stop()
        try:
            if self.is_attached and not self._pruning:
                event.take(event.value)
        finally:
            if event.hold is not None:
                event.hold.let_go()

    def say_once(self, words: str, severity: SeverityLevel = "information", timeout: float = 3) -> None:
        """Say something for a moment, unless the same words stand there already: notices lie upon the screen."""
        standing = self.app._notifications  # Textual has no public way to ask what stands
        if all(notice.message != words for notice in standing):
            self.notify(words, severity=severity, markup=False, timeout=timeout)

    def tell(self, refusal: Refusal) -> None:
        """Show a refusal that belongs to no field."""
        self.notify(refusal.sentence, severity="error", markup=False, timeout=8)


class DeskScreen(Screen[R], Asking):
    """A whole screen, which hears of what others commit."""

    def on_mount(self) -> None:
        """Whatever screen is on top says what the bell rang for."""
        self.watch(self.app, "rang", self._say_rang)

    def _say_rang(self) -> None:
        rang = self.desk.rang
        for bar in self.query(StatusBar):
            bar.rang(f"♪ {one_line(rang.name, 24)} on {rang.number}: ctrl+g" if rang else "")

    def ask_engine(self) -> None:
        """Show in the status bar what the engine says of itself."""
        services = self.services
        self.ask(lambda: services.reads.engine(services.clock()), self.query_one(StatusBar).show, group="engine")

    def changed(self, changes: Changes) -> None:
        """Somebody committed something; screens that show it override this."""

    def leaving(self) -> None:
        """Called before the screen is taken away by somebody else's sign-in; what is unsaved is kept here."""


class DeskModal(ModalScreen[R], Asking):
    """A window above a screen; it returns a value."""
