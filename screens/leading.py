"""The keys for leading a job, in the list and on the job: own it, hand it on, call it done."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from domain.errors import Refusal
from domain.text import one_line
from screens.base import Asking
from widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from messaging.leading import Colleague
    from storage.job_leads import Done

TAKE_BACK_S = 60.0
"""For so long the same key takes "done" back, unless something new came."""
SAID_FOR_S = 8.0
"""How long the line below says what was done."""
LEADING = frozenset({"own", "hand_over", "call_done"})


class Led(NamedTuple):
    """The job that the keys act on; `seq` is the newest feed number of it that the user has before them."""

    job_id: int
    number: str
    seq: int


class LeadKeys(Asking):
    """A screen with a job on it says by `led` which one that is; nothing else is needed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "own", "Mine", id="lead.own", show=False, tooltip="Take this job, or give it back"),
        Binding("I", "hand_over", "Hand over", id="lead.hand", show=False, tooltip="Give this job to a colleague"),
        Binding("d", "call_done", "Done", id="lead.done", tooltip="Done without answering; again takes it back"),
    ]

    _calling = False

    def led(self) -> Led | None:
        """The job that the keys act on, None where there is none."""
        raise NotImplementedError

    def action_own(self) -> None:
        """Take the job, or give one's own back."""
        led = self.led()
        if led is not None:
            self.ask(lambda: self.services.leading.own(self.user, led.job_id), self.report, group="lead", lasting=True)

    def action_hand_over(self) -> None:
        """Choose a colleague for the job."""
        led = self.led()
        if led is not None:
            self.ask(
                lambda: self.services.leading.colleagues(self.user, led.job_id),
                lambda found: self._choose(led, found),
                group="lead",
            )

    def _choose(self, led: Led, found: list[Colleague]) -> None:
        from screens.colleagues import NOBODY, ColleaguePicker

        owner = next((colleague.id for colleague in found if colleague.owns), None)

        def give(chosen: int | None) -> None:
            if chosen is None:
                return
            to = None if chosen == NOBODY else chosen
            self.ask(
                lambda: self.services.leading.hand(self.user, led.job_id, to, owner),
                self.report,
                group="lead",
                lasting=True,
            )

        self.app.push_screen(ColleaguePicker(led.number, found), give)

    def action_call_done(self) -> None:
        """Nobody waits any more; pressed again on the same job it takes that back."""
        led = self.led()
        if led is None:
            return
        if self._calling:  # the answer to the key before is not there yet
            return
        self._calling = True
        last, self.desk.last_done = self.desk.last_done, None
        if last is not None and self._is_again(led, *last):
            done = last[2]
            self.ask(
                lambda: self.services.leading.take_back(self.user, done),
                lambda _: self._called(f"{led.number} waits again as before"),
                self._not_called,
                group="lead",
                lasting=True,
            )
        else:
            self.ask(
                lambda: self.services.leading.done(self.user, led.job_id, led.seq),
                lambda done: self._was_done(led, done),
                self._not_called,
                group="lead",
                lasting=True,
            )

    def _is_again(self, led: Led, at: float, seq: int, done: Done) -> bool:
        return monotonic() - at < TAKE_BACK_S and done.job_id == led.job_id and led.seq <= seq

    def _was_done(self, led: Led, done: Done) -> None:
        self.desk.last_done = (monotonic(), led.seq, done)
        self._called(f"{led.number} is done; d again takes it back")

    def _called(self, sentence: str) -> None:
        self._calling = False
        self.report(sentence)

    def _not_called(self, refusal: Refusal) -> None:
        self._calling = False
        self.tell(refusal)

    def report(self, sentence: str) -> None:
        """Say what was done, in the line below: ten notices one upon the other would hide the list."""
        bar, said = self.query_one(StatusBar), one_line(sentence)
        bar.note(said)
        self.set_timer(SAID_FOR_S, lambda: bar.note("") if bar.noted == said else None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leading is for dispatchers; without the Chat box the keys say what is missing."""
        if action in LEADING:
            return self.user.dispatches
        return super().check_action(action, parameters)
