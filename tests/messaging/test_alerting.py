"""What happens to a job and is texted, on both engines. RULES 17 to 24, 27; issue 3, items 1 and 2."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from domain.alerts import Event
from domain.delivery import State
from domain.errors import Refusal
from domain.imported import ImportedJob
from domain.jobs import Job, Status
from domain.messages import Kind, Party, Stage
from domain.people import StatedContact
from storage.job_import import store
from storage.opt_outs import opt_out
from storage.tables.alerts import EventState
from storage.tables.jobs import JobRow
from storage.tables.messages import MessageRow
from storage.tables.people import ConsentRow, SendingNumberRow
from tests.alerting import (
    accept,
    alerting,
    alerts,
    at,
    bodies,
    contact,
    delivery,
    event_rows,
    events,
    form,
    holds,
    let_out,
    rule,
    state_of,
    tell,
    template,
)
from tests.messaging.line import until
from tests.storage.rows import another, together
from tests.world import ANA, BEN, World

NIGHT = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
"""Ten in the evening in New York."""
MORNING = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
"""Eight in the morning there."""


@pytest.fixture(autouse=True)
def repair(world: World) -> None:
    """The template of every job here."""
    template(world)


def on_the_way(world: World, job: Job) -> Job:
    return world.change(job, status=Status.ON_THE_WAY)


def moved(world: World, job: Job, hours: float) -> Job:
    start = world.clock() + timedelta(hours=hours)
    return world.change(job, window_start=start, window_end=start + timedelta(hours=2))


# --- What a save brings -------------------------------------------------------------------------------------------


def test_a_job_on_its_way_is_told_once_to_the_site_contact(world: World) -> None:
    rule(world, Event.ON_THE_WAY, text="{company}: {worker} is on the way, {contact}.")
    job = world.job()
    on_the_way(world, job)
    assert tell(world) == 1
    assert tell(world) == 0
    (text,) = alerts(world, job)
    assert text.body == "North: Marco is on the way, Ana."
    assert (text.author.role, text.kind, text.stage) == (Party.SYSTEM, Kind.ALERT, Stage.OUT)
    assert [person.name for person in text.recipients] == ["Ana Silva"]
    assert (delivery(text).to, delivery(text).state) == (ANA, State.QUEUED)
    assert state_of(world, job, Event.ON_THE_WAY) == (EventState.TOLD, "")


def test_an_event_without_a_rule_is_kept_and_quiet(world: World) -> None:
    rule(world, Event.STARTED, on=False)
    job = world.job(status=Status.STARTED)
    assert tell(world) == 0
    assert [(event, state) for event, state, _ in events(world, job)] == [
        (Event.CREATED, EventState.QUIET),
        (Event.ASSIGNED, EventState.QUIET),
        (Event.STARTED, EventState.QUIET),
    ]
    assert state_of(world, job, Event.STARTED)[1] == "the alert is switched off"


def test_of_one_save_the_furthest_along_is_told_and_says_what_it_took_in(world: World) -> None:
    rule(world, Event.CREATED)
    rule(world, Event.ASSIGNED)
    rule(world, Event.ON_THE_WAY, on=False)
    job = world.job(status=Status.ON_THE_WAY)
    assert tell(world) == 1
    (text,) = alerts(world, job)
    assert "Marco will take care" in text.body
    assert state_of(world, job, Event.CREATED) == (
        EventState.QUIET,
        "folded into Assigned: one text per phone and save",
    )
    told = world.writers.events.told(text.id)
    assert told is not None
    assert (told.event, told.folded) == (Event.ASSIGNED, "Created")


def test_two_events_of_one_save_for_two_phones_are_two_texts(world: World) -> None:
    """One text per phone and save, not one per save (rule 17)."""
    rule(world, Event.CREATED, to_site=True, to_billing=True)
    rule(world, Event.ASSIGNED, to_site=True)
    job = world.job()
    assert tell(world) == 2
    assert {delivery(m).to: "we have your job" in m.body for m in alerts(world, job)} == {ANA: False, BEN: True}


def test_two_contacts_with_one_phone_get_one_text_that_names_both(world: World) -> None:
    twin = world.contact("Bea Silva", ANA, customer="Silva Dairy")
    rule(world, Event.ON_THE_WAY, text="{contact}: we come.", to_billing=True)
    job = world.job(billing_contact_id=twin.contact_id)
    on_the_way(world, job)
    assert tell(world) == 1
    (text,) = alerts(world, job)
    assert text.body.startswith("Ana and Bea: we come.")
    assert [person.name for person in text.recipients] == ["Ana Silva", "Bea Silva"]
    assert len(text.deliveries) == 1


def test_one_contact_under_two_boxes_gets_one_text(world: World) -> None:
    rule(world, Event.ON_THE_WAY, to_billing=True)
    on_the_way(world, world.job(billing_contact_id=world.ana.contact_id))
    assert tell(world) == 1


def test_an_event_texts_once_unless_a_person_says_again(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    job = on_the_way(world, world.job())
    tell(world)
    world.change(job, status=Status.ASSIGNED)
    on_the_way(world, job)
    assert tell(world) == 0
    assert state_of(world, job, Event.ON_THE_WAY) == (EventState.QUIET, "told already: an event texts once per job")
    world.change(job, status=Status.ASSIGNED)
    now = world.read_job(job.id)
    wanted = form(world, now, status=Status.ON_THE_WAY)
    world.writers.jobs.change(job.id, now.version, wanted, "Ann Lee", again=frozenset({Event.ON_THE_WAY}))
    assert tell(world) == 1


def test_a_save_that_tells_nobody_is_kept_as_such(world: World) -> None:
    rule(world, Event.CREATED)
    world.writers.jobs.create(form(world, number="quiet"), "Ann Lee", tells=False)
    job = world.readers.threads.job_numbered(world.ann, "quiet")
    assert job is not None
    assert tell(world) == 0
    assert state_of(world, job, Event.CREATED) == (EventState.QUIET, "saved without texting anybody")


def test_a_rule_saved_later_is_not_for_what_happened_before(world: World) -> None:
    """Rule 21, in both directions: neither switched on later, nor worded anew later."""
    early = on_the_way(world, world.job())
    rule(world, Event.ON_THE_WAY, text="First words {job}.")
    waiting = on_the_way(world, world.job())
    rule(world, Event.ON_THE_WAY, text="Second words {job}.")
    tell(world)
    assert alerts(world, early) == []
    (text,) = alerts(world, waiting)
    assert text.body.startswith("First words")


def test_switching_a_rule_off_withdraws_what_waits_under_it(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    job = on_the_way(world, world.job())
    rule(world, Event.ON_THE_WAY, on=False)
    assert tell(world) == 0
    assert state_of(world, job, Event.ON_THE_WAY) == (EventState.WITHDRAWN, "the alert was switched off")


def test_what_is_not_true_any_more_is_not_told(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    rule(world, Event.STARTED)
    rule(world, Event.ASSIGNED)
    job = on_the_way(world, world.job())
    world.change(job, status=Status.STARTED)
    world.change(job, status=Status.COMPLETED)
    assert tell(world) == 0
    assert state_of(world, job, Event.ON_THE_WAY) == (
        EventState.WITHDRAWN,
        "the worker is not on the way any more",
    )
    assert state_of(world, job, Event.STARTED)[0] is EventState.WITHDRAWN
    assert state_of(world, job, Event.ASSIGNED) == (EventState.WITHDRAWN, "the job was closed")


def test_an_import_raises_no_event(world: World) -> None:
    rule(world, Event.CREATED)
    new = dict.fromkeys((field.name for field in fields(ImportedJob)), None) | {
        "line": 2,
        "number": "I1",
        "location_id": world.berlin,
        "customer": "Silva Farms",
        "template": "Repair",
        "site": StatedContact(),
        "billing": StatedContact(),
    }
    store(world.writers.database, [ImportedJob(**new)], world.clock, "Ann Lee", "jobs.csv")  # type: ignore[arg-type]
    job = world.readers.threads.job_numbered(world.ann, "I1")
    assert job is not None
    assert events(world, job) == []


def test_quick_action_statuses_in_the_form_raise_no_text(world: World) -> None:
    for event in (Event.CHECK_IN, Event.ASSET_READY, Event.ASSET_IN_SERVICE):
        rule(world, event)
    job = world.job()
    for status in (Status.CHECKED_IN, Status.READY, Status.IN_SERVICE):
        world.change(job, status=status)
    assert tell(world) == 0
    assert [event for event, _, _ in events(world, job)] == [Event.CREATED, Event.ASSIGNED]


def test_a_template_named_on_a_job_is_added(world: World) -> None:
    world.job(template="Crane check")
    assert "Crane check" in world.writers.rules.templates()


# --- Rescheduling -------------------------------------------------------------------------------------------------


def test_window_edits_within_two_minutes_are_told_once(world: World) -> None:
    rule(world, Event.RESCHEDULED, text="Now {time}.")
    job = world.job()
    for hours in (3, 4, 5):
        moved(world, job, hours)
        world.clock.advance(seconds=50)
        assert tell(world) == 0
    world.clock.advance(seconds=70)
    assert tell(world) == 1
    (text,) = alerts(world, job)
    start = world.read_job(job.id).window_start
    assert start is not None
    assert text.body.startswith(f"Now {start - timedelta(hours=5):%H:%M} to ")  # New York in winter
    told = world.writers.events.told(text.id)
    assert told is not None
    assert told.folded == "2 earlier changes of the window"


def test_a_window_moved_there_and_back_before_it_was_told_is_no_news(world: World) -> None:
    rule(world, Event.RESCHEDULED)
    job = world.job()
    before = world.read_job(job.id)
    moved(world, job, 5)
    world.change(job, window_start=before.window_start, window_end=before.window_end)
    world.clock.advance(minutes=3)
    assert tell(world) == 0
    assert state_of(world, job, Event.RESCHEDULED) == (EventState.QUIET, "moved back before anybody was told")


def test_there_and_back_after_it_was_told_is_told_again(world: World) -> None:
    rule(world, Event.RESCHEDULED)
    job = world.job()
    windows = [(world.clock() + timedelta(hours=h), world.clock() + timedelta(hours=h + 1)) for h in (5, 7, 5)]
    for start, end in windows:
        world.change(job, window_start=start, window_end=end)
        world.clock.advance(minutes=3)
        assert tell(world) == 1
    world.change(job, title="Another title")
    assert tell(world) == 0


def test_a_change_that_waits_is_overtaken_by_the_worker_on_the_way(world: World) -> None:
    rule(world, Event.RESCHEDULED)
    rule(world, Event.ON_THE_WAY)
    job = world.job()
    moved(world, job, 3)
    on_the_way(world, job)
    assert tell(world) == 1
    world.clock.advance(minutes=3)
    assert tell(world) == 0
    assert state_of(world, job, Event.RESCHEDULED) == (EventState.WITHDRAWN, "the job went on meanwhile")


def test_assigned_and_moved_in_one_save_wait_together(world: World) -> None:
    rule(world, Event.RESCHEDULED)
    rule(world, Event.ASSIGNED)
    job = world.job(worker_id=None, status=Status.NEW)
    start = world.clock() + timedelta(hours=6)
    world.change(job, worker_id=world.mia.id, window_start=start, window_end=start + timedelta(hours=1))
    assert tell(world) == 0
    world.clock.advance(minutes=2)
    assert tell(world) == 1
    assert "now planned" in bodies(world, job)[0]


# --- Who gets it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"mobile": None}, "no mobile number on file"),
        ({"sms_on": False}, "SMS is switched off for this contact"),
    ],
)
def test_who_cannot_be_texted_stands_under_failed_and_nobody_else_gets_it(
    world: World, change: dict[str, object], reason: str
) -> None:
    rule(world, Event.ON_THE_WAY)
    contact(world, world.ana.contact_id, **change)
    job = on_the_way(world, world.job())
    tell(world)
    (text,) = alerts(world, job)
    assert [person.name for person in text.recipients] == ["Ana Silva"]
    assert (delivery(text).state, delivery(text).reason) == (State.BLOCKED, reason)
    assert state_of(world, job, Event.ON_THE_WAY) == (EventState.FAILED, reason)
    assert world.writers.outbox.claim("engine") is None


def test_who_opted_out_gets_nothing_and_the_other_one_does(world: World) -> None:
    rule(world, Event.ON_THE_WAY, to_billing=True)
    with world.write() as session:
        opt_out(session, ANA, "STOP", world.clock())
    job = on_the_way(world, world.job())
    tell(world)
    states = {m.recipients[0].name: delivery(m).state for m in alerts(world, job)}
    assert states == {"Ana Silva": State.BLOCKED, "Ben Silva": State.QUEUED}
    assert state_of(world, job, Event.ON_THE_WAY) == (EventState.TOLD, "")


def test_no_first_text_to_a_number_without_consent(world: World) -> None:
    """A-53 of RELIABILITY."""
    rule(world, Event.ON_THE_WAY)
    with world.write() as session:
        for row in session.exec(select(ConsentRow).where(ConsentRow.contact_id == world.ana.contact_id)).all():
            session.delete(row)
    job = on_the_way(world, world.job())
    tell(world)
    assert delivery(alerts(world, job)[0]).state is State.BLOCKED
    assert "nobody has stated" in state_of(world, job, Event.ON_THE_WAY)[1]


def test_a_job_without_the_ticked_contact_fails_with_that_reason(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    job = on_the_way(world, world.job(site_contact_id=None))
    tell(world)
    assert state_of(world, job, Event.ON_THE_WAY) == (EventState.FAILED, "this job has no site contact")
    assert delivery(alerts(world, job)[0]).reason == "this job has no site contact"


def test_an_ad_hoc_box_without_a_number_on_the_job_is_no_failure(world: World) -> None:
    rule(world, Event.ON_THE_WAY, to_site=False, to_ad_hoc=True)
    job = on_the_way(world, world.job())
    assert tell(world) == 0
    assert state_of(world, job, Event.ON_THE_WAY) == (
        EventState.QUIET,
        "nobody to tell: this job has no ad hoc number",
    )


def test_the_ad_hoc_number_of_the_job_gets_it(world: World) -> None:
    rule(world, Event.ON_THE_WAY, to_site=False, to_ad_hoc=True)
    job = world.job(ad_hoc_mobile="+15550104001")
    world.change(job, status=Status.ON_THE_WAY, ad_hoc_mobile="+15550104001")
    tell(world)
    assert delivery(alerts(world, job)[0]).to == "+15550104001"


def test_a_fixed_number_gets_a_copy_and_its_answers_go_to_the_tray(world: World) -> None:
    rule(world, Event.ON_THE_WAY, fixed_number="+15550109999", text="{contact}: we come.")
    job = on_the_way(world, world.job())
    assert tell(world) == 2
    copy = next(m for m in alerts(world, job) if m.recipients[0].role is Party.PHONE)
    assert copy.body == "Ana: we come."
    while (text := world.writers.outbox.claim("engine")) is not None:
        sender = text.sender
        accept(world, text)
    assert [t.job_id for t in world.writers.inbox.texted(ANA, sender)] == [job.id]
    assert world.writers.inbox.texted("+15550109999", sender) == []


def test_what_cannot_be_filled_in_fails_by_name_and_is_never_sent(world: World) -> None:
    rule(world, Event.ON_THE_WAY, text="{contact}, we come on {date} to {address}.")
    job = world.job(window_start=None, window_end=None)
    world.change(job, status=Status.ON_THE_WAY)
    tell(world)
    reason = "{date} and {address} have no value on this job"
    assert state_of(world, job, Event.ON_THE_WAY) == (EventState.FAILED, reason)
    (text,) = alerts(world, job)
    assert text.body == "Ana, we come on {date} to {address}."
    assert (delivery(text).state, delivery(text).reason) == (State.BLOCKED, reason)
    assert alerts(world, job, world.marco) == []
    assert world.writers.outbox.claim("engine") is None


def test_a_location_without_numbers_fails_with_a_sentence(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    with world.write() as session:
        for row in session.exec(select(SendingNumberRow)).all():
            row.retired = True
            session.add(row)
    job = on_the_way(world, world.job())
    tell(world)
    assert state_of(world, job, Event.ON_THE_WAY) == (EventState.FAILED, "North has no number to text from")


# --- Hours and use-by


def test_in_quiet_hours_a_text_is_held_until_they_end(world: World) -> None:
    holds(world)
    rule(world, Event.ON_THE_WAY)
    job = world.job()
    at(world, NIGHT)
    on_the_way(world, job)
    tell(world)
    (text,) = alerts(world, job)
    assert (text.stage, text.leaves_at) == (Stage.HELD, MORNING)
    assert (delivery(text).state, delivery(text).reason) == (State.HELD, "quiet hours in America/New_York")
    assert let_out(world) == 0
    at(world, MORNING)
    assert let_out(world) == 1
    (text,) = alerts(world, job)
    assert (text.stage, delivery(text).state) == (Stage.OUT, State.QUEUED)
    assert let_out(world) == 0


def test_the_contacts_own_zone_decides(world: World) -> None:
    holds(world)
    rule(world, Event.ON_THE_WAY)
    contact(world, world.ana.contact_id, time_zone="Asia/Tokyo")
    job = world.job()
    at(world, NIGHT)
    on_the_way(world, job)
    tell(world)
    assert alerts(world, job)[0].stage is Stage.OUT


def test_practice_holds_nothing_for_the_hour(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    job = world.job()
    at(world, NIGHT)
    on_the_way(world, job)
    tell(world)
    assert alerts(world, job)[0].stage is Stage.OUT


def test_a_rule_may_disregard_the_hour(world: World) -> None:
    holds(world)
    rule(world, Event.ON_THE_WAY, quiet=False)
    job = world.job()
    at(world, NIGHT)
    on_the_way(world, job)
    tell(world)
    assert alerts(world, job)[0].stage is Stage.OUT
    assert world.writers.outbox.claim("engine") is not None


def test_what_is_of_no_use_by_then_is_dropped_at_once(world: World) -> None:
    holds(world)
    rule(world, Event.ON_THE_WAY, use_by=timedelta(minutes=30))
    job = world.job()
    at(world, NIGHT)
    on_the_way(world, job)
    tell(world)
    (text,) = alerts(world, job)
    assert (text.stage, delivery(text).state) == (Stage.OUT, State.EXPIRED)
    assert state_of(world, job, Event.ON_THE_WAY)[0] is EventState.FAILED


def test_nothing_ran_for_hours_then_late_texts_are_not_sent(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    job = on_the_way(world, world.job())
    world.clock.advance(hours=4, minutes=1)
    tell(world)
    assert delivery(alerts(world, job)[0]).state is State.EXPIRED


def test_quiet_hours_that_begin_while_a_text_waits_for_the_carrier_hold_it_again(world: World) -> None:
    """A-52: no automatic text leaves inside quiet hours, however late its turn comes."""
    holds(world)
    rule(world, Event.ON_THE_WAY)
    job = world.job()
    at(world, NIGHT - timedelta(hours=1, minutes=1))
    on_the_way(world, job)
    tell(world)
    assert delivery(alerts(world, job)[0]).state is State.QUEUED
    at(world, NIGHT)
    assert world.writers.outbox.claim("engine") is None
    (text,) = alerts(world, job)
    assert (text.stage, text.leaves_at, delivery(text).state) == (Stage.HELD, MORNING, State.HELD)
    at(world, MORNING)
    assert let_out(world) == 1
    assert world.writers.outbox.claim("engine") is not None


def test_a_text_overtaken_by_quiet_hours_expires_where_it_cannot_wait(world: World) -> None:
    holds(world)
    rule(world, Event.ON_THE_WAY, use_by=timedelta(minutes=90))
    job = world.job()
    at(world, NIGHT - timedelta(hours=1, minutes=1))
    on_the_way(world, job)
    tell(world)
    at(world, NIGHT)
    assert world.writers.outbox.claim("engine") is None
    assert delivery(alerts(world, job)[0]).state is State.EXPIRED


# --- Texts that wait ----------------------------------------------------------------------------------------------


@pytest.fixture
def held(world: World) -> Job:
    """A job of which an assignment is told tomorrow morning."""
    holds(world)
    rule(world, Event.ASSIGNED, text="{contact}: {worker} comes {time}.")
    start = MORNING + timedelta(hours=2)
    job = world.job(worker_id=None, status=Status.NEW, window_start=start, window_end=start + timedelta(hours=1))
    at(world, NIGHT)
    world.change(job, worker_id=world.marco.id)
    assert tell(world) == 1
    assert bodies(world, job)[0].startswith("Ana: Marco comes 10:00 to 11:00.")
    return job


def test_a_held_text_follows_the_plan_at_once(world: World, held: Job) -> None:
    start = MORNING + timedelta(hours=5)
    world.change(held, worker_id=world.mia.id, window_start=start, window_end=start + timedelta(hours=1))
    assert bodies(world, held)[0].startswith("Ana: Mia comes 13:00 to 14:00.")
    at(world, MORNING)
    let_out(world)
    assert alerts(world, held)[-1].body.startswith("Ana: Mia comes 13:00 to 14:00.")


def test_a_held_text_goes_to_whoever_is_the_contact_when_it_leaves(world: World, held: Job) -> None:
    world.change(held, site_contact_id=world.ben.contact_id)
    first, second = alerts(world, held)
    assert (first.stage, first.notice) == (Stage.CALLED_BACK, "withdrawn: it is for somebody else now")
    assert second.body.startswith("Ben: Marco comes")
    at(world, MORNING)
    let_out(world)
    claimed = world.writers.outbox.claim("engine")
    assert claimed is not None
    assert claimed.to == BEN
    assert world.writers.outbox.claim("engine") is None


def test_a_held_text_is_withdrawn_with_the_job_and_with_its_rule(world: World, held: Job) -> None:
    other = world.job(status=Status.NEW, worker_id=None)
    world.change(other, worker_id=world.mia.id)
    tell(world)
    world.change(held, status=Status.CANCELLED)
    assert [m.stage for m in alerts(world, held)] == [Stage.CALLED_BACK]
    rule(world, Event.ASSIGNED, on=False)
    (text,) = alerts(world, other)
    assert (text.stage, text.notice) == (Stage.CALLED_BACK, "withdrawn: the alert was switched off")
    at(world, MORNING)
    assert let_out(world) == 0
    assert world.writers.outbox.claim("engine") is None


def test_a_held_text_keeps_its_rules_version(world: World, held: Job) -> None:
    rule(world, Event.ASSIGNED, text="Other words.")
    at(world, MORNING)
    let_out(world)
    (text,) = alerts(world, held)
    assert text.body.startswith("Ana: Marco comes")


def test_an_opt_out_before_it_leaves_stops_it_and_says_so(world: World, held: Job) -> None:
    with world.write() as session:
        opt_out(session, ANA, "STOP", world.clock())
    at(world, MORNING)
    assert let_out(world) == 1
    (text,) = alerts(world, held)
    assert (text.stage, delivery(text).state) == (Stage.OUT, State.BLOCKED)
    assert world.writers.outbox.claim("engine") is None


def test_what_was_withdrawn_may_be_told_another_time(world: World, held: Job) -> None:
    world.change(held, worker_id=None)
    (text,) = alerts(world, held)
    assert text.notice == "withdrawn: the job has no worker any more"
    world.change(held, worker_id=world.mia.id)
    assert tell(world) == 1


def test_a_person_may_send_it_in_quiet_hours(world: World, held: Job) -> None:
    (text,) = alerts(world, held)
    assert not alerting(world).release(text.id)
    assert alerting(world).release(text.id, at_once=True, notice="Sent before its time by Ann Lee: urgent.")
    (text,) = alerts(world, held)
    assert (text.stage, text.notice) == (Stage.OUT, "Sent before its time by Ann Lee: urgent.")
    assert world.writers.outbox.claim("engine") is not None


def test_moved_again_before_it_was_told_only_the_last_window_is_told(world: World) -> None:
    holds(world)
    rule(world, Event.RESCHEDULED, text="Now {time}.")
    job = world.job()
    at(world, NIGHT)
    moved(world, job, 12)
    world.clock.advance(minutes=3)
    tell(world)
    moved(world, job, 14)
    world.clock.advance(minutes=3)
    tell(world)
    assert [m.stage for m in alerts(world, job)] == [Stage.CALLED_BACK, Stage.HELD]


# --- Two engines --------------------------------------------------------------------------------------------------


def test_two_engines_tell_an_event_once(world: World) -> None:
    rule(world, Event.ON_THE_WAY, to_billing=True)
    jobs = [on_the_way(world, world.job()) for _ in range(6)]
    with another(world) as one, another(world) as two:

        def engine(events: object) -> int:
            made = 0
            for _ in range(5):
                for job in jobs:
                    made += events.tell(job.id, world.clock()) or 0  # type: ignore[attr-defined]
            return made

        made = together(lambda: engine(one.events), lambda: engine(two.events))
    assert sum(made) == 12
    assert all(len(alerts(world, job)) == 2 for job in jobs)


def test_desks_and_engines_on_one_job_do_not_stop_each_other(world: World) -> None:
    """Saving, telling and letting out take their locks in one order: nobody waits for ever, nothing is lost."""
    holds(world)
    rule(world, Event.ASSIGNED, quiet=True)
    rule(world, Event.RESCHEDULED)
    at(world, NIGHT)
    job = world.job(worker_id=None, status=Status.NEW)
    with another(world) as desk, another(world) as engine:

        def edits() -> None:
            for i in range(12):
                now = world.read_job(job.id)
                start = NIGHT + timedelta(hours=12 + i)
                who = (world.marco.id, world.mia.id, None)[i % 3]
                wanted = form(world, now, worker_id=who, window_start=start, window_end=start + timedelta(hours=1))
                desk.jobs.change(job.id, now.version, wanted, "Ann Lee", again=frozenset({Event.ASSIGNED}))

        def tells() -> None:
            for _ in range(25):
                engine.events.tell(job.id, NIGHT + timedelta(minutes=5))
                for due in engine.leaving.due():
                    engine.events.release(due.message_id)

        together(edits, tells)
    assert world.read_job(job.id).worker is None
    assert not [m for m in alerts(world, job) if m.stage is Stage.HELD and "will take care" in m.body]


def test_who_saves_a_job_waits_for_its_held_texts_before_it_takes_the_job(world: World, held: Job) -> None:
    """Letting out takes the message first, then the job: saving the other way round, both would wait for ever."""
    if world.writers.database.is_sqlite:
        pytest.skip("a file has one writer at a time")
    (text,) = alerts(world, held)
    with another(world) as desk, ThreadPoolExecutor(1) as pool:
        with world.write() as session:
            session.exec(select(MessageRow).where(MessageRow.id == text.id).with_for_update()).one()
            saving = pool.submit(
                desk.jobs.change, held.id, world.read_job(held.id).version, form(world, held, title="Other"), "Ann Lee"
            )
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            until(lambda: world.readers.plain.row(waits) != (0,))
            session.exec(select(JobRow).where(JobRow.id == held.id).with_for_update(nowait=True)).one()
        saving.result(10)
    assert world.read_job(held.id).title == "Other"


# --- Before saving ------------------------------------------------------------------------------------------------


def test_what_a_save_would_text_is_told_beforehand_and_nothing_is_kept(world: World) -> None:
    rule(world, Event.CREATED, to_billing=True)
    with world.write() as session:
        opt_out(session, BEN, "STOP", world.clock())
    found = alerting(world).expected(world.ann, form(world, number="new"))
    assert (found.texts, found.phones, found.people) == (1, 1, ("Ana Silva",))
    assert found.words == "1 text to 1 phone"
    assert found.why_not == ("Ben Silva: opted out by STOP; only they can undo it, by texting START",)
    assert world.readers.threads.job_numbered(world.ann, "new") is None
    assert tell(world) == 0


def test_a_repetition_is_known_before_it_is_saved(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    job = on_the_way(world, world.job())
    tell(world)
    job = world.change(job, status=Status.ASSIGNED)
    wanted = form(world, job, status=Status.ON_THE_WAY)
    found = alerting(world).expected(world.ann, wanted, job)
    assert (found.texts, found.told_already) == (0, frozenset({Event.ON_THE_WAY}))
    assert alerting(world).expected(world.ann, wanted, job, frozenset({Event.ON_THE_WAY})).texts == 1


def test_what_others_report_moves_the_job_and_texts(world: World) -> None:
    rule(world, Event.ON_THE_WAY)
    job = world.job()
    world.writers.jobs.happened(job.id, Event.ON_THE_WAY, "Fleet system")
    assert world.read_job(job.id).status is Status.ON_THE_WAY
    assert tell(world) == 1
    world.writers.jobs.happened(job.id, Event.ON_THE_WAY, "Fleet system")
    assert tell(world) == 0
    world.writers.jobs.happened(job.id, Event.ON_THE_WAY, "Fleet system", again=True)
    assert tell(world) == 1
    assert {row.by for row in event_rows(world, job, Event.ON_THE_WAY)} == {"Fleet system"}


@pytest.mark.parametrize("event", [Event.REMINDER, Event.CHECK_IN])
def test_what_nobody_reports_is_refused(world: World, event: Event) -> None:
    with pytest.raises(Refusal, match="cannot be reported") as refused:
        world.writers.jobs.happened(world.job().id, event, "Fleet system")
    assert refused.value.field == "event"


def test_an_error_on_one_job_does_not_hold_up_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(world, Event.ON_THE_WAY)
    broken, fine = on_the_way(world, world.job()), on_the_way(world, world.job())
    told = type(world.writers.events).tell

    def fails(self: object, job_id: int, now: datetime) -> int | None:
        if job_id == broken.id:
            raise RuntimeError("broken")
        return told(self, job_id, now)  # type: ignore[arg-type]

    monkeypatch.setattr(type(world.writers.events), "tell", fails)
    with pytest.raises(RuntimeError):
        tell(world)
    assert len(alerts(world, fine)) == 1


def test_the_next_moment_is_that_of_the_first_event_that_waits(world: World) -> None:
    assert alerting(world).next_at() is None
    rule(world, Event.RESCHEDULED)
    moved(world, world.job(), 5)
    assert alerting(world).next_at() == world.clock() + timedelta(minutes=2)
