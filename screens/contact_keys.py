"""The keys for contacts on a job: a new one who is written to at once, and all of the customer."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from domain.permissions import Act, may
from domain.text import one_line
from messaging.choices import Choice, choices
from screens.on_job import OnJob


class ContactKeys(OnJob):
    """Makes contacts from the job; the new one is offered as a recipient."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "new_contact", "New contact", id="job.contact", show=False, tooltip="A new contact to write to"),
        Binding("C", "contacts", "Contacts", id="job.contacts", show=False, tooltip="This customer's contacts"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who may not change contacts has no key for it."""
        if action == "new_contact":
            return may(self.user, Act.CONTACTS)
        if action == "contacts":
            return may(self.user, Act.SEE_CONTACTS)
        return super().check_action(action, parameters)

    def action_contacts(self) -> None:
        """The contacts of the job's customer."""
        if self.job is not None:
            self.desk.open_contacts(self.job.customer_id)

    def action_new_contact(self) -> None:
        """A new contact of the job's customer, chosen as a recipient."""
        from screens.contact_form import ContactForm

        if self.job is not None:
            self.app.push_screen(ContactForm(None, self.job.customer_id), self._offer)

    def _offer(self, contact_id: int | None) -> None:
        job, user, services = self.job, self.user, self.services
        if contact_id is None or job is None or not self.may_write():
            return

        def read() -> list[Choice]:
            return choices(user, job, services.threads.chosen(user, job, [contact_id]))

        self.ask(read, self._offered, group="new-contact")

    def _offered(self, found: list[Choice]) -> None:
        new = next((choice for choice in found if choice.person.contact_id), None)
        if new is None:
            return
        if new.why_not:
            self.notify(f"{one_line(new.person.name)} cannot be texted: {new.why_not}.", markup=False, timeout=8)
        else:
            self.sending.add_recipient(new)
