"""One job: its details, its notes, and the conversation with the customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Label, Static, Tab, Tabs

from domain.delivery import RESENDABLE, Delivery, State
from domain.errors import Refusal
from domain.jobs import Job
from domain.messages import Draft, Message
from domain.people import Role
from domain.text import one_line
from messaging.conversation import Choice
from screens.alert import AlertScreen
from screens.ask import Confirm
from screens.base import Changes, DeskScreen
from screens.details import details
from screens.original import Original
from screens.send_message import SendMessage
from screens.times import clock_time
from widgets.status_bar import StatusBar
from widgets.thread import ThreadView
from widgets.top_bar import TopBar

DETAILS, NOTES, CUSTOMER = "tab-details", "tab-notes", "tab-customer"
_NO_MESSAGES = "No messages on this job yet. Press a to send the customer the first alert."
_NO_MESSAGES_WORKER = "No messages for you on this job yet."
_NO_CHAT = "Your account takes no part in messages. Ask the administrator for the Chat box."


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What was read for a job in one go."""

    job: Job | None
    messages: Sequence[Message]
    has_older: bool
    customer_tab: bool = False
    newest: int = 0
    people: Sequence[Choice] = ()
    draft: Draft | None = None


class JobScreen(DeskScreen[None]):
    """One job. New messages appear by themselves; what is being written stays where it is."""

    CSS_PATH = "job.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="job.back", tooltip="Back to the list; the draft is kept"),
        Binding("r", "reply(False)", "Reply", id="job.reply", tooltip="Answer the author of the selected message"),
        Binding(
            "R",
            "reply(True)",
            "Reply all",
            id="job.reply-all",
            show=False,
            tooltip="Answer everybody on the selected message",
        ),
        Binding("m", "write", "Write", id="job.write", show=False, tooltip="Write a message"),
        Binding("a", "alert", "Alert", id="job.alert", tooltip="Send the customer an alert"),
        Binding("e", "edit", "Edit", id="job.edit", show=False, tooltip="Change this job"),
        Binding("w", "next", "Next waiting", id="job.next-waiting", show=False, tooltip="Open the job waiting longest"),
        Binding("x", "resend", "Resend", id="job.resend", show=False, tooltip="Send a failed text once more"),
        Binding("g", "original", "Original", id="job.original", show=False, tooltip="Show original note"),
        Binding("1", "tab('tab-details')", "Details", id="job.details", show=False, tooltip="Show the details"),
        Binding("2", "tab('tab-notes')", "Notes", id="job.notes", show=False, tooltip="Show the notes"),
        Binding(
            "3", "tab('tab-customer')", "Messages", id="job.messages", show=False, tooltip="Show Customer Messages"
        ),
    ]

    def __init__(self, job_id: int) -> None:
        super().__init__()
        self.job_id = job_id
        self.job: Job | None = None
        self._marked = 0

    def compose(self) -> ComposeResult:
        """Bars, the job on one line, tabs, thread and composer."""
        yield TopBar(self.services.account.practice, "Job", f"{self.user.name} · {self.user.role.value}")
        yield Label("", id="summary")
        yield Tabs(Tab("Details", id=DETAILS), Tab("Notes", id=NOTES), active=NOTES, id="tabs")
        with VerticalScroll(id="details"):
            yield Static("", id="detail-lines")
        empty = _NO_MESSAGES if self.user.role is Role.DISPATCHER else _NO_MESSAGES_WORKER
        empty = empty if self.user.chat else _NO_CHAT
        yield ThreadView(clock_time, empty_text=empty, id="thread")
        yield SendMessage(self.job_id)
        yield StatusBar()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read everything, then begin where rule 39 says."""
        self.query_one(Tabs).can_focus = False
        self.watch(self.thread, "new_below", self._note_below, init=False)
        self.watch(self.app, "app_focus", lambda: self.mark_read(), init=False)
        self.ask_engine()
        self.ask(lambda: self._read(customer_tab=None), self._begin, self._gone, group="load")

    @property
    def thread(self) -> ThreadView:
        """The conversation."""
        return self.query_one(ThreadView)

    @property
    def sending(self) -> SendMessage:
        """Send Message."""
        return self.query_one(SendMessage)

    def _read(self, customer_tab: bool | None, count: int = 50) -> _Loaded:
        threads = self.services.threads
        job = threads.job(self.user, self.job_id)
        if job is None:
            return _Loaded(None, (), False)
        tab = customer_tab
        if tab is None:
            tab = job.texting_since is not None
        messages, older = threads.messages(self.user, self.job_id, count=count, customer_tab=tab)
        newest, _ = threads.messages(self.user, self.job_id, count=1) if tab else (messages, False)
        people = self.services.conversation.choices(self.user, job) if self.user.chat else []
        draft = self.services.conversations.draft(self.user, self.job_id) if customer_tab is None else None
        return _Loaded(job, messages, older, tab, newest[-1].seq if newest else 0, people, draft)

    def _begin(self, loaded: _Loaded) -> None:
        if loaded.job is None:
            self._gone(Refusal("This job is not in your list any more."))
            return
        if loaded.job.texting_since is not None:
            self._offer_customer_tab()
            self.query_one(Tabs).active = CUSTOMER if loaded.customer_tab else NOTES
        self.thread.show(loaded.messages, loaded.has_older)
        self._take_job(loaded)
        if self._may_write():
            self.sending.begin(loaded.draft, loaded.messages)
        else:
            self.sending.display = False
            self.thread.focus()
        self.mark_read()

    def _may_write(self) -> bool:
        if self.job is None:
            return False
        held = self.user.role is Role.DISPATCHER or self.job.access.worker_id == self.user.id
        return self.user.chat and held

    def _gone(self, refusal: Refusal) -> None:
        self.notify(refusal.sentence, severity="warning", markup=False)
        self.pop_until_active()
        self.dismiss(None)

    def _take_job(self, loaded: _Loaded) -> None:
        job = loaded.job
        assert job is not None
        self.job = job
        self.sending.know(job, loaded.people, loaded.newest)
        parts = [job.number, job.customer, job.asset or job.title, job.status.words]
        parts.append(job.worker.name if job.worker else "no worker yet")
        self.query_one("#summary", Label).update(Content(one_line(" · ".join(part for part in parts if part))))
        self.query_one("#detail-lines", Static).update(details(job))

    def _offer_customer_tab(self) -> None:
        tabs = self.query_one(Tabs)
        if not tabs.query(f"#{CUSTOMER}"):
            tabs.add_tab(Tab("Customer Messages", id=CUSTOMER))

    def changed(self, changes: Changes) -> None:
        """Somebody wrote, a text moved on, or the job changed."""
        if "engine" in changes.kinds:
            self.ask_engine()
        if self.job_id in changes.job_ids or changes.kinds & {"people", "account"}:
            self.refresh_thread()

    def refresh_thread(self) -> None:
        """Read the newest messages again; new ones are added, known ones brought up to date."""
        count = min(200, max(50, len(self.thread.messages) + 10))
        customer = self.query_one(Tabs).active == CUSTOMER
        self.ask(lambda: self._read(customer, count), self._refresh, self.tell, group="refresh")

    def _refresh(self, loaded: _Loaded) -> None:
        if loaded.job is None:
            self._gone(Refusal("This job is not in your list any more."))
            return
        before = self.job.texting_since if self.job else None
        if loaded.customer_tab == (self.query_one(Tabs).active == CUSTOMER):
            self._refresh_messages(loaded)
        self._take_job(loaded)
        if not self._may_write():
            self.sending.display = False
        if before is None and loaded.job.texting_since is not None:
            self._offer_customer_tab()
            if self.query_one(Tabs).active == NOTES:
                self.query_one(Tabs).active = CUSTOMER
        self.mark_read()

    def _refresh_messages(self, loaded: _Loaded) -> None:
        """Add and update; where one may not be seen any more (rule 7), begin anew with those that may."""
        known, fresh = {m.id for m in self.thread.messages}, {m.id for m in loaded.messages}
        oldest = loaded.messages[0].seq if loaded.has_older else 0
        lost = any(m.seq >= oldest and m.id not in fresh for m in self.thread.messages)
        if lost or not known:
            self.thread.show(loaded.messages, loaded.has_older)
            return
        self.thread.update([m for m in loaded.messages if m.id in known])
        newest = self._newest()
        for message in loaded.messages:
            if message.id not in known and message.seq > newest:
                self.thread.append(message)

    @on(ThreadView.OlderWanted)
    def bring_older(self, event: ThreadView.OlderWanted) -> None:
        """The reader scrolls towards the beginning."""
        customer = self.query_one(Tabs).active == CUSTOMER
        self.ask(
            lambda: self.services.threads.messages(
                self.user, self.job_id, before=event.before_seq, count=200, customer_tab=customer
            ),
            lambda found: self.thread.prepend(*found),
            group="older",
        )

    @on(Tabs.TabActivated)
    def show_tab(self, event: Tabs.TabActivated) -> None:
        """Details, Notes, or Customer Messages."""
        self.set_class(event.tab.id == DETAILS, "-details")
        if self.job is None or event.tab.id == DETAILS:
            return
        customer = event.tab.id == CUSTOMER
        self.ask(lambda: self._read(customer), self._show_all, self.tell, group="tab")

    def _show_all(self, loaded: _Loaded) -> None:
        if loaded.job is not None:
            self.thread.show(loaded.messages, loaded.has_older)
            self.mark_read()

    def _note_below(self, count: int) -> None:
        self.query_one(StatusBar).note(f"{count} new below: press End" if count else "")
        if not count:
            self.mark_read()

    def mark_read(self) -> None:
        """Move the read mark to what is in view; only while the terminal has the focus."""
        newest = self._newest()
        seen = self.app.app_focus and self.is_current and self.thread.at_end and not self.has_class("-details")
        if seen and self.user.chat and newest > self._marked:
            self._marked = newest
            self.ask(
                lambda: self.services.conversations.see_at_desk(self.user, self.job_id, newest), _nothing, group="mark"
            )

    def on_screen_resume(self) -> None:
        """Back from a picker or another screen."""
        if self.job is not None:
            self.mark_read()

    def _newest(self) -> int:
        return max((message.seq for message in self.thread.messages), default=0)

    @on(SendMessage.Done)
    def go_on(self, event: SendMessage.Done) -> None:
        """It was sent: show it, or go to the next one who waits."""
        self.refresh_thread()
        if event.then_next:
            self.action_next()

    @on(SendMessage.CrossedBy)
    def show_crossing(self) -> None:
        """Somebody wrote meanwhile: bring it into view."""
        customer = self.query_one(Tabs).active == CUSTOMER
        self.ask(lambda: self._read(customer), self._show_newest, self.tell, group="crossing")

    def _show_newest(self, loaded: _Loaded) -> None:
        self._refresh(loaded)
        self.thread.action_edge(1)
        if loaded.newest > self._newest():
            self.query_one(Tabs).active = NOTES

    @on(SendMessage.Left)
    def read_thread(self) -> None:
        """Escape goes from the text to the thread."""
        self.thread.focus()

    def leaving(self) -> None:
        """Keep what is written before this screen goes."""
        self.sending.keep_draft()

    def action_back(self) -> None:
        """Keep the draft and go back."""
        self.leaving()
        self.dismiss(None)

    def action_write(self) -> None:
        """Go to the composer."""
        if self._may_write():
            self.sending.start()

    def action_tab(self, tab: str) -> None:
        """Show another tab."""
        tabs = self.query_one(Tabs)
        if tabs.query(f"#{tab}"):
            tabs.active = tab
        else:
            self.notify("Customer Messages begins with the first text to the customer. Press a to send an alert.")

    def action_reply(self, everyone: bool) -> None:
        """Answer the selected message."""
        message = self.thread.selected
        if message is None or self.job is None or not self._may_write():
            self.notify("There is no message to answer yet." if message is None else "You can read this job only.")
            return
        self.sending.reply(message, everyone)

    def action_original(self) -> None:
        """Show the message that the selected one answers."""
        message = self.thread.selected
        if message is None or message.reply_to is None:
            self.notify("This message answers no other.")
            return
        wanted = message.reply_to
        self.ask(
            lambda: self.services.threads.message(self.user, self.job_id, wanted),
            lambda found: self.app.push_screen(Original(found)) if found else self.notify("There is nothing to show."),
            group="original",
        )

    def action_alert(self) -> None:
        """Write an alert to the customer's contacts."""
        if self.user.role is not Role.DISPATCHER or self.job is None:
            return
        if not self.user.chat:
            self.notify("Sending needs the Chat box. Ask the administrator.")
            return
        self.app.push_screen(AlertScreen(self.job), lambda _: self.refresh_thread())

    def action_edit(self) -> None:
        """Change the job."""
        if self.user.role is Role.DISPATCHER:
            self.desk.edit_job(self.job_id)

    def action_resend(self) -> None:
        """Send a failed text of the selected message again; an unconfirmed one only after a second word."""
        message = self.thread.selected
        failed = _failed(message)
        if failed is None:
            self.notify("The selected message has no failed text.")
        elif failed.state is State.UNCONFIRMED:
            question = f"{failed.name} may have got this text already. Sending again could text them twice."
            self.app.push_screen(
                Confirm(question, "s", "Send again"), lambda yes: self._resend(failed) if yes else None
            )
        else:
            self._resend(failed)

    def _resend(self, failed: Delivery) -> None:
        self.ask(
            lambda: self.services.conversation.resend(self.user, self.job_id, failed.id),
            lambda _: self.refresh_thread(),
            group="resend",
        )

    def action_next(self) -> None:
        """Open the job that waits longest."""
        self.leaving()
        self.ask(
            lambda: self.services.job_list.next_job(self.user, None, unread=False),
            self._open_next,
            group="next",
        )

    def _open_next(self, job_id: int | None) -> None:
        if job_id is None or job_id == self.job_id:
            self.notify("Nobody else is waiting for an answer.")
        else:
            self.desk.open_job(job_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A worker has no keys for what only dispatchers do."""
        if action in ("alert", "edit", "next", "resend"):
            return self.user.role is Role.DISPATCHER
        return True


def _failed(message: Message | None) -> Delivery | None:
    deliveries = message.deliveries if message else ()
    return next((d for d in reversed(deliveries) if d.state in RESENDABLE), None)


def _nothing(_answer: object) -> None:
    """Take no notice of an answer."""
