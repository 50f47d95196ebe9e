"""Send Message on a job: who it is for, what is written, when it leaves, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message as Event

from domain.errors import Refusal
from domain.final_text import Additions
from domain.jobs import Job
from domain.messages import Draft, Message, Stage
from domain.people import Role, User
from domain.text import one_line
from domain.waiting import unanswered
from messaging.answering import answer_to, pass_on_to
from messaging.audience import what_it_costs, when_it_leaves, who_sees
from messaging.choices import Choice
from messaging.conversation import Compose, Crossed, Sent
from messaging.departure import Departure
from screens.base import Asking
from screens.composer_words import names_of, sent_words, title_of
from screens.draft_keeper import DraftKeeper
from screens.recipients import RecipientPicker
from screens.times import clock_time
from widgets.composer import Composer

if TYPE_CHECKING:
    from screens.desk import Desk

DRAFT_S = 1.0
"""A draft is kept this long after the last key."""
HOURS_S = 30.0
"""Between two looks at whether quiet hours have begun or ended."""
_NOTHING = Draft("")


class SendMessage(Vertical, Asking):
    """The composer of one job and one person. A draft never leaves its job, and a repeated Submit sends once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit(False)", "Submit", id="send.submit", tooltip="Send and stay on this job"),
        Binding("ctrl+n", "submit(True)", "Submit, next", id="send.submit-next", tooltip="Send, then the next waiting"),
        Binding("ctrl+t", "later", "Later", id="send.later", show=False, tooltip="Choose when it should leave"),
        Binding(
            "ctrl+l", "saved", "Saved reply", id="send.saved", show=False, tooltip="Insert a saved reply at the cursor"
        ),
    ]
    DEFAULT_CSS = "SendMessage { height: auto; }"

    @dataclass
    class Done(Event):
        """The message was stored; `then_next` to go on to the next waiting job."""

        then_next: bool

    @dataclass
    class CrossedBy(Event):
        """Somebody wrote meanwhile, after `seen_seq`; nothing was sent."""

        seen_seq: int

    class Left(Event):
        """The writer went back to the thread."""

    class CallBackWanted(Event):
        """The writer wants back what was just sent."""

    class Typed(Event):
        """The writer is writing."""

    def __init__(self, job_id: int) -> None:
        super().__init__(id="send-message")
        self.job_id = job_id
        self.job: Job | None = None
        self._people: dict[str, Choice] = {}
        self._keys: tuple[str, ...] = ()
        self._about = _NOTHING
        """What the text is besides its words: an answer, passed on, planned."""
        self._returned: Draft | None = None
        """Called back while another text stood here; it waits for an empty field."""
        self._compose_id = uuid.uuid4().hex
        self._newest = 0
        self._seen_seq: int | None = None
        self._sending = False
        self._drafts = DraftKeeper(self, job_id)
        self._said = ("", "")
        self._leaves = "leaves now"
        self._added: tuple[Additions, ...] = ()

    def compose(self) -> ComposeResult:
        """The composer."""
        yield Composer()

    def on_mount(self) -> None:
        """Keep drafts as they are written, and an eye on the hours."""
        self.set_interval(DRAFT_S, self.keep_draft)
        self.set_interval(HOURS_S, self._ask_when)

    @property
    def composer(self) -> Composer:
        """The fields."""
        return self.query_one(Composer)

    @property
    def chosen(self) -> list[Choice]:
        """The recipients chosen now."""
        return [self._people[key] for key in self._keys if key in self._people]

    @property
    def keys(self) -> tuple[str, ...]:
        """The recipients chosen now, by key."""
        return self._keys

    @property
    def written(self) -> Draft:
        """All that stands here now."""
        return replace(self._about, body=self.composer.body, recipients=self._keys)

    def know(self, job: Job, people: Sequence[Choice], newest: int) -> None:
        """Take in the job, who may be written to, and the newest message there is; a complaint stays."""
        self.job, self._newest = job, newest
        kept = {key: choice for key, choice in self._people.items() if key in self._keys}
        found = {choice.key: choice for choice in people}
        gone = [choice.person.name for key, choice in kept.items() if key not in found]
        self._people = found
        self._keys = tuple(key for key in self._keys if key in found)
        if self._audience() != self._said:
            self._say_audience()
        if gone:
            self.composer.say("recipient", f"{', '.join(gone)}: no longer on this job, taken out", focus=False)
        self._ask_when()

    def begin(self, draft: Draft | None, messages: Sequence[Message]) -> None:
        """Start where rule 39 says: with the draft, with the one contact who waits, or with nobody."""
        if draft is not None and draft.body:
            self._drafts.found(draft)
            self._write(draft, messages)
        elif self.user.role is Role.WORKER:
            self._choose(("dispatch",))
        else:
            waiting = unanswered(messages)
            self._choose_who_can(f"contact:{waiting[0]}" if len(waiting) == 1 else "")
        self.start()

    def start(self) -> None:
        """Put the cursor where the writer goes on."""
        self.composer.start(at_recipient=not self._keys)

    def reply(self, message: Message, everyone: bool) -> None:
        """Answer a message: its author, or everybody on it; who cannot be reached is named."""
        answer = answer_to(message, self.user, everyone, self._people)
        self._about = replace(self._about, reply_to=message.id, passes_on=None)
        self._choose(answer.keys)
        self._entitle([message])
        self.start()
        if answer.left_out:
            left = "; ".join(f"{name}, {why}" for name, why in answer.left_out)
            self.composer.say("recipient", f"Left out: {left}")
            self.start()

    def pass_on(self, message: Message, messages: Sequence[Message]) -> None:
        """Put a worker's words here, for the customer; never over another text."""
        if self.composer.body.strip():
            self.notify("An unsent text stands in Contents. Send it or empty it first, then press f.")
            return
        self._write(Draft(message.body, pass_on_to(messages, self._people), passes_on=message.id), [message])
        self.start()

    def add_recipient(self, choice: Choice) -> None:
        """Choose one more, who was just made a contact."""
        self._people[choice.key] = choice
        self._choose(tuple(dict.fromkeys((*self._keys, choice.key))))
        self.start()

    def take_back(self, draft: Draft, messages: Sequence[Message]) -> None:
        """Put what was called back here, never over another text: then it waits for an empty field."""
        if self.composer.body.strip():
            self._returned = draft
            words = f"Called back: “{one_line(draft.body, 30)}”. Press ctrl+z in empty Contents to get it here."
            self.composer.say("contents", words, wrong=False)
            return
        self._write(draft, messages)
        self.start()
        self.composer.say("contents", "Called back: nothing was sent.", wrong=False)

    def keep_draft(self) -> None:
        """Keep what is written, if it changed; it belongs to this job and this person."""
        if self.job is not None and not self._sending:
            now = self.written
            self._drafts.keep(now if now.body else _NOTHING)

    @on(Composer.Edited)
    def note_edit(self) -> None:
        """The first letter fixes what the writer had before them (rule 41)."""
        if self._seen_seq is None:
            self._seen_seq = self._newest
        self._say_count()
        self.post_message(self.Typed())

    @on(Composer.Left)
    def leave(self) -> None:
        """Escape goes from the text to the thread."""
        self.post_message(self.Left())

    @on(Composer.CallBackWanted)
    def want_back(self) -> None:
        """Nothing to undo: bring what waits here, or what was just sent."""
        if self._returned is not None:
            draft, self._returned = self._returned, None
            self._write(draft, ())
            self.start()
        else:
            self.post_message(self.CallBackWanted())

    @on(Composer.PickWanted)
    def pick(self, event: Composer.PickWanted) -> None:
        """Open the picker."""
        if self.job is None:
            return
        job, account, user, services = self.job, self.services.account, self.user, self.services

        def explain(chosen: Sequence[Choice]) -> str:
            return who_sees(job, account, user, chosen)

        def search(words: str) -> list[Choice]:
            return services.conversation.choices(user, job, words)

        picker = RecipientPicker(list(self._people.values()), self._keys, explain, search, event.begun, job.customer_id)
        self.app.push_screen(picker, self._picked)

    @on(Composer.Submitted)
    def press_submit(self) -> None:
        """The button does what ctrl+s does."""
        self.action_submit(False)

    def action_later(self) -> None:
        """Ask when it should leave."""
        from screens.send_later import NOW, ask_when

        def planned(moment: datetime | None) -> None:
            if moment is not None:
                self._about = replace(self._about, leave_at=None if moment == NOW else moment)
                self._ask_when()

        if self.job is not None:
            window = ask_when(self.services.clock(), self.job, self.chosen, self._about.leave_at)
            self.app.push_screen(window, planned)

    def action_saved(self) -> None:
        """Find a saved reply and insert it where the cursor is."""
        from screens.reply_picker import offer_replies

        if self.job is not None:
            offer_replies(self, self.job, self.chosen, self.composer.insert)

    def action_submit(self, then_next: bool) -> None:
        """Send what is written, once."""
        if self._sending or self.job is None:
            return
        self._sending = True
        desk, user, now = self.desk, self.user, self.written
        compose = Compose(
            self.job_id,
            now.recipients,
            now.body,
            self._compose_id,
            self._seen_seq,
            now.reply_to,
            leave_at=now.leave_at,
            passes_on=now.passes_on,
        )
        self.ask(
            lambda: self._send(desk, user, compose, now),
            lambda sent: self._sent(sent, then_next),
            self._refused,
            group="send",
            opening=True,
        )

    def _send(self, desk: Desk, user: User, compose: Compose, written: Draft) -> Sent | Crossed:
        """Send, in a thread; what was not sent stays a draft, also where its writer was signed out meanwhile."""
        sent: Sent | Crossed | None = None
        try:
            sent = desk.services.conversation.send(user, compose)
            return sent
        finally:
            gone = not self.is_running or desk.user is None
            if gone and not isinstance(sent, Sent):
                desk.services.conversations.keep_draft(user, self.job_id, written)

    def _picked(self, chosen: tuple[Choice, ...] | None) -> None:
        if chosen is not None:
            self._people.update({choice.key: choice for choice in chosen})
            self._choose([choice.key for choice in chosen])
            self.start()

    def _sent(self, sent: Sent | Crossed, then_next: bool) -> None:
        self._sending = False
        if isinstance(sent, Crossed):
            seen, self._seen_seq = self._seen_seq or 0, sent.seq
            self.composer.say("contents", "Somebody wrote meanwhile: read it above, then submit again to send this.")
            self.post_message(self.CrossedBy(seen))
            return
        if sent.stage is Stage.OUT or then_next:  # what waits here says so itself, in the thread
            self.notify(sent_words(sent), markup=False, timeout=3)
        self._clear()
        self.post_message(self.Done(then_next))

    def _refused(self, refusal: Refusal) -> None:
        self._sending = False
        self.composer.say(refusal.field, refusal.sentence)
        if refusal.field == "contents":
            self.composer.point_at_placeholder()

    def _clear(self) -> None:
        self.composer.write("")
        self._compose_id = uuid.uuid4().hex
        self._seen_seq, self._about = None, _NOTHING
        self._entitle(())
        self._say_audience()
        self.keep_draft()

    def _write(self, draft: Draft, messages: Sequence[Message]) -> None:
        """Put a whole draft here; `messages` holds what it is about, where that is known."""
        self.composer.write(draft.body)
        self._about = replace(draft, body="", recipients=())
        self._seen_seq = self._newest
        self._choose(draft.recipients)
        self._entitle(messages)

    def _entitle(self, messages: Sequence[Message]) -> None:
        """Say above the fields what the text is about."""
        self.composer.title(title_of(self._about, messages, self.user.name))

    def _choose(self, keys: Sequence[str]) -> None:
        self._keys = tuple(key for key in keys if key in self._people)
        self._say_audience()
        self._ask_when()

    def _choose_who_can(self, key: str) -> None:
        choice = self._people.get(key)
        self._choose((key,) if choice is not None and not choice.why_not else ())

    def _ask_when(self) -> None:
        """Find out when it would leave: the undo window, the plan, or the hours of whom it is for."""
        if self.job is None or not self.chosen:
            return
        job, user, keys, at, services = self.job, self.user, self._keys, self._about.leave_at, self.services

        self.ask(lambda: services.conversation.when(user, job, keys, at), self._say_when, lambda _: None, group="when")

    def _say_when(self, leaving: Departure) -> None:
        words = when_it_leaves(leaving, self.services.clock(), clock_time)
        if (words, leaving.added) != (self._leaves, self._added):
            self._leaves, self._added = words, leaving.added
            if not self.composer.complains:
                self._say_count()

    def _say_count(self) -> None:
        self.composer.show_count(what_it_costs(self.composer.body, self.chosen, self._leaves, self._added))

    def _say_audience(self) -> None:
        self._said = self._audience()
        self.composer.show_recipients(*self._said)
        self._say_count()

    def _audience(self) -> tuple[str, str]:
        if self.job is None:
            return "", ""
        return names_of(self.chosen), who_sees(self.job, self.services.account, self.user, self.chosen)
