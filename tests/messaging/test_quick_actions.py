"""Check-in, Request approval, Asset ready, Asset in service: what each does, to whom it is told, and every refusal."""

from dataclasses import replace

import pytest

from domain.alerts import Event
from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Job, Status
from domain.messages import DISPATCH, Kind, Stage
from domain.people import Role
from domain.quick_actions import IN_ORDER
from messaging.conversation import Crossed
from messaging.planning import Planning
from storage.opt_outs import opt_out
from storage.tables.alerts import EventState
from tests.acting import Before, acting, does, draft, everything, message_of, tries, written
from tests.alerting import contact, events, holds, quiet, rule, state_of, tell, template
from tests.desk import Carrier
from tests.messaging.test_administration import tick
from tests.screens.departing import UNDO, let_out, settings
from tests.world import ANA, NOON, World, dispatcher, worker

STATUS = {
    Event.CHECK_IN: Status.CHECKED_IN,
    Event.REQUEST_APPROVAL: Status.AWAITING_APPROVAL,
    Event.ASSET_READY: Status.READY,
    Event.ASSET_IN_SERVICE: Status.IN_SERVICE,
}


def refuses(world: World, job: Job, event: Event, *to: object, **more: object) -> Refusal:
    """Submit something that is refused; nothing of it is stored."""
    before = everything(world, job)
    with pytest.raises(Refusal) as refused:
        tries(world, job, event, *to, **more)  # type: ignore[arg-type]
    assert everything(world, job) == before
    assert refused.value.sentence.endswith(".")
    return refused.value


# --- What it does -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", IN_ORDER)
def test_the_status_follows_and_the_contact_gets_one_text(world: World, event: Event) -> None:
    template(world)
    rule(world, event)
    job = world.job()
    done = does(world, job, event, world.ana, body="About your pump")
    message = message_of(world, done)
    assert message is not None
    assert world.read_job(job.id).status is STATUS[event]
    assert (message.kind, message.author.name, message.body) == (Kind.QUICK_ACTION, "Ann Lee", "About your pump")
    assert [(d.to, d.channel, d.state) for d in message.deliveries] == [(ANA, Channel.SMS, State.QUEUED)]
    assert message.notice == f"{event.words}: status {STATUS[event].words}."
    assert state_of(world, job, event) == (EventState.TOLD, "its form wrote the message")
    assert tell(world) == 0, "the alert of the same event is replaced by the form's own text"
    (text,) = Carrier(world).takes()
    assert text.startswith("About your pump")
    assert len(written(world, job)) == 1


def test_in_service_closes_the_job_and_its_own_text_still_goes_out(world: World) -> None:
    settings(world, undo=UNDO)
    job = world.job()
    world.text(job, dispatcher(world.ann), DISPATCH, body="Tomorrow", stage=Stage.HELD, leaves_at=NOON.replace(day=3))
    done = does(world, job, Event.ASSET_IN_SERVICE, world.ana)
    assert world.read_job(job.id).closed_at is not None
    planned = world.readers.threads.messages(world.ann, job.id)[0][0]
    assert planned.stage is Stage.CALLED_BACK, "what was planned before is withdrawn"
    let_out(world, seconds=6)
    message = message_of(world, done)
    assert message is not None
    assert message.stage is Stage.OUT
    assert len(Carrier(world).takes()) == 1


def test_a_text_held_for_the_hour_outlives_the_closing_it_tells_of(world: World) -> None:
    holds(world)
    quiet(world, "06:00", "09:00")  # it is 7 in New York
    job = world.job()
    done = does(world, job, Event.ASSET_IN_SERVICE, world.ana)
    assert done.stage is Stage.HELD
    assert Carrier(world).takes() == []
    world.clock.advance(hours=3)
    let_out(world)
    assert len(Carrier(world).takes()) == 1


