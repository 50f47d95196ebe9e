"""The form of a quick action: whom it tells, in which words, and what it does."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Label

from domain.alerts import Event
from domain.errors import Refusal
from domain.messages import Message
from domain.quick_actions import Before
from domain.text import one_line
from messaging.audience import what_it_costs, when_it_leaves
from messaging.choices import Choice
from messaging.conversation import Crossed
from messaging.departure import Departure
from messaging.quick_actions import NO_CHAT, Beginning, Done, QuickAction, repair_of, with_repair
from messaging.quick_words import again_question, done_words, estimate_words, what_happens
from screens.aside import held_aside, put_aside
from screens.ask import Confirm
from screens.base import Asking, DeskModal
from screens.composer_words import names_of
from screens.recipients import RecipientPicker
from screens.times import clock_time
from widgets.approval_fields import ApprovalFields
from widgets.composer import Composer
from widgets.share_line import ShareLine

HOURS_S = 30.0
"""Between two looks at whether quiet hours have begun or ended."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What stands in a form; `compose_id` stays with it, so that a repeated Submit acts once."""

    compose_id: str
    body: str
    recipients: tuple[str, ...]
    repair: str = ""
    shares: bool = True


def open_quick_action(asking: Asking, job_id: int, event: Event) -> None:
    """Read what the form begins with, then open it; one that stands beneath this screen already is gone back to."""
    user, services = asking.user, asking.services
    beneath = [screen for screen in asking.app.screen_stack[:-1] if isinstance(screen, QuickActionForm)]
    if any((form.begun.job.id, form.begun.event) == (job_id, event) for form in beneath):
        asking.screen.dismiss(None)
        return
    kept = held_aside(asking.desk, (event.value, user.id, job_id), Unsent)
    keys = kept.recipients if kept is not None else ()
    asking.ask(
        lambda: services.quick_actions.begin(user, job_id, event, keys),
        lambda begun: asking.app.push_screen(QuickActionForm(begun)),
        group="quick-action",
        opening=True,
    )


def put_back(asking: Asking, job_id: int, event: Event, body: str, recipients: tuple[str, ...]) -> None:
    """Keep words that were called back for this form, unless another text is begun in it."""
    key = (event.value, asking.user.id, job_id)
    if held_aside(asking.desk, key, Unsent) is None:
        put_aside(asking.desk, key, Unsent(uuid.uuid4().hex, body, recipients))


