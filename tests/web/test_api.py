"""Jobs that other programs post, over real HTTP: what is stored, what is refused, who is texted (rules 5, 20, 45)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from domain.alerts import Event
from domain.jobs import Status
from messaging.job_reading import FIELDS
from storage.tables.jobs import JobRow
from storage.tables.people import ConsentRow
from tests.web.caller import Caller, counts, job, rule, tell, texts
from tests.world import BEN, World

CAL = "+15550104444"


# --- Jobs ---------------------------------------------------------------------------------------------------------


def test_a_new_job_has_every_field_that_was_posted(api: Caller, small_world: World) -> None:
    fields = {
        "number": "J-1",
        "template": "Repair",
        "title": "Pump leaks, badly",
        "status": "on_the_way",
        "location": "north",
        "customer": "Okafor Ltd",
        "site_contact": "Cal Roy",
        "site_contact_title": "Chef",
        "site_contact_mobile": "(555) 010-4444",
        "site_contact_email": "cal@example.com",
        "billing_contact": "Dee Roy",
        "billing_contact_title": "Accounts",
        "billing_contact_mobile": "+44 20 7946 0000",
        "billing_contact_email": "dee@example.com",
        "ad_hoc_mobile": "555-010-5555",
        "worker": "marco diaz",
        "window_start": "2026-07-01T09:00",
        "window_end": "2026-07-01T19:00:00+02:00",
        "asset": "Pump 9",
        "address": "1 Main St\nBack door",
    }
    assert set(fields) == set(FIELDS)
    answer = api.job(**fields)
    assert answer.status_code == 201
    assert answer.json()["result"] == "created"
    made = job(small_world, "J-1")
    assert (made.template, made.title, made.asset, made.address) == (
        "Repair",
        "Pump leaks, badly",
        "Pump 9",
        "1 Main St\nBack door",
    )
    assert (made.status, made.location.name, made.customer) == (Status.ON_THE_WAY, "North", "Okafor Ltd")
    assert made.window_start == datetime(2026, 7, 1, 13, 0, tzinfo=UTC)
    assert made.window_end == datetime(2026, 7, 1, 17, 0, tzinfo=UTC)
    assert made.worker is not None
    assert made.worker.name == "Marco Diaz"
    people = [(c.name, c.title, c.mobile, c.email) for c in (made.site, made.billing) if c]
    assert people == [
        ("Cal Roy", "Chef", CAL, "cal@example.com"),
        ("Dee Roy", "Accounts", "+442079460000", "dee@example.com"),
    ]
    assert made.ad_hoc is not None
    assert made.ad_hoc.mobile == "+15550105555"


def test_an_absent_field_keeps_and_null_clears(api: Caller, small_world: World) -> None:
    before = small_world.job(address="5 Hill Street")
    answer = api.job(number=before.number, title="Pump hums", asset=None, worker=None, window_end=None)
    assert (answer.status_code, answer.json()["result"]) == (200, "updated")
    after = job(small_world, before.number)
    assert (after.title, after.asset, after.worker, after.window_end) == ("Pump hums", "", None, None)
    assert (after.address, after.window_start, after.site, after.status) == (
        "5 Hill Street",
        before.window_start,
        before.site,
        before.status,
    )


@pytest.mark.parametrize("field", ["customer", "location", "status"])
def test_what_a_job_always_keeps_cannot_be_cleared(api: Caller, small_world: World, field: str) -> None:
    known = small_world.job()
    answer = api.job(number=known.number, **{field: None})
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]
    assert job(small_world, known.number) == known


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_stored(api: Caller, small_world: World) -> None:
    before = counts(small_world)
    answer = api.job(
        number="J-1",
        location="Nowhere",
        worker="Nobody",
        status="asleep",
        customer=7,
        title=["x"],
        window_start="soon",
        site_contact_mobile="12",
        colour="red",
        notify="yes",
    )
    told = answer.json()
    assert answer.status_code == 422
    wrong = {"location", "worker", "status", "customer", "title", "window_start", "colour", "notify"}
    assert set(told["fields"]) == wrong
    assert f"{len(wrong)} fields are wrong" in told["error"]
    assert "Nobody" in told["fields"]["worker"]
    assert "on_the_way" in told["fields"]["status"]
    assert "known: North" in told["fields"]["location"]
    assert counts(small_world) == before


def test_what_only_the_store_can_tell_is_told_with_the_rest(api: Caller, small_world: World) -> None:
    known = small_world.job()
    answer = api.job(number=known.number, worker="Nobody", site_contact_mobile="12", window_end="2020-01-01T00:00")
    assert set(answer.json()["fields"]) == {"worker", "site_contact_mobile", "window_end"}
    assert job(small_world, known.number) == known


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"customer": "C"}, {"number"}),
        ({"number": "", "customer": "C"}, {"number"}),
        ({"number": "J"}, {"customer"}),
        ({"number": "J", "customer": "C", "title": "x" * 501}, {"title"}),
        ({"number": "J", "customer": "C", "title": "a\x00b"}, {"title"}),
        ({"number": "J\x00", "customer": "C"}, {"number"}),
        ({"number": "J", "customer": "\ud800"}, {"customer"}),
        ({"number": "J", "customer": "C", "window_start": "0001-01-01T00:00+14:00"}, {"window_start"}),
        ({"number": "J", "customer": "C", "window_end": "9999-12-31T23:59-12:00"}, {"window_end"}),
        ({"number": "J", "customer": "C", "window_start": "2026-03-02T11:00", "window_end": "2026-03-02T10:00"},
         {"window_end"}),
        ({"number": 3001, "customer": "C"}, {"number"}),
        ({"number": "J", "customer": "C", "\ud800": "x"}, {"␣"}),
    ],
)  # fmt: skip
def test_a_wrong_field_is_told_by_its_name(api: Caller, fields: dict[str, Any], wrong: set[str]) -> None:
    answer = api.job(**fields)
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == wrong


def test_with_several_locations_a_new_job_names_one(api: Caller, small_world: World) -> None:
    small_world.writers.people.add_location("South", "US", "America/Chicago", [])
    assert set(api.job(number="J", customer="C").json()["fields"]) == {"location"}
    assert api.job(number="J", customer="C", location="south").status_code == 201
    assert api.job(number="J", title="It knows where").status_code == 200


def test_a_local_time_is_the_locations(api: Caller, small_world: World) -> None:
    small_world.writers.people.add_location("South", "US", "America/Los_Angeles", [])
    api.job(number="J", customer="C", location="South", window_start="2026-03-02T09:00")
    with small_world.writers.database.read() as session:
        assert session.exec(select(JobRow.window_start)).one() == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def test_a_new_number_is_recorded_as_stated_by_the_token(api: Caller, small_world: World) -> None:
    api.job(number="J", customer="C", site_contact="Cal", site_contact_mobile=CAL)
    with small_world.writers.database.read() as session:
        consent = session.exec(select(ConsentRow).where(ConsentRow.mobile == CAL)).one()
    assert (consent.stated_by, consent.wording, consent.source) == (
        "FleetSoft",
        "stated by the provider",
        "posted by a program",
    )


def test_the_author_of_a_hand_over_is_the_token(api: Caller, small_world: World) -> None:
    known = small_world.job()
    api.job(number=known.number, worker="Mia Wong")
    found = small_world.readers.threads.messages(small_world.ann, known.id, count=9)[0]
    assert [m.body for m in found] == ["Handed over from Marco Diaz to Mia Wong, by FleetSoft."]


# --- Sending ------------------------------------------------------------------------------------------------------


def test_nobody_is_texted_unless_it_is_asked(api: Caller, small_world: World) -> None:
    rule(small_world, Event.CREATED)
    rule(small_world, Event.COMPLETED)
    fields: dict[str, Any] = {"customer": "C", "template": "Repair", "site_contact": "Cal", "site_contact_mobile": CAL}
    answer = api.job(number="J", **fields).json()
    assert (answer["texts"], answer["phones"]) == (0, 0)
    assert [(e["event"], e["told"]) for e in answer["events"]] == [("created", False)]
    tell(small_world)
    assert texts(small_world, "J") == []
    answer = api.job(number="K", notify=True, **fields).json()
    assert (answer["texts"], answer["phones"]) == (1, 1)
    assert answer["events"] == [{"event": "created", "told": True, "why": ""}]
    tell(small_world)
    assert [m.body.splitlines()[0].partition(".")[0] for m in texts(small_world, "K")]
    assert len(texts(small_world, "K")) == 1


def test_a_dry_run_says_what_would_be_and_changes_nothing(api: Caller, small_world: World) -> None:
    rule(small_world, Event.CREATED, to_billing=True)
    before = counts(small_world)
    fields: dict[str, Any] = {
        "number": "J",
        "customer": "C",
        "template": "Repair",
        "site_contact": "Cal",
        "site_contact_mobile": CAL,
        "billing_contact": "Dee",
        "billing_contact_mobile": BEN,
        "notify": True,
    }
    rehearsed = api.job(**fields, dry_run=True)
    assert rehearsed.status_code == 200
    assert counts(small_world) == before
    assert small_world.readers.threads.job_numbered(small_world.ann, "J") is None
    done = api.job(**fields)
    assert (rehearsed.json()["texts"], rehearsed.json()["phones"]) == (2, 2)
    assert {**rehearsed.json(), "dry_run": False} == done.json()
    tell(small_world)
    assert len(texts(small_world, "J")) == 2


def test_a_dry_run_leaves_its_key_free(api: Caller, small_world: World) -> None:
    assert api.job(number="J", customer="C", dry_run=True, key="k").status_code == 200
    assert api.job(number="J", customer="C", key="k").status_code == 201


def test_one_phone_gets_one_text_for_a_save(api: Caller, small_world: World) -> None:
    """The furthest event along is told, and people who share a phone are texted once (rule 17)."""
    rule(small_world, Event.CREATED, to_billing=True)
    rule(small_world, Event.ON_THE_WAY, to_billing=True)
    answer = api.job(
        number="J",
        customer="C",
        template="Repair",
        site_contact="Cal",
        site_contact_mobile=CAL,
        billing_contact="Dee",
        billing_contact_mobile=CAL,
        worker="Marco Diaz",
        status="on_the_way",
        notify=True,
    ).json()
    assert (answer["texts"], answer["phones"]) == (1, 1)
    told = {each["event"]: each["told"] for each in answer["events"]}
    assert told == {"created": False, "assigned": False, "on_the_way": True}
    tell(small_world)
    assert len(texts(small_world, "J")) == 1