def test_the_assigned_worker_and_dispatch_see_it_and_no_other_worker(small_world: World) -> None:
    job = small_world.job()
    done = does(small_world, job, Event.CHECK_IN, small_world.ana)
    seen = [
        message_of(small_world, done, user) is not None
        for user in (small_world.abe, small_world.marco, small_world.mia)
    ]
    assert seen == [True, True, False]


def test_the_worker_and_dispatch_can_be_chosen_too(small_world: World) -> None:
    job = small_world.job()
    done = does(small_world, job, Event.ASSET_READY, small_world.ana, worker(small_world.marco), DISPATCH)
    message = message_of(small_world, done)
    assert message is not None
    assert [d.channel for d in message.deliveries] == [Channel.SMS, Channel.DESK]
    assert [p.name for p in done.people] == ["Ana Silva", "Marco Diaz", "Dispatch"]


def test_with_nobody_chosen_the_status_changes_and_a_note_stays(small_world: World) -> None:
    job = small_world.job()
    done = does(small_world, job, Event.CHECK_IN)
    note = message_of(small_world, done)
    assert note is not None
    assert (note.recipients, note.deliveries, note.body) == ((DISPATCH,), (), "Check-in.")
    assert message_of(small_world, done, small_world.marco) is None
    assert state_of(small_world, job, Event.CHECK_IN) == (EventState.QUIET, "no contact was chosen in its form")
    assert small_world.read_job(job.id).status is Status.CHECKED_IN


def test_who_shares_a_phone_gets_one_text(small_world: World) -> None:
    contact(small_world, small_world.ben.contact_id, mobile=ANA)
    job = small_world.job()
    done = does(small_world, job, Event.CHECK_IN, small_world.ana, small_world.ben)
    message = message_of(small_world, done)
    assert message is not None
    assert len(message.deliveries) == 1


def test_setting_such_a_status_by_hand_writes_nothing(small_world: World) -> None:
    template(small_world)
    rule(small_world, Event.ASSET_READY)
    job = small_world.job()
    small_world.change(job, status=Status.READY)
    assert tell(small_world) == 0
    assert written(small_world, job) == []
    assert small_world.readers.threads.messages(small_world.ann, job.id)[0] == []


def test_a_quick_action_sends_none_of_the_waiting_alerts_twice(small_world: World) -> None:
    """What happened before it is told as ever; only its own event has its text already."""
    template(small_world)
    rule(small_world, Event.ASSIGNED)
    job = small_world.job()
    does(small_world, job, Event.CHECK_IN, small_world.ana)
    assert tell(small_world) == 1
    assert [event for event, _, _ in events(small_world, job)] == [Event.CREATED, Event.ASSIGNED, Event.CHECK_IN]


# --- Once, and not over somebody else -----------------------------------------------------------------------------


def test_a_repeated_submit_acts_once(world: World) -> None:
    job = world.job()
    first = does(world, job, Event.CHECK_IN, world.ana, compose_id="same")
    after = everything(world, job)
    assert does(world, job, Event.CHECK_IN, world.ana, compose_id="same").message_id == first.message_id
    assert everything(world, job) == after
    assert "already used" in refuses(world, job, Event.CHECK_IN, world.ana, compose_id="same", body="Other").sentence
    assert "already used" in refuses(world, job, Event.ASSET_READY, world.ana, compose_id="same").sentence
    assert "already used" in refuses(world, job, Event.CHECK_IN, world.ben, compose_id="same").sentence


def test_a_repeated_status_change_without_a_message_acts_once(small_world: World) -> None:
    job, mute = small_world.job(), small_world.user("Cy Mute", Role.DISPATCHER, chat=False)
    for _ in range(2):
        assert tries(small_world, job, Event.CHECK_IN, by=mute, compose_id="same") is not None
    assert [event for event, _, _ in events(small_world, job)].count(Event.CHECK_IN) == 1


def test_somebody_else_changed_the_job(world: World) -> None:
    job = world.job()
    world.change(job, worker_id=world.mia.id)
    refusal = refuses(world, job, Event.CHECK_IN, world.ana)
    assert refusal.field == "job"
    does(world, world.read_job(job.id), Event.CHECK_IN, world.ana)


