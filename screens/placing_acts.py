"""What a dispatcher does with texts that came in: from the tray, and with a message of a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from domain.messages import Message, Party
from domain.permissions import Act, may
from screens.base import Asking
from screens.on_job import OnJob

if TYPE_CHECKING:
    from domain.people import User
    from domain.placing import Offer, TrayText
    from messaging.tray import Sorted, Tray

    Deed = Callable[[Tray, User], Sorted]

_SORTING = frozenset({"decide", "move_text", "correct_author"})


class SortingTexts(Asking):
    """The windows of sorting, the same wherever the text stands; a screen says by `was_sorted` what it does then."""

    def was_sorted(self, done: Sorted) -> None:
        """Something was decided about a text."""
        self.say_once(done.sentence)

    def sort(self, deed: Deed) -> None:
        """Decide something; what somebody else decided meanwhile is said."""
        user, services = self.user, self.services
        self.ask(lambda: deed(services.tray, user), self.was_sorted, self.not_sorted, group="sort", lasting=True)

    def not_sorted(self, refusal: Exception) -> None:
        """It could not be done: say why, and show how things stand."""
        self.say_once(getattr(refusal, "sentence", ""), severity="warning", timeout=4)

    def choose_job(self, text: TrayText) -> None:
        """Ask which job a text belongs to, then put it there."""
        from screens.placing import PlacingScreen

        def chosen(offer: Offer | None) -> None:
            if offer is not None:
                self.sort(lambda tray, user: tray.place(user, text, offer.job_id))

        self.app.push_screen(PlacingScreen(text), chosen)

    def ask_sender(self, text: TrayText, customer: str, then: Callable[[], object] = lambda: None) -> None:
        """Ask who sent a text, and make them a contact; `then` follows once that is done."""
        from screens.placing_sender import NameSender

        user, services = self.user, self.services

        def done(made: Sorted | None) -> None:
            if made is not None:
                self.was_sorted(made)
                then()

        def show(customers: list[str]) -> None:
            self.app.push_screen(
                NameSender(text, customer, customers, lambda name, of: services.tray.name_sender(user, text, name, of)),
                done,
            )

        self.ask(lambda: services.tray.customers(user), show, group="sort", opening=True)


class PlacingActs(SortingTexts, OnJob):
    """The keys for the selected message of a job, where it came in by text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "decide", "Take in", id="job.take-in", show=False, tooltip="Confirm a guess, take in a kept text"),
        Binding("M", "move_text", "Move", id="job.move", show=False, tooltip="Move a customer's text to another job"),
        Binding(
            "b", "correct_author", "Who wrote", id="job.who-wrote", show=False, tooltip="Another one on the same phone"
        ),
    ]

    def was_sorted(self, done: Sorted) -> None:
        """Say it, and show the thread as it is now."""
        super().was_sorted(done)
        self.refresh_thread()

    def not_sorted(self, refusal: Exception) -> None:
        """Say why not, and show the thread as it is now."""
        super().not_sorted(refusal)
        self.refresh_thread()

    def action_decide(self) -> None:
        """Take in what is kept for dispatchers, confirm what is a guess."""
        self._with_text(lambda text, _: self.sort(lambda tray, user: tray.decide(user, text)))

    def action_move_text(self) -> None:
        """Choose another job for the selected text."""
        self._with_text(lambda text, _: self.choose_job(text))

    def action_correct_author(self) -> None:
        """File the selected text under another one who shares the phone; ask who it is where nobody is known."""
        self._with_text(self._correct)

    def _correct(self, text: TrayText, message: Message) -> None:
        if message.author.role is Party.PHONE and self.job is not None:
            self.ask_sender(text, self.job.customer)
        else:
            self.sort(lambda tray, user: tray.correct(user, text))

    def _with_text(self, act: Callable[[TrayText, Message], object]) -> None:
        message, user, job_id = self.selected, self.user, self.job_id
        if message is None:
            self.notify("There is no message yet.")
            return
        self.ask(
            lambda: self.services.tray.of_message(user, job_id, message.id),
            lambda text: act(text, message),
            group="sort",
            opening=True,
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Sorting is for dispatchers with Chat; beside the fields of the composer no letter acts on a message."""
        if action in _SORTING:
            return may(self.user, Act.SORT_TRAY) and not (self.is_mounted and self.sending.has_focus_within)
        return super().check_action(action, parameters)
