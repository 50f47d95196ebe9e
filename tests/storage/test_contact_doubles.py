"""Two contacts who are one person get what was for both once (rule 17), whoever of them got it first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.alerts import Event
from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.messages import NewDelivery, Person, Stage
from storage.tables.messages import DeliveryRow, MessageRow
from tests.alerting import alerts, rule, tell, template
from tests.contacting import form, made, merge, person_id
from tests.desk import Carrier
from tests.storage.rows import deliveries, delivery
from tests.world import ANA, World, dispatcher

TWO = "+15550102009"
GOT = "the same person got it already"


def half_sent(world: World, first: Person, *others: Person) -> int:
    """A message whose first text leaves at once, while the others wait for their hour."""
    now = world.clock()
    leaves, waits = (State.QUEUED, now), (State.HELD, now + timedelta(hours=1))
    texts = tuple(
        NewDelivery(place, Channel.SMS, person.mobile or "", *(waits if place else leaves), now + timedelta(hours=9))
        for place, person in enumerate((first, *others))
    )
    return world.text(world.job(), dispatcher(world.ann), first, *others, deliveries=texts)


def states(world: World, message: int) -> list[tuple[str, State]]:
    """To which phones a message goes, and how each text stands."""
    return [(text.to_address, text.state) for text in deliveries(world, message)]


def later(world: World) -> list[str]:
    """What leaves once the hour has come."""
    world.clock.advance(hours=1, seconds=1)
    world.writers.leaving.wake()
    return Carrier(world).takes()


@pytest.mark.parametrize("turned", [False, True], ids=["the one that stays got it", "the one that goes got it"])
def test_a_message_that_one_of_the_two_got_is_not_sent_to_the_other(world: World, turned: bool) -> None:
    other = made(world, "Ana S.", TWO)
    first, second = (other, world.ana) if turned else (world.ana, other)
    message = half_sent(world, first, second)
    assert len(Carrier(world).takes()) == 1
    done = merge(world, world.ana, other)
    (_, waited) = deliveries(world, message)
    assert (waited.state, waited.reason) == (State.CANCELLED, f"withdrawn: {GOT}")
    world.writers.contact_merging.undo(done)
    assert states(world, message)[1] == (second.mobile, State.HELD), "two people again"
    merge(world, world.ana, other)
    assert later(world) == []


def test_a_text_that_never_got_there_keeps_the_other_one(world: World) -> None:
    other = made(world, "Ana S.", TWO)
    message = half_sent(world, world.ana, other)
    Carrier(world).refuses(30003)
    merge(world, world.ana, other)
    assert states(world, message) == [(ANA, State.FAILED), (ANA, State.HELD)]
    assert len(later(world)) == 1


def test_somebody_else_on_the_same_phone_still_gets_theirs(world: World) -> None:
    """Rule 33: the text is for both who share the phone."""
    other, third = made(world, "Ana S.", TWO), made(world, "Cy Silva", TWO)
    now = world.clock()
    texts = (
        NewDelivery(0, Channel.SMS, ANA, State.QUEUED, now, now + timedelta(hours=9)),
        NewDelivery(1, Channel.SMS, TWO, State.HELD, now + timedelta(hours=1), now + timedelta(hours=9)),
    )
    people = (world.ana, other, third)
    message = world.text(world.job(), dispatcher(world.ann), *people, deliveries=texts)
    Carrier(world).takes()
    merge(world, world.ana, other)
    assert states(world, message)[1] == (TWO, State.HELD)
    assert len(later(world)) == 1


def test_a_number_that_got_the_message_already_does_not_get_it_again(world: World) -> None:
    """A contact has another number now, which is on the message too."""
    message = half_sent(world, world.ana, world.ben)
    Carrier(world).takes()
    before = form(world, world.ben)
    after = replace(before, mobile=ANA)
    world.writers.contacts.change(person_id(world.ben), before, after, ("Ann Lee", "typed"))
    assert states(world, message)[1][1] is State.CANCELLED
    assert later(world) == []


def test_an_alert_that_one_of_the_two_got_is_withdrawn_for_the_other(world: World) -> None:
    """Each phone has a message of its own there."""
    template(world)
    rule(world, Event.CREATED, to_billing=True, to_site=True)
    other = made(world, "Ana S.", TWO)
    job = world.job(billing_contact_id=other.contact_id)
    world.clock.advance(minutes=3)
    assert tell(world) == 2
    _, second = alerts(world, job)
    with world.write() as session:
        text = session.get_one(DeliveryRow, delivery(world, second.id).id)
        text.state, text.due_at = State.HELD, world.clock() + timedelta(hours=1)
        row = session.get_one(MessageRow, second.id)
        row.stage, row.leaves_at = Stage.HELD, text.due_at
    assert len(Carrier(world).takes()) == 1
    done = merge(world, world.ana, other)
    assert [alert.stage for alert in alerts(world, job)] == [Stage.OUT, Stage.CALLED_BACK]
    world.writers.contact_merging.undo(done)
    assert [alert.stage for alert in alerts(world, job)] == [Stage.OUT, Stage.HELD]


def test_an_alert_that_is_about_to_leave_for_both_leaves_once(world: World) -> None:
    template(world)
    rule(world, Event.CREATED, to_billing=True, to_site=True)
    other = made(world, "Ana S.", TWO)
    world.job(billing_contact_id=other.contact_id)
    world.clock.advance(minutes=3)
    assert tell(world) == 2
    merge(world, world.ana, other)
    assert len(Carrier(world).takes()) == 1


def test_a_merge_is_not_taken_back_after_a_text_left_at_that_very_moment(world: World) -> None:
    """Nothing but its state tells."""
    other = made(world, "Ana S.", TWO)
    message = world.text(world.job(), dispatcher(world.ann), other)
    done = merge(world, world.ana, other)
    world.writers.outbox.claim("engine")
    with pytest.raises(Refusal, match="a text that waited for them has left"):
        world.writers.contact_merging.undo(done)
    assert states(world, message) == [(ANA, State.SENDING)]
