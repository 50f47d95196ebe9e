"""Send Message on a job: who it is for, what is written, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message as Event

from domain.errors import Refusal
from domain.jobs import Job
from domain.messages import Draft, Message
from domain.people import Role
from domain.text import one_line
from domain.waiting import unanswered
from messaging.audience import what_it_costs, who_sees
from messaging.conversation import Choice, Compose, Crossed, Sent, reply_recipients
from screens.base import Asking
from screens.recipients import RecipientPicker
from widgets.composer import Composer

DRAFT_S = 1.0
"""A draft is kept this long after the last key."""


class SendMessage(Vertical, Asking):
    """The composer of one job and one person. A draft never leaves its job, and a repeated Submit sends once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit(False)", "Submit", id="send.submit", tooltip="Send and stay on this job"),
        Binding("ctrl+n", "submit(True)", "Submit, next", id="send.submit-next", tooltip="Send, then the next waiting"),
    ]
    DEFAULT_CSS = "SendMessage { height: auto; }"

    @dataclass
    class Done(Event):
        """The message was stored; `then_next` to go on to the next waiting job."""

        then_next: bool

    class CrossedBy(Event):
        """Somebody wrote meanwhile; nothing was sent."""

    class Left(Event):
        """The writer went back to the thread."""

    def __init__(self, job_id: int) -> None:
        super().__init__(id="send-message")
        self.job_id = job_id
        self.job: Job | None = None
        self._people: dict[str, Choice] = {}
        self._keys: tuple[str, ...] = ()
        self._reply_to: int | None = None
        self._compose_id = uuid.uuid4().hex
        self._newest = 0
        self._seen_seq: int | None = None
        self._sending = False
        self._kept = Draft("")
        self._draft_turn, self._draft_lock = 0, Lock()
        self._said = ("", "")

    def compose(self) -> ComposeResult:
        """The composer."""
        yield Composer()

    def on_mount(self) -> None:
        """Keep drafts as they are written."""
        self.set_interval(DRAFT_S, self.keep_draft)

    @property
    def composer(self) -> Composer:
        """The fields."""
        return self.query_one(Composer)

    @property
    def chosen(self) -> list[Choice]:
        """The recipients chosen now."""
        return [self._people[key] for key in self._keys if key in self._people]

    def know(self, job: Job, people: Sequence[Choice], newest: int) -> None:
        """Take in the job, who may be written to, and the newest message there is; a complaint stays."""
        self.job, self._newest = job, newest
        self._people = {choice.key: choice for choice in people}
        if self._audience() != self._said:
            self._say_audience()

    def begin(self, draft: Draft | None, messages: Sequence[Message]) -> None:
        """Start where rule 39 says: with the draft, with the one contact who waits, or with nobody."""
        if draft is not None and draft.body:
            self._kept = draft
            self.composer.write(draft.body)
            self._seen_seq = self._newest
            self._choose(draft.recipients)
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
        worker = self.user.role is Role.WORKER
        keys = ["dispatch"] if worker else list(reply_recipients(message, self.user, everyone))
        keys = [key for key in keys if key in self._people]
        left = [self._people[key] for key in keys if self._people[key].why_not]
        self._choose([key for key in keys if not self._people[key].why_not])
        self._reply_to = message.id
        self.composer.title(f"Send Message: answer to {message.author.name}, “{one_line(message.body, 40)}”")
        self.start()
        if left:
            self.composer.say("recipient", f"Left out: {'; '.join(f'{c.person.name}, {c.why_not}' for c in left)}")

    def keep_draft(self) -> None:
        """Keep what is written, if it changed; it belongs to this job and this person.

        A thread that comes late must not bring back what was sent meanwhile: only the last turn writes.
        """
        if self.job is None or self._sending:
            return
        now = Draft(self.composer.body, self._keys)
        if now.body == self._kept.body and (not now.body or now.recipients == self._kept.recipients):
            return
        before, self._kept = self._kept, now
        user, kept = self.user, now if now.body else None
        self._draft_turn = turn = self._draft_turn + 1

        def keep() -> None:
            with self._draft_lock:
                if turn == self._draft_turn:
                    self.services.conversations.keep_draft(user, self.job_id, kept)

        def failed(refusal: Refusal) -> None:
            self._kept = before
            self.tell(refusal)

        self.ask(keep, _nothing, failed, "draft", lasting=True)

    @on(Composer.Edited)
    def note_edit(self) -> None:
        """The first letter fixes what the writer had before them (rule 41)."""
        if self._seen_seq is None:
            self._seen_seq = self._newest
        self.composer.show_count(what_it_costs(self.composer.body, self.chosen))

    @on(Composer.Left)
    def leave(self) -> None:
        """Escape goes from the text to the thread."""
        self.post_message(self.Left())

    @on(Composer.PickWanted)
    def pick(self) -> None:
        """Open the picker."""
        if self.job is None:
            return
        job, account, user = self.job, self.services.account, self.user

        def explain(chosen: Sequence[Choice]) -> str:
            return who_sees(job, account, user, chosen)

        self.app.push_screen(RecipientPicker(list(self._people.values()), self._keys, explain), self._picked)

    @on(Composer.Submitted)
    def press_submit(self) -> None:
        """The button does what ctrl+s does."""
        self.action_submit(False)

    def action_submit(self, then_next: bool) -> None:
        """Send what is written, once."""
        if self._sending or self.job is None:
            return
        self._sending = True
        user = self.user
        compose = Compose(self.job_id, self._keys, self.composer.body, self._compose_id, self._seen_seq, self._reply_to)
        self.ask(
            lambda: self.services.conversation.send(user, compose),
            lambda sent: self._sent(sent, then_next),
            self._refused,
            group="send",
        )

    def _picked(self, keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            self._choose(keys)
            self.start()

    def _sent(self, sent: Sent | Crossed, then_next: bool) -> None:
        self._sending = False
        if isinstance(sent, Crossed):
            self._seen_seq = sent.seq
            self.composer.say("contents", "Somebody wrote meanwhile: read it above, then submit again to send this.")
            self.post_message(self.CrossedBy())
            return
        names = ", ".join(one_line(person.name) for person in sent.people)
        self.notify(f"Sent to {names}", markup=False, timeout=3)
        self._clear()
        self.post_message(self.Done(then_next))

    def _refused(self, refusal: Refusal) -> None:
        self._sending = False
        self.composer.say(refusal.field, refusal.sentence)

    def _clear(self) -> None:
        self.composer.write("")
        self.composer.title("Send Message")
        self._compose_id = uuid.uuid4().hex
        self._seen_seq, self._reply_to = None, None
        self._say_audience()
        self.keep_draft()

    def _choose(self, keys: Sequence[str]) -> None:
        self._keys = tuple(key for key in keys if key in self._people)
        self._say_audience()

    def _choose_who_can(self, key: str) -> None:
        choice = self._people.get(key)
        self._choose((key,) if choice is not None and not choice.why_not else ())

    def _say_audience(self) -> None:
        self._said = self._audience()
        self.composer.show_recipients(*self._said)
        self.composer.show_count(what_it_costs(self.composer.body, self.chosen))

    def _audience(self) -> tuple[str, str]:
        if self.job is None:
            return "", ""
        names = ", ".join(_named(choice) for choice in self.chosen)
        return names, who_sees(self.job, self.services.account, self.user, self.chosen)


def _named(choice: Choice) -> str:
    person = choice.person
    return f"{person.name} ({choice.about.split(' · ')[0]})" if choice.about and person.contact_id else person.name


def _nothing(_answer: object) -> None:
    """Take no notice of an answer."""