def test_what_came_meanwhile_is_shown_first(world: World) -> None:
    job = world.job()
    begun = acting(world).begin(world.ann, job.id, Event.CHECK_IN)
    world.text(job, dispatcher(world.ann), DISPATCH, body="my own note")
    seq_of_note = world.readers.threads.messages(world.ann, job.id)[0][-1].seq
    world.text(job, worker(world.marco), DISPATCH, body="It leaks")
    before = everything(world, job)
    crossed = tries(world, job, Event.CHECK_IN, world.ana, seen_seq=begun.newest)
    assert isinstance(crossed, Crossed)
    assert crossed.seq > seq_of_note
    assert everything(world, job) == before
    does(world, job, Event.CHECK_IN, world.ana, seen_seq=crossed.seq)


def test_telling_the_same_again_asks(world: World) -> None:
    job = world.job()
    does(world, job, Event.ASSET_READY, world.ana)
    job = world.read_job(job.id)
    world.clock.advance(minutes=10)
    assert tries(world, job, Event.ASSET_READY, world.ben) == Before(NOON, "Ann Lee", told=True)
    assert len(written(world, job)) == 1
    does(world, job, Event.ASSET_READY, world.ben, again=True)
    assert len(written(world, job)) == 2


def test_what_was_called_back_or_told_nobody_does_not_count_as_told(world: World) -> None:
    settings(world, undo=UNDO)
    job = world.job()
    does(world, job, Event.ASSET_READY)
    done = does(world, world.read_job(job.id), Event.ASSET_READY, world.ana)
    assert done.message_id is not None
    planning = Planning(world.readers.reads, world.readers.threads, world.writers.leaving, world.clock)
    planning.call_back(world.ann, job.id, done.message_id)
    does(world, world.read_job(job.id), Event.ASSET_READY, world.ana)


def test_called_back_no_text_leaves_and_the_status_stays(world: World) -> None:
    settings(world, undo=UNDO)
    job = world.job()
    version = draft(world, job)
    done = does(world, job, Event.REQUEST_APPROVAL, world.ana, estimate=version)
    assert done.message_id is not None
    planning = Planning(world.readers.reads, world.readers.threads, world.writers.leaving, world.clock)
    planning.call_back(world.ann, job.id, done.message_id)
    let_out(world, seconds=30)
    assert Carrier(world).takes() == []
    assert world.read_job(job.id).status is Status.AWAITING_APPROVAL
    message = message_of(world, done)
    assert message is not None
    assert message.notice == "Request approval: status Awaiting approval; estimate 1 goes with it. Called back."
    kept = world.writers.estimates.version(version.id)
    assert kept is not None
    assert kept.is_draft, "nobody was sent it"
    assert acting(world).event_of(world.ann, job.id, done.message_id) is Event.REQUEST_APPROVAL


# --- Estimates ----------------------------------------------------------------------------------------------------


def test_request_approval_shares_the_draft_with_its_recipients(world: World) -> None:
    job = world.job()
    version = draft(world, job)
    done = does(world, job, Event.REQUEST_APPROVAL, world.ana, worker(world.marco), estimate=version)
    shared = world.writers.estimates.version(version.id)
    assert shared is not None
    assert (shared.message_id, shared.recipients) == (done.message_id, frozenset({world.ana.contact_id}))
    again = refuses(world, world.read_job(job.id), Event.REQUEST_APPROVAL, world.ana, estimate=version, again=True)
    assert again.field == "estimate"


def test_a_new_estimate_is_news_and_does_not_ask(small_world: World) -> None:
    job = small_world.job()
    does(small_world, job, Event.REQUEST_APPROVAL, small_world.ana)
    version = draft(small_world, job)
    does(small_world, small_world.read_job(job.id), Event.REQUEST_APPROVAL, small_world.ana, estimate=version)


