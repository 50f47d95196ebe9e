"""Settings > Saved replies: texts to begin from, one's own and the team's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Label, Select

from domain.errors import Refusal
from domain.permissions import Act, demand, may
from domain.saved_replies import NEW, SavedReply
from domain.text import one_line
from screens.ask import Confirm
from screens.settings_parts import FormScreen, ListScreen, choice, field
from widgets.contents import Contents
from widgets.placeholder_text import PlaceholderText
from widgets.wrapping import fit, shown

OWN, TEAM, WORKERS = "own", "team", "workers"
_FOR = {OWN: "me alone", TEAM: "the team", WORKERS: "workers, as quick replies by digit"}
_HINT = (
    "Type { to choose what the job fills in, like {worker} or {time}. "
    "Any other word in braces, like {gate}, is asked for when the reply is used."
)


def _whose(reply: SavedReply) -> str:
    return OWN if reply.own else WORKERS if reply.for_workers else TEAM


class RepliesScreen(ListScreen[SavedReply]):
    """Everybody has their own; the alerts box changes the team's."""

    TITLE_WORDS = "Settings > Saved replies"
    ABOUT = "Enter opens a reply to change it. Quick replies for workers stand in the order of their digits."
    EMPTY = "No saved reply yet. Press n to write the first one."
    KINDS = frozenset({"replies", "people"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New", id="replies.add", tooltip="Write a new reply"),
        Binding("d", "remove", "Remove", id="replies.remove", tooltip="Throw the reply away"),
        Binding("u", "earlier", "Earlier", id="replies.earlier", tooltip="One place towards digit 1"),
    ]

    def read(self) -> Sequence[SavedReply]:
        """The team's and one's own."""
        return self.services.saved_replies.listed(self.user)

    def heads(self) -> str:
        """The columns."""
        return f"{'For':<11}{'Name':<21}Text"

    def key(self, item: SavedReply) -> str:
        """Its id."""
        return str(item.id)

    def line(self, item: SavedReply) -> Content:
        """Whose it is, its name, and how it begins."""
        quick = [each.id for each in self.items.values() if each.for_workers]
        digit = f"worker {quick.index(item.id) + 1}" if item.id in quick else ""
        whose = digit or ("me" if item.own else "team")
        return Content.assemble(
            (f"{whose:<11}", "$foreground 75%"), (f"{fit(shown(item.name), 20)} ", "bold"), one_line(item.body, 160)
        )

    def open_item(self, item: SavedReply) -> None:
        """Change it."""
        if self._refused(item):
            return
        self.app.push_screen(ReplyScreen(item))

    def _refused(self, reply: SavedReply) -> bool:
        try:
            if not reply.own:
                demand(self.user, Act.TEAM_REPLIES)
        except Refusal as refusal:
            self.tell(refusal)
            return True
        return False

    def action_add(self) -> None:
        """Write one."""
        self.app.push_screen(ReplyScreen(None))

    def action_remove(self) -> None:
        """Throw one away, after a second word."""
        reply, user = self.chosen, self.user
        if reply is None or self._refused(reply):
            return

        def remove(yes: bool | None) -> None:
            if yes:
                self.ask(lambda: self.services.saved_replies.remove(user, reply.id), _nothing, group="remove")

        self.app.push_screen(Confirm(f"Throw away “{reply.name}”?", "y", "Remove"), remove)

    def action_earlier(self) -> None:
        """Change places with the one before of the same kind."""
        reply, user = self.chosen, self.user
        if reply is None or self._refused(reply):
            return
        kin = [each for each in self.items.values() if _whose(each) == _whose(reply)]
        place = kin.index(reply)
        if place == 0:
            self.notify("It is the first of its kind already.")
            return
        kin[place - 1], kin[place] = kin[place], kin[place - 1]

        def keep() -> None:
            for number, each in enumerate(kin, start=1):
                if each.place != number:
                    self.services.saved_replies.keep(user, replace(each, place=number))

        self.ask(keep, _nothing, group="earlier")


class ReplyScreen(FormScreen[None]):
    """Changes one saved reply, or writes one with None."""

    def __init__(self, reply: SavedReply | None) -> None:
        super().__init__()
        self.reply = reply or SavedReply(NEW, "", "")

    def title_words(self) -> str:
        """Change or new."""
        return "Settings > Saved replies > " + ("New" if self.reply.id == NEW else "Change")

    def fields(self) -> ComposeResult:
        """Name, whose it is, and the text."""
        yield field("name", "Name", self.reply.name, "On the way")
        offered = _FOR if may(self.user, Act.TEAM_REPLIES) else {OWN: _FOR[OWN]}
        yield choice("whose", "For", [(words, key) for key, words in offered.items()], _whose(self.reply))
        yield Label("Text", classes="heading")
        yield PlaceholderText(self.reply.body, field_id="body")
        yield Label(Content(_HINT), classes="hint")

    def _values(self) -> Sequence[object]:
        return [*super()._values(), self.query_one(PlaceholderText).area.text]

    def save(self) -> None:
        """*Update*: check it, then keep it."""
        user, whose = self.user, str(self.query_one("#whose", Select).value)
        reply = replace(
            self.reply,
            name=self.typed()["name"],
            body=self.query_one(PlaceholderText).area.text,
            own=whose == OWN,
            for_workers=whose == WORKERS,
        )
        self.ask(lambda: self.services.saved_replies.keep(user, reply), self._done, self._say, lasting=True)

    @on(Contents.Left)
    def leave_text(self) -> None:
        """Escape goes from the text to what it is for."""
        self.query_one("#whose").focus()

    @on(Contents.PasteRefused)
    def refuse_paste(self) -> None:
        """More than any text can hold."""
        self.refused(Refusal("That is more than a text can hold. Nothing was pasted."))

    def _say(self, refusal: Refusal) -> None:
        self.refused(refusal)
        if refusal.field == "body":
            self.query_one(PlaceholderText).area.focus()

    def _done(self, reply: SavedReply) -> None:
        self.notify(f"“{reply.name}” is kept.", markup=False, timeout=3)
        self.dismiss(None)


def _nothing(_answer: object) -> None:
    """Take no notice of an answer."""
