"""Who may ask, what the account owns, and what it may change about a message."""

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.simulator.carrier import ALSO_OURS, ANN, OURS, Carrier

NO_SUCH = "SM" + "0" * 32


@pytest.mark.parametrize("wrong", ["account", "token"])
def test_wrong_credentials_are_refused_with_401(carrier: Carrier, wrong: str) -> None:
    account = "AC" + "f" * 32 if wrong == "account" else carrier.sim.account
    token = "wrong" if wrong == "token" else carrier.sim.token
    stranger = carrier.client_for(account, token)
    with pytest.raises(TwilioRestException) as caught:
        stranger.messages.create(to=ANN, from_=OURS, body="hi")
    assert (caught.value.status, caught.value.code) == (401, 20003)
    with pytest.raises(TwilioException) as listing:
        stranger.messages.list()
    assert listing.value.args[1].status_code == 401
    assert carrier.ask("GET", "/_truth").json() == []


def test_the_account_can_be_fetched(carrier: Carrier) -> None:
    account = carrier.client.api.accounts(carrier.sim.account).fetch()
    assert (account.sid, account.status) == (carrier.sim.account, "active")


def test_the_numbers_are_listed_page_by_page_and_fetched(carrier: Carrier) -> None:
    numbers = carrier.client.incoming_phone_numbers.list(page_size=1)
    assert [n.phone_number for n in numbers] == [OURS, ALSO_OURS]
    assert [n.sms_url for n in numbers] == ["", ""]
    sid = numbers[1].sid
    assert sid is not None
    assert carrier.client.incoming_phone_numbers(sid).fetch().phone_number == ALSO_OURS
    only = carrier.client.incoming_phone_numbers.list(phone_number=ALSO_OURS)
    assert [n.phone_number for n in only] == [ALSO_OURS]


def test_a_message_that_is_not_there_is_404(carrier: Carrier) -> None:
    for attempt in (
        carrier.client.messages(NO_SUCH).fetch,
        carrier.client.messages(NO_SUCH).delete,
        lambda: carrier.client.messages(NO_SUCH).update(status="canceled"),
        carrier.client.incoming_phone_numbers("PN" + "0" * 32).fetch,
        carrier.client.api.accounts("AC" + "0" * 32).fetch,
    ):
        with pytest.raises(TwilioRestException) as caught:
            attempt()
        assert (caught.value.status, caught.value.code) == (404, 20404)


def test_a_queued_text_can_be_canceled_and_never_arrives(carrier: Carrier) -> None:
    sent = carrier.sends()
    assert sent.update(status="canceled").status == "canceled"
    carrier.clock.passes(5)
    ended = sent.fetch()
    assert (ended.status, ended.date_sent) == ("canceled", None)
    assert carrier.on_phone() == []


def test_a_text_on_its_way_can_no_longer_be_canceled(carrier: Carrier) -> None:
    sent = carrier.sends()
    carrier.clock.passes(0.5)
    with pytest.raises(TwilioRestException) as caught:
        sent.update(status="canceled")
    assert (caught.value.status, caught.value.code) == (400, 30409)
    assert sent.fetch().status == "sent"


def test_redacting_empties_the_record_and_not_the_phone(carrier: Carrier) -> None:
    sent = carrier.sends()
    carrier.clock.passes(5)
    assert sent.update(body="").body == ""
    assert sent.fetch().body == ""
    assert carrier.bodies_on() == ["On my way"]


def test_a_text_cannot_be_rewritten(carrier: Carrier) -> None:
    sent = carrier.sends()
    with pytest.raises(TwilioRestException) as caught:
        sent.update(body="Something else")
    assert caught.value.status == 400
    assert sent.fetch().body == "On my way"


def test_a_deleted_text_is_gone_from_the_account_and_stays_on_the_phone(carrier: Carrier) -> None:
    sent = carrier.sends()
    with pytest.raises(TwilioRestException) as caught:
        sent.delete()
    assert (caught.value.status, caught.value.code) == (409, 20009)
    carrier.clock.passes(5)
    assert sent.delete()
    with pytest.raises(TwilioRestException) as gone:
        sent.fetch()
    assert gone.value.code == 20404
    assert carrier.client.messages.list() == []
    assert carrier.bodies_on() == ["On my way"]
