"""What is done with a contact, in the list and on the contact: new, edit, delete, merge, undo, consents."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from domain.contacts import ContactJob, ContactRecord
from domain.errors import Refusal
from domain.permissions import Act, demand, may
from domain.text import one_line
from screens.ask import Confirm
from screens.base import Asking

if TYPE_CHECKING:
    from storage.contact_journal import Merge

_CHANGES = frozenset({"create_contact", "edit_contact", "delete_contact", "merge_contact", "undo_merge"})


class ContactActs(Asking):
    """A screen with a contact on it says by `contact` which one that is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "create_contact", "New", id="contact.create", tooltip="A new contact, of this customer"),
        Binding("e", "edit_contact", "Edit", id="contact.edit", tooltip="Change this contact"),
        Binding("d", "delete_contact", "Delete", id="contact.delete", tooltip="Delete this contact; asks first"),
        Binding("m", "merge_contact", "Merge", id="contact.merge", tooltip="Make one of two that are the same"),
        Binding("u", "undo_merge", "Undo merge", id="contact.undo", show=False, tooltip="Make two of the last merge"),
        Binding("h", "consents", "Consents", id="contact.consents", show=False, tooltip="What was said about texting"),
    ]

    def contact(self) -> ContactRecord | None:
        """The contact that the keys act on, None where there is none."""
        raise NotImplementedError

    def whose(self) -> int | None:
        """The customer that a new contact belongs to, None where that is still to be typed."""
        record = self.contact()
        return record.customer_id if record is not None else None

    def merged_into(self, contact_id: int) -> None:
        """A merge was done: show the contact that stayed."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changing needs the Contacts box."""
        if action in _CHANGES:
            return may(self.user, Act.CONTACTS)
        return super().check_action(action, parameters)

    def action_create_contact(self) -> None:
        """A new contact of the customer of the one under the cursor."""
        from screens.contact_form import ContactForm

        self.app.push_screen(ContactForm(None, self.whose()))

    def action_edit_contact(self) -> None:
        """Change the contact."""
        from screens.contact_form import ContactForm

        record = self.contact()
        if record is not None:
            self.app.push_screen(ContactForm(record.id))

    def action_consents(self) -> None:
        """Everything that was said about texting the contact."""
        from screens.contact_consents import Consents

        record = self.contact()
        if record is not None:
            by, contacts = self.user, self.services
            self.ask(
                lambda: contacts.contacts.file(by, record.id),
                lambda found: self.app.push_screen(Consents(found)),
                group="consents",
                opening=True,
            )

    def action_delete_contact(self) -> None:
        """Say what it does, and do it with another key."""
        record, by = self.contact(), self.user
        if record is not None:
            self.ask(
                lambda: self.services.contacts.open_jobs(by, record.id),
                lambda jobs: self._ask_to_delete(record, jobs),
                group="delete",
                opening=True,
            )

    def _ask_to_delete(self, record: ContactRecord, jobs: list[ContactJob]) -> None:
        by, name = self.user, one_line(record.form.name, 40)
        numbers = ", ".join(one_line(job.number, 20) for job in jobs[:6]) + (", …" if len(jobs) > 6 else "")
        off = f" They come off {len(jobs)} open job{'s' if len(jobs) > 1 else ''} ({numbers})." if jobs else ""
        question = f"Delete {name} of {one_line(record.customer, 40)}?{off} Texts that wait and links end; notes stay."

        def delete(yes: bool | None) -> None:
            if yes:
                self.ask(
                    lambda: self.services.contacts.remove(by, record.id),
                    lambda _: self.say_once(f"{name} was deleted."),
                    group="delete",
                    lasting=True,
                )

        self.app.push_screen(Confirm(question, "y", "Delete"), delete)

    def action_merge_contact(self) -> None:
        """Choose who is the same person, then each value."""
        from screens.contact_merge import MergeScreen
        from screens.contact_second import SecondPicker

        record = self.contact()
        if record is None:
            return

        def chosen(second: int | None) -> None:
            if second is not None:
                self.app.push_screen(MergeScreen(record.id, second), self._merged)

        self.app.push_screen(SecondPicker(record), chosen)

    def _merged(self, merge: Merge | None) -> None:
        if merge is not None:
            self.desk.merges = (*self.desk.merges, merge)
            self.say_once(f"One contact now: {one_line(merge.name)}. u makes two again.")
            self.merged_into(merge.kept_id)

    def action_undo_merge(self) -> None:
        """Make two contacts of the last merge of this sitting."""
        try:
            demand(self.user, Act.CONTACTS)
        except Refusal as refusal:
            self.tell(refusal)
            return
        if not self.desk.merges:
            self.say_once("No merge to undo: nobody was merged here since you signed in.")
            return
        by, merge = self.user, self.desk.merges[-1]
        self.desk.merges = self.desk.merges[:-1]
        self.ask(
            lambda: self.services.contacts.undo_merge(by, merge),
            lambda _: self.say_once(f"{one_line(merge.name)}: two contacts again, as before."),
            group="undo-merge",
            lasting=True,
        )
