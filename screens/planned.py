"""Everything that is still to leave, over all jobs: planned, held for the hour, or waiting for release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from domain.errors import Refusal
from domain.messages import Message, Stage
from domain.people import Role
from domain.text import display_text, one_line
from screens.base import Changes, DeskScreen
from screens.calling_back import keep_if_none, words_to_form
from screens.leaving_acts import LeavingActs
from screens.times import clock_time
from widgets.key_bar import KeyBar
from widgets.stage_words import is_counting_down, stage_words
from widgets.status_bar import StatusBar
from widgets.top_bar import TopBar

if TYPE_CHECKING:
    from storage.threads import PlannedMessage

_NOTHING = "Nothing waits to leave. In a job, ctrl+t plans a message for later."
_STAGES = {
    Stage.RECALLABLE: "leaves soon",
    Stage.HELD: "planned",
    Stage.WAITING_RELEASE: "to release",
}

_DRAFT, _IN_THREAD = "Its words are your draft on the job.", "Its words stand in the job's thread."


class PlannedScreen(DeskScreen[None], LeavingActs):
    """One line for each message, the soonest first; the cursor stays on its message through every change."""

    CSS_PATH = "planned.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="planned.back", tooltip="Back to where you came from"),
        Binding("enter", "open", "Open job", id="planned.open", tooltip="Open the job of this message"),
        Binding("s", "send_now", "Send now", id="planned.send-now", tooltip="Send it now, or release it"),
        Binding("E", "change", "Change", id="planned.change", tooltip="Change its words and its time"),
        Binding("u", "call_back", "Cancel", id="planned.cancel", tooltip="Call it back; its words become a draft"),
        Binding("X", "refuse", "Refuse", id="planned.refuse", tooltip="Refuse a worker's text, saying why"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._planned: Sequence[PlannedMessage] = ()

    def compose(self) -> ComposeResult:
        """Bars, the list, and the whole message under the cursor."""
        yield TopBar(self.services.account.practice, "Planned", f"{self.user.name} · {self.user.role.value}")
        yield OptionList(id="planned")
        with VerticalScroll(id="planned-detail", can_focus=False):
            yield Static("", id="planned-words")
        yield StatusBar()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the list; what counts down is drawn anew every second."""
        self.query_one(OptionList).focus()
        self.set_interval(1, self._count_down)
        self.ask_engine()
        self.acted()

    def changed(self, changes: Changes) -> None:
        """Somebody planned, sent or took back."""
        if "engine" in changes.kinds:
            self.ask_engine()
        if changes.kinds & {"planned", "message", "delivery", "job", "people", "account"}:
            self.acted()

    def acted(self) -> None:
        """Read the list again."""
        user, services = self.user, self.services
        self.ask(lambda: services.planning.planned(user), self._show, group="planned")

    def waiting(self) -> Message | None:
        """The message under the cursor."""
        option = self.query_one(OptionList).highlighted_option
        return next((p.message for p in self._planned if option is not None and str(p.message.id) == option.id), None)

    def _show(self, planned: Sequence[PlannedMessage]) -> None:
        listed = self.query_one(OptionList)
        before, at = self.waiting(), listed.highlighted
        self._planned = planned
        options = [Option(self._line(item), id=str(item.message.id)) for item in planned]
        listed.set_options(options or [Option(Content(_NOTHING), disabled=True)])
        places = [item.message.id for item in planned]
        if before is not None and before.id in places:
            listed.highlighted = places.index(before.id)
        elif planned:
            listed.highlighted = min(at or 0, len(planned) - 1)
        self._say()

    @on(OptionList.OptionHighlighted)
    def show_words(self) -> None:
        """The whole message under the cursor."""
        self._say()

    @on(OptionList.OptionSelected)
    def open_selected(self) -> None:
        """Enter opens the job."""
        self.action_open()

    def _say(self) -> None:
        message = self.waiting()
        words = Content("")
        if message is not None:
            to = ", ".join(one_line(person.name) for person in message.recipients)
            what = [f"{one_line(message.author.name)} → {to}", display_text(message.body)]
            reasons = "; ".join(dict.fromkeys(d.reason for d in message.deliveries if d.reason))
            what += [one_line(part) for part in (reasons, message.notice, self._beneath(message)) if part]
            words = Content("\n".join(what))
        self.query_one("#planned-words", Static).update(words)

    def _beneath(self, message: Message) -> str:
        return stage_words(message, self.user, self.services.clock(), clock_time)

    def _line(self, item: PlannedMessage) -> Content:
        message = item.message
        when = clock_time(message.leaves_at) if message.leaves_at else ""
        held = "held" if any(d.reason for d in message.deliveries) else _STAGES[message.stage]
        to = ", ".join(one_line(person.name, 30) for person in message.recipients)
        return Content.assemble(
            (f"{when or held:<16} ", "bold"),
            (f"{held if when else '':<11} ", "$foreground 75%"),
            f"{one_line(item.number, 12)} {one_line(item.customer, 24)} → {to}: {one_line(message.body, 200)}",
        )

    def _count_down(self) -> None:
        message = self.waiting()
        if message is not None and is_counting_down(message):
            self._say()

    def action_back(self) -> None:
        """Back to where one came from."""
        self.dismiss(None)

    def action_open(self) -> None:
        """Open the job of this message."""
        message = self.waiting()
        if message is not None:
            self.dismiss(None)
            self.desk.open_job(message.job_id)

    def action_call_back(self) -> None:
        """Call it back; its words become the draft on its job, unless another text is begun there."""
        message, user, services = self.waiting(), self.user, self.services
        if message is None:
            return

        def take() -> str:
            event = services.quick_actions.event_of(user, message.job_id, message.id)
            draft = services.planning.call_back(user, message.job_id, message.id)
            if event is not None:
                return words_to_form(self, message.job_id, event, draft)
            kept = keep_if_none(services, user, message.job_id, draft)
            return f"Called back. {_DRAFT if kept else _IN_THREAD}"

        self.ask(take, self._called_back, self._too_late, group="call-back")

    def _too_late(self, refusal: Refusal) -> None:
        self.tell(refusal)
        self.acted()

    def _called_back(self, words: str) -> None:
        self.notify(words)
        self.acted()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Workers release and refuse nothing."""
        return self.user.role is Role.DISPATCHER if action == "refuse" else True
