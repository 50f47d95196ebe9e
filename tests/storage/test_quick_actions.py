"""A quick action is one transaction: status, event, message and shared estimate happen together or not at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alerts import Event
from domain.errors import Refusal
from domain.jobs import Job, Status
from domain.messages import DISPATCH, Kind
from domain.quick_actions import IN_ORDER, Acted, Acting, Before
from messaging.quick_actions import Done
from storage import quick_actions
from storage.quick_actions import QuickActions
from tests.acting import action, does, draft, everything, written
from tests.alerting import event_rows
from tests.desk import make_app
from tests.storage.rows import another, examples, together
from tests.world import World, worker

STATUS = {
    Event.CHECK_IN: Status.CHECKED_IN,
    Event.REQUEST_APPROVAL: Status.AWAITING_APPROVAL,
    Event.ASSET_READY: Status.READY,
    Event.ASSET_IN_SERVICE: Status.IN_SERVICE,
}
STEPS = ("lock_job", "save", "store_message", "share", "add_events", "")
"""Where the machine may fail, each after it did its work; "" nowhere."""


class Broken(Exception):
    """The machine failed."""


def whole(world: World, job: Job, event: Event, shares: bool, told: bool) -> bool:
    """Whether everything of a quick action stands there."""
    now, messages = world.read_job(job.id), written(world, job)
    rows = event_rows(world, job, event)
    if len(messages) != 1 or len(rows) != 1:
        return False
    shared = [each.version for each in world.writers.estimates.history(job.id) if not each.version.is_draft]
    return (
        now.status is STATUS[event]
        and (now.closed_at is not None) == (event is Event.ASSET_IN_SERVICE)
        and rows[0].state == ("told" if told else "quiet")
        and [version.message_id for version in shared] == ([messages[0].id] if shares else [])
    )


def test_everything_happens_together_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    @examples(world, 40, 12)
    @given(
        st.sampled_from(IN_ORDER),
        st.lists(st.sampled_from(["ana", "ben", "marco", "dispatch"]), unique=True),
        st.booleans(),
        st.sampled_from(STEPS),
    )
    def tried(event: Event, names: list[str], with_estimate: bool, fails_at: str) -> None:
        people = {"ana": world.ana, "ben": world.ben, "marco": worker(world.marco), "dispatch": DISPATCH}
        told = bool({"ana", "ben"} & set(names))
        shares = with_estimate and told and event is Event.REQUEST_APPROVAL
        job = world.job()
        version = draft(world, job) if shares else None
        before = everything(world, job)
        submit = action(job, event, *(people[name] for name in names), estimate=version, body="Hello")
        services = make_app(world).services
        with monkeypatch.context() as patch:
            failed = _fail_after(patch, fails_at)
            try:
                services.quick_actions.do(world.ann, submit)
            except Broken:
                assert everything(world, job) == before
            else:
                assert not failed
        if failed:
            services.quick_actions.do(world.ann, submit)  # the same Submit, once the machine is well again
        assert whole(world, job, event, shares, told)

    tried()


def _fail_after(patch: pytest.MonkeyPatch, step: str) -> list[str]:
    """Let one step of the transaction fail after its work; the list holds it once that happened."""
    happened: list[str] = []
    if step:
        works = getattr(quick_actions, step)

        def broken(*args: Any, **more: Any) -> None:
            works(*args, **more)
            happened.append(step)
            raise Broken

        patch.setattr(quick_actions, step, broken)
    return happened


def test_the_same_submit_from_many_places_acts_once(world: World) -> None:
    job = world.job()
    with another(world) as second:
        stores = [world.writers.quick_actions, second.quick_actions] * 2
        acting = _acting(world, job, "same")
        acted = together(*(lambda store=store: store.do(acting, world.ann) for store in stores))
    assert sorted(a.repeated for a in acted if isinstance(a, Acted)) == [False, True, True, True]
    assert len(written(world, job)) == 1
    assert len(event_rows(world, job, Event.CHECK_IN)) == 1


def test_of_two_who_act_at_once_one_is_told(world: World) -> None:
    job = world.job()

    def tries(store: QuickActions, reference: str) -> str:
        try:
            return "done" if isinstance(store.do(_acting(world, job, reference), world.ann), Acted) else "asked"
        except Refusal as refusal:
            return refusal.field or ""

    with another(world) as second:
        done = together(lambda: tries(world.writers.quick_actions, "a"), lambda: tries(second.quick_actions, "b"))
    assert sorted(done) == ["done", "job"]
    assert len(written(world, job)) == 1


def _acting(world: World, job: Job, reference: str) -> Acting:
    """Check-in to Ana, as the use case hands it to the store."""
    kept: list[Acting] = []

    class Catching(QuickActions):
        def do(self, acting: Acting, *_: object) -> Acted | Before | int:
            kept.append(acting)
            return Acted(0)

    services = make_app(world).services
    use = services.quick_actions
    use.store = Catching(world.writers.database, world.writers.conversations, world.clock)
    assert isinstance(use.do(world.ann, action(job, Event.CHECK_IN, world.ana, compose_id=reference)), Done)
    return kept[0]


def test_what_was_done_before_is_remembered_for_the_menu(world: World) -> None:
    job = world.job()
    store = world.writers.quick_actions
    assert store.before(job.id) == {}
    first = world.clock()
    does(world, job, Event.CHECK_IN, world.ana)
    world.clock.advance(minutes=5)
    does(world, world.read_job(job.id), Event.ASSET_READY, by=world.abe)
    assert store.before(job.id) == {
        Event.CHECK_IN: Before(first, "Ann Lee", told=True),
        Event.ASSET_READY: Before(world.clock(), "Abe Cole", told=False),
    }


def test_a_text_of_no_quick_action_has_no_event(world: World) -> None:
    job = world.job()
    note = world.text(job, worker(world.marco), DISPATCH, kind=Kind.MESSAGE)
    assert world.writers.quick_actions.event_of(note) is None
    done = does(world, job, Event.ASSET_READY, world.ana)
    assert done.message_id is not None
    assert world.writers.quick_actions.event_of(done.message_id) is Event.ASSET_READY
