"""What the account sees when it lists its messages."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioException
from twilio.rest.api.v2010.account.message import MessageInstance

from simulator.ledger import Ledger, Wanted
from simulator.queries import position, token_after
from tests.simulator.carrier import ALSO_OURS, ANN, BEN, OURS, Carrier


def bodies(messages: Iterable[MessageInstance]) -> list[str | None]:
    return [message.body for message in messages]


def past(carrier: Carrier, *days: int) -> None:
    """One delivered text on each of these days of June."""
    for day in days:
        at = datetime(2026, 6, day, 23, 59, 59, tzinfo=UTC)
        carrier.sim.ledger.record(OURS, ANN, f"June {day}", at, "outbound-api", "delivered")


def test_the_newest_comes_first_and_both_directions_are_there(carrier: Carrier) -> None:
    carrier.sends(body="one")
    carrier.clock.passes(1)
    carrier.types("two")
    carrier.sends(body="three")
    listed = carrier.client.messages.list()
    assert bodies(listed) == ["three", "two", "one"]
    assert [m.direction for m in listed] == ["outbound-api", "inbound", "outbound-api"]
    assert (listed[1].status, listed[1].from_, listed[1].to) == ("received", ANN, OURS)
    assert listed[1].date_sent == listed[1].date_created == carrier.clock.at


def test_a_list_can_be_narrowed_to_a_sender_or_a_recipient(carrier: Carrier) -> None:
    carrier.sends(to=ANN, body="to Ann")
    carrier.sends(to=BEN, body="to Ben", from_=ALSO_OURS)
    carrier.types("from Ann")
    assert bodies(carrier.client.messages.list(to=ANN)) == ["to Ann"]
    assert bodies(carrier.client.messages.list(from_=ALSO_OURS)) == ["to Ben"]
    assert bodies(carrier.client.messages.list(to=OURS)) == ["from Ann"]
    assert carrier.client.messages.list(to=OURS, from_=BEN) == []


def test_dates_count_as_whole_gmt_days_with_both_ends_in(carrier: Carrier) -> None:
    past(carrier, 1, 2, 3, 4)
    listed = carrier.client.messages.list
    morning, evening = datetime(2026, 6, 2, 0, 0, tzinfo=UTC), datetime(2026, 6, 3, 23, 0, tzinfo=UTC)
    assert bodies(listed(date_sent=morning)) == ["June 2"]
    assert bodies(listed(date_sent_after=evening)) == ["June 4", "June 3"]
    assert bodies(listed(date_sent_before=morning)) == ["June 2", "June 1"]
    assert bodies(listed(date_sent_after=morning, date_sent_before=evening)) == ["June 3", "June 2"]


def test_a_text_not_yet_handed_on_is_hidden_by_a_date(carrier: Carrier) -> None:
    carrier.sends(body="waiting")
    today = carrier.clock.at
    for dated in ({"date_sent": today}, {"date_sent_after": today}, {"date_sent_before": today}):
        assert carrier.client.messages.list(**dated) == []
    assert bodies(carrier.client.messages.list()) == ["waiting"]
    carrier.clock.passes(0.5)
    assert bodies(carrier.client.messages.list(date_sent=today)) == ["waiting"]


def test_pages_neither_repeat_nor_lose_a_text_while_others_arrive(carrier: Carrier) -> None:
    for n in range(5):
        carrier.sends(body=f"{n}")
    page = carrier.client.messages.page(page_size=2)
    assert bodies(page) == ["4", "3"]
    carrier.types("arrives meanwhile")
    carrier.sends(body="so does this")
    second = page.next_page()
    assert second is not None
    assert bodies(second) == ["2", "1"]
    third = second.next_page()
    assert third is not None
    assert bodies(third) == ["0"]
    assert third.next_page() is None


def test_the_next_page_keeps_the_filters(carrier: Carrier) -> None:
    past(carrier, 1, 2, 3)
    carrier.sends(to=BEN, body="another phone")
    carrier.clock.passes(2)
    after = datetime(2026, 6, 2, tzinfo=UTC)
    assert bodies(carrier.client.messages.list(to=ANN, date_sent_after=after, page_size=1)) == ["June 3", "June 2"]


def test_a_page_goes_on_although_its_last_text_was_deleted(carrier: Carrier) -> None:
    past(carrier, 1, 2, 3)
    page = carrier.client.messages.page(page_size=2)
    shown = list(page)
    shown[-1].delete()
    following = page.next_page()
    assert following is not None
    assert bodies(following) == ["June 1"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"page_size": 1001}, 20007),
        ({"page_number": 1}, 20001),
        ({"page_number": 1, "page_token": "nonsense"}, 20001),
        ({"page_number": 1, "page_token": "PT" + "f" * 17 + "-1"}, 20001),
        ({"page_size": 0}, 20001),
        ({"date_sent": "yesterday"}, 20001),
    ],
)
def test_a_list_that_cannot_be_answered_is_refused(refusing: Carrier, asked: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioException) as caught:
        list(refusing.direct.messages.page(**asked))
    assert caught.value.args[1].status_code == 400
    assert f'"code":{code}' in caught.value.args[1].text


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 4))
def test_paging_shows_each_text_of_the_beginning_once(arrivals: list[int], size: int) -> None:
    ledger = Ledger.open(numbers=[OURS])
    for n in range(8):
        ledger.phones.type(ANN, OURS, f"{n}")
    seen, token = [], ""
    arriving = iter(arrivals)
    while page := ledger.newest(Wanted(), size, position(token)):
        seen += [text.body for text in page]
        token = token_after(page[-1])
        for _ in range(next(arriving, 0)):
            ledger.phones.type(BEN, OURS, "later")
    ledger.close()
    assert seen == [f"{n}" for n in range(7, -1, -1)]
