"""The draft of an estimate: typed, kept as it is typed, imported into, shared, discarded."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from domain.alerts import Event
from domain.errors import Refusal
from domain.estimates import MOST_LINES, Line, Version
from domain.text import one_line
from screens.ask import Confirm
from screens.estimate_base import OnEstimate
from screens.estimate_import import ask_for_lines
from screens.estimate_keeper import EstimateKeeper, Typed
from widgets.contents import LONGEST_PASTE, Contents
from widgets.estimate_cells import as_typed, read_lines
from widgets.estimate_editor import EstimateEditor

_CHANGED = "changed this draft meanwhile. ctrl+s puts yours in its place, ctrl+r takes theirs."
_SHARED = "was shared or discarded meanwhile. ctrl+s makes yours the next draft, ctrl+r leaves it."


class EstimateDraft(OnEstimate):
    """The keys of a draft, and the watch over what colleagues do to it meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "request", "Ask approval", id="estimate.request", tooltip="Share it by Request approval"),
        Binding("i", "import", "Import", id="estimate.import", tooltip="Read lines from a CSV file"),
        Binding("D", "discard", "Discard", id="estimate.discard", show=False, tooltip="Throw this draft away"),
        Binding("ctrl+s", "keep_mine", "Keep", id="estimate.keep", show=False, tooltip="Keep what is typed now"),
        Binding(
            "ctrl+r", "take_theirs", "Take theirs", id="estimate.theirs", show=False, tooltip="Take a colleague's draft"
        ),
    ]
    ACTIONS: ClassVar[frozenset[str]] = frozenset({"request", "import", "discard", "keep_mine", "take_theirs"})

    drafting = False
    """Whether something is in the editor, or is to be."""
    _crossed = ""
    """What a colleague did to the draft beneath this editor, "" for nothing."""
    _request_after = False
    _read_again = False
    """What was read last may be older than what was stored since."""
    _discarding = False

    @property
    def editor(self) -> EstimateEditor:
        """The lines of the draft."""
        return self.query_one(EstimateEditor)

    @property
    def note(self) -> Contents:
        """The note to the customer."""
        return self.query_one("#note", Contents)

    @property
    def typed(self) -> Typed:
        """Everything that stands in the editor now."""
        return Typed(self.editor.lines, self.note.text, self.keeper.opened)

    @property
    def stored_draft(self) -> Version | None:
        """The draft as it was read last."""
        return next((each.version for each in self._histories if each.version.is_draft), None)

    @property
    def currency(self) -> str:
        """The currency of the draft: the location's, until it is stored."""
        opened = self.keeper.opened
        return opened.currency if opened else self.job.location.currency if self.job else "USD"

    def begin_keeping(self) -> None:
        """Called once, when the screen is there."""
        self.keeper = EstimateKeeper(self, self.job_id, self._stored, self._refused)

    def begin_draft(self) -> None:
        """Open the stored draft, or what this person left unstored here."""
        draft, held = self.stored_draft, self.keeper.held()
        self.take_draft(draft)
        self.drafting = draft is not None or not self._histories
        if held is not None and not (held.is_blank and draft is None):
            self.keeper.opened, self.drafting = held.opened, True
            self._put(held)
            self.meet_stored_draft(self.keeper.moves)

    def take_draft(self, draft: Version | None) -> None:
        """Put a stored draft into the editor, None for an empty one."""
        self.drafting, self._crossed = draft is not None, ""
        stored = self._as_typed(draft)
        self.keeper.begin(draft, stored)
        self._put(stored)

    def _as_typed(self, draft: Version | None) -> Typed:
        if draft is None:
            return Typed()
        return Typed(tuple(as_typed(line, draft.currency) for line in draft.lines), draft.note, draft)

    def _put(self, typed: Typed) -> None:
        self.editor.show(typed.lines, self.currency)
        with self.prevent(TextArea.Changed):
            self.note.load_text(typed.note)

    def draft_words(self) -> str:
        """How the draft stands, for the line of versions."""
        numbers = [each.version.number for each in self._histories if not each.version.is_draft]
        opened = self.keeper.opened
        number = opened.number if opened else max(numbers, default=0) + 1
        if self.keeper.is_kept(self.typed):
            return f"{number} draft, kept" if opened else f"{number} new"
        return f"{number} draft, not kept yet"

    # Keeping

    @on(EstimateEditor.Edited)
    @on(TextArea.Changed, "#note")
    def note_edit(self) -> None:
        """Something was typed."""
        self.drafting = True
        if not self._crossed and (self.editor.is_typing or self.note.has_focus):
            self.say("")
        self.show_versions()

    @on(Contents.PasteRefused)
    def refuse_paste(self) -> None:
        """Say why nothing was inserted."""
        self.say(f"Nothing was inserted: more than {LONGEST_PASTE:,} characters were pasted.", wrong=True)

    def keep(self, again: bool = False) -> None:
        """Keep what is typed, if it changed: in the database where it can be read, else at this desk."""
        if self.job is None or not self.drafting or self._discarding:
            return
        if self.editor.is_typing_amount and not again:
            return  # "12" on the way to "1200" is no amount for a colleague to see
        typed = self.typed
        if typed.is_blank and typed.opened is None:
            self.keeper.forget()
        else:
            self.keeper.keep(typed, self.currency, bool(self._crossed), again and not self.keeper.is_kept(typed))

    def _stored(self, _version: Version) -> None:
        if not self.is_mounted:
            return
        self.show_versions()
        if self._read_again:
            self._read_again = False
            self.load()
        if self._request_after:
            self._request_after = False
            self._request()

    def _refused(self, refusal: Refusal) -> None:
        self._request_after = False
        if self.is_mounted:
            self.say(f"Not stored, but kept here: {refusal.sentence}", wrong=True)
            self.show_versions()
            self.load()

    def meet_stored_draft(self, moves: int) -> None:
        """The estimate was read again: take in what a colleague did, unless that would drop what is typed.

        `moves` is the keeper's count from before it was read.
        """
        draft, opened = self.stored_draft, self.keeper.opened
        if self.keeper.busy or self._discarding:
            self._read_again = True
            return
        if moves != self.keeper.moves:
            self.load()
            return
        if _same(draft, opened):
            if self._crossed and _same(draft, opened):
                self._crossed = ""
                self.say("")
            return
        typed = self.typed
        if self.keeper.is_kept(typed) or typed.is_blank:
            here = self.shown is None
            self.take_draft(draft)
            self.keeper.forget()
            if here:
                self.say(self._what_became(opened, draft))
        else:
            who = f"{one_line(draft.made_by, 40)} {_CHANGED}" if draft else f"This draft {_SHARED}"
            self._crossed = who
            self.say(who, wrong=True)

    def _what_became(self, opened: Version | None, draft: Version | None) -> str:
        if draft is not None:
            return f"{one_line(draft.made_by, 40)} changed this draft."
        shared = opened is not None and any(each.version.id == opened.id for each in self._histories)
        return f"Estimate {opened.number} is shared." if opened and shared else "This draft was discarded."

    def action_keep_mine(self) -> None:
        """Keep what is typed now; where a colleague changed the draft meanwhile, over theirs."""
        if self._crossed:
            self._crossed, self.keeper.opened = "", self.stored_draft
            self.say("")
        if read_lines(self.editor.lines, self.currency) is None:
            self._show_wrong()
        elif self.typed.is_blank:
            self.say("Nothing is typed yet. Press n to add a line.")
        else:
            self.keeper.keep(self.typed, self.currency, again=True)

    def action_take_theirs(self) -> None:
        """Put a colleague's draft in place of what is typed."""
        if not self._crossed:
            self.say("No colleague changed this draft.")
            return
        mine, theirs = self.typed, self.stored_draft
        self.take_draft(theirs)
        self.keeper.forget()
        self.editor.remember(mine.lines)
        self.say("This is theirs now. u brings your lines back." if theirs else "")
        self.show_again()

    # What a draft is for

    def _show_wrong(self) -> None:
        self.editor.stop_typing()
        if self.editor.go_to_wrong():
            self.say("Mend what is wrong first. What is typed stays.", wrong=True)
        else:
            self.say("These are more lines than an estimate may have. Delete some.", wrong=True)

    def action_request(self) -> None:
        """Share it by Request approval, as soon as it is stored."""
        self.editor.stop_typing()
        typed = self.typed
        if self._crossed:
            self.say(self._crossed, wrong=True)
        elif read_lines(typed.lines, self.currency) is None:
            self._show_wrong()
        elif not any(not line.is_blank for line in typed.lines):
            self.say("An estimate needs at least one line. Press n to add one.", wrong=True)
        elif self.keeper.opened is not None and self.keeper.is_kept(typed) and not self.keeper.busy:
            self._request()
        else:
            self._request_after = True
            self.keeper.keep(typed, self.currency, again=True)

    def _request(self) -> None:
        from screens.quick_action import open_quick_action

        open_quick_action(self, self.job_id, Event.REQUEST_APPROVAL)

    def action_import(self) -> None:
        """Read lines from a CSV file; nothing changes before they were looked at and confirmed."""
        self.editor.stop_typing()
        ask_for_lines(self, self.job_id, self.currency, self._add)

    def _add(self, lines: tuple[Line, ...]) -> None:
        here = len(self.editor.lines)
        if here + len(lines) > MOST_LINES:
            words = f"Nothing was added: {here} lines and {len(lines)} more are too many, {MOST_LINES} is the most."
            self.say(words, wrong=True)
            return
        self.drafting = True
        self.editor.append([as_typed(line, self.currency) for line in lines])
        self.say(f"{len(lines)} line{'' if len(lines) == 1 else 's'} added. u takes them out again.")
        self.editor.table.focus()

    def action_discard(self) -> None:
        """Throw the draft away, after a second word."""
        self.editor.stop_typing()
        if self.typed.is_blank and self.keeper.opened is None:
            self.say("There is no draft to discard.")
            return
        question = "Throw this draft away? Its lines and its note are gone then. Shared versions stay."
        self.app.push_screen(Confirm(question, "y", "Throw away"), self._discard)

    def _discard(self, yes: bool | None) -> None:
        if not yes:
            return
        self._discarding = True
        user, services, stored = self.user, self.services, self.stored_draft is not None or self.keeper.busy

        def discard() -> None:
            if stored:
                services.estimating.discard_draft(user, self.job_id)

        self.ask(
            lambda: self.keeper.dropped(discard),
            lambda _: self._discarded(),
            self._not_discarded,
            group="discard",
            lasting=True,
        )

    def _discarded(self) -> None:
        self._discarding = False
        self.take_draft(None)
        self.keeper.forget()
        self._histories = [each for each in self._histories if not each.version.is_draft]
        self.say("The draft is gone.")
        self.show_again()
        self.load()

    def _not_discarded(self, refusal: Refusal) -> None:
        self._discarding = False
        self.say(refusal.sentence, wrong=True)
        self.load()


def _same(one: Version | None, other: Version | None) -> bool:
    """Whether two drafts are the same one and say the same."""
    if one is None or other is None:
        return one is other
    return (one.id, one.note, _content(one)) == (other.id, other.note, _content(other))


def _content(version: Version) -> list[tuple[str, int, int, int]]:
    return [(line.operation, line.parts, line.labour, line.tax) for line in version.lines]