def test_an_estimate_that_a_colleague_changed_meanwhile_is_not_shared_unseen(world: World) -> None:
    job = world.job()
    seen = draft(world, job)
    world.writers.estimates.keep_draft(job.id, seen.lines[:1], "", "Abe Cole", seen)
    refusal = refuses(world, job, Event.REQUEST_APPROVAL, world.ana, estimate=seen)
    assert (refusal.field, "changed the estimate" in refusal.sentence) == ("estimate", True)


def test_an_estimate_needs_a_contact_and_the_right_action(small_world: World) -> None:
    job = small_world.job()
    version = draft(small_world, job)
    assert refuses(small_world, job, Event.REQUEST_APPROVAL, estimate=version).field == "recipient"
    marco = worker(small_world.marco)
    assert refuses(small_world, job, Event.REQUEST_APPROVAL, marco, estimate=version).field == "recipient"
    assert refuses(small_world, job, Event.CHECK_IN, small_world.ana, estimate=version).field == "estimate"
    other = replace(version, job_id=job.id, id=version.id + 1)
    assert refuses(small_world, job, Event.REQUEST_APPROVAL, small_world.ana, estimate=other).field == "estimate"


def test_the_estimated_time_of_repair_stands_at_the_end(small_world: World) -> None:
    job = small_world.job()
    done = does(small_world, job, Event.REQUEST_APPROVAL, small_world.ana, body="Please look", repair="fri 16:00, 3 h")
    message = message_of(small_world, done)
    assert message is not None
    assert message.body == "Please look. Estimated time of repair: Fri 6 Mar, 16:00 (about 3 hours)."
    refusal = refuses(small_world, job, Event.REQUEST_APPROVAL, small_world.ana, repair="soon")
    assert refusal.field == "repair"


# --- What the form begins with ------------------------------------------------------------------------------------


def test_it_begins_as_the_rule_says(small_world: World) -> None:
    template(small_world)
    rule(small_world, Event.CHECK_IN, text="{company}: {asset} is here, {contact}.", to_billing=True, to_site=False)
    begun = acting(small_world).begin(small_world.ann, small_world.job().id, Event.CHECK_IN)
    assert begun.text == "North: Pump 7 is here, Ben."
    assert begun.recipients == (f"contact:{small_world.ben.contact_id}",)
    assert begun.before is None


def test_without_a_rule_the_usual_text_and_the_only_contact(small_world: World) -> None:
    both = acting(small_world).begin(small_world.ann, small_world.job().id, Event.ASSET_READY)
    assert (both.recipients, both.text) == ((), "North: your Pump 7 is ready, job 1001.")
    alone = small_world.job(billing_contact_id=None)
    assert acting(small_world).begin(small_world.ann, alone.id, Event.ASSET_READY).recipients == (
        f"contact:{small_world.ana.contact_id}",
    )


def test_whoever_cannot_be_texted_is_not_ticked(small_world: World) -> None:
    with small_world.write() as session:
        opt_out(session, ANA, "STOP", NOON)
    template(small_world)
    rule(small_world, Event.CHECK_IN)
    job = small_world.job(billing_contact_id=None)
    assert acting(small_world).begin(small_world.ann, job.id, Event.CHECK_IN).recipients == ()
    assert acting(small_world).begin(small_world.ann, job.id, Event.ASSET_READY).recipients == ()


def test_ad_hoc_numbers_are_not_offered(small_world: World) -> None:
    job = small_world.job(ad_hoc_mobile="+15550107777")
    assert job.ad_hoc is not None
    begun = acting(small_world).begin(small_world.ann, job.id, Event.CHECK_IN)
    keys = [choice.key for choice in begun.people]
    assert f"contact:{job.ad_hoc.id}" not in keys
    assert {"dispatch", f"worker:{small_world.marco.id}", f"contact:{small_world.ana.contact_id}"} <= set(keys)
    number = next(p for p in job.people() if p.id == job.ad_hoc.id)
    ad_hoc = replace(small_world.ana, contact_id=number.id, mobile=number.mobile)
    assert refuses(small_world, job, Event.CHECK_IN, ad_hoc).field == "recipient"


