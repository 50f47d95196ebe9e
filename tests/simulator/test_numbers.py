"""Numbers that are given to the account while it runs."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from app.practice import PracticeNumbers
from simulator.server import Simulator

OURS, MORE = "+15550100001", "+15550100002"


def put(sim: Simulator, settings: object) -> int:
    request = Request(f"{sim.url}/_settings", method="PUT", data=json.dumps(settings).encode())
    request.add_header("Content-Type", "application/json")
    with urlopen(request, timeout=5) as answer:
        return int(answer.status)


def test_a_number_is_added_once_and_those_before_it_stay() -> None:
    with Simulator(numbers=[OURS]) as sim:
        assert put(sim, {"numbers": [MORE]}) == 204
        assert put(sim, {"numbers": [MORE, OURS], "delay_ms": 7}) == 204
        assert (sim.numbers, sim.settings.delay_ms) == ((OURS, MORE), 7)


@pytest.mark.parametrize("wrong", ["+15550100002", ["call me"], [5], {}])
def test_what_is_no_list_of_numbers_is_refused(wrong: object) -> None:
    with Simulator(numbers=[OURS]) as sim:
        with pytest.raises(HTTPError) as refused:
            put(sim, {"numbers": wrong})
        assert refused.value.code == 400
        assert "list of phone numbers" in json.loads(refused.value.read())["error"]
        refused.value.close()
        assert sim.numbers == (OURS,)


def test_the_engine_tells_of_a_number_that_was_added_and_of_nothing_twice() -> None:
    ours = [OURS]
    with Simulator(numbers=[OURS]) as sim:
        telling = PracticeNumbers(sim.url, lambda: ours)
        telling.tell()
        ours.append(MORE)
        assert telling.tell() is False
        assert sim.numbers == (OURS, MORE)
    telling.tell()


def test_a_carrier_that_is_away_is_told_later() -> None:
    with Simulator(numbers=[OURS]) as sim:
        url = sim.url
    with pytest.raises(OSError, match="refused"):
        PracticeNumbers(url, lambda: [OURS]).tell()
