"""Settings: the way to everything that is set up once and changed now and then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.content import Content
from textual.screen import Screen

from domain.errors import Refusal
from domain.people import Bell, User
from domain.permissions import Act, demand, may
from screens.base import Changes
from screens.settings_parts import ListScreen


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the menu: what it is, whom it is for, and the screen behind it."""

    name: str
    about: str
    act: Act
    screen: Callable[[], Screen[None]] | None = None


def _users() -> Screen[None]:
    from screens.settings_users import UsersScreen

    return UsersScreen()


def _locations() -> Screen[None]:
    from screens.settings_locations import LocationsScreen

    return LocationsScreen()


def _templates() -> Screen[None]:
    from screens.settings_templates import TemplatesScreen

    return TemplatesScreen()


def _account() -> Screen[None]:
    from screens.settings_account import AccountScreen

    return AccountScreen()


def _replies() -> Screen[None]:
    from screens.settings_replies import RepliesScreen

    return RepliesScreen()


def _alerts() -> Screen[None]:
    from screens.alert_setup import AlertSetupScreen

    return AlertSetupScreen()


def _tokens() -> Screen[None]:
    from screens.tokens import TokensScreen

    return TokensScreen()


PARTS = (
    Part("Users", "who signs in, and what they may do", Act.SETTINGS, _users),
    Part("Locations", "time zone, quiet hours, direct reply, numbers to text from", Act.SETTINGS, _locations),
    Part("Templates", "the kinds of job", Act.SETTINGS, _templates),
    Part("Account", "three-way messaging, undo, idle lock, reply window", Act.SETTINGS, _account),
    Part("Alerts > Setup", "what is texted when", Act.SET_UP_ALERTS, _alerts),
    Part("Saved replies", "texts to begin from, your own and the team's", Act.TAKE_PART, _replies),
    Part("API tokens", "programs that may post jobs and events", Act.SETTINGS, _tokens),
    Part("Bell", "", Act.TAKE_PART),
)
_RINGS = {
    Bell.MINE: "rings for customers on the jobs you own; Enter changes it",
    Bell.ALL: "rings for every customer's message; Enter changes it",
    Bell.NONE: "never rings; Enter changes it",
}


class SettingsScreen(ListScreen[Part]):
    """The menu. What somebody may not open says so; what they lose while it is open closes."""

    TITLE_WORDS = "Settings"
    ABOUT = "Choose with the arrows and Enter."
    CLOSED: ClassVar[str] = "You may not use this part of Settings any more."

    def __init__(self) -> None:
        super().__init__()
        self._open: Part | None = None

    def load(self) -> None:
        """Nothing is read: what may be opened is known."""
        self.fill(PARTS)

    def changed(self, changes: Changes) -> None:
        """Boxes may have been ticked or unticked: what may not be open any more is closed."""
        if "people" not in changes.kinds:
            return
        self.fill(PARTS)
        if self._open is not None and not self.is_current and not may(self.user, self._open.act):
            self._open = None
            self.pop_until_active()
            self.notify(self.CLOSED, severity="warning")

    def key(self, item: Part) -> str:
        """Its place."""
        return str(PARTS.index(item))

    def line(self, item: Part) -> Content:
        """Name and meaning, or why it is closed."""
        about = item.about or _RINGS[self.user.bell]
        if not may(self.user, item.act):
            return Content.assemble((f"{item.name:<16}", "dim"), (_why_not(self.user, item.act), "dim"))
        return Content.assemble((f"{item.name:<16}", "bold"), (about, "$foreground 75%"))

    def open_item(self, item: Part) -> None:
        """Open a part; the bell changes in place."""
        try:
            demand(self.user, item.act)
        except Refusal as refusal:
            self.tell(refusal)
            return
        if item.screen is None:
            self._next_bell()
            return
        self._open = item
        self.app.push_screen(item.screen())

    def _next_bell(self) -> None:
        bells: Sequence[Bell] = list(Bell)
        user, bell = self.user, bells[(bells.index(self.user.bell) + 1) % len(bells)]
        self.ask(lambda: self.services.administration.set_bell(user, bell), _nothing, group="bell")


def _why_not(user: User, act: Act) -> str:
    try:
        demand(user, act)
    except Refusal as refusal:
        return refusal.sentence.partition(": ")[2].capitalize()
    return ""


def _nothing(_answer: object) -> None:
    """Take no notice of an answer."""
