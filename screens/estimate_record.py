"""Recording an answer on the customer's behalf: who said what, line by line, and how they said it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Select

from domain.deciding import Decided, Superseded
from domain.errors import Refusal
from domain.estimates import Choice, History, Line, approved_totals, in_words, plain_money, show_money, totals
from domain.jobs import Job
from domain.messages import Kind
from domain.text import one_line
from screens.aside import held_aside, put_aside
from screens.ask import Confirm
from screens.base import Changes, DeskScreen
from screens.estimate_shared import why_closed
from widgets.estimate_cells import as_typed
from widgets.estimate_columns import sum_line
from widgets.estimate_table import EstimateTable
from widgets.key_bar import KeyBar
from widgets.tick_box import TickBox
from widgets.top_bar import TopBar

if TYPE_CHECKING:
    from domain.messages import Message, Person

_FIELDS = {"contact": "#who", "how": "#how", "purchase_order": "#order", "choices": "#choices", "tell": "#tell"}


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the form, kept at the desk until it is recorded."""

    contact_id: int | None = None
    choices: Mapping[int, Choice] = field(default_factory=dict)
    how: str = "by phone"
    order: str = ""
    tell: bool = False


class Choices(EstimateTable):
    """The lines, decided with single keys; the cursor goes on to the next line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose('approved')", "Approve", id="record.approve", tooltip="They approve this line"),
        Binding("f", "choose('deferred')", "Defer", id="record.defer", tooltip="They put this line off"),
        Binding("x", "choose('declined')", "Decline", id="record.decline", tooltip="They decline this line"),
        Binding("A", "choose_all", "Approve all", id="record.approve-all", tooltip="They approve every line"),
    ]

    def action_choose(self, choice: str) -> None:
        """Decide on the line under the cursor."""
        screen, line = self.screen, self.cursor_line
        if isinstance(screen, RecordScreen) and line is not None:
            screen.choose({line.id: Choice(choice)})
            self.action_move(1)

    def action_choose_all(self) -> None:
        """Approve every line."""
        screen = self.screen
        if isinstance(screen, RecordScreen):
            screen.choose({line.id: Choice.APPROVED for line in self.lines})


class RecordScreen(DeskScreen[bool]):
    """Returns whether an answer was recorded. What was chosen stays at this desk until then."""

    CSS_PATH = "estimate_record.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "go_on", "Go on", id="record.go-on", tooltip="See the totals, then record it"),
        Binding("escape", "back", "Back", id="record.back", tooltip="Record nothing; what is chosen stays"),
    ]

    def __init__(self, job: Job, history: History, deciders: Sequence[Person], wrote: Message | None = None) -> None:
        """`deciders` are the contacts the version was shared with; `wrote` is what one of them wrote, if anything."""
        super().__init__()
        self.job, self.history, self.deciders = job, history, deciders
        self._wrote = wrote
        self._choices: dict[int, Choice] = {}
        self._form_id = uuid.uuid4().hex
        self._recording = False

    def compose(self) -> ComposeResult:
        """Who and how, the lines, the order, and what it comes to."""
        said = self._held()
        version = self.history.version
        yield TopBar(self.services.account.practice, "Record an answer", f"{self.user.name} · {self.user.role.value}")
        words = f"Estimate {version.number} · {one_line(self.job.number)} · {one_line(self.job.customer, 60)}"
        yield Label(Content(words), id="record-heading")
        with Vertical(id="record-fields"):
            yield _row("Contact", self._who(said))
            yield _row(
                "How", Input(said.how, id="how", placeholder="by phone, at the counter …", select_on_focus=False)
            )
        yield Choices("This version has no lines.", id="choices")
        with Vertical(id="record-more"):
            yield _row("Order", Input(said.order, id="order", placeholder="purchase order", select_on_focus=False))
            yield TickBox("Text them that it was recorded", value=said.tell, id="tell")
        yield Label("", id="record-said")
        yield KeyBar()

    def _who(self, said: Said) -> Select[int]:
        ids = {person.contact_id for person in self.deciders}
        only = self.deciders[0].contact_id if len(self.deciders) == 1 else None
        first = self._wrote.author.contact_id if self._wrote is not None else None
        wanted = next((each for each in (first, said.contact_id, only) if each in ids), None)
        options = [(one_line(person.name, 60), person.contact_id) for person in self.deciders if person.contact_id]
        value = Select.NULL if wanted is None else wanted
        return Select(options, id="who", compact=True, prompt="who answered?", value=value)

    def on_mount(self) -> None:
        """Begin at whatever is not known yet."""
        self._choices = dict(self._held().choices)
        self._draw()
        self.say("a approves, f defers, x declines, A approves all; ctrl+s goes on.")
        self.query_one("#choices" if self._contact_id is not None else "#who").focus()

    @property
    def _key(self) -> tuple[str, int, int]:
        about = f"record {self._wrote.id}" if self._wrote is not None else "record"
        return (about, self.user.id, self.history.version.id)

    def _held(self) -> Said:
        return held_aside(self.desk, self._key, Said) or Said(how=self._how)

    @property
    def _how(self) -> str:
        """How an answer reached us, as far as it is known."""
        if self._wrote is None:
            return "by phone"
        return "by text" if self._wrote.kind is Kind.REPLY else "by a note"

    @property
    def _contact_id(self) -> int | None:
        value = self.query_one("#who", Select).value
        return value if isinstance(value, int) else None

    def _now(self) -> Said:
        how, order = (self.query_one(f"#{name}", Input).value for name in ("how", "order"))
        return Said(self._contact_id, dict(self._choices), how, order, self.query_one("#tell", TickBox).value)

    def choose(self, choices: Mapping[int, Choice]) -> None:
        """Take choices for lines."""
        self._choices.update(choices)
        self.say("")
        self._draw()

    def _draw(self) -> None:
        version = self.history.version
        lines = [as_typed(line, version.currency) for line in version.lines]
        approved = approved_totals(version.lines, self._choices)
        sums = [
            sum_line("all lines: ", totals(version.lines), version.currency),
            sum_line("approved: ", approved, version.currency),
        ]
        self.query_one(Choices).show(lines, version.currency, sums, self._choices)

    def changed(self, changes: Changes) -> None:
        """Somebody decided or shared a newer version meanwhile."""
        if self.job.id in changes.job_ids and not self._recording:
            user, services = self.user, self.services
            self.ask(lambda: services.estimating.history(user, self.job.id), self._meet, self._refused, group="meet")

    def _meet(self, histories: list[History]) -> None:
        now = next((each for each in histories if each.version.id == self.history.version.id), None)
        if now is None or now == self.history:
            return
        before, self.history = self.history.decision, now
        decision = now.decision
        if why_closed(now):
            self.say(why_closed(now), wrong=True)
        elif decision is not None and decision != before:
            words = f"{decision.by} has decided meanwhile: {in_words(decision.choices.values())}."
            self.say(f"{words} What you chose is still here.", wrong=True)

    # Recording

    def action_go_on(self) -> None:
        """The second step: what it comes to, before it is recorded."""
        if self._recording:
            return
        said, version = self._now(), self.history.version
        refusal = self._why_not(said, version.lines)
        if refusal is not None:
            self._refused(refusal)
            return
        person = next(each for each in self.deciders if each.contact_id == said.contact_id)
        approved, whole = approved_totals(version.lines, said.choices), totals(version.lines)
        net, tax = (plain_money(amount, version.currency, grouped=True) for amount in (approved.net, approved.tax))
        order = f" Order {one_line(said.order.strip())}." if said.order.strip() else ""
        told = "They get a text about it." if said.tell else "Nobody is texted."
        question = (
            f"Record for {one_line(person.name, 60)}, {one_line(said.how.strip(), 60)}: "
            f"{in_words(said.choices[line.id] for line in version.lines)}, "
            f"{show_money(approved.total, version.currency)} of {show_money(whole.total, version.currency)} "
            f"(net {net}, tax {tax}).{order} {told} It is marked as recorded by you."
        )
        self.app.push_screen(Confirm(question, "y", "Record"), lambda yes: self._record(said) if yes else None)

    def _why_not(self, said: Said, lines: Sequence[Line]) -> Refusal | None:
        if why_closed(self.history):
            return Refusal(why_closed(self.history))
        if said.contact_id is None:
            return Refusal("Choose who answered.", "contact")
        if not said.how.strip():
            return Refusal("Say how they told you: by phone, at the counter …", "how")
        open_lines = [place for place, line in enumerate(lines) if line.id not in said.choices]
        if open_lines:
            self.query_one(Choices).go(open_lines[0])
            many = f"{len(open_lines)} lines have" if len(open_lines) > 1 else "One line has"
            return Refusal(f"{many} no choice yet: a, f or x decides on each, A approves all.", "choices")
        return None

    @property
    def _seen(self) -> int:
        """The decision that this form shows, 0 for none."""
        decision = self.history.decision
        return decision.id if decision is not None else 0

    def _record(self, said: Said) -> None:
        from messaging.estimates import Recording

        assert said.contact_id is not None
        self._recording = True
        version, user, services = self.history.version, self.user, self.services
        recording = Recording(
            version.id,
            version.digest,
            said.contact_id,
            said.choices,
            said.order,
            said.how,
            said.tell,
            self._seen,
        )
        desk, key, form_id = self.desk, self._key, self._form_id

        def record() -> Decided | Superseded:
            outcome = services.estimating.record(user, self.job.id, recording, form_id)
            if isinstance(outcome, Decided):
                put_aside(desk, key, None)
            return outcome

        self.ask(
            record,
            self._recorded,
            self._refused,
            group="record",
            lasting=True,
        )

    def _recorded(self, outcome: Decided | Superseded) -> None:
        self._recording = False
        if isinstance(outcome, Superseded):
            words = (
                f"Nothing was recorded: estimate {outcome.number} took this one's place. Go back and record it there."
            )
            self.say(words, wrong=True)
            return
        self.notify(f"Recorded on estimate {outcome.number}.", markup=False, timeout=3)
        self.dismiss(True)

    def _refused(self, refusal: Refusal) -> None:
        self._recording = False
        self.say(refusal.sentence, wrong=True)
        place = _FIELDS.get(refusal.field or "")
        if place is not None:
            self.query_one(place).focus()

    def say(self, words: str, wrong: bool = False) -> None:
        """Say something above the keys."""
        label = self.query_one("#record-said", Label)
        label.update(Content(f"! {one_line(words)}" if wrong else one_line(words)))
        label.set_class(wrong, "-wrong")

    @on(Input.Submitted)
    def enter_in_field(self) -> None:
        """Enter goes on to the next field."""
        self.focus_next()

    def leaving(self) -> None:
        """Keep what is chosen at this desk."""
        put_aside(self.desk, self._key, self._now())

    def action_back(self) -> None:
        """Record nothing; what is chosen stays for the next time."""
        if not self._recording:
            self.leaving()
            self.dismiss(False)


def _row(name: str, widget: Input | Select[int]) -> Horizontal:
    return Horizontal(Label(name, classes="name"), widget)
