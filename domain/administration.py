"""What an administrator sets: users with their boxes, locations with their numbers, templates."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from domain.account import Location
from domain.estimates import places
from domain.hours import USUAL_QUIET_HOURS, QuietHours
from domain.people import Bell, Role, User

_Form = TypeVar("_Form", bound=Any)


@dataclass(frozen=True, slots=True)
class UserForm:
    """What may be set on a user. `mobile` is E.164; `system_account` signs in without a PIN (rule 44)."""

    name: str
    role: Role
    mobile: str | None = None
    location_ids: frozenset[int] = frozenset()
    chat: bool = True
    alerts: bool = False
    contacts: bool = False
    admin: bool = False
    bell: Bell = Bell.MINE
    system_account: str | None = None


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user as Settings shows them. `signed_in_at` is the last sign-in at a desk."""

    id: int
    form: UserForm
    active: bool = True
    signed_in_at: datetime | None = None
    has_pin: bool = False

    @property
    def boxes(self) -> str:
        """The ticked boxes in words."""
        ticked = (("Chat", self.form.chat), ("Alerts", self.form.alerts), ("Contacts", self.form.contacts))
        return ", ".join(name for name, on in (*ticked, ("Admin", self.form.admin)) if on)


@dataclass(frozen=True, slots=True)
class LocationForm:
    """What may be set on a location. `country` has two letters, `currency` three.

    `approve_up_to` is in minor units of `currency` (rule 52).
    """

    name: str
    country: str
    currency: str
    time_zone: str
    callback_phone: str = ""
    quiet: QuietHours = USUAL_QUIET_HOURS
    direct_reply: bool = True
    worker_sees_numbers: bool = False
    links_in_texts: bool = False
    approve_up_to: int = 50_000


@dataclass(frozen=True, slots=True)
class OurNumber:
    """A number a location texts from. From a `retired` one nothing leaves; answers to it are still received."""

    number: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of job. One that is not `offered` stays on the jobs it has."""

    id: int
    name: str
    offered: bool = True
    jobs: int = 0


def merged(now: _Form, before: _Form, after: _Form) -> _Form:
    """What is stored now with only that changed which somebody changed in a form, between `before` and `after`.

    So two administrators who work on the same person do not undo each other's other fields.
    """
    names = [each.name for each in fields(before)]
    changed = {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
    return replace(now, **changed)


def merged_location(now: LocationForm, before: LocationForm, after: LocationForm) -> LocationForm:
    """`merged` for locations: an amount is the figure that was typed, whatever currency it comes to stand in."""
    form = merged(now, before, after)
    figure = _figure(after) if _figure(after) != _figure(before) else _figure(now)
    return replace(form, approve_up_to=int(figure.scaleb(places(form.currency))))


def form_of_user(user: User, system_account: str | None = None) -> UserForm:
    """A user's present values."""
    return UserForm(
        name=user.name,
        role=user.role,
        mobile=user.mobile,
        location_ids=user.location_ids,
        chat=user.chat,
        alerts=user.alerts,
        contacts=user.contacts,
        admin=user.admin,
        bell=user.bell,
        system_account=system_account,
    )


def form_of_location(location: Location) -> LocationForm:
    """A location's present values."""
    return LocationForm(
        name=location.name,
        country=location.country,
        currency=location.currency,
        time_zone=location.time_zone,
        callback_phone=location.callback_phone,
        quiet=location.quiet,
        direct_reply=location.direct_reply,
        worker_sees_numbers=location.worker_sees_numbers,
        links_in_texts=location.links_in_texts,
        approve_up_to=location.approve_up_to,
    )


def jobs_in_words(numbers: Sequence[str]) -> str:
    """Job numbers in words: "1 open job (1001)", "3 open jobs (1001, 1002, 1003)"."""
    more = ", …" if len(numbers) > 6 else ""
    return f"{len(numbers)} open job{'s' if len(numbers) != 1 else ''} ({', '.join(numbers[:6])}{more})"


def _figure(form: LocationForm) -> Decimal:
    """What a link alone may approve, as people read it: 50,000 cents are 500."""
    return Decimal(form.approve_up_to).scaleb(-places(form.currency))
