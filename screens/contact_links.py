"""Links of a job: how every contact stands with their page, with the keys to send a link again or end it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from domain.errors import Refusal
from domain.jobs import Job
from domain.text import one_line
from screens.ask import Confirm
from screens.base import Changes
from screens.composer_words import sent_words
from screens.link_words import invited_words, link_words, more_of
from screens.settings_parts import ListScreen
from screens.times import clock_time
from widgets.wrapping import fit, shown

if TYPE_CHECKING:
    from messaging.conversation import Sent
    from messaging.link_acts import Page, Standing

_PRACTICE = frozenset({"page", "browser"})


class ContactLinksScreen(ListScreen["Standing"]):
    """Everybody on the job, and whoever was invited to it or has a link; beneath, more of the one at the cursor."""

    ABOUT = "Each page is its contact's alone; links end 30 days after the job is closed."
    EMPTY = "Nobody is on this job yet. Press esc, then e, to give it a contact."
    DEFAULT_CSS = """
    ContactLinksScreen #more { width: 100%; height: auto; padding: 0 1; border-top: solid $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "send", "Send link", id="links.send", tooltip="Text the link, in a message of its own"),
        Binding("d", "end", "End link", id="links.end", tooltip="End the link and every page open with it"),
        Binding("p", "page", "Page", id="links.page", tooltip="Practice: show the page's address and code"),
        Binding("b", "browser", "Browser", id="links.browser", tooltip="Practice: open the page in the browser"),
    ]

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job
        self.TITLE_WORDS = f"Links of job {one_line(job.number, 30)}"
        self._sending = False

    def compose(self) -> ComposeResult:
        """The list, and what more is known of one contact."""
        *above, keys = super().compose()
        yield from above
        yield Static("", id="more")
        yield keys

    def changed(self, changes: Changes) -> None:
        """A text moved on, a link was ended, somebody opted out, or the engine said where its pages are."""
        if self.job.id in changes.job_ids or changes.kinds & {"people", "engine", "account"}:
            self.load()

    def read(self) -> Sequence[Standing]:
        """How everybody stands."""
        return self.services.link_acts.of_job(self.user, self.job.id)

    def heads(self) -> str:
        """The columns."""
        return f"{'Name':<23}{'On the job':<17}{'Invited':<16}Link"

    def key(self, item: Standing) -> str:
        """The contact's id."""
        return str(item.contact.id)

    def line(self, item: Standing) -> Content:
        """Who, as what, invited when, and the link; a cross where nothing can be texted."""
        barred = item.contact.opted_out
        link = link_words(item, self.services.clock(), clock_time)
        return Content.assemble(
            (f"{fit(shown(item.contact.name), 22)} ", "bold"),
            f"{fit(item.place or 'not any more', 16)} {fit(invited_words(item, clock_time), 15)} {link}",
            (" · opted out", "bold $text-error") if barred else "",
        )

    def fill(self, items: Sequence[Standing]) -> None:
        """Show these, and more of the one at the cursor."""
        super().fill(items)
        self._say_more()

    @on(OptionList.OptionHighlighted, "#lines")
    def show_more(self) -> None:
        """The cursor came to somebody else."""
        self._say_more()

    def _say_more(self) -> None:
        item = self.chosen
        facts = more_of(item, self.services.clock(), clock_time) if item else []
        lines = [Content.assemble((f"{name:<9}", "$foreground 75%"), one_line(words, 400)) for name, words in facts]
        self.query_one("#more", Static).update(Content("\n").join(lines))

    def action_send(self) -> None:
        """Text the link, once."""
        item, user = self.chosen, self.user
        if item is None or self._sending:
            return
        self._sending = True
        job, contact, compose_id = self.job.id, item.contact.id, uuid.uuid4().hex
        self.ask(
            lambda: self.services.link_acts.send(user, job, contact, compose_id),
            self._sent,
            self._not_sent,
            group="send-link",
            lasting=True,
        )

    def _sent(self, sent: Sent) -> None:
        self._sending = False
        words = sent_words(sent).replace(": u calls it back", "; on the job, u calls it back")
        self.say_once(words, timeout=2)

    def _not_sent(self, refusal: Refusal) -> None:
        self._sending = False
        self._refused(refusal)

    def action_end(self) -> None:
        """End the link, after a second word."""
        item, user = self.chosen, self.user
        if item is None:
            return
        if item.link is None or not item.link.works(self.services.clock()):
            self.say_once(f"{one_line(item.contact.name, 60)} has no link that works.", timeout=2)
            return
        question = (
            f"End the link of {item.contact.name}? Pages open with it end at once. Texts still reach them and their "
            "answers still come; the next text that carries a link brings a new one."
        )
        job, contact = self.job.id, item.contact.id

        def end(yes: bool | None) -> None:
            if yes:
                self.ask(
                    lambda: self.services.link_acts.end(user, job, contact),
                    lambda _: self.say_once("The link has ended.", timeout=2),
                    group="end-link",
                    lasting=True,
                )

        self.app.push_screen(Confirm(question, "y", "End it"), end)

    def open_item(self, item: Standing) -> None:
        """Enter shows the page in practice; in live mode it says whose it is."""
        self.action_page()

    def action_page(self) -> None:
        """Show the page's address and its code."""
        from screens.qr import QrScreen, Shown

        def show(page: Page) -> None:
            title = f"{page.name}'s page of job {self.job.number}"
            self.app.push_screen(QrScreen([Shown(title, page.address)]))

        self._with_page(show)

    def action_browser(self) -> None:
        """Open the page beside the desk."""
        from screens.browser import open_page

        def start(page: Page) -> None:
            self.ask(
                lambda: open_page(page.address),
                lambda _: self.say_once("Opened in the browser.", timeout=2),
                group="browser",
                lasting=True,
            )

        self._with_page(start)

    def _with_page(self, use: Callable[[Page], object]) -> None:
        item, user = self.chosen, self.user
        if item is not None:
            job, contact = self.job.id, item.contact.id
            self.ask(
                lambda: self.services.link_acts.page(user, job, contact),
                use,
                self._refused,
                group="page",
                opening=True,
            )

    def _refused(self, refusal: Refusal) -> None:
        """Say why not, for a moment: the list beneath says how things stand."""
        self.say_once(refusal.sentence, severity="error", timeout=3)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In live mode nobody here can see or open a contact's page (rule 25)."""
        if action in _PRACTICE:
            return self.services.account.practice
        return super().check_action(action, parameters)
