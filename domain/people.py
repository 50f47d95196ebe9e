"""Users of the provider, and the contacts of its customers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a user of the provider does; permissions are boxes beside it."""

    DISPATCHER = "dispatcher"
    WORKER = "worker"


class Bell(StrEnum):
    """For which customers' messages the terminal rings."""

    MINE = "mine"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody of the provider. `location_ids` are the locations whose jobs they may see (rule 14)."""

    id: int
    name: str
    role: Role
    chat: bool = True
    alerts: bool = False
    contacts: bool = False
    admin: bool = False
    mobile: str | None = None
    location_ids: frozenset[int] = field(default_factory=frozenset)
    active: bool = True
    bell: Bell = Bell.MINE

    @property
    def dispatches(self) -> bool:
        """Whether they are part of "Dispatch": active, dispatcher, and with the `chat` box (rule 5)."""
        return self.active and self.chat and self.role is Role.DISPATCHER


@dataclass(frozen=True, slots=True)
class ContactViewer:
    """A contact looking at one job through their link."""

    contact_id: int
    job_id: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer. `mobile` is E.164; `opted_out` is true after STOP (rule 28)."""

    id: int
    customer_id: int
    name: str
    title: str = ""
    email: str = ""
    mobile: str | None = None
    sms_on: bool = True
    one_time: bool = False
    opted_out: bool = False
    time_zone: str = ""
    email_on: bool = False
    groups: tuple[str, ...] = ()
    """Groups of the customer's contacts that this one is in, by name."""
    removed: bool = False
    """Deleted: still named on closed jobs and old messages, and never texted again."""

    def why_no_text(self) -> str | None:
        """The reason this person cannot be texted, or None if they can."""
        if self.removed:
            return "deleted from the contacts"
        if not self.mobile:
            return "no mobile number on file"
        if self.opted_out:
            return "opted out by STOP; only they can undo it, by texting START"
        if not self.sms_on:
            return "SMS is switched off for this contact"
        return None


class StatedContact(NamedTuple):
    """A contact as somebody states it. None keeps what is stored, "" clears it."""

    name: str | None = None
    title: str | None = None
    mobile: str | None = None
    email: str | None = None

    @property
    def stated(self) -> bool:
        """Whether anything at all is said about this contact."""
        return any(value is not None for value in self)


def first_name(name: str) -> str:
    """How contacts see staff: first name only (rule 9)."""
    return name.split()[0] if name.split() else name