def test_a_number_of_the_customers_own_contact_is_no_ad_hoc_number(small_world: World) -> None:
    job = small_world.job(ad_hoc_mobile=small_world.ben.mobile, billing_contact_id=None)
    does(small_world, job, Event.CHECK_IN, small_world.ben)


def test_the_form_knows_the_estimates_and_what_was_done(small_world: World) -> None:
    job = small_world.job()
    version = draft(small_world, job)
    begun = acting(small_world).begin(small_world.ann, job.id, Event.REQUEST_APPROVAL)
    assert (begun.draft, begun.shared) == (version, None)
    assert acting(small_world).begin(small_world.ann, job.id, Event.CHECK_IN).draft is None
    does(small_world, job, Event.REQUEST_APPROVAL, small_world.ana, estimate=version)
    begun = acting(small_world).begin(small_world.ann, job.id, Event.REQUEST_APPROVAL)
    assert begun.draft is None
    assert begun.shared is not None
    assert begun.shared.version.id == version.id
    assert begun.before == Before(NOON, "Ann Lee", told=True)


# --- Refusals -----------------------------------------------------------------------------------------------------


def test_refusals_name_their_field(small_world: World) -> None:
    job = small_world.job()
    assert refuses(small_world, job, Event.CHECK_IN, small_world.ana, body="  ").field == "contents"
    left = refuses(small_world, job, Event.CHECK_IN, small_world.ana, body="Your {asset}")
    assert (left.field, "{asset}" in left.sentence) == ("contents", True)
    many = tuple(f"contact:{i}" for i in range(16))
    assert refuses(small_world, job, Event.CHECK_IN, recipients=many, body="x").field == "recipient"
    contact(small_world, small_world.ana.contact_id, sms_on=False)
    off = refuses(small_world, job, Event.CHECK_IN, small_world.ana)
    assert (off.field, "switched off" in off.sentence) == ("recipient", True)


def test_a_text_that_grows_too_long_with_what_is_added_is_refused(small_world: World) -> None:
    small_world.strangers = True
    job = small_world.job()
    refusal = refuses(small_world, job, Event.CHECK_IN, small_world.ana, body="x" * 1590)
    assert (refusal.field, "invitation" in refusal.sentence) == ("contents", True)


def test_without_chat_the_status_changes_and_nobody_is_told(small_world: World) -> None:
    mute = small_world.user("Cy Mute", Role.DISPATCHER, chat=False)
    job = small_world.job()
    begun = acting(small_world).begin(mute, job.id, Event.CHECK_IN)
    assert (begun.takes_part, begun.people, begun.text) == (False, (), "")
    assert refuses(small_world, job, Event.CHECK_IN, small_world.ana, by=mute).field == "recipient"
    done = does(small_world, job, Event.CHECK_IN, by=mute)
    assert done.message_id is None
    assert small_world.read_job(job.id).status is Status.CHECKED_IN
    assert small_world.readers.threads.messages(small_world.ann, job.id)[0] == []
    tick(small_world, mute, chat=True)
    assert acting(small_world).begin(mute, job.id, Event.CHECK_IN).takes_part, "what one may do now counts"


def test_workers_and_other_locations_are_refused(small_world: World) -> None:
    job = small_world.job()
    assert "may not use quick actions" in refuses(small_world, job, Event.CHECK_IN, by=small_world.marco).sentence
    south = small_world.writers.people.add_location("South", "US", "UTC", ["+15550100099"])
    elsewhere = small_world.user("Eve South", Role.DISPATCHER, locations=(south,))
    assert "not in your list" in refuses(small_world, job, Event.CHECK_IN, by=elsewhere).sentence
    with pytest.raises(Refusal, match="not in your list"):
        acting(small_world).before(elsewhere, job.id)
