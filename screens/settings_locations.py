"""Settings > Locations: the branches, and the numbers that they text from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Label

from domain import phone
from domain.account import Location
from domain.administration import LocationForm, OurNumber, form_of_location
from domain.links import base_of
from domain.text import one_line
from messaging.links import NO_ADDRESS
from messaging.settings_forms import read_location, show_location, zones_like
from screens.ask import Confirm
from screens.settings_parts import AskLines, FormScreen, ListScreen, box, field
from widgets.wrapping import fit, shown


class LocationsScreen(ListScreen[Location]):
    """Every location with what matters most."""

    TITLE_WORDS = "Settings > Locations"
    ABOUT = "Enter opens a location to change it."
    EMPTY = "No location yet. Press n to add one."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New", id="locations.add", tooltip="Add a location"),
        Binding("s", "numbers", "Numbers", id="locations.numbers", tooltip="The numbers it texts from"),
    ]

    def read(self) -> Sequence[Location]:
        """Every location, by name."""
        return self.services.reads.locations()

    def heads(self) -> str:
        """The columns."""
        return f"{'Name':<21}{'Zone':<21}{'Quiet hours':<13}{'Direct reply':<14}Numbers"

    def key(self, item: Location) -> str:
        """Its id."""
        return str(item.id)

    def line(self, item: Location) -> Content:
        """Name, zone, quiet hours, direct reply, how many numbers."""
        quiet = f"{item.quiet.begin:%H:%M}–{item.quiet.end:%H:%M}" if item.quiet.begin != item.quiet.end else "none"
        reply = "on" if item.direct_reply else "off"
        rest = f"{fit(item.time_zone, 20)} {quiet:<13}{reply:<14}{len(item.numbers) or 'none'}"
        return Content.assemble((f"{fit(shown(item.name), 20)} ", "bold"), rest)

    def open_item(self, item: Location) -> None:
        """Change it."""
        self.app.push_screen(LocationScreen(item))

    def action_add(self) -> None:
        """Add one."""
        self.app.push_screen(LocationScreen(None))

    def action_numbers(self) -> None:
        """Its sending numbers."""
        if self.chosen is not None:
            self.app.push_screen(NumbersScreen(self.chosen))


class ZoneSuggester(Suggester):
    """Proposes a time zone for what is typed: a city is enough."""

    async def get_suggestion(self, value: str) -> str | None:
        """The rest of the nearest name that begins with what is typed."""
        return next((name for name in zones_like(value, 50) if name.casefold().startswith(value)), None)


class LocationScreen(FormScreen[None]):
    """Changes one location, or adds one with None."""

    def __init__(self, location: Location | None) -> None:
        super().__init__()
        self.location = location

    def title_words(self) -> str:
        """Change or new."""
        return "Settings > Locations > New" if self.location is None else "Settings > Locations > Change"

    def fields(self) -> ComposeResult:
        """The location's settings."""
        at_first = LocationForm("", "US", "USD", "")
        form = form_of_location(self.location) if self.location else at_first
        values = show_location(form)
        yield field("name", "Name", values["name"], "Springfield")
        yield field("country", "Country", values["country"], "two letters, US: how numbers are read")
        yield field("currency", "Currency", values["currency"], "three letters, USD")
        yield field(
            "time_zone",
            "Time zone",
            values["time_zone"],
            "America/New_York; a city is enough",
            suggester=ZoneSuggester(use_cache=False, case_sensitive=False),
        )
        yield Label("", id="zones", classes="hint")
        yield field("callback_phone", "Call-back phone", values["callback_phone"], "where customers may ring you")
        yield field("quiet_begin", "Quiet hours from", values["quiet_begin"], "21:00; the same in both: none")
        yield field("quiet_end", "Quiet hours until", values["quiet_end"], "08:00")
        yield field("approve_up_to", "Link approves up to", values["approve_up_to"], "500.00, in the currency above")
        yield Label("A link alone may approve up to this amount; above it a code goes to the phone.", classes="hint")
        yield box("direct_reply", "Direct reply: answers by SMS become messages on the job", form.direct_reply)
        yield Label("Off: the customer gets one text with the link; what they texted is kept.", classes="hint")
        yield box("links_in_texts", "Typed messages carry the contact's link", form.links_in_texts)
        yield Label("Alerts, quick actions and the first text on a job always carry it.", classes="hint")
        if not base_of(self.services.account.practice, self.services.public_url, "here"):
            yield Label(Content(NO_ADDRESS), classes="hint", id="no-links")
        yield box("worker_sees_numbers", "Workers may see customers' phone numbers", form.worker_sees_numbers)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Name zones like the one that is typed."""
        if event.input.id == "time_zone":
            like = zones_like(event.value) if len(event.value) > 2 else []
            known = self.location is not None and event.value == self.location.time_zone
            self.query_one("#zones", Label).update("" if known or event.value in like[:1] else "  ".join(like[:3]))

    def save(self) -> None:
        """*Update*: check every field, then save."""
        by, location = self.user, self.location
        typed, ticked = self.typed(), self.ticked()

        def update() -> str:
            form = read_location(typed, ticked)
            if location is None:
                self.services.administration.add_location(by, form)
                return f"{form.name} was added. Give it a number to text from with s."
            self.services.administration.change_location(by, location.id, form_of_location(location), form)
            return f"{form.name} was updated."

        self.ask(update, self._done, self.refused, lasting=True)

    def _done(self, sentence: str) -> None:
        self.notify(sentence, markup=False, timeout=4)
        self.dismiss(None)


class NumbersScreen(ListScreen[OurNumber]):
    """The numbers of one location. One that was used is retired: answers to it still find their job."""

    EMPTY = "No number yet: this location cannot text. Press n to add one."
    ABOUT = "The first one is preferred. A retired number sends nothing, but answers to it are still received."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New", id="numbers.add", tooltip="Text from one more number"),
        Binding("d", "remove", "Remove", id="numbers.remove", tooltip="Stop texting from this number"),
        Binding("a", "again", "Use again", id="numbers.again", tooltip="Text from a retired number again"),
    ]

    def __init__(self, location: Location) -> None:
        super().__init__()
        self.location = location
        self.TITLE_WORDS = f"Sending numbers of {one_line(location.name, 40)}"

    def read(self) -> Sequence[OurNumber]:
        """The location's numbers."""
        return self.services.administration.numbers(self.user, self.location.id)

    def key(self, item: OurNumber) -> str:
        """The number."""
        return item.number

    def line(self, item: OurNumber) -> Content:
        """The number, and whether it only receives any more."""
        state = "retired: receives only" if item.retired else "in use"
        return Content.assemble((f"{phone.show(item.number):<24}", "dim" if item.retired else "bold"), (state, "dim"))

    def action_add(self) -> None:
        """One more number."""
        by, place = self.user, self.location.id
        about = "As your carrier gave it to you, with its country code or as it is dialled there."
        self.app.push_screen(
            AskLines(
                "A number to text from",
                about,
                ("+1 555 010 1234, then Enter",),
                lambda text: self.services.administration.add_number(by, place, text),
            )
        )

    def action_remove(self) -> None:
        """Ask once more."""
        number = self.chosen
        if number is None or number.retired:
            self.notify("This number sends nothing any more." if number else "There is no number to remove.")
            return
        question = f"{phone.show(number.number)} sends nothing any more. If it was used, answers to it still come."
        self.app.push_screen(Confirm(question, "y", "Remove"), lambda yes: self._remove(number) if yes else None)

    def _remove(self, number: OurNumber) -> None:
        by, place = self.user, self.location.id
        self.ask(
            lambda: self.services.administration.remove_number(by, place, number.number),
            lambda used: self.notify("Retired: answers to it are still received." if used else "Removed."),
            group="number",
        )

    def action_again(self) -> None:
        """A retired number texts again."""
        number = self.chosen
        if number is None or not number.retired:
            self.notify("This number is in use.")
            return
        by, place = self.user, self.location.id
        self.ask(
            lambda: self.services.administration.add_number(by, place, number.number),
            lambda _: self.notify("In use again."),
            group="number",
        )
