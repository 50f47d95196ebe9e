"""Settings as somebody types them, checked field by field. Every refusal names the field it belongs to."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import available_timezones

from domain import phone
from domain.account import Account, Location, WorkerWrites
from domain.administration import LocationForm, UserForm
from domain.errors import Refusal
from domain.estimates import money, plain_money
from domain.hours import QuietHours
from domain.people import Bell, Role
from domain.routing import Windows
from domain.text import fold

LONGEST_NAME = 80
_CLOCK = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)")


def read_name(text: str, what: str, field: str = "name") -> str:
    """A name on one line; Refusal where it is empty, too long, or holds what cannot be printed."""
    name = " ".join(text.split())
    if not name:
        raise Refusal(f"Type {what}.", field)
    if len(name) > LONGEST_NAME:
        raise Refusal(f"{len(name)} characters are too many here: {LONGEST_NAME} is the most.", field)
    if not name.isprintable():
        raise Refusal("There is a character in it that cannot be shown: type it again.", field)
    return name


def read_user(
    typed: Mapping[str, str],
    role: Role,
    ticked: Collection[str],
    location_ids: Collection[int],
    places: Sequence[Location],
) -> UserForm:
    """A user's form. `typed` holds name, mobile, system_account and bell; `ticked` boxes, `places` locations."""
    name = read_name(typed.get("name", ""), "the full name")
    boxes = [box for box in ("alerts", "contacts", "admin") if box in ticked]
    if role is Role.WORKER and boxes:
        raise Refusal(
            f"The {boxes[0].capitalize()} box is for dispatchers: untick it, or choose dispatcher as the role.",
            boxes[0],
        )
    if not location_ids:
        raise Refusal(f"Tick at least one location: {name} sees the jobs of their own locations only.", "locations")
    country = next((place.country for place in places if place.id in location_ids), "US")
    return UserForm(
        name=name,
        role=role,
        mobile=_mobile(typed.get("mobile", ""), country, "mobile") or None,
        location_ids=frozenset(location_ids),
        chat="chat" in ticked,
        alerts="alerts" in ticked,
        contacts="contacts" in ticked,
        admin="admin" in ticked,
        bell=Bell(typed.get("bell", Bell.MINE)),
        system_account=" ".join(typed.get("system_account", "").split()) or None,
    )


def read_location(typed: Mapping[str, str], ticked: Collection[str]) -> LocationForm:
    """A location's form. `typed` holds what `show_location` shows, `ticked` its boxes by the names of the fields."""
    name = read_name(typed.get("name", ""), "the location's name")
    country = typed.get("country", "").strip().upper()
    if not phone.is_country(country):
        raise Refusal(f"“{country[:20]}” is no two-letter country code. Write it like US, GB or NZ.", "country")
    currency = typed.get("currency", "").strip().upper()
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Refusal(f"“{currency[:20]}” is no currency. Write three letters, like USD, GBP or EUR.", "currency")
    return LocationForm(
        name=name,
        country=country,
        currency=currency,
        time_zone=read_zone(typed.get("time_zone", "")),
        callback_phone=_mobile(typed.get("callback_phone", ""), country, "callback_phone"),
        quiet=QuietHours(
            _clock(typed.get("quiet_begin", ""), "quiet_begin"), _clock(typed.get("quiet_end", ""), "quiet_end")
        ),
        direct_reply="direct_reply" in ticked,
        worker_sees_numbers="worker_sees_numbers" in ticked,
        links_in_texts="links_in_texts" in ticked,
        approve_up_to=_approve_up_to(typed.get("approve_up_to", ""), currency),
    )


def read_zone(text: str) -> str:
    """A time zone by its name in any case; Refusal (field "time_zone") with names that are like it."""
    wanted = text.strip().replace(" ", "_")
    names = {name.casefold(): name for name in available_timezones()}
    if wanted and wanted.casefold() in names:
        return names[wanted.casefold()]
    like = zones_like(text)
    meant = f"Did you mean {' or '.join(like[:2])}?" if like else "Write it like America/New_York or Europe/Berlin."
    raise Refusal(f"“{text.strip()[:40]}” is no time zone. {meant}", "time_zone")


