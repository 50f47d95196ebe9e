"""An alert sent by hand: who should be notified, and the text."""

from __future__ import annotations

import uuid
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, TextArea

from domain.errors import Refusal
from domain.final_text import Additions
from domain.jobs import Job
from domain.messages import Kind
from domain.text import one_line
from messaging.alerts import Box, boxes, first_text
from messaging.audience import what_it_costs, when_it_leaves
from messaging.choices import Choice, choices
from messaging.conversation import Compose
from messaging.departure import Departure
from screens.base import DeskModal
from screens.times import clock_time
from widgets.contents import Contents
from widgets.tick_box import TickBox


class AlertScreen(DeskModal[bool]):
    """Returns whether an alert was sent."""

    CSS_PATH = "alert.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Send", id="alert.send", tooltip="Send the alert to the ticked people"),
        Binding("escape", "cancel", "Back", id="alert.cancel", tooltip="Send nothing"),
    ]

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job
        self._boxes = boxes(job)
        self._compose_id = uuid.uuid4().hex
        self._sending = False
        self._leaves = "leaves now"
        self._added: tuple[Additions, ...] = ()
        self._asked_for: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Three boxes, the ad hoc number, the text, and what it costs."""
        with Vertical(id="alert") as box:
            box.border_title = Content(f"Alert on job {one_line(self.job.number)}")
            yield Label("Who should we notify by SMS?")
            for each in self._boxes:
                yield TickBox(_label(each), value=self._at_first(each), id=each.name, disabled=self._shut(each))
            yield Input(placeholder="Ad hoc number, for example 555 010 1234", id="number")
            yield Label("Text")
            yield Contents(first_text(self.job), id="text", soft_wrap=True, show_line_numbers=False)
            yield Label("", id="alert-said")
            with Horizontal():
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Send", id="send", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Begin at the first box that can be ticked."""
        self.query_one("#number").display = self.job.ad_hoc is None
        self.show_count()
        next(iter(self.query("TickBox, Contents"))).focus()

    def _at_first(self, box: Box) -> bool:
        return box.name == "site" and not box.why_not

    def _shut(self, box: Box) -> bool:
        return bool(box.why_not) and not (box.name == "ad_hoc" and box.contact is None)

    @on(TickBox.Changed)
    @on(TextArea.Changed)
    def show_count(self) -> None:
        """Say what sending costs."""
        said = self.query_one("#alert-said", Label)
        said.remove_class("-wrong")
        chosen = self._choices()
        said.update(Content(what_it_costs(self.query_one(Contents).text, chosen, self._leaves, self._added)))
        keys = tuple(choice.key for choice in chosen)
        if keys and keys != self._asked_for:
            self._ask_when(keys)

    def _ask_when(self, keys: tuple[str, ...]) -> None:
        """Find out when it would leave: after the undo window, or when their hours allow."""
        self._asked_for = keys
        job, user, services = self.job, self.user, self.services

        self.ask(
            lambda: services.conversation.when(user, job, keys, kind=Kind.ALERT),
            self._say_when,
            lambda _: None,
            group="when",
        )

    def _say_when(self, leaving: Departure) -> None:
        self._leaves, self._added = when_it_leaves(leaving, self.services.clock(), clock_time), leaving.added
        if not self.query_one("#alert-said").has_class("-wrong"):
            self.show_count()

    @on(Button.Pressed, "#cancel")
    def leave(self) -> None:
        """Send nothing."""
        self.action_cancel()

    @on(Contents.Left)
    def leave_text(self) -> None:
        """Escape leaves the text first, then the window: what was edited is not dropped by one key."""
        self.query_one("#send").focus()

    @on(Button.Pressed, "#send")
    def press_send(self) -> None:
        """The button does what ctrl+s does."""
        self.action_send()

    @on(Input.Changed, "#number")
    def tick_ad_hoc(self, event: Input.Changed) -> None:
        """A typed number ticks its box."""
        self.query_one("#ad_hoc", TickBox).value = bool(event.value.strip())

    def action_cancel(self) -> None:
        """Send nothing; while it is being sent, stay until the answer is there."""
        if not self._sending:
            self.dismiss(False)

    def action_send(self) -> None:
        """Send the alert to the ticked people, once."""
        if self._sending:
            return
        self._sending = True
        body, number = self.query_one(Contents).text, self.query_one("#number", Input).value.strip()
        ticked = [box for box in self._boxes if self.query_one(f"#{box.name}", TickBox).value]
        self.ask(lambda: self._send(ticked, number, body), lambda _: self.dismiss(True), self._refused)

    def _send(self, ticked: list[Box], number: str, body: str) -> None:
        contacts = [box.contact.id for box in ticked if box.contact is not None]
        if any(box.name == "ad_hoc" and box.contact is None for box in ticked):
            if not number:
                raise Refusal("Type the ad hoc number, or untick its box.", "number")
            contacts.append(self.services.editing.add_ad_hoc(self.user, self.job, number))
        if not contacts:
            raise Refusal("Nobody is ticked: choose who should be notified.", "recipient")
        keys = tuple(dict.fromkeys(f"contact:{contact}" for contact in contacts))
        self.services.conversation.send(self.user, Compose(self.job.id, keys, body, self._compose_id, kind=Kind.ALERT))

    def _refused(self, refusal: Refusal) -> None:
        self._sending = False
        said = self.query_one("#alert-said", Label)
        said.update(Content(f"! {one_line(refusal.sentence)}"))
        said.add_class("-wrong")
        place = {"number": "#number", "mobile": "#number", "contents": "#text"}.get(refusal.field or "", "#site")
        self.query_one(place).focus()

    def _choices(self) -> list[Choice]:
        ticked = [box.contact for box in self._boxes if box.contact and self.query_one(f"#{box.name}", TickBox).value]
        found = choices(self.user, self.job, ticked)
        return [choice for choice in found if choice.person.contact_id]


def _label(box: Box) -> Content:
    """The box's own words, then the person, or why it cannot be ticked."""
    if box.contact is None:
        about = "type a number below" if box.name == "ad_hoc" else box.why_not
    else:
        about = box.why_not or f"{one_line(box.contact.name, 30)} {box.contact.mobile}"
    return Content.assemble(box.label, (f"  {about}", "$foreground 75%"))
