"""Customers and their contacts: who they are, and that they may be texted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.contact_merging import Choices, Moves, differing, merged_form, proposed
from domain.contacts import (
    ContactFile,
    ContactFilter,
    ContactForm,
    ContactJob,
    ContactPage,
    ContactRecord,
    CustomerRecord,
)
from domain.errors import Refusal
from domain.people import User
from domain.permissions import Act, demand
from domain.text import fold
from messaging.contact_forms import read_contact
from messaging.settings_forms import read_name

if TYPE_CHECKING:
    from storage.contact_file import ContactFiles
    from storage.contact_journal import Merge
    from storage.contact_list import ContactList
    from storage.contact_merging import ContactMerging
    from storage.contacts import Contacts as Store
    from storage.customers import Customers
    from storage.reads import Reads

_NOT_YOURS = "This contact is not in your list any more. Go back to the list."
_NO_CUSTOMER = "This customer is not in your list any more. Go back to the list."
SOURCE = "typed in Contacts"
"""By what way a consent was recorded where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a contact's form begins with: the customer, None for one who is typed, and the contact, None for a new one.

    `groups` are the customer's, to choose from; numbers are read in `country`.
    """

    customer: CustomerRecord | None
    record: ContactRecord | None
    groups: tuple[str, ...]
    country: str


@dataclass(frozen=True, slots=True)
class Merging:
    """Two contacts to be merged: how they look now, what is proposed, and what would go over."""

    kept: ContactRecord
    gone: ContactRecord
    choices: Choices
    moves: Moves

    @property
    def differing(self) -> tuple[str, ...]:
        """The fields in which there is something to choose."""
        return differing(self.kept.form, self.gone.form)

    def merged(self, choices: Choices) -> ContactForm:
        """What the contact that stays will be."""
        return merged_form(self.kept.form, self.gone.form, choices)


class Contacts:
    """The use cases of customers and contacts. They raise Refusal, with the field it belongs to where there is one.

    Everybody sees the customers that have a job at one of their locations, and those that have none anywhere.
    """

    def __init__(
        self,
        reads: Reads,
        listed: ContactList,
        files: ContactFiles,
        contacts: Store,
        merging: ContactMerging,
        customers: Customers,
    ) -> None:
        self._reads = reads
        self._list = listed
        self._files = files
        self._contacts = contacts
        self._merging = merging
        self._customers = customers

    # Reading

    def page(
        self, by: User, wanted: ContactFilter, after: tuple[str | int, ...] | None = None, count: int = 0
    ) -> ContactPage:
        """A part of the list, by name; `count` 0 for as many as are read at once."""
        user = self._demand(by, Act.SEE_CONTACTS)
        return self._list.page(user, wanted, after, count) if count else self._list.page(user, wanted, after)

    def file(self, by: User, contact_id: int) -> ContactFile:
        """Everything about one contact."""
        found = self._files.file(self._demand(by, Act.SEE_CONTACTS), contact_id)
        if found is None:
            raise Refusal(_NOT_YOURS)
        return found

    def customers(self, by: User, words: str = "") -> list[CustomerRecord]:
        """The customers whose name holds all words, by name."""
        return self._list.customers(self._demand(by, Act.SEE_CONTACTS), words)

    def begin(self, by: User, customer_id: int | None, contact_id: int | None) -> Beginning:
        """What a form needs: of a contact, or of a new one of this customer, None where it is still to be typed."""
        user = self._demand(by, Act.CONTACTS)
        record = self._record(user, contact_id) if contact_id is not None else None
        of = record.customer_id if record else customer_id
        customer = self._customer(user, of) if of is not None else None
        groups = tuple(self._list.groups(of)) if of is not None else ()
        return Beginning(customer, record, groups, self._list.country(user, of))

    def with_number(self, by: User, mobile: str, but: int | None = None) -> list[ContactRecord]:
        """Who has this number already: the same person twice, or a phone that is shared (rule 33)."""
        return self._list.with_number(self._demand(by, Act.SEE_CONTACTS), mobile, but)

    def open_jobs(self, by: User, contact_id: int) -> list[ContactJob]:
        """The open jobs that a contact would be taken off by deleting them."""
        user = self._demand(by, Act.CONTACTS)
        self._record(user, contact_id)
        return self._files.open_jobs(user, contact_id)

    # Changing

    def read(
        self, by: User, typed: Mapping[str, str], ticked: Collection[str], contact_id: int | None
    ) -> tuple[str, ContactForm]:
        """The customer's name and the contact as typed, checked. `typed` has `customer` beside the form's fields."""
        user = self._demand(by, Act.CONTACTS)
        if contact_id is not None:
            record = self._record(user, contact_id)
            customer, customer_id = record.customer, record.customer_id
        else:
            customer = read_name(typed.get("customer", ""), "the customer's name", "customer")
            known = self._customer_named(user, customer)
            customer, customer_id = (known.name, known.id) if known else (customer, 0)
        form = read_contact(typed, ticked, self._list.country(user, customer_id), self._list.groups(customer_id))
        return customer, form

    def create(self, by: User, customer: str, form: ContactForm, source: str = SOURCE) -> int:
        """Make a contact; the customer of this name is made too where there is none. `source` stands in the consent."""
        user = self._demand(by, Act.CONTACTS)
        return self._contacts.create(customer, form, (user.name, source))

    def change(self, by: User, contact_id: int, before: ContactForm, after: ContactForm) -> None:
        """*Update*: change what was changed between the two forms; nobody else's fields."""
        user = self._demand(by, Act.CONTACTS)
        self._record(user, contact_id)
        self._contacts.change(contact_id, before, after, (user.name, _source(before, after)))

    def remove(self, by: User, contact_id: int) -> None:
        """Delete a contact: they are offered nowhere, and their texts and links end. Messages keep their name."""
        user = self._demand(by, Act.CONTACTS)
        self._record(user, contact_id)
        self._contacts.remove(contact_id, user.name)

    def add_customer(self, by: User, name: str) -> int:
        """Add a customer."""
        self._demand(by, Act.CONTACTS)
        return self._customers.add(read_name(name, "the customer's name"))

    def rename_customer(self, by: User, customer: CustomerRecord, name: str) -> None:
        """Give a customer another name, as it was seen; their jobs show it at once."""
        user = self._demand(by, Act.CONTACTS)
        self._customer(user, customer.id)
        self._customers.rename(customer.id, customer.name, read_name(name, "the customer's name"))

    # Merging

    def look_at_both(self, by: User, kept_id: int, gone_id: int) -> Merging:
        """Two contacts of one customer side by side, before they are merged."""
        user = self._demand(by, Act.CONTACTS)
        kept, gone = self._record(user, kept_id), self._record(user, gone_id)
        if kept.id == gone.id:
            raise Refusal("That is the same contact. Choose another one to merge with.", "second")
        if kept.customer_id != gone.customer_id:
            raise Refusal(
                f"{kept.form.name} is of {kept.customer}, {gone.form.name} of {gone.customer}: "
                "only contacts of one customer can be merged.",
                "second",
            )
        return Merging(kept, gone, proposed(kept.form, gone.form), self._files.moves(user, gone_id))

    def merge(self, by: User, merging: Merging, choices: Choices) -> Merge:
        """Make one contact of two, with the chosen values. Returns what `undo_merge` takes."""
        user = self._demand(by, Act.CONTACTS)
        kept, gone = merging.kept, merging.gone
        for each in (kept, gone):
            self._record(user, each.id)
        seen = {each.id: each.form for each in (kept, gone)}
        return self._merging.merge(kept.id, gone.id, seen, merging.merged(choices))

    def undo_merge(self, by: User, merge: Merge) -> None:
        """Make two of them again, exactly as they were; Refusal where something came in between."""
        user = self._demand(by, Act.CONTACTS)
        self._record(user, merge.kept_id)
        self._merging.undo(merge)

    def _record(self, user: User, contact_id: int) -> ContactRecord:
        found = self._list.record(user, contact_id)
        if found is None:
            raise Refusal(_NOT_YOURS)
        return found

    def _customer(self, user: User, customer_id: int) -> CustomerRecord:
        found = self._list.customer(user, customer_id)
        if found is None:
            raise Refusal(_NO_CUSTOMER, "customer")
        return found

    def _customer_named(self, user: User, name: str) -> CustomerRecord | None:
        """The customer that is meant by a typed name, in any case."""
        same = [found for found in self._list.customers(user, name) if fold(found.name) == fold(name)]
        return next(iter(same), None)

    def _demand(self, by: User, act: Act) -> User:
        """What the user may do and see now counts, not what they might when their screen was opened."""
        now = self._reads.user(by.id) or by
        demand(now, act)
        return now


def _source(before: ContactForm, after: ContactForm) -> str:
    """By what way a change states that somebody may be texted."""
    return SOURCE if before.mobile != after.mobile else "SMS switched on in Contacts"
