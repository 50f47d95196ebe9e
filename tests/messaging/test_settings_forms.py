"""Settings as typed: every field is understood or refused with its name and the next step."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import Account, Location, WorkerWrites
from domain.administration import LocationForm, UserForm
from domain.errors import Refusal
from domain.hours import QuietHours
from domain.people import Bell, Role
from domain.routing import Windows
from messaging.settings_forms import (
    read_account,
    read_location,
    read_name,
    read_user,
    read_zone,
    show_account,
    show_location,
    zones_like,
)

PLACES = [Location(1, "North", "US", "America/New_York"), Location(2, "South", "GB", "Europe/London")]
USER = {"name": " Ann  Lee ", "mobile": "(555) 010-1234", "system_account": " ann ", "bell": "all"}
NORTH = {
    "name": "North",
    "country": "us",
    "currency": "usd",
    "time_zone": "america/new york",
    "callback_phone": "555 010 1234",
    "quiet_begin": "2100",
    "quiet_end": "8:00",
    "approve_up_to": "1,250.5",
}
ACCOUNT = {"undo": "10", "lock": "3", "reply": "14", "grace": "7", "use_by": "1.5"}


# --- Users -----------------------------------------------------------------------------------------------------------


def test_a_user_is_read_from_what_was_typed_and_ticked() -> None:
    form = read_user(USER, Role.DISPATCHER, {"chat", "admin", "place-1"}, [1], PLACES)
    assert form == UserForm(
        "Ann Lee",
        Role.DISPATCHER,
        "+15550101234",
        frozenset({1}),
        chat=True,
        alerts=False,
        contacts=False,
        admin=True,
        bell=Bell.ALL,
        system_account="ann",
    )


def test_a_mobile_is_read_as_it_is_dialled_at_their_own_location() -> None:
    form = read_user({"name": "Sue", "mobile": "020 7946 0958"}, Role.WORKER, (), [2], PLACES)
    assert (form.mobile, form.chat) == ("+442079460958", False)


@pytest.mark.parametrize("box", ["alerts", "contacts", "admin"])
def test_a_worker_has_no_box_but_chat(box: str) -> None:
    with pytest.raises(Refusal, match=f"{box.capitalize()} box is for dispatchers") as refused:
        read_user(USER, Role.WORKER, {"chat", box}, [1], PLACES)
    assert refused.value.field == box


@pytest.mark.parametrize(
    ("changes", "places", "field", "says"),
    [
        ({"name": "  "}, [1], "name", "Type the full name"),
        ({"name": "x" * 81}, [1], "name", "81 characters"),
        ({"name": "A\x1b[31m"}, [1], "name", "cannot be shown"),
        ({"mobile": "none"}, [1], "mobile", "not a phone number"),
        ({}, [], "locations", "at least one location"),
    ],
)
def test_a_user_that_cannot_be(changes: dict[str, str], places: list[int], field: str, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        read_user({**USER, **changes}, Role.DISPATCHER, {"chat"}, places, PLACES)
    assert refused.value.field == field


@given(st.text(max_size=200))
def test_a_name_is_one_printable_line_or_refused(text: str) -> None:
    try:
        name = read_name(text, "a name")
    except Refusal as refusal:
        assert refusal.field == "name"  # noqa: PT017
        return
    assert name.isprintable()
    assert 1 <= len(name) <= 80
    assert read_name(name, "a name") == name


# --- Locations -------------------------------------------------------------------------------------------------------


def test_a_location_is_read_from_what_was_typed() -> None:
    ticked = {"worker_sees_numbers", "links_in_texts"}
    form = read_location(NORTH, ticked)
    quiet = QuietHours(time(21), time(8))
    assert form == LocationForm(
        "North", "US", "USD", "America/New_York", "+15550101234", quiet, False, True, True, 125_050
    )
    assert show_location(form)["approve_up_to"] == "1250.50"
    assert read_location(show_location(form), ticked) == form


@pytest.mark.parametrize(
    ("currency", "typed", "minor"),
    [("USD", "500", 50_000), ("JPY", "500", 500), ("JPY", "500.00", 500), ("KWD", "500.5", 500_500), ("EUR", "0", 0)],
)
def test_what_a_link_alone_may_approve_is_read_in_the_currency_beside_it(currency: str, typed: str, minor: int) -> None:
    form = read_location({**NORTH, "currency": currency, "approve_up_to": typed}, ())
    assert form.approve_up_to == minor
    assert read_location(show_location(form), ()) == form


@given(st.text(max_size=20) | st.text("0123456789.,-+eE ", max_size=20))
def test_an_amount_is_understood_or_refused_at_its_field(typed: str) -> None:
    try:
        form = read_location({**NORTH, "approve_up_to": typed}, ())
    except Refusal as refusal:
        assert refusal.field == "approve_up_to"  # noqa: PT017
    else:
        assert form.approve_up_to >= 0


def test_no_call_back_phone_and_no_quiet_hours() -> None:
    form = read_location({**NORTH, "callback_phone": "", "quiet_begin": "0:00", "quiet_end": "0:00"}, ())
    assert form.callback_phone == ""
    assert not any(form.quiet.covers(time(hour)) for hour in range(24))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "Type the location's name"),
        ("country", "Atlantis", "two-letter country"),
        ("currency", "Dollars", "three letters"),
        ("time_zone", "Mars/Base", "no time zone"),
        ("callback_phone", "call me", "not a phone number"),
        ("quiet_begin", "25:00", "no time of day"),
        ("quiet_end", "", "no time of day"),
        ("approve_up_to", "", "an amount from 0 up"),
        ("approve_up_to", "-5", "an amount from 0 up"),
        ("approve_up_to", "much", "no amount"),
        ("approve_up_to", "sNaN", "no amount"),
        ("approve_up_to", "5.005", "more than 2 decimal places"),
    ],
)
def test_a_location_that_cannot_be(field: str, value: str, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        read_location({**NORTH, field: value}, {"direct_reply"})
    assert refused.value.field == field


def test_a_city_is_enough_to_be_told_its_zone() -> None:
    assert read_zone("europe/berlin") == "Europe/Berlin"
    for typed in ("Berlin", "berlin"):
        with pytest.raises(Refusal, match="Did you mean Europe/Berlin"):
            read_zone(typed)
    assert zones_like("new york")[0] == "America/New_York"
    assert zones_like("auck")[0] == "Pacific/Auckland"
    assert zones_like("zzz") == zones_like("") == []


# --- The account -----------------------------------------------------------------------------------------------------


def test_an_account_is_read_from_what_was_typed_and_ticked() -> None:
    before = Account(carrier="AC1", demo_hint="hint")
    read = read_account(ACCOUNT, {"three_way"}, WorkerWrites.ON, before)
    assert read == Account(
        carrier="AC1",
        demo_hint="hint",
        three_way=True,
        windows=Windows(timedelta(days=14), timedelta(days=7)),
        use_by=timedelta(minutes=90),
        undo=timedelta(seconds=10),
        lock=timedelta(minutes=3),
        worker_writes=WorkerWrites.ON,
        holds_in_practice=False,
    )
    assert read_account(show_account(read), {"three_way"}, WorkerWrites.ON, before) == read


LIMITS = {"undo": (0, 60), "lock": (0, 60), "reply": (1, 90), "grace": (0, 90), "use_by": (0.25, 72)}


@pytest.mark.parametrize("field", LIMITS)
def test_the_limits_of_each_number_are_its_own(field: str) -> None:
    least, most = LIMITS[field]
    for fine in (least, most):
        read_account({**ACCOUNT, field: str(fine)}, (), WorkerWrites.OFF, Account())
    for wrong in (str(least - 1), str(most + 1), "", "x", "1e3x", "9" * 40, "NaN", "Infinity"):
        with pytest.raises(Refusal, match=r"number of (seconds|minutes|days|hours)") as refused:
            read_account({**ACCOUNT, field: wrong}, (), WorkerWrites.OFF, Account())
        assert refused.value.field == field
