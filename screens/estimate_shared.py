"""What a dispatcher does with a version that was shared: begin the next one, record, take over, export."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from domain.errors import Refusal
from domain.estimates import Decision, History, in_words, show_money
from domain.text import one_line
from screens.ask import Confirm
from screens.estimate_base import OnEstimate
from screens.estimate_export import ask_for_folder

if TYPE_CHECKING:
    from domain.messages import Person


class EstimateShared(OnEstimate):
    """The keys of a shared version."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("N", "copy", "New version", id="estimate.copy", tooltip="Begin a new version from this one"),
        Binding("r", "record", "Record", id="estimate.record", tooltip="Record an answer given on the phone"),
        Binding("T", "take_over", "Take over", id="estimate.take-over", tooltip="Let the decision stand from now on"),
        Binding("x", "export", "Export", id="estimate.export", tooltip="Save who decided what as evidence"),
    ]
    ACTIONS: ClassVar[frozenset[str]] = frozenset({"copy", "record", "take_over", "export"})

    def action_copy(self) -> None:
        """Begin a new version with the lines of this one."""
        history, user, services = self.shown, self.user, self.services
        if history is None:
            return
        version_id = history.version.id
        self.ask(
            lambda: services.estimating.copy(user, self.job_id, version_id),
            self.begun,
            lambda refusal: self.say(refusal.sentence, wrong=True),
            group="copy",
            opening=True,
        )

    def action_record(self) -> None:
        """Record what somebody said on the phone."""
        history = self.shown
        if history is not None:
            self.record(history)

    def record(self, history: History) -> None:
        """Open the form for an answer to this version."""
        closed = why_closed(history)
        if closed or self.job is None:
            self.say(closed, wrong=True)
            return
        job, user, services = self.job, self.user, self.services

        def show(deciders: list[Person]) -> None:
            from screens.estimate_record import RecordScreen

            self.app.push_screen(RecordScreen(job, history, deciders), lambda _: self.load())

        self.ask(
            lambda: services.estimating.deciders(user, job.id, history.version.id), show, group="record", opening=True
        )

    def action_take_over(self) -> None:
        """Let the decision stand, after a second word."""
        history = self.shown
        decision = history.decision if history is not None else None
        if history is None:
            return
        if decision is None or why_closed(history):
            self.say(why_closed(history) or "Nobody has decided yet: there is nothing to take over.", wrong=True)
            return
        approved = show_money(decision.approved, history.version.currency)
        question = (
            f"Take over estimate {history.version.number}? {one_line(decision.by, 60)} "
            f"{in_words(decision.choices.values())}, {approved}. From then on nobody can change it."
        )
        self.app.push_screen(
            Confirm(question, "y", "Take over"), lambda yes: self._take_over(history, decision) if yes else None
        )

    def _take_over(self, history: History, decision: Decision) -> None:
        user, services, number = self.user, self.services, history.version.number

        def taken(_: None) -> None:
            self.say(f"Estimate {number} is taken over: the decision stands.")
            self.load()

        def refused(refusal: Refusal) -> None:
            self.say(refusal.sentence, wrong=True)
            self.load()

        self.ask(
            lambda: services.estimating.take_over(user, self.job_id, history.version.id, decision.id),
            taken,
            refused,
            group="take-over",
            lasting=True,
        )

    def action_export(self) -> None:
        """Save what was shared and decided on the job, as CSV and as text."""
        if self.job is not None:
            ask_for_folder(self, self.job, self.say)


def why_closed(history: History) -> str:
    """Why nobody can decide on a version now, in a sentence with the next step; "" where they can."""
    version = history.version
    if version.is_draft:
        return "This estimate is a draft: nobody has seen it. Share it first, by q."
    if version.on_its_way:
        return "The text that shares this estimate has not left yet. Wait for it, or send it now from the job."
    if version.taken_at is not None:
        return f"{one_line(version.taken_by, 60)} took this decision over: it stands. A new version can be shared."
    if history.superseded:
        return f"Estimate {version.number} is superseded: a newer one was shared. Go to it with ]."
    return ""
