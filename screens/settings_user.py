"""Settings > Users, one of them: who they are, and User Permissions."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, Select

from domain import administration
from domain.account import Location
from domain.errors import Refusal
from domain.people import Bell, Role
from domain.text import one_line
from messaging.settings_forms import read_user
from screens.settings_parts import FormScreen, box, choice, field
from widgets.tick_box import TickBox

_BOXES = (
    ("chat", "Chat", "takes part in messages; without it there are none"),
    ("alerts", "Alerts", "sets up alerts and the team's saved replies"),
    ("contacts", "Contacts", "changes customers and contacts"),
    ("admin", "Admin", "Settings, import and export"),
)
_RINGS = {Bell.MINE: "for the jobs they own", Bell.ALL: "for every customer", Bell.NONE: "never"}


class UserForm(FormScreen[None]):
    """Changes one user, or adds one with `user_id` None."""

    def __init__(self, user_id: int | None) -> None:
        super().__init__()
        self.user_id = user_id
        self._loaded: administration.UserForm | None = None
        self._places: Sequence[Location] = ()

    def title_words(self) -> str:
        """Whom it is about is shown in the first field."""
        return "Settings > Users > New" if self.user_id is None else "Settings > Users > Change"

    def fields(self) -> ComposeResult:
        """Who they are, their boxes, their locations; a new one's first PIN."""
        yield field("name", "Name", example="First name and surname")
        yield choice("role", "Role", [(role.value.capitalize(), role.value) for role in Role], Role.WORKER.value)
        yield field("mobile", "Mobile", example="555 010 1234, for a text when there is news")
        yield field("system_account", "System account", example="signs in without a PIN at this computer")
        yield choice("bell", "Bell rings", [(words, bell.value) for bell, words in _RINGS.items()], Bell.MINE.value)
        yield Label("User Permissions", classes="heading")
        for name, label, about in _BOXES:
            yield box(name, label, name == "chat", about)
        yield Label("Locations, whose jobs they see", classes="heading")
        yield Vertical(id="locations")
        if self.user_id is None:
            yield Label("First PIN, which they change at the first sign-in", classes="heading")
            yield field("pin", "PIN", example="at least six digits", password=True)
            yield field("again", "The same again", password=True)

    def on_mount(self) -> None:
        """Read the user and the locations."""
        by, user_id = self.user, self.user_id

        def read() -> tuple[administration.UserForm | None, Sequence[Location]]:
            known = self.services.administration.user(by, user_id).form if user_id is not None else None
            return known, self.services.reads.locations()

        self.ask(read, self._show, self._leave, opening=True)

    def _leave(self, refusal: Refusal) -> None:
        self.tell(refusal)
        self.dismiss(None)

    def _show(self, found: tuple[administration.UserForm | None, Sequence[Location]]) -> None:
        form, self._places = found
        theirs = form.location_ids if form else {place.id for place in self._places}
        boxes = [
            TickBox(Content(one_line(place.name, 60)), value=place.id in theirs, id=f"place-{place.id}")
            for place in self._places
        ]
        self.query_one("#locations").mount_all(boxes)
        if form is not None:
            self._fill(form)
        self._loaded = form
        self.query_one("#name", Input).focus()
        self.call_after_refresh(self.begin_here)

    def _fill(self, form: administration.UserForm) -> None:
        for name, value in (
            ("name", form.name),
            ("mobile", form.mobile or ""),
            ("system_account", form.system_account or ""),
        ):
            self.query_one(f"#{name}", Input).value = value
        self.query_one("#role", Select).value = form.role.value
        self.query_one("#bell", Select).value = form.bell.value
        for name, _, _ in _BOXES:
            self.query_one(f"#{name}", TickBox).value = getattr(form, name)

    def save(self) -> None:
        """*Update*: check every field, then save."""
        by, user_id, before, places = self.user, self.user_id, self._loaded, self._places
        typed, ticked = self.typed(), self.ticked()
        typed["bell"] = str(self.query_one("#bell", Select).value)
        role = Role(str(self.query_one("#role", Select).value))
        chosen = [place.id for place in places if f"place-{place.id}" in ticked]

        def update() -> str:
            form = read_user(typed, role, ticked, chosen, places)
            if user_id is None or before is None:
                self.services.administration.add_user(by, form, typed["pin"], typed["again"])
                return f"{form.name} was added and may sign in."
            self.services.administration.change_user(by, user_id, before, form)
            return f"{form.name} was updated."

        self.ask(update, self._done, self.refused, lasting=True)

    def _done(self, sentence: str) -> None:
        self.notify(sentence, markup=False, timeout=3)
        self.dismiss(None)