def zones_like(text: str, count: int = 5) -> list[str]:
    """Time zones whose name holds what was typed, the nearest first: by city, else by anything."""
    wanted = fold(text.strip().replace(" ", "_"))
    if not wanted:
        return []
    found = [name for name in available_timezones() if wanted in fold(name) and "/" in name and name[:3] != "Etc"]
    return sorted(found, key=lambda name: (not fold(name.rpartition("/")[2]).startswith(wanted), len(name), name))[
        :count
    ]


def read_account(typed: Mapping[str, str], ticked: Collection[str], writes: WorkerWrites, now: Account) -> Account:
    """The account's form: undo, lock, reply, grace and use_by as typed; three_way and holds as ticked."""
    return replace(
        now,
        three_way="three_way" in ticked,
        worker_writes=writes,
        undo=timedelta(seconds=_whole(typed, "undo", "The undo time", "seconds", 0, 60)),
        lock=timedelta(minutes=_whole(typed, "lock", "The idle time", "minutes", 0, 60)),
        windows=Windows(
            timedelta(days=_whole(typed, "reply", "The reply window", "days", 1, 90)),
            timedelta(days=_whole(typed, "grace", "The grace time", "days", 0, 90)),
        ),
        use_by=timedelta(minutes=_minutes(typed.get("use_by", ""))),
        holds_in_practice="holds_in_practice" in ticked,
    )


def show_account(account: Account) -> dict[str, str]:
    """The account's values as the form shows them."""
    hours = Decimal(int(account.use_by.total_seconds())) / 3600
    return {
        "undo": str(int(account.undo.total_seconds())),
        "lock": str(-(-int(account.lock.total_seconds()) // 60)),
        "reply": str(account.windows.reply.days),
        "grace": str(account.windows.grace.days),
        "use_by": f"{hours.normalize():f}",
    }


def show_location(form: LocationForm) -> dict[str, str]:
    """A location's values as the form shows them."""
    return {
        "name": form.name,
        "country": form.country,
        "currency": form.currency,
        "time_zone": form.time_zone,
        "callback_phone": phone.show(form.callback_phone) if form.callback_phone else "",
        "quiet_begin": f"{form.quiet.begin:%H:%M}",
        "quiet_end": f"{form.quiet.end:%H:%M}",
        "approve_up_to": plain_money(form.approve_up_to, form.currency),
    }


def _mobile(text: str, country: str, field: str) -> str:
    if not text.strip():
        return ""
    try:
        return phone.parse(text, country)
    except Refusal as refusal:
        raise Refusal(refusal.sentence, field) from None


def _approve_up_to(text: str, currency: str) -> int:
    """Minor units of an amount in the currency that is typed beside it."""
    amount = money(text, currency, "approve_up_to")
    if amount < 0 or not text.strip():
        raise Refusal("Type an amount from 0 up; with 0 every approval asks for a code.", "approve_up_to")
    return amount


def _clock(text: str, field: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise Refusal(f"“{text.strip()[:20]}” is no time of day. Write it like 21:00.", field)
    return time(int(found[1]), int(found[2]))


def _whole(typed: Mapping[str, str], field: str, what: str, unit: str, least: int, most: int) -> int:
    text = typed.get(field, "").strip()
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise Refusal(f"{what} is a whole number of {unit} from {least} to {most}.", field)
    return int(text)


def _minutes(text: str) -> int:
    try:
        minutes = Decimal(text.strip().replace(",", ".")) * 60
    except InvalidOperation:
        minutes = Decimal(0)
    if not (minutes.is_finite() and 15 <= minutes <= 72 * 60):
        raise Refusal(
            "The use-by time is a number of hours from 0.25 to 72: after it a waiting text is dropped.", "use_by"
        )
    return int(minutes)
