"""Settings > Users: everybody, and what may be done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content

from domain.administration import UserRecord, jobs_in_words
from domain.text import one_line
from screens.ask import Confirm
from screens.base import Changes
from screens.settings_parts import AskLines, ListScreen
from screens.settings_user import UserForm
from screens.times import clock_time
from widgets.wrapping import fit, shown

_NEW_PIN = "They sign in with it once and then choose their own. At least six digits."


class Question(NamedTuple):
    """Something to ask before it is done, and what to say when it was."""

    words: str
    yes: str
    act: Callable[[], None]
    done: str


class UsersScreen(ListScreen[UserRecord]):
    """Leavers are deactivated, never deleted: their messages stay theirs."""

    TITLE_WORDS = "Settings > Users"
    ABOUT = "Enter opens somebody to change what they may do."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New", id="users.add", tooltip="Add somebody"),
        Binding("p", "pin", "Reset PIN", id="users.pin", tooltip="Give the user under the cursor a new PIN"),
        Binding("d", "deactivate", "Deactivate", id="users.deactivate", tooltip="Sign somebody out for good"),
        Binding("a", "activate", "Activate", id="users.activate", tooltip="Let somebody in again"),
        Binding("l", "link", "Send link", id="users.link", tooltip="Text a worker the link to their phone page"),
        Binding(
            "x", "end_links", "End links", id="users.end-links", show=False, tooltip="End a worker's links at once"
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[int, str] = {}

    def read(self) -> Sequence[UserRecord]:
        """Everybody."""
        users = self.services.administration.users(self.user)
        self._places = {place.id: place.name for place in self.services.reads.locations()}
        return users

    def heads(self) -> str:
        """The columns."""
        return f"{'Name':<21}{'Role':<11}{'Boxes':<24}{'Last sign-in':<13}Locations"

    def key(self, item: UserRecord) -> str:
        """Their id."""
        return str(item.id)

    def line(self, item: UserRecord) -> Content:
        """Name, role, boxes, last sign-in, locations; deactivated in words."""
        boxes = "deactivated" if not item.active else _short(item) or "none"
        when = clock_time(item.signed_in_at) if item.signed_in_at else "never"
        everywhere = len(self._places) > 1 and item.form.location_ids >= set(self._places)
        names = sorted(self._places.get(place, "") for place in item.form.location_ids)
        where = "all" if everywhere else one_line(", ".join(names), 80) or "none"
        name = f"{fit(shown(item.form.name), 20)} "
        rest = f"{item.form.role.value:<11}{boxes:<24}{when:<13}{where}"
        return Content.assemble((name, "bold" if item.active else "dim"), (rest, "" if item.active else "dim"))

    def open_item(self, item: UserRecord) -> None:
        """Change somebody."""
        self.app.push_screen(UserForm(item.id))

    def action_add(self) -> None:
        """Add somebody."""
        self.app.push_screen(UserForm(None))

    def action_pin(self) -> None:
        """A new PIN, typed twice and never shown."""
        record = self.chosen
        if record is None:
            return
        by, name = self.user, record.form.name

        def reset(pin: str, again: str) -> None:
            self.services.administration.reset_pin(by, record.id, pin, again)

        def done(typed: tuple[str, ...] | None) -> None:
            if typed is not None:
                self.notify(f"{name} has a new PIN and changes it at the next sign-in.", markup=False)

        lines = ("New PIN", "The same PIN again, then Enter")
        self.app.push_screen(AskLines(f"New PIN for {name}", _NEW_PIN, lines, reset, secret=True), done)

    def action_deactivate(self) -> None:
        """Look first what they still work on."""
        record = self.chosen
        if record is None or not record.active:
            self.notify("This user is deactivated already." if record else "There is nobody to deactivate.")
            return
        by = self.user
        self.ask(
            lambda: self.services.administration.open_jobs(by, record.id),
            lambda numbers: self._ask_to_deactivate(record, numbers),
            group="open",
            opening=True,
        )

    def _ask_to_deactivate(self, record: UserRecord, numbers: Sequence[str]) -> None:
        name = record.form.name
        question = f"{name} is signed out everywhere at once and leaves the sign-in list."
        if numbers:
            left = "it over first, or it stays" if len(numbers) == 1 else "them over first, or they stay"
            question = (
                f"{name} has {jobs_in_words(numbers)}. Hand {left} with {name}. "
                f"Deactivated, {name} is signed out everywhere at once."
            )
        self.app.push_screen(
            Confirm(question, "y", "Deactivate"), lambda yes: self._deactivate(record) if yes else None
        )

    def _deactivate(self, record: UserRecord) -> None:
        by = self.user
        self.ask(
            lambda: self.services.administration.deactivate(by, record.id),
            lambda _: self.notify(f"{record.form.name} is deactivated.", markup=False),
            group="active",
            lasting=True,
        )

    def action_link(self) -> None:
        """Say how it stands with a worker's link, then text them a new one."""
        record, by = self.chosen, self.user
        if record is None:
            return
        name = record.form.name

        def send() -> None:
            self.services.worker_links.send(by, record.id)

        self._ask_about_link(
            record,
            Question(f"Text {name} a link to their phone page?", "Send", send, f"{name} gets the link by text."),
        )

    def action_end_links(self) -> None:
        """A phone was lost: its links open nothing any more."""
        record, by = self.chosen, self.user
        if record is None:
            return
        name = record.form.name

        def end() -> None:
            self.services.worker_links.revoke(by, record.id)

        self._ask_about_link(
            record, Question(f"End every link of {name} at once?", "End links", end, f"The links of {name} have ended.")
        )

    def _ask_about_link(self, record: UserRecord, question: Question) -> None:
        def ask(standing: str) -> None:
            words = f"{standing}. {question.words}"
            self.app.push_screen(Confirm(words, "y", question.yes), lambda yes: self._do(question) if yes else None)

        self.ask(lambda: self.services.worker_links.standing(record.id, clock_time), ask, group="link", opening=True)

    def _do(self, question: Question) -> None:
        self.ask(question.act, lambda _: self.notify(question.done, markup=False), group="link", lasting=True)

    def action_activate(self) -> None:
        """Let somebody in again."""
        record = self.chosen
        if record is None or record.active:
            self.notify("This user is active.")
            return
        by = self.user
        self.ask(
            lambda: self.services.administration.activate(by, record.id),
            lambda _: self.notify(f"{record.form.name} may sign in again.", markup=False),
            group="active",
        )

    def changed(self, changes: Changes) -> None:
        """Somebody was added or changed, or a location has another name."""
        if "people" in changes.kinds:
            self.load()


def _short(record: UserRecord) -> str:
    return "all" if record.boxes.count(",") == 3 else record.boxes
