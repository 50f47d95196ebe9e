"""A contact: made, or changed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Label

from domain.contacts import ContactRecord
from domain.errors import Refusal
from domain.text import fold, one_line
from messaging.contact_forms import show_contact
from messaging.contacts import Beginning
from screens.settings_parts import FormScreen, box, field
from widgets.tick_box import TickBox

_BOXES = (
    ("sms_on", "SMS", "may be texted; the number is recorded as stated by you"),
    ("email_on", "Email", "emails are wanted"),
    ("one_time", "One-time", "for one job alone; not offered on others"),
)


class GroupSuggester(Suggester):
    """Completes the last name of a line of groups with one that the customer has."""

    def __init__(self, groups: tuple[str, ...]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._groups = groups

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line with its last name completed, None where nothing fits."""
        before, comma, last = value.rpartition(",")
        begun = last.lstrip()
        found = next((group for group in self._groups if begun and fold(group).startswith(fold(begun))), None)
        lead = f"{before}{comma}{last[: len(last) - len(begun)]}"
        return f"{lead}{begun}{found[len(begun) :]}" if found else None


class ContactForm(FormScreen[int | None]):
    """Returns the contact's id when it was saved, None when nothing was changed.

    `contact_id` None makes one, of the customer `customer_id`, or of one whose name is typed.
    """

    def __init__(self, contact_id: int | None, customer_id: int | None = None) -> None:
        super().__init__()
        self.contact_id, self.customer_id = contact_id, customer_id
        self._begun: Beginning | None = None
        self._said_shared = ""
        """The number that was said to be somebody else's too: saving again keeps both."""

    def title_words(self) -> str:
        """Whose form it is stands in the fields."""
        return "Contacts > New" if self.contact_id is None else "Contacts > Change"

    def fields(self) -> ComposeResult:
        """The customer, who it is, how they are reached."""
        yield field("customer", "Customer", example="the company; a new name makes a new customer")
        yield field("name", "Name", example="First name and surname")
        yield field("title", "Job title", example="Fleet manager")
        yield field("mobile", "Mobile", example="555 010 1234")
        yield field("email", "Email", example="ana@example.com")
        yield field("groups", "Groups", example="Drivers, Accounts: → takes a name that is proposed")
        yield Label("", id="known-groups", classes="hint")
        yield field("time_zone", "Time zone", example="as the location, or like Europe/Berlin")
        for name, label, about in _BOXES:
            yield box(name, label, name == "sms_on", about)

    def on_mount(self) -> None:
        """Read the contact, its customer, and the customer's groups."""
        by, customer, contact = self.user, self.customer_id, self.contact_id
        self.ask(lambda: self.services.contacts.begin(by, customer, contact), self._show, self._leave, opening=True)

    def _leave(self, refusal: Refusal) -> None:
        self.tell(refusal)
        self.dismiss(None)

    def _show(self, begun: Beginning) -> None:
        self._begun = begun
        named = self.query_one("#customer", Input)
        if begun.customer is not None:
            named.value, named.disabled = begun.customer.name, True
        self.query_one("#groups", Input).suggester = GroupSuggester(begun.groups)
        if begun.groups:
            known = one_line(", ".join(begun.groups), 200)
            self.query_one("#known-groups", Label).update(Content(f"Groups there: {known}"))
        if begun.record is not None:
            self._fill(begun.record)
        self.query_one("#name" if begun.customer is not None else "#customer", Input).focus()
        self.call_after_refresh(self.begin_here)

    def _fill(self, record: ContactRecord) -> None:
        for name, value in show_contact(record.form).items():
            self.query_one(f"#{name}", Input).value = value
        for name, _, _ in _BOXES:
            self.query_one(f"#{name}", TickBox).value = getattr(record.form, name)

    def save(self) -> None:
        """*Update*: check every field, say whose number it is too, then save."""
        begun, by, contact_id = self._begun, self.user, self.contact_id
        if begun is None:
            self._saving = False
            return
        typed, ticked, said = self.typed(), self.ticked(), self._said_shared
        contacts = self.services

        def update() -> tuple[int, str]:
            use = contacts.contacts
            customer, form = use.read(by, typed, ticked, contact_id)
            before = begun.record.form if begun.record else None
            if form.mobile and form.mobile not in (said, before.mobile if before else None):
                others = use.with_number(by, form.mobile, contact_id)
                if others:
                    raise _Shared(form.mobile, [f"{each.form.name} of {each.customer}" for each in others])
            if contact_id is None or before is None:
                return use.create(by, customer, form), f"{form.name} was added to {customer}."
            use.change(by, contact_id, before, form)
            return contact_id, f"{form.name} was updated."

        self.ask(update, lambda done: self._done(*done), self._not_saved, lasting=True)

    def _not_saved(self, refusal: Refusal) -> None:
        if isinstance(refusal, _Shared):
            self._said_shared = refusal.mobile
        self.refused(refusal)

    def _done(self, contact_id: int, sentence: str) -> None:
        self.notify(one_line(sentence, 200), markup=False, timeout=3)
        self.dismiss(contact_id)


class _Shared(Refusal):
    """A number that somebody has already: the same person twice, or a phone that two share."""

    def __init__(self, mobile: str, whose: list[str]) -> None:
        names = ", ".join(whose[:3]) + (", …" if len(whose) > 3 else "")
        super().__init__(
            f"{names} has this number already. If they share the phone, press ctrl+s again; "
            "if it is the same person, press esc and change that contact.",
            "mobile",
        )
        self.mobile = mobile
