"""Alerts > Setup below the screen: rules by version, previews, dry runs, and why a text went out. Issue 3, item 1."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.alerts import Event, Rule, first_rule
from domain.errors import Refusal
from domain.hours import Lead
from domain.jobs import Status
from domain.people import User
from domain.segments import Encoding
from messaging.alert_setup import AlertSetup
from storage.opt_outs import opt_out
from tests.alerting import alerts, contact, holds, tell, template
from tests.linking import PAGES, reached
from tests.world import ANA, BEN, World


@pytest.fixture
def setup(world: World) -> AlertSetup:
    """The use cases, with the template of every job here."""
    template(world)
    readers, writers = world.readers, world.writers
    return AlertSetup(readers.reads, readers.threads, writers.rules, writers.events, world.clock)


@pytest.fixture
def ann(world: World) -> User:
    """Ann with the alerts box."""
    return replace(world.ann, alerts=True)


def on(event: Event, **changes: object) -> Rule:
    return replace(first_rule("Repair", event), **{"on": True, "use_by": None, **changes})  # type: ignore[arg-type]


# --- Saving -------------------------------------------------------------------------------------------------------


def test_a_template_begins_with_every_event_off(setup: AlertSetup, ann: User) -> None:
    rules = setup.rules(ann, "Repair")
    assert [rule.event for rule in rules] == list(Event)
    assert all(rule.text and not rule.on and rule.version == 0 for rule in rules)


def test_update_keeps_a_rule_as_it_is_and_counts_its_versions(setup: AlertSetup, ann: User) -> None:
    rule = on(
        Event.REMINDER,
        to_billing=True,
        fixed_number="(555) 010-1234",
        text=" Soon: {start}. ",
        quiet=False,
        use_by=timedelta(minutes=45),
        lead=Lead(timedelta(minutes=90)),
    )
    saved = setup.update(ann, rule)
    wanted = replace(rule, fixed_number="+15550101234", text="Soon: {start}.", version=1, id=saved.id)
    assert saved == wanted
    assert setup.update(ann, replace(saved, to_site=False)).version == 2
    assert next(r for r in setup.rules(ann, "Repair") if r.event is Event.REMINDER).to_site is False


def test_two_who_change_an_alert_at_once_do_not_undo_each_other(setup: AlertSetup, ann: User) -> None:
    shown = setup.update(ann, on(Event.STARTED))
    setup.update(ann, replace(shown, text="First"))
    with pytest.raises(Refusal, match="changed this alert meanwhile"):
        setup.update(ann, replace(shown, text="Second"))


def test_a_wrong_rule_is_refused_and_nothing_is_kept(setup: AlertSetup, ann: User) -> None:
    with pytest.raises(Refusal, match="no placeholder") as refused:
        setup.update(ann, on(Event.STARTED, text="{nobody}"))
    assert refused.value.field == "text"
    with pytest.raises(Refusal, match="no template"):
        setup.update(ann, replace(on(Event.STARTED), template="Nothing"))
    assert setup.rules(ann, "Repair")[0].version == 0


def test_without_the_alerts_box_nothing_is_shown_or_done(world: World, setup: AlertSetup) -> None:
    job = world.job()
    rule = on(Event.STARTED)
    for act in (
        lambda: setup.templates(world.ann),
        lambda: setup.rules(world.ann, "Repair"),
        lambda: setup.update(world.ann, rule),
        lambda: setup.jobs_to_try(world.ann, "Repair"),
        lambda: setup.preview(world.ann, rule, job.id),
        lambda: setup.dry_run(world.ann, rule, date(2026, 3, 1)),
        lambda: setup.skipped(world.ann, rule),
    ):
        with pytest.raises(Refusal, match="the alerts box"):
            act()


# --- Trying -------------------------------------------------------------------------------------------------------


def test_jobs_to_try_are_those_of_the_template_that_hold_all_words(world: World, setup: AlertSetup, ann: User) -> None:
    pump = world.job(title="Pümpe leckt")
    world.job(title="Other work", template="Service")
    last = world.job(title="Gate hums")
    assert [job_id for job_id, _ in setup.jobs_to_try(ann, "Repair")] == [last.id, pump.id]
    assert setup.jobs_to_try(ann, "Repair", "pumpe silva") == [(pump.id, f"{pump.number} · Silva Farms · Pümpe leckt")]
    assert setup.jobs_to_try(replace(ann, location_ids=frozenset()), "Repair") == []


def test_a_preview_says_what_would_go_to_whom_when_and_at_what_cost(world: World, setup: AlertSetup, ann: User) -> None:
    holds(world)
    world.strangers = True
    world.clock.now = datetime(2026, 3, 3, 3, tzinfo=UTC)  # ten in the evening in New York
    job = world.job()
    found = setup.preview(ann, on(Event.STARTED, text="Ó {contact}. {title}", to_billing=True), job.id)
    assert found.text.startswith("Ó Ana. Pump")
    assert (found.people, found.why_not) == (("Ana Silva", "Ben Silva"), "")
    assert (found.count.encoding, found.count.dear) == (Encoding.UCS2, "Ó")
    assert found.cost == "2 parts × 2 phones"
    assert found.leaves == datetime(2026, 3, 3, 13, tzinfo=UTC)


def test_a_preview_shows_the_link_and_counts_its_address(world: World, setup: AlertSetup, ann: User) -> None:
    world.strangers = True
    job = world.job()
    before = setup.preview(ann, on(Event.STARTED, text="See {link} soon"), job.id)
    assert before.text.startswith("See soon. North writes to you"), "no address, no link (rule 26)"
    reached(world)
    found = setup.preview(ann, on(Event.STARTED, text="See {link} soon"), job.id)
    assert found.text.startswith("See [link] soon. North writes")
    assert found.count.units == len(found.text) - len("[link]") + len(f"{PAGES}/c/1-{'x' * 22}/1")
    at_the_end = setup.preview(ann, on(Event.STARTED, text="We began."), job.id)
    assert at_the_end.text.endswith("Your page: [link]")
    form = setup.preview(ann, on(Event.CHECK_IN, text="It is here."), job.id)
    assert form.text.endswith("Your page: [link]")
    assert form.count.units == len(form.text) + len(PAGES) + 23
    alone = on(Event.STARTED, text="We began.", to_site=False, fixed_number="+15550109999")
    assert setup.preview(ann, alone, job.id).text == "We began."


def test_a_dry_run_shows_the_link(world: World, setup: AlertSetup, ann: User) -> None:
    reached(world)
    job = world.job()
    world.change(job, status=Status.STARTED)
    (text,) = setup.dry_run(ann, on(Event.STARTED, text="We began."), world.clock().date())
    assert text.text.endswith(" [link]")


def test_a_preview_says_why_nothing_would_go(world: World, setup: AlertSetup, ann: User) -> None:
    job = world.job(window_start=None, window_end=None)
    assert setup.preview(ann, on(Event.STARTED, text="On {date}."), job.id).why_not == "{date} has no value on this job"
    assert setup.preview(ann, on(Event.REMINDER), job.id).why_not == "the job has no planned start"
    assert setup.preview(ann, on(Event.STARTED, to_site=False), job.id).why_not == "nobody is ticked"
    only_ad_hoc = on(Event.STARTED, to_site=False, to_ad_hoc=True)
    assert setup.preview(ann, only_ad_hoc, job.id).why_not == "nobody is ticked that this job has"
    contact(world, world.ana.contact_id, sms_on=False)
    assert "switched off" in setup.preview(ann, on(Event.STARTED), job.id).why_not


def test_a_preview_of_an_unfinished_text_never_fails(world: World, setup: AlertSetup, ann: User) -> None:
    job = world.job()
    for text in ("", "{", "{nobody}", "x" * 5000, "{title} \x00"):
        setup.preview(ann, on(Event.STARTED, text=text, fixed_number="12"), job.id)


def test_a_preview_of_a_reminder_leaves_at_its_time(world: World, setup: AlertSetup, ann: User) -> None:
    start = world.clock() + timedelta(hours=5)
    job = world.job(window_start=start, window_end=start)
    assert setup.preview(ann, on(Event.REMINDER), job.id).leaves == start - timedelta(hours=2)
    soon = world.job()
    assert setup.preview(ann, on(Event.REMINDER), soon.id).why_not == "its time is past already"


def test_a_quick_action_is_previewed_without_an_invitation(world: World, setup: AlertSetup, ann: User) -> None:
    found = setup.preview(ann, on(Event.CHECK_IN, text="{asset} is here."), world.job().id)
    assert (found.text, found.people, found.why_not) == ("Pump 7 is here.", ("Ana Silva",), "")


def test_a_job_elsewhere_cannot_be_tried(world: World, setup: AlertSetup, ann: User) -> None:
    job = world.job()
    with pytest.raises(Refusal, match="not in your list"):
        setup.preview(replace(ann, location_ids=frozenset()), on(Event.STARTED), job.id)


def test_a_dry_run_tells_the_texts_of_a_past_day_and_writes_nothing(world: World, setup: AlertSetup, ann: User) -> None:
    with world.write() as session:
        opt_out(session, BEN, "STOP", world.clock())
    day = world.clock().date()
    job = world.job()
    world.change(job, status=Status.ON_THE_WAY)
    world.clock.advance(minutes=5)
    world.change(job, status=Status.ASSIGNED)
    world.change(job, status=Status.ON_THE_WAY)  # told once per job
    world.clock.advance(days=1)
    world.change(job, status=Status.COMPLETED)
    found = setup.dry_run(ann, on(Event.ON_THE_WAY, text="{worker} comes.", to_billing=True, on=False), day)
    assert [(text.number, text.to, text.phone) for text in found] == [
        (job.number, "Ana Silva", ANA),
        (job.number, "Ben Silva", BEN),
    ]
    assert found[0].text.startswith("Marco comes. North writes to you here")
    assert (found[0].why_not, found[0].at, found[0].leaves) == ("", world.clock() - _DAY, world.clock() - _DAY)
    assert "opted out" in found[1].why_not
    assert setup.dry_run(ann, on(Event.ON_THE_WAY), day + timedelta(days=1)) == []
    assert setup.dry_run(replace(ann, location_ids=frozenset()), on(Event.ON_THE_WAY), day) == []
    assert alerts(world, job) == []


_DAY = timedelta(days=1, minutes=5)


def test_a_dry_run_goes_by_the_day_of_the_location(world: World, setup: AlertSetup, ann: User) -> None:
    world.clock.now = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # still the second in New York
    job = world.job()
    world.change(job, status=Status.STARTED)
    assert len(setup.dry_run(ann, on(Event.STARTED), date(2026, 3, 2))) == 1
    assert setup.dry_run(ann, on(Event.STARTED), date(2026, 3, 3)) == []


def test_a_dry_run_of_reminders_goes_by_the_windows(world: World, setup: AlertSetup, ann: User) -> None:
    start = datetime(2026, 3, 5, 15, tzinfo=UTC)
    job = world.job(window_start=start, window_end=start, status=Status.COMPLETED)
    (text,) = setup.dry_run(ann, on(Event.REMINDER, lead=Lead(timedelta(hours=20))), date(2026, 3, 4))
    assert (text.number, text.at) == (job.number, start - timedelta(hours=20))
    assert setup.dry_run(ann, on(Event.REMINDER, lead=Lead(timedelta(hours=20))), date(2026, 3, 5)) == []


# --- Why, and quick actions -----------------------------------------------------------------------------------------


def test_why_a_text_went_out(world: World, setup: AlertSetup, ann: User) -> None:
    setup.update(ann, on(Event.ON_THE_WAY, text="{worker} comes to {contact}."))
    job = world.job()
    world.change(job, status=Status.ON_THE_WAY)
    tell(world)
    (text,) = alerts(world, job)
    why = setup.why(ann, job.id, text.id)
    assert why is not None
    assert (why.event, why.at, why.by, why.version) == (Event.ON_THE_WAY, world.clock(), "Ann Lee", 1)
    assert (why.wording, why.values) == ("{worker} comes to {contact}.", {"worker": "Marco", "contact": "Ana"})
    assert setup.why(world.marco, job.id, text.id) == why
    assert setup.why(world.mia, job.id, text.id) is None
    assert setup.why(replace(ann, chat=False), job.id, text.id) is None
    other = world.text(job, world.ana, body="Hello")
    assert setup.why(ann, job.id, other) is None


def test_a_quick_actions_rule_fills_its_form(world: World, setup: AlertSetup, ann: User) -> None:
    job = world.job()
    assert setup.quick_action_text(ann, job.id, Event.CHECK_IN) is None
    setup.update(ann, on(Event.CHECK_IN, text="{contact}: {asset} is here until {address}."))
    found = setup.quick_action_text(world.ann, job.id, Event.CHECK_IN)
    assert found is not None
    assert found.recipients == (f"contact:{world.ana.contact_id}",)
    assert (found.text, found.missing) == ("Ana: Pump 7 is here until {address}.", ("address",))


def test_a_quick_action_ticks_nobody_who_cannot_be_texted(world: World, setup: AlertSetup, ann: User) -> None:
    with world.write() as session:
        opt_out(session, ANA, "STOP", world.clock())
    job = world.job()
    setup.update(ann, on(Event.CHECK_IN, text="{contact}: here.", to_billing=True))
    found = setup.quick_action_text(world.ann, job.id, Event.CHECK_IN)
    assert found is not None
    assert found.recipients == (f"contact:{world.ben.contact_id}",)
