"""One job: its details, its notes, and the conversation with the customer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Label, Static, Tab, Tabs

from domain.errors import Refusal
from domain.messages import Message
from screens.base import Changes, DeskScreen
from screens.being_here import BeingHere
from screens.calling_back import CallingBack
from screens.details import details
from screens.estimate_acts import EstimateActs
from screens.job_acts import JobActs
from screens.job_reader import FURTHEST, PAGE, JobReader, Loaded
from screens.leading import LEADING
from screens.link_keys import LinkKeys
from screens.message_acts import MessageActs
from screens.placing_acts import PlacingActs
from screens.quick_replies import QuickReplies, digit_keys
from screens.read_mark import ReadMark
from screens.send_message import SendMessage
from screens.times import clock_time
from widgets.job_summary import JobSummary
from widgets.key_bar import KeyBar
from widgets.stage_words import is_counting_down, stage_words
from widgets.status_bar import StatusBar
from widgets.thread import ThreadView
from widgets.top_bar import TopBar

DETAILS, NOTES, CUSTOMER = "tab-details", "tab-notes", "tab-customer"
_NO_MESSAGES = "No messages on this job yet. Press esc, then a, to send the customer the first alert."
_NO_MESSAGES_WORKER = "No messages for you on this job yet."
_NO_CHAT = "Your account takes no part in messages. Ask the administrator for the Chat box."
_GONE = "This job is not in your list any more."


class JobScreen(
    DeskScreen[None], MessageActs, CallingBack, JobActs, PlacingActs, EstimateActs, LinkKeys, QuickReplies, BeingHere
):
    """One job. New messages appear by themselves; what is being written stays where it is."""

    CSS_PATH = "job.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="job.back", tooltip="Back to the list; the draft is kept"),
        Binding(
            "left_square_bracket",
            "turn(-1)",
            "Tab before",
            id="job.tab-before",
            key_display="[",
            show=False,
            tooltip="Show the tab to the left",
        ),
        Binding(
            "right_square_bracket",
            "turn(1)",
            "Next tab",
            id="job.tab-next",
            key_display="]",
            show=False,
            tooltip="Show the tab to the right",
        ),
        *digit_keys(),
    ]

    def __init__(self, job_id: int) -> None:
        super().__init__()
        self.job_id = job_id
        self.mark = ReadMark()
        self._newest_read = 0
        self.on_customer_tab = False
        """Whether the thread holds Customer Messages or Notes; Details beside them change nothing."""
        self._new_after: int | None = None
        """The reader was writing when what came after this feed number arrived (rule 41)."""

    def compose(self) -> ComposeResult:
        """Bars, the job on one line, tabs, thread and composer."""
        yield TopBar(self.services.account.practice, "Job", f"{self.user.name} · {self.user.role.value}")
        yield JobSummary(id="summary")
        yield Tabs(Tab("Details", id=DETAILS), Tab("Notes", id=NOTES), active=NOTES, id="tabs")
        with VerticalScroll(id="details"):
            yield Static("", id="detail-lines")
        yield ThreadView(clock_time, empty_text=self._empty(), beneath=self._beneath, id="thread")
        yield Label("", id="quick")
        yield SendMessage(self.job_id)
        yield StatusBar()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read everything, then begin where rule 39 says."""
        self.query_one(Tabs).can_focus = False
        self.watch(self.thread, "new_below", self._note_below, init=False)
        self.watch(self.app, "app_focus", lambda: self.mark_read(), init=False)
        self.set_interval(1, self._count_down)
        self.ask_engine()
        self.come()
        self.ask(self._reader().open, self._begin, self._gone, group="load", opening=True)

    def on_unmount(self) -> None:
        """Colleagues see that nobody is here."""
        self.go()

    @property
    def tabs(self) -> Tabs:
        """Details, Notes and Customer Messages."""
        return self.query_one(Tabs)

    def _reader(self) -> JobReader:
        return JobReader(self.services, self.user, self.job_id)

    def _begin(self, loaded: Loaded) -> None:
        if loaded.job is None:
            self._gone(Refusal(_GONE))
            return
        if loaded.job.texting_since is not None:
            self._offer_customer_tab()
            self.tabs.active = CUSTOMER if loaded.customer_tab else NOTES
        self.on_customer_tab = loaded.customer_tab
        self.thread.show(loaded.messages, loaded.has_older, loaded.first_unread)
        self._take_job(loaded)
        self.find_quick()
        self.find_estimate()
        if self.may_write():
            self.sending.begin(loaded.draft, loaded.messages)
        else:
            self.thread.focus()
        self.mark_read()

    def _empty(self) -> str:
        """What stands where no message does."""
        if not self.user.chat:
            return _NO_CHAT
        return _NO_MESSAGES if self.leads else _NO_MESSAGES_WORKER

    def _beneath(self, message: Message) -> str:
        return stage_words(message, self.user, self.services.clock(), clock_time)

    def _count_down(self) -> None:
        self.thread.update([message for message in self.thread.messages if is_counting_down(message)])

    def _gone(self, refusal: Refusal) -> None:
        self.notify(refusal.sentence, severity="warning", markup=False)
        self.pop_until_active()
        self.dismiss(None)

    def _take_job(self, loaded: Loaded) -> None:
        job = loaded.job
        assert job is not None
        could_write, self.job = self.may_write(), job
        self._newest_read = loaded.newest
        self.mark.know(loaded.unread, loaded.newest)
        self.sending.know(job, loaded.people, loaded.newest)
        worker = job.worker.name if job.worker else "no worker yet"
        owner = f"{job.owner} owns it" if job.owner else ""
        parts = [job.number, job.customer, job.asset or job.title, job.status.words, worker, owner]
        self.query_one(JobSummary).say(" · ".join(part for part in parts if part))
        self.show_details()
        self.set_class(not self.may_write(), "-read-only")
        self.thread.empty_text = self._empty()
        if could_write and not self.may_write():
            self.notify("This job was handed over. What you wrote and got stays here to read.", timeout=8)
        if not self.may_write() and self.sending.has_focus_within:
            self.thread.focus()

    def show_details(self) -> None:
        """Draw the Details tab anew."""
        if self.job is not None:
            self.query_one("#detail-lines", Static).update(details(self.job, self.estimate_line, self.link_lines))

    def _offer_customer_tab(self) -> None:
        if not self.tabs.query(f"#{CUSTOMER}"):
            self.tabs.add_tab(Tab("Customer Messages", id=CUSTOMER))

    def changed(self, changes: Changes) -> None:
        """Somebody wrote, a text moved on, or the job changed."""
        if "engine" in changes.kinds:
            self.ask_engine()
        if self.job_id in changes.job_ids:
            self.show_others()
        if (self.job_id in changes.job_ids and changes.kinds != {"presence"}) or changes.kinds & {"people", "account"}:
            self.refresh_thread()
        if changes.kinds & {"replies", "people"}:
            self.find_quick()
        self.find_estimate(changes)
        if self.has_class("-details"):
            self.find_links()

    def refresh_thread(self) -> None:
        """Read the newest messages again; new ones are added, known ones brought up to date."""
        count = min(FURTHEST, max(PAGE, len(self.thread.messages) + 10))
        customer, keys = self.on_customer_tab, self.sending.keys
        self.ask(lambda: self._reader().again(customer, count, keys), self._refresh, self.tell, group="refresh")

    def _refresh(self, loaded: Loaded) -> None:
        if loaded.job is None:
            self._gone(Refusal(_GONE))
            return
        before = self.job.texting_since if self.job else None
        if loaded.customer_tab == self.on_customer_tab:
            self._refresh_messages(loaded)
        self._take_job(loaded)
        if before is None and loaded.job.texting_since is not None:
            self._offer_customer_tab()
            if self.tabs.active == NOTES:
                self.tabs.active = CUSTOMER
        self.mark_read()

    def _refresh_messages(self, loaded: Loaded) -> None:
        """Add and update; where one may not be seen any more (rule 7), begin anew with those that may.

        What may be seen again, and what left later than it was written, takes its place among the others.
        """
        held = self.thread.messages
        fresh = {message.id: message for message in loaded.messages}
        oldest = loaded.messages[0].seq if loaded.has_older else 0
        lost = any(message.seq >= oldest and message.id not in fresh for message in held)
        if lost or not held:
            self.thread.show(loaded.messages, loaded.has_older)
            return
        known = {message.id: message.seq for message in held}
        newest = max(known.values())
        if any(known.get(m.id, m.seq) != m.seq or (m.id not in known and m.seq < newest) for m in loaded.messages):
            self.thread.rearrange([*(m for m in held if m.id not in fresh), *loaded.messages])
            return
        self.thread.update([message for message in loaded.messages if message.id in known])
        for message in loaded.messages:
            if message.id not in known:
                self.thread.append(message)

    @on(ThreadView.OlderWanted)
    def bring_older(self, event: ThreadView.OlderWanted) -> None:
        """The reader scrolls towards the beginning."""
        customer = self.on_customer_tab
        self.ask(
            lambda: self._reader().older(customer, event.before_seq),
            lambda found: self.thread.prepend(*found),
            group="older",
        )

    @on(Tabs.TabActivated)
    def show_tab(self, event: Tabs.TabActivated) -> None:
        """Details, Notes, or Customer Messages."""
        self.set_class(event.tab.id == DETAILS, "-details")
        if event.tab.id == DETAILS:
            self.find_links()
        customer, keys = event.tab.id == CUSTOMER, self.sending.keys
        if self.job is None or event.tab.id == DETAILS or customer == self.on_customer_tab:
            self.mark_read()
            return
        self.on_customer_tab = customer
        self.ask(lambda: self._reader().again(customer, keys=keys), self._show_all, self.tell, group="tab")

    def _show_all(self, loaded: Loaded) -> None:
        if loaded.job is not None and loaded.customer_tab == self.on_customer_tab:
            self.mark.know(loaded.unread, loaded.newest)
            unseen = self.mark.unseen
            self.thread.show(loaded.messages, loaded.has_older, unseen[0].seq if unseen else None)
            self._show_crossing()
            self.mark_read()

    def _note_below(self, count: int) -> None:
        self.query_one(StatusBar).note(f"{count} new below: press End" if count else "")

    @on(ThreadView.Viewed)
    def mark_read(self) -> None:
        """Move the read mark to what was in view; only while the terminal has the focus."""
        if self.job is None or not (self.app.app_focus and self.is_current and self.user.chat):
            return
        if not self.has_class("-details"):
            self.mark.see(self.thread.in_view())
        self._say_unseen()
        to = None if self.has_class("-details") else self.mark.move()
        if to is not None:
            user = self.user
            self.ask(lambda: self.services.conversations.see_at_desk(user, self.job_id, to), _nothing, group="mark")

    def _say_unseen(self) -> None:
        """News that stand in Notes alone show on that tab."""
        here = not self.on_customer_tab
        notes = sum(1 for news in self.mark.unseen if not (here or news.in_customer_tab))
        tab = self.tabs.query_one(f"#{NOTES}", Tab)
        label = f"Notes ● {notes}" if notes else "Notes"
        if tab.label_text != label:
            tab.label = label

    def on_screen_resume(self) -> None:
        """Back from a picker or another screen."""
        if self.job is not None:
            self.mark_read()

    def seen_up_to(self) -> int:
        """The feed number of the newest message that was read for this screen."""
        return self._newest_read

    @on(SendMessage.Typed)
    def tell_typing(self) -> None:
        """Colleagues see that somebody is writing."""
        self.note_typing()

    @on(SendMessage.CallBackWanted)
    def want_back(self) -> None:
        """Undo in an empty field means what was just sent."""
        self.action_call_back()

    @on(SendMessage.Done)
    def go_on(self, event: SendMessage.Done) -> None:
        """It was sent: show it, or go to the next one who waits."""
        self._new_after = None
        self.thread.mark_new(())
        self.refresh_thread()
        if event.then_next:
            self.action_next()

    @on(SendMessage.CrossedBy)
    def show_crossing(self, event: SendMessage.CrossedBy) -> None:
        """Somebody wrote meanwhile: bring it into view, marked as new."""
        self._new_after = event.seen_seq
        customer, keys = self.on_customer_tab, self.sending.keys
        self.ask(lambda: self._reader().again(customer, keys=keys), self._show_newest, self.tell, group="crossing")

    def _show_newest(self, loaded: Loaded) -> None:
        self._refresh(loaded)
        elsewhere = loaded.newest > max((message.seq for message in self.thread.messages), default=0)
        if elsewhere or self.tabs.active == DETAILS:
            self.tabs.active = NOTES
        else:
            self._show_crossing()

    def _show_crossing(self) -> None:
        after = self._new_after
        if after is not None:
            self.thread.mark_new(
                [m.id for m in self.thread.messages if m.seq > after and m.author.user_id != self.user.id]
            )

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

    def action_tab(self, tab: str) -> None:
        """Show another tab."""
        if self.tabs.query(f"#{tab}"):
            self.tabs.active = tab
        else:
            self.notify("Customer Messages begins with the first text to the customer. Press a to send an alert.")

    def action_turn(self, by: int) -> None:
        """Show the tab beside."""
        ids = [tab.id for tab in self.tabs.query(Tab)]
        self.tabs.active = ids[(ids.index(self.tabs.active) + by) % len(ids)] or NOTES

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A worker has no keys for what only dispatchers do, and digits of their own.

        Beside the fields of the composer no letter acts on a message or closes a job: it may be meant for Contents.
        """
        if action in _IN_THREAD and self.is_mounted and self.sending.has_focus_within:
            return False
        if action in _DISPATCHERS or action == "tab":
            return self.leads
        if action == "quick":
            return isinstance(parameters[0], int) and self.has_quick(parameters[0])
        return super().check_action(action, parameters)


_IN_THREAD = frozenset({"send_now", "change", "refuse", "resend", "pass_on", "quick", "quick_action", *LEADING})
_OF_CUSTOMERS = frozenset({"estimate", "record_answer", "links", "open_page"})
_DISPATCHERS = frozenset({"alert", "edit", "next", "resend", "pass_on", "refuse", *_OF_CUSTOMERS})


def _nothing(_answer: Iterable[object] | None) -> None:
    """Take no notice of an answer."""