class QuickActionForm(DeskModal[Done | None]):
    """Returns what was done. What is typed stays at this desk until it is submitted."""

    CSS_PATH = "quick_action.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Submit", id="quickact.submit", tooltip="Change the status, tell the chosen"),
        Binding("escape", "leave", "Back", id="quickact.leave", tooltip="Do nothing; what is typed is kept"),
        Binding("ctrl+r", "pick", "Recipient", id="quickact.pick", show=False, tooltip="Choose whom it tells"),
    ]

    def __init__(self, begun: Beginning) -> None:
        super().__init__()
        self.begun = begun
        self._people = {choice.key: choice for choice in begun.people}
        self._keys = begun.recipients
        self._seen_seq = begun.newest
        self._compose_id = uuid.uuid4().hex
        self._first: Unsent | None = None
        self._leaving: Departure | None = None
        self._sending = False

    def compose(self) -> ComposeResult:
        """What an approval needs, whom it tells and in which words, and what will happen."""
        begun = self.begun
        with Vertical(id="quick-form") as box:
            box.border_title = Content(f"{begun.event.words}: job {one_line(begun.job.number, 20)}")
            if not begun.takes_part:
                yield Label(NO_CHAT, classes="quick--about")
                yield Label("", id="happens", classes="quick--about")
                yield Button("Submit", id="submit", variant="primary", compact=True)
                return
            if begun.event is Event.REQUEST_APPROVAL:
                yield ApprovalFields(lambda typed: repair_of(self.begun.job, typed, self.services.clock()))
            yield Composer()

    def on_mount(self) -> None:
        """Begin with what was left here, else as the rule says; with nobody chosen, at Recipient (rule 39)."""
        if not self.begun.takes_part:
            self._say_happens()
            self.query_one("#submit").focus()
            return
        shares = self.begun.draft is not None
        self._first = Unsent(self._compose_id, self.begun.text, self.begun.recipients, shares=shares)
        kept = held_aside(self.desk, self._key, Unsent)
        self._put(kept or self._first)
        self.set_interval(HOURS_S, self._ask_when)
        self.composer.start(at_recipient=not self._keys)
        if self._keys:
            self.composer.point_at_placeholder()

    @property
    def composer(self) -> Composer:
        """Recipient, Contents and Submit."""
        return self.query_one(Composer)

    @property
    def chosen(self) -> list[Choice]:
        """The recipients chosen now."""
        return [self._people[key] for key in self._keys if key in self._people]

    @property
    def written(self) -> Unsent:
        """All that stands here now."""
        fields = self.approval
        repair, shares = (fields.repair, fields.shares) if fields is not None else ("", False)
        return Unsent(self._compose_id, self.composer.body, self._keys, repair, shares)

    @property
    def approval(self) -> ApprovalFields | None:
        """The fields of Request approval; None on the other forms."""
        return next(iter(self.query(ApprovalFields)), None)

    @property
    def _key(self) -> tuple[str, int, int]:
        return (self.begun.event.value, self.user.id, self.begun.job.id)

    def _put(self, unsent: Unsent) -> None:
        self._compose_id = unsent.compose_id
        self._keys = tuple(key for key in unsent.recipients if key in self._people)
        self.composer.write(unsent.body)
        if self.approval is not None:
            self.approval.put(unsent.repair, unsent.shares)
        self._say_estimate()
        self._say()
        self._ask_when()

    def _keep(self) -> None:
        """What is typed outlives this window, and its writer's signing out; nobody else sees it."""
        if not self._sending:
            now = self.written
            put_aside(self.desk, self._key, None if now == self._first else now)

    @on(Composer.Edited)
    @on(ApprovalFields.Edited)
    def note_edit(self) -> None:
        """Something was changed: keep it, and say what it comes to."""
        self._keep()
        self._say()

    @on(Composer.PickWanted)
    def begin_to_pick(self, event: Composer.PickWanted) -> None:
        """A letter that was typed at Recipient begins the search."""
        self._pick(event.begun)

    def action_pick(self) -> None:
        """Open the picker from every field, also from those above the message."""
        self._pick()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the Chat box nobody is told, and there is nobody to pick."""
        return self.begun.takes_part if action == "pick" else super().check_action(action, parameters)

    def _pick(self, begun: str = "") -> None:
        """Open the picker: contacts of the customer, the worker and Dispatch, no ad hoc number (rule 22)."""
        job, user, services = self.begun.job, self.user, self.services
        picker = RecipientPicker(
            list(self._people.values()),
            self._keys,
            self._happens,
            lambda words: services.quick_actions.choices(user, job, words),
            begun,
            job.customer_id,
        )
        self.app.push_screen(picker, self._picked)

    def _picked(self, chosen: tuple[Choice, ...] | None) -> None:
        if chosen is not None:
            self._people.update({choice.key: choice for choice in chosen})
            self._keys = tuple(choice.key for choice in chosen)
            self._leaving = None
            self._keep()
            self._say()
            self._ask_when()
            self.composer.start(at_recipient=False)
            self.composer.point_at_placeholder()

    @on(ShareLine.Wanted)
    def visit_estimate(self) -> None:
        """Look at the estimate, or build one; this form waits, with all that is typed."""
        from screens.estimate import EstimateScreen

        if any(isinstance(screen, EstimateScreen) for screen in self.app.screen_stack):
            self.action_leave()
            return
        self.app.push_screen(EstimateScreen(self.begun.job.id), lambda _: self._read_again(""))

    def _read_again(self, complaint: str) -> None:
        """Read job, people and estimate anew; what is typed stays. `complaint` says why."""
        job, user, services, event, keys = self.begun.job, self.user, self.services, self.begun.event, self._keys
        self.ask(
            lambda: services.quick_actions.begin(user, job.id, event, keys),
            lambda begun: self._take_again(begun, complaint),
            group="again",
        )

    def _take_again(self, begun: Beginning, complaint: str) -> None:
        had, self.begun = self.begun.draft, begun
        self._people.update({choice.key: choice for choice in begun.people})
        if not begun.takes_part:
            self.dismiss(None)
            return
        if begun.draft is not None and had is None and self.approval is not None:
            self.approval.shares = True
        self._say_estimate()
        self._say()
        self._ask_when()
        if complaint:
            status, worker = begun.job.status.words, begun.job.worker.name if begun.job.worker else "no worker"
            self.composer.say("contents", f"{complaint} Now: {status}, {worker}.")

    @on(Composer.Submitted)
    @on(Button.Pressed, "#submit")
    def press_submit(self) -> None:
        """The button does what ctrl+s does."""
        self.action_submit()

    @on(Composer.Left)
    def leave_fields(self) -> None:
        """Escape leaves the form from every field: nothing typed is lost by it."""
        self.action_leave()

    def action_leave(self) -> None:
        """Do nothing; while it is being done, stay until the answer is there."""
        if not self._sending:
            if self.begun.takes_part and self.written != self._first:
                self.notify("Nothing was done. What you typed is here when you come back.", timeout=4)
            self.dismiss(None)

    def action_submit(self, again: bool = False) -> None:
        """Do it, once. `again`: although the same was told before."""
        if self._sending:
            return
        self._sending = True
        action, desk, key = self._action(again), self.desk, self._key
        user, services = self.user, self.services

        def do() -> Done | Crossed | Before:
            done = services.quick_actions.do(user, action)
            if isinstance(done, Done):  # in the thread: the form may be gone before the answer comes
                put_aside(desk, key, None)
            return done

        self.ask(do, self._answered, self._refused, group="send", opening=True)

    def _action(self, again: bool) -> QuickAction:
        begun = self.begun
        if not begun.takes_part:
            return QuickAction(begun.job, begun.event, self._compose_id)
        now = self.written
        return QuickAction(
            job=begun.job,
            event=begun.event,
            compose_id=now.compose_id,
            recipients=now.recipients,
            body=now.body,
            repair=now.repair,
            estimate=begun.draft if now.shares else None,
            seen_seq=self._seen_seq,
            again=again,
        )

    def _done_words(self, done: Done) -> str:
        """What became of it; the key that calls it back stands on the job, a step behind the estimate."""
        from screens.estimate import EstimateScreen

        words = done_words(done, clock_time)
        on_estimate = any(isinstance(screen, EstimateScreen) for screen in self.app.screen_stack)
        return words.replace(": u calls it back", ": esc, then u calls it back") if on_estimate else words

    def _answered(self, done: Done | Crossed | Before) -> None:
        self._sending = False
        if isinstance(done, Done):
            self.notify(one_line(self._done_words(done)), markup=False, timeout=4)
            self.dismiss(done)
        elif isinstance(done, Before):
            question = again_question(self.begun.event, done, clock_time)
            self.app.push_screen(
                Confirm(question, "t", "Tell again"), lambda yes: self.action_submit(again=True) if yes else None
            )
        else:
            seen, self._seen_seq = self._seen_seq, done.seq
            job, user, services = self.begun.job, self.user, self.services
            self.ask(
                lambda: services.threads.messages(user, job.id, count=10)[0],
                lambda messages: self._show_crossing([m for m in messages if m.seq > seen]),
                group="crossing",
            )

    def _show_crossing(self, messages: Sequence[Message]) -> None:
        """What was written meanwhile stands here; the next Submit sends (rule 41)."""
        others = [m for m in messages if m.author.user_id != self.user.id]
        words = "; ".join(f"{m.author.name}: “{one_line(m.body, 100)}”" for m in others[-2:])
        self.composer.say("contents", f"Meanwhile {words or 'somebody wrote'}. Submit again to go on.")

    def _refused(self, refusal: Refusal) -> None:
        self._sending = False
        if not self.begun.takes_part:
            self.query_one("#happens", Label).update(Content(f"! {one_line(refusal.sentence)}"))
        elif refusal.field in ("job", "estimate"):
            self._read_again(refusal.sentence)
        elif refusal.field == "repair" and self.approval is not None:
            self.approval.focus_repair()
        else:
            self.composer.say(refusal.field, refusal.sentence)
            if refusal.field == "contents":
                self.composer.point_at_placeholder()

    def _ask_when(self) -> None:
        """Find out when the texts would leave, and what each would carry."""
        if not self._keys:
            return
        job, user, keys, services = self.begun.job, self.user, self._keys, self.services

        def when() -> tuple[tuple[str, ...], Departure]:
            return keys, services.quick_actions.when(user, job, keys)

        self.ask(when, lambda found: self._say_when(*found), lambda _: None, group="when")

    def _say_when(self, keys: tuple[str, ...], leaving: Departure) -> None:
        if keys == self._keys and leaving != self._leaving:
            self._leaving = leaving
            if not self.composer.complains:
                self._say()

    def _say(self) -> None:
        """Say what will happen, and what it costs."""
        chosen, leaving = self.chosen, self._leaving
        self.composer.show_recipients(names_of(chosen), self._happens(chosen))
        leaves = when_it_leaves(leaving, self.services.clock(), clock_time) if leaving else "leaves now"
        body = with_repair(self.composer.body, self.approval.sentence if self.approval is not None else "")
        self.composer.show_count(what_it_costs(body, chosen, leaves, leaving.added if leaving else ()))

    def _happens(self, chosen: Sequence[Choice]) -> str:
        begun, linked = self.begun, any(more.linked for more in self._leaving.added) if self._leaving else False
        estimate = begun.draft if self.approval is not None and self.approval.shares else None
        return what_happens(begun.job, begun.event, self.services.account, self.user, chosen, linked, estimate)

    def _say_happens(self) -> None:
        """Without the Chat box only the status changes."""
        self.query_one("#happens", Label).update(Content(one_line(self._happens(()))))

    def _say_estimate(self) -> None:
        if self.approval is not None:
            self.approval.show_estimate(estimate_words(self.begun, clock_time), self.begun.draft is not None)
