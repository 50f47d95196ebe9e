"""Settings > API tokens: which programs may post jobs and events. A token is shown once, when it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from domain.account import Location
from domain.errors import Refusal
from domain.ingest import TokenLine
from domain.text import one_line
from screens.ask import Confirm
from screens.base import DeskModal
from screens.settings_parts import FormScreen, ListScreen, field
from screens.times import clock_time
from widgets.tick_box import TickBox
from widgets.wrapping import fit, shown


@dataclass(frozen=True, slots=True)
class _Shown:
    """A token with the names of its locations."""

    line: TokenLine
    where: str


class TokensScreen(ListScreen[_Shown]):
    """Every token there was, those in force first."""

    TITLE_WORDS = "Settings > API tokens"
    ABOUT = "A program with a token may post jobs and events. It can read nothing and write no messages."
    EMPTY = "No token yet. Press n to make one."
    KINDS = frozenset({"tokens", "people"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New", id="tokens.add", tooltip="Make a token for a program"),
        Binding("d", "revoke", "Revoke", id="tokens.revoke", tooltip="End a token at once"),
    ]

    def read(self) -> Sequence[_Shown]:
        """Every token, with the names of its locations."""
        names = {place.id: place.name for place in self.services.reads.locations()}
        return [_Shown(line, _where(line, names)) for line in self.services.tokens.listed(self.user)]

    def heads(self) -> str:
        """The columns."""
        return f"{'Name':<21}{'Locations':<21}{'Last used':<19}Made"

    def key(self, item: _Shown) -> str:
        """Its id."""
        return str(item.line.token.id)

    def line(self, item: _Shown) -> Content:
        """Name, locations, last use, and when it was made or revoked."""
        line = item.line
        name = f"{fit(shown(line.token.name), 20)} "
        if line.revoked_at is not None:
            return Content.assemble((f"{name}revoked {clock_time(line.revoked_at)}", "dim"))
        used = clock_time(line.used_at) if line.used_at else "never"
        rest = f"{fit(shown(item.where), 20)} {used:<19}{line.made_at.astimezone():%Y-%m-%d}"
        return Content.assemble((name, "bold"), rest)

    def open_item(self, item: _Shown) -> None:
        """Say all of it."""
        line = item.line
        said = f"{line.token.name}: {item.where}. Made {clock_time(line.made_at)} by {line.made_by}."
        ended = f" Revoked {clock_time(line.revoked_at)}." if line.revoked_at else ""
        self.notify(one_line(said + ended), markup=False)

    def action_add(self) -> None:
        """Make one, then show it once."""

        def made(token: str | None) -> None:
            if token:
                self.app.push_screen(TokenShown(token))

        self.app.push_screen(TokenForm(), made)

    def action_revoke(self) -> None:
        """End one, after a second word."""
        chosen, by = self.chosen, self.user
        if chosen is None or chosen.line.revoked_at is not None:
            self.notify("This token was revoked already." if chosen else "There is no token to revoke.")
            return
        token = chosen.line.token
        question = f"Revoke the token “{one_line(token.name)}”? Its program is refused from now on."

        def revoke(yes: bool | None) -> None:
            if yes:
                self.ask(lambda: self.services.tokens.revoke(by, token.id), _nothing, group="revoke", lasting=True)

        self.app.push_screen(Confirm(question, "y", "Revoke"), revoke)


class TokenForm(FormScreen[str | None]):
    """Makes a token; returns it, or None."""

    def __init__(self) -> None:
        super().__init__()
        self._places: Sequence[Location] = ()

    def title_words(self) -> str:
        """What the bar says."""
        return "Settings > API tokens > New"

    def fields(self) -> ComposeResult:
        """The name and the locations."""
        yield field("name", "Name", example="the program that will use it, for example FleetSoft")
        yield Label("Stands as the author of what the program does, so it is never used again.", classes="hint")
        yield Label("Locations whose jobs it may post", classes="heading")
        places = Vertical(id="location")
        places.styles.height = "auto"
        yield places
        yield Label("All ticked: also those that are added later.", classes="hint")

    def on_mount(self) -> None:
        """Read the locations."""
        self.ask(self.services.reads.locations, self._show)

    def _show(self, places: Sequence[Location]) -> None:
        self._places = places
        self.query_one("#location").mount_all(
            TickBox(Content(one_line(place.name, 60)), value=True, id=f"place-{place.id}") for place in places
        )
        self.query_one("#name", Input).focus()
        self.call_after_refresh(self.begin_here)

    def save(self) -> None:
        """*Update*: make it."""
        by, name, ticked, places = self.user, self.typed()["name"], self.ticked(), self._places
        chosen = [place.id for place in places if f"place-{place.id}" in ticked]

        def make() -> str:
            if not chosen:
                raise Refusal("Tick a location whose jobs the program may post.", "location")
            return self.services.tokens.make(by, name, () if len(chosen) == len(places) else chosen)

        self.ask(make, self.dismiss, self.refused, lasting=True)


class TokenShown(DeskModal[None]):
    """The one time that a token can be read."""

    DEFAULT_CSS = """
    TokenShown { align: center middle; }
    TokenShown > Vertical {
        width: 72; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    TokenShown Label { width: 100%; height: auto; }
    TokenShown #token { text-style: bold; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="token.copy", tooltip="Put the token on the clipboard"),
        Binding("escape", "close", "Close", id="token.close", tooltip="I have it; it is not shown again"),
    ]

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def compose(self) -> ComposeResult:
        """The token alone on its line, so that it can be marked."""
        with Vertical() as box:
            box.border_title = Content("The new token")
            yield Label(Content("Give it to the program now: it is not kept here and not shown again."))
            yield Label(Content(self._token), id="token")
            yield Label(Content("c copies it (where the terminal allows that) · esc closes"))

    def action_copy(self) -> None:
        """Ask the terminal to put it on the clipboard."""
        self.app.copy_to_clipboard(self._token)
        self.notify("Sent to the terminal's clipboard. Not every terminal takes it: look before you close this.")

    def action_close(self) -> None:
        """It is gone."""
        self.dismiss(None)


def _where(line: TokenLine, names: dict[int, str]) -> str:
    """The locations of a token in words."""
    if not line.token.location_ids:
        return "every location"
    return ", ".join(sorted(names.get(place, "a location that is gone") for place in line.token.location_ids))


def _nothing(_answer: object) -> None:
    """The list hears of it by itself."""
