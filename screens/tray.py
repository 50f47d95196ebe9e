"""The tray: texts that no rule could place on a job with certainty, and those that were dismissed from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from domain import phone
from domain.text import display_text, one_line
from screens.ask import Confirm
from screens.base import Changes, DeskScreen
from screens.placing_acts import SortingTexts
from screens.times import clock_time
from widgets.key_bar import KeyBar
from widgets.status_bar import StatusBar
from widgets.top_bar import TopBar

if TYPE_CHECKING:
    from domain.placing import TrayText
    from messaging.tray import Sorted

_WHAT = "Texts that belong to no job for certain. They stay until you decide."
_WHAT_DISMISSED = "Texts that were dismissed. b brings one back into the tray."
_EMPTY = "The tray is empty: every text found its job. Press esc to go back."
_EMPTY_DISMISSED = "Nothing was dismissed. Press v to go back to the tray."
_WAITING = frozenset({"agree", "place", "contact", "put_away"})


class TrayScreen(DeskScreen[None], SortingTexts):
    """Every text whole: who sent it, to which of our numbers, when, and where it may belong."""

    DEFAULT_CSS = """
    TrayScreen OptionList, TrayScreen OptionList:focus { height: 1fr; border: none; }
    TrayScreen #what { height: auto; padding: 0 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,t", "back", "Back", id="tray.back", tooltip="Back to the jobs"),
        Binding("y", "agree", "Yes", id="tray.agree", tooltip="The guess is right, or: on the job offered"),
        Binding("p", "place", "Place", id="tray.place", tooltip="Choose the job, as enter does"),
        Binding("c", "contact", "Contact", id="tray.contact", tooltip="Make a contact of an unknown number"),
        Binding("x", "put_away", "Dismiss", id="tray.dismiss", tooltip="It belongs to no job"),
        Binding("o", "open", "Open", id="tray.open", tooltip="Open the job that it was placed on"),
        Binding("v", "view", "Dismissed", id="tray.view", tooltip="Dismissed texts, and back to the tray"),
        Binding("b", "bring_back", "Bring back", id="tray.bring-back", tooltip="Put it back into the tray"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._texts: Sequence[TrayText] = ()
        self._dismissed = False

    def compose(self) -> ComposeResult:
        """Bars, one sentence, and the texts."""
        yield TopBar(self.services.account.practice, "Tray", f"{self.user.name} · {self.user.role.value}")
        yield Label(_WHAT, id="what")
        yield OptionList(id="texts")
        yield StatusBar()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the tray."""
        self.query_one(OptionList).focus()
        self._load()

    def changed(self, changes: Changes) -> None:
        """Another text may have come, or somebody sorted one."""
        if changes.kinds & {"tray", "message", "people", "job"}:
            self._load()

    def was_sorted(self, done: Sorted) -> None:
        """Say it, and show what is left."""
        super().was_sorted(done)
        self._load()

    def not_sorted(self, refusal: Exception) -> None:
        """Say why not, and show how things stand."""
        super().not_sorted(refusal)
        self._load()

    def _load(self) -> None:
        user, dismissed, services = self.user, self._dismissed, self.services

        def read() -> tuple[bool, Sequence[TrayText]]:
            return dismissed, services.tray.dismissed(user) if dismissed else services.tray.waiting(user)

        self.ask(read, self._show, group="tray")
        self.ask_engine()

    def _show(self, found: tuple[bool, Sequence[TrayText]]) -> None:
        dismissed, texts = found
        if dismissed is not self._dismissed:
            return
        shown = self.query_one(OptionList)
        keep = shown.highlighted_option.id if shown.highlighted_option else None
        place, self._texts = shown.highlighted or 0, texts
        shown.clear_options()
        for text in texts:
            shown.add_option(Option(_line(text), id=str(text.id)))
        if not texts:
            shown.add_option(Option(Content(_EMPTY_DISMISSED if dismissed else _EMPTY)))
        ids = [option.id for option in shown.options]
        shown.highlighted = ids.index(keep) if keep in ids else min(place, len(ids) - 1)
        self.refresh_bindings()

    @property
    def _chosen(self) -> TrayText | None:
        """The text under the cursor."""
        option = self.query_one(OptionList).highlighted_option
        return next((text for text in self._texts if option and str(text.id) == option.id), None)

    @on(OptionList.OptionSelected, "#texts")
    def enter(self) -> None:
        """Enter chooses a job, or brings a dismissed text back."""
        if self._dismissed:
            self.action_bring_back()
        else:
            self.action_place()

    @on(OptionList.OptionHighlighted, "#texts")
    def follow(self) -> None:
        """What can be done depends on the text under the cursor."""
        self.refresh_bindings()

    def action_agree(self) -> None:
        """A guess is right; any other text goes on the job that is offered first."""
        text = self._chosen
        if text is None:
            return
        best = text.best
        if text.guessed:
            self.sort(lambda tray, user: tray.confirm(user, text))
        elif best is not None:
            self.sort(lambda tray, user: tray.place(user, text, best.job_id))
        else:
            self.say_once("No job has to do with this number. Press enter to search for one.")

    def action_place(self) -> None:
        """Choose the job."""
        if self._chosen is not None:
            self.choose_job(self._chosen)

    def action_contact(self) -> None:
        """Make a contact of the sender, then choose the job."""
        text = self._chosen
        if text is None:
            return
        if text.placed:
            self.say_once(f"{one_line(text.name)} is known. Open the job with o, and press b on the message there.")
            return
        self.ask_sender(text, text.best.customer if text.best else "", lambda: self.choose_job(text))

    def action_put_away(self) -> None:
        """Take it out of the tray, after a second word."""
        text = self._chosen
        if text is None:
            return
        if text.placed:
            self.say_once("This text is on a job: say yes with y, or move it with enter.")
            return
        question = f"Dismiss this text? It is on no job then. “{one_line(text.body, 120)}”"

        def answered(yes: bool | None) -> None:
            if yes:
                self.sort(lambda tray, user: tray.dismiss(user, text))

        self.app.push_screen(Confirm(question, "d", "Dismiss"), answered)

    def action_open(self) -> None:
        """Open the job that a guess was placed on."""
        text = self._chosen
        if text is not None and text.job_id is not None:
            self.desk.open_job(text.job_id)
        else:
            self.say_once("This text is on no job yet. Press enter to choose one.")

    def action_view(self) -> None:
        """Show what was dismissed, or the tray again."""
        self._dismissed = not self._dismissed
        self.query_one("#what", Label).update(_WHAT_DISMISSED if self._dismissed else _WHAT)
        self._load()

    def action_bring_back(self) -> None:
        """Put a dismissed text back into the tray."""
        text = self._chosen
        if text is not None:
            self.sort(lambda tray, user: tray.bring_back(user, text))

    def action_back(self) -> None:
        """Back to the jobs."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done in the tray, and what with dismissed texts."""
        if action in _WAITING or action == "open":
            return not self._dismissed
        if action == "bring_back":
            return self._dismissed
        return super().check_action(action, parameters)


def _line(text: TrayText) -> Content:
    """One text: who and when, its words, and where it may belong."""
    who = " · ".join(part for part in (one_line(text.name, 60), phone.show(text.sender)) if part)
    head = f"{who} → {phone.show(text.to)} · {clock_time(text.at)}"
    return Content.assemble(
        (head, "bold"), f"\n{display_text(text.body)}\n", (f"{one_line(_where(text), 300)}\n", "$foreground 75%")
    )


def _where(text: TrayText) -> str:
    if text.placed:
        return f"Guessed: {text.number} · {text.customer} · {text.title} · y it is right, enter another job"
    if text.sorted_by and text.sorted_at is not None:
        return f"Dismissed by {text.sorted_by}, {clock_time(text.sorted_at)}"
    if text.best is None:
        return f"{_why(text)} · enter chooses a job, c makes a contact"
    best = text.best
    return f"{_why(text)} · y puts it on {best.number} · {best.customer} · {best.title} ({best.why})"


def _why(text: TrayText) -> str:
    """Why it is here, as a sentence begins."""
    return text.why[:1].upper() + text.why[1:]
