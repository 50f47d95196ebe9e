"""Customers and their contacts: what may be set on them, how it is checked, and how they stand in lists."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.administration import merged
from domain.errors import Refusal
from domain.jobs import Status
from domain.people import Contact
from domain.text import fold

LONGEST_EMAIL = 254
LONGEST_GROUP = 40
MOST_GROUPS = 20
PAGE = 200
"""Contacts that are read at once; a customer list can have many thousands."""
PROVIDER = "stated by the provider"
"""The wording of a consent that one of us recorded (rule 23)."""
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?!-)[^\s@.<>()\[\],;:\\\"]+(\.[^\s@.<>()\[\],;:\\\"]+)+")


@dataclass(frozen=True, slots=True)
class ContactForm:
    """What may be set on a contact. `mobile` is E.164; `time_zone` "" is the location's; `groups` sorted."""

    name: str
    title: str = ""
    email: str = ""
    mobile: str | None = None
    sms_on: bool = True
    email_on: bool = False
    one_time: bool = False
    time_zone: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A contact as lists show it, as far as the viewer may know.

    `open_jobs` counts those at the viewer's locations, `twins` the other contacts with this number.
    """

    id: int
    customer_id: int
    customer: str
    form: ContactForm
    opted_out: bool = False
    open_jobs: int = 0
    twins: int = 0

    @property
    def why_no_text(self) -> str:
        """The reason this person cannot be texted, "" if they can."""
        form = self.form
        contact = Contact(
            self.id, self.customer_id, form.name, mobile=form.mobile, sms_on=form.sms_on, opted_out=self.opted_out
        )
        return contact.why_no_text() or ""


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """Which contacts a list holds: all words somewhere, of one customer, and only numbers that several have."""

    words: str = ""
    customer_id: int | None = None
    duplicates: bool = False


@dataclass(frozen=True, slots=True)
class ContactPage:
    """A part of the list. `after` asks for the next part, None at the end; `total` counts the whole list."""

    rows: tuple[ContactRecord, ...]
    after: tuple[str | int, ...] | None
    total: int


@dataclass(frozen=True, slots=True)
class ContactJob:
    """A job that a contact stands on, and as what ("site contact")."""

    id: int
    number: str
    title: str
    status: Status
    box: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that was said about texting a contact: a consent, a STOP, or the START after it.

    `by` is who said it, `how` by what way, `mobile` the number it is about.
    """

    at: datetime
    mobile: str
    wording: str
    by: str
    how: str


@dataclass(frozen=True, slots=True)
class ContactFile:
    """Everything about one contact that the viewer may know, the newest first."""

    record: ContactRecord
    jobs: tuple[ContactJob, ...] = ()
    permissions: tuple[Permission, ...] = ()
    twins: tuple[ContactRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer as lists show it; both counts are of what the viewer may know."""

    id: int
    name: str
    contacts: int = 0
    open_jobs: int = 0


def checked_email(text: str, field: str = "email") -> str:
    """An email address as typed, without blanks around it, or ""; Refusal where it can be none."""
    email = text.strip()
    if not email:
        return ""
    if len(email) > LONGEST_EMAIL:
        raise Refusal(f"An email address has at most {LONGEST_EMAIL} characters; this one has {len(email)}.", field)
    if not email.isprintable() or not _EMAIL.fullmatch(email):
        raise Refusal(f"“{email[:40]}” is no email address. Write it like ana@example.com, or leave it empty.", field)
    return email


def checked_groups(names: Iterable[str], known: Sequence[str] = ()) -> tuple[str, ...]:
    """Group names, each once and sorted; one that the customer has is spelt as it is there.

    Raises Refusal (field "groups") for a name that is too long or cannot be shown, and for too many.
    """
    spelt = {fold(name): name for name in reversed(known)}
    found: dict[str, str] = {}
    for name in names:
        group = " ".join(name.split())
        if not group:
            continue
        if len(group) > LONGEST_GROUP:
            raise Refusal(f"“{group[:20]}…” is too long: a group's name has at most {LONGEST_GROUP}.", "groups")
        if not group.isprintable() or "," in group:
            raise Refusal("There is a character in a group's name that cannot stand there: type it again.", "groups")
        found.setdefault(fold(group), spelt.get(fold(group), group))
    if len(found) > MOST_GROUPS:
        raise Refusal(f"{len(found)} groups are too many for one contact: {MOST_GROUPS} is the most.", "groups")
    return tuple(sorted(found.values(), key=fold))


def words_of(name: str, title: str, email: str, mobile: str | None, groups: Iterable[str]) -> str:
    """The folded words that a contact is found by; they begin with the name, so that lists are sorted by them."""
    return fold(" ".join((name, title, email, mobile or "", *sorted(groups))))


def changed(now: ContactForm, before: ContactForm, after: ContactForm) -> ContactForm:
    """What is stored now with only that changed which somebody changed, between `before` and `after`.

    So two who work on the same person do not undo each other's fields, nor groups.
    """
    groups = {*now.groups} - ({*before.groups} - {*after.groups}) | ({*after.groups} - {*before.groups})
    return replace(merged(now, before, after), groups=tuple(sorted(groups, key=fold)))


def is_new_consent(before: ContactForm | None, after: ContactForm) -> bool:
    """Whether saving states that a number may be texted: it is new, or SMS was switched on for it (rule 23)."""
    if not after.mobile:
        return False
    if before is None or before.mobile != after.mobile:
        return True
    return after.sms_on and not before.sms_on
