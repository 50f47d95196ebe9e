"""A running simulator as tests see it: the account's SDK on one side, the phones on the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from simulator.server import Simulator

OURS = "+15550100001"
ALSO_OURS = "+15550100002"
ANN = "+15550109001"
BEN = "+15550109002"
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


class Clock:
    """The time, which only moves when a test says so."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        """Let some time pass."""
        self.at += timedelta(seconds=seconds)


class Carrier:
    """`client` speaks through the contract check where one is set up, `direct` never does."""

    def __init__(self, sim: Simulator, clock: Clock, front: str | None) -> None:
        self.sim = sim
        self.clock = clock
        self.front = front or sim.url
        self._https: list[TwilioHttpClient] = []
        self.client = self.client_for(sim.account, sim.token)
        self.direct = self.client_for(sim.account, sim.token, sim.url)
        self.session = requests.Session()

    def client_for(self, account: str, token: str, url: str = "") -> Client:
        """The real SDK, pointed at this machine."""
        http = TwilioHttpClient(timeout=5)
        self._https.append(http)
        client = Client(account, token, http_client=http)
        client.api.base_url = url or self.front
        return client

    def sends(self, to: str = ANN, body: str = "On my way", from_: str = OURS, **more: Any) -> MessageInstance:
        """The account texts somebody."""
        return self.client.messages.create(to=to, from_=from_, body=body, **more)

    def refuses(self, **create: Any) -> TwilioRestException:
        """How the carrier refuses a create, with a good one's values where none are given."""
        asked: dict[str, Any] = {"to": ANN, "from_": OURS, "body": "On my way", **create}
        try:
            self.direct.messages.create(**asked)
        except TwilioRestException as refusal:
            return refusal
        raise AssertionError(f"accepted {asked}")

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request beside Twilio's API."""
        return self.session.request(method, f"{self.sim.url}{path}", timeout=5, **more)

    def types(self, body: str, phone: str = ANN, to: str = OURS) -> str:
        """Somebody types on a phone; returns the SID."""
        reply = self.ask("POST", f"/_phones/{quote(phone)}/messages", json={"to": to, "body": body})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["sid"])

    def on_phone(self, phone: str = ANN) -> list[dict[str, Any]]:
        """What is on a phone, oldest first."""
        shown: list[dict[str, Any]] = self.ask("GET", f"/_phones/{quote(phone)}/messages").json()
        return shown

    def bodies_on(self, phone: str = ANN) -> list[str]:
        """The texts on a phone, oldest first."""
        return [text["body"] for text in self.on_phone(phone)]

    def phones(self) -> list[dict[str, Any]]:
        """Every phone, the newest activity first."""
        shown: list[dict[str, Any]] = self.ask("GET", "/_phones").json()
        return shown

    def close(self) -> None:
        """Let go of every connection."""
        self.session.close()
        for http in self._https:
            if http.session is not None:
                http.session.close()


@contextmanager
def running(clock: Clock, front: str | None, **settings: Any) -> Iterator[Carrier]:
    """A simulator for as long as the block lasts."""
    with Simulator(**{"numbers": [OURS, ALSO_OURS], "now": clock, **settings}) as sim:
        carrier = Carrier(sim, clock, front)
        try:
            yield carrier
        finally:
            carrier.close()
