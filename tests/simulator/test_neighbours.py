"""Two accounts at one carrier: each sees its own texts, and what one texts to the other arrives there."""

from collections.abc import Iterator

import pytest
from twilio.base.exceptions import TwilioRestException

from simulator.exchange import Neighbour
from simulator.server import Simulator
from tests.simulator.carrier import ALSO_OURS, ANN, OURS, Carrier, Clock

OTHER = Neighbour("AC00000000000000000000000000000bb2", "b" * 32, ("+15550300001",))


@pytest.fixture
def two() -> Iterator[Carrier]:
    """A simulator with a second account beside ours."""
    clock = Clock()
    with Simulator([OURS, ALSO_OURS], now=clock, neighbours=[OTHER]) as sim:
        yield Carrier(sim, clock, None)


def test_what_one_texts_to_the_other_arrives_as_a_text_from_a_phone(two: Carrier) -> None:
    sent = two.sends(to="+15550300001", body="Hello over there")
    theirs = two.client_for(OTHER.account, OTHER.token)
    (found,) = theirs.messages.list(to="+15550300001")
    assert (found.direction, found.from_, found.body) == ("inbound", OURS, "Hello over there")
    assert found.sid != sent.sid
    theirs.messages.create(to=OURS, from_="+15550300001", body="Hello back")
    assert [m.body for m in two.client.messages.list(to=OURS)] == ["Hello back"]
    assert [m.direction for m in two.client.messages.list()] == ["inbound", "outbound-api"]


def test_each_account_has_its_own_numbers_texts_and_credentials(two: Carrier) -> None:
    two.sends(to=ANN)
    theirs = two.client_for(OTHER.account, OTHER.token)
    assert theirs.messages.list() == []
    assert [n.phone_number for n in theirs.incoming_phone_numbers.list()] == ["+15550300001"]
    with pytest.raises(TwilioRestException) as refused:
        theirs.messages.create(to=ANN, from_=OURS, body="In your name")
    assert refused.value.code == 21606
    for account, token in ((OTHER.account, two.sim.token), (two.sim.account, OTHER.token)):
        with pytest.raises(TwilioRestException) as locked:
            two.client_for(account, token).messages("SM" + "0" * 32).fetch()
        assert locked.value.status == 401


def test_a_stop_between_them_counts_for_the_one_who_is_told(two: Carrier) -> None:
    two.sends(to="+15550300001", body="STOP")
    theirs = two.client_for(OTHER.account, OTHER.token)
    with pytest.raises(TwilioRestException) as refused:
        theirs.messages.create(to=OURS, from_="+15550300001", body="One more")
    assert refused.value.code == 21610
    assert two.sends(to="+15550300001").sid
