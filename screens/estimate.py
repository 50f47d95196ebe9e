"""The estimate of a job: built line by line, its versions, what was decided on them, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from domain.errors import Refusal
from domain.estimates import History, Version
from domain.jobs import Job
from domain.permissions import Act, may
from domain.text import display_text, one_line
from screens.base import Changes, DeskScreen
from screens.estimate_draft import EstimateDraft
from screens.estimate_shared import EstimateShared
from screens.estimate_words import state, story, sums
from widgets.contents import Contents
from widgets.estimate_cells import as_typed
from widgets.estimate_editor import EstimateEditor
from widgets.estimate_table import EstimateTable
from widgets.job_summary import JobSummary
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar

KEEP_S = 1.0
"""A draft is kept this long after the last key."""
DRAFT = 0
"""Stands for the editor where the id of a shared version would stand."""
_GONE = "This job is not in your list any more."


class EstimateScreen(DeskScreen[None], EstimateDraft, EstimateShared):
    """One version at a time. The draft stays in its editor while older versions are looked at."""

    CSS_PATH = "estimate.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="estimate.back", tooltip="Back to the job; the draft is kept"),
        Binding(
            "left_square_bracket",
            "turn(-1)",
            "Version before",
            id="estimate.before",
            key_display="[",
            show=False,
            tooltip="Show the version before this one",
        ),
        Binding(
            "right_square_bracket",
            "turn(1)",
            "Next version",
            id="estimate.next",
            key_display="]",
            show=False,
            tooltip="Show the version after this one",
        ),
    ]

    def __init__(self, job_id: int) -> None:
        """The draft is shown first where there is one, else the newest version."""
        super().__init__()
        self.job_id = job_id
        self._at = DRAFT

    def compose(self) -> ComposeResult:
        """Bars, the versions, the lines, and beneath them the note or what happened."""
        yield TopBar(self.services.account.practice, "Estimate", f"{self.user.name} · {self.user.role.value}")
        yield JobSummary(id="estimate-job")
        yield Label("", id="versions")
        yield EstimateEditor("USD", id="editor")
        yield EstimateTable(id="shown")
        with VerticalScroll(id="story"):
            yield Static("", id="story-words")
        with Horizontal(id="note-row"):
            yield Label("Note", id="note-name")
            yield Contents(id="note", soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False)
        yield Label("", id="estimate-said")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read everything; then keep the draft as it is typed."""
        self.begin_keeping()
        self.set_interval(KEEP_S, self.keep)
        self.load(opening=True)

    @property
    def histories(self) -> Sequence[History]:
        """Every version, the draft last."""
        return self._histories

    @property
    def shown(self) -> History | None:
        """The shared version on the screen; None while it is the draft."""
        return next((each for each in self._histories if each.version.id == self._at), None)

    def load(self, opening: bool = False) -> None:
        """Read the job and its estimate again."""
        user, services = self.user, self.services

        moves = self.keeper.moves

        def read() -> tuple[Job | None, list[History]]:
            job = services.threads.job(user, self.job_id)
            return job, services.estimating.history(user, self.job_id) if job is not None else []

        self.ask(read, lambda found: self._take(found, moves), self._unread, group="load", opening=opening)

    def _unread(self, refusal: Refusal) -> None:
        if may(self.user, Act.ESTIMATES) and self.job is not None:
            self.say(refusal.sentence, wrong=True)
        else:
            self._leave_with(refusal)

    def _leave_with(self, refusal: Refusal) -> None:
        self.leaving()
        self.pop_until_active()
        self.tell(refusal)
        self.dismiss(None)

    def _take(self, found: tuple[Job | None, list[History]], moves: int) -> None:
        job, histories = found
        if job is None:
            self._leave_with(Refusal(_GONE))
            return
        first, before = self.job is None, self._histories
        self.job, self._histories = job, histories
        parts = [job.number, job.customer, job.asset or job.title, job.status.words]
        self.query_one(JobSummary).say(" · ".join(part for part in parts if part))
        if first:
            self.begin_draft()
            self.go_to(self._places()[-1])
        else:
            self._tell_news(before)
            self.meet_stored_draft(moves)
            self.show_again()

    def _tell_news(self, before: Sequence[History]) -> None:
        """A customer decided while somebody looked at the estimate."""
        known = {decision.id for history in before for decision in history.decisions}
        for history in self._histories:
            for decision in history.decisions:
                if decision.id not in known and decision.recorded_by != self.user.name:
                    self.say(f"{one_line(decision.by, 60)} decided on estimate {history.version.number} just now.")

    # Versions

    def _places(self) -> list[int]:
        """Where one can go: shared versions by id, then the draft."""
        shared = [history.version.id for history in self._histories if not history.version.is_draft]
        return [*shared, DRAFT] if self.drafting or not shared else shared

    def go_to(self, place: int) -> None:
        """Show a version or the draft, with the keys that it has."""
        self._at = place
        self.show_again()
        if self.shown is None:
            self.editor.table.focus()
        else:
            self.query_one("#shown").focus()

    def show_again(self) -> None:
        """Draw what is shown now, as it stands in the database."""
        if self._at not in self._places():
            self.go_to(self._places()[-1])
            return
        history = self.shown
        self.set_class(history is not None, "-shared")
        for part in ("#editor", "#note-row"):  # what is not shown must not take the focus either
            self.query_one(part).disabled = history is not None
        for part in ("#shown", "#story"):
            self.query_one(part).disabled = history is None
        if history is not None:
            version = history.version
            lines = [as_typed(line, version.currency) for line in version.lines]
            choices = history.decision.choices if history.decision else None
            self.query_one("#shown", EstimateTable).show(lines, version.currency, sums(history), choices)
            note = f"Note: {display_text(version.note)}\n" if version.note else ""
            self.query_one("#story-words", Static).update(Content(note + "\n".join(story(history))))
        self.show_versions()
        self.refresh_bindings()

    def show_versions(self) -> None:
        """All versions on one line, the shown one marked."""
        pieces: list[tuple[str, str]] = []
        places = self._places()
        for place in places:
            history = next((each for each in self._histories if each.version.id == place), None)
            words = f"{history.version.number} {state(history)}" if history else self.draft_words()
            pieces.append((f" ▌{words} " if place == self._at else f"  {words} ", "bold" if place == self._at else ""))
        hint = "   [ and ] turn" if len(places) > 1 else ""
        self.query_one("#versions", Label).update(Content.assemble("Estimate", *pieces, (hint, "$foreground 75%")))

    def action_turn(self, by: int) -> None:
        """Show the version beside."""
        places = self._places()
        self.editor.stop_typing()
        self.say("")
        self.go_to(places[max(0, min(len(places) - 1, places.index(self._at) + by))])

    # What is heard and said

    def changed(self, changes: Changes) -> None:
        """Somebody decided, shared, or changed the draft or the job."""
        here = self.job_id in changes.job_ids and changes.kinds != {"presence"}
        if here or changes.kinds & {"people", "account"}:
            self.load()

    def say(self, words: str, wrong: bool = False) -> None:
        """Say something above the keys; what is wrong is marked with a sign and a colour."""
        label = self.query_one("#estimate-said", Label)
        label.update(Content(f"! {one_line(words)}" if wrong else one_line(words)))
        label.set_class(wrong, "-wrong")

    @on(Contents.Left)
    def leave_note(self) -> None:
        """Escape goes from the note to the lines."""
        self.editor.table.focus()

    def begun(self, version: Version) -> None:
        """A new draft was stored from an older version: show it."""
        self.take_draft(version)
        self.load()
        self.go_to(DRAFT)

    def leaving(self) -> None:
        """Keep what is typed before this screen goes."""
        self.keep(again=True)

    def action_back(self) -> None:
        """Keep the draft and go back."""
        self.leaving()
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Each version has the keys that it can follow."""
        if action in EstimateDraft.ACTIONS:
            return self.job is not None and self.shown is None
        if action in EstimateShared.ACTIONS:
            return self.job is not None and self.shown is not None
        return super().check_action(action, parameters)
