"""Several accounts at one carrier: what one texts to a number of another arrives there as a text from a phone."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another account at the same carrier, remembered in memory only."""

    account: str
    token: str
    numbers: tuple[str, ...]


class Exchange:
    """Carries texts between the accounts of one carrier; each keeps its own list, opt-outs and numbers."""

    def __init__(self, ledgers: Iterable[Ledger]) -> None:
        self._ledgers = list(ledgers)
        for ledger in self._ledgers:
            ledger.carry = self._carry

    def _carry(self, sender: str, recipient: str, body: str) -> None:
        """Bring a text that was accepted to whoever has the number; other numbers are phones of people."""
        for ledger in self._ledgers:
            if recipient in ledger.numbers:
                ledger.phones.type(sender, recipient, body)


class ByAccount:
    """Hands a request to the account that its path names; any other goes to the first one, which refuses it."""

    def __init__(self, apis: dict[str, ASGIApp]) -> None:
        self._apis = apis
        self._first = next(iter(apis.values()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = f"{scope.get('path', '')}"
        named = (api for account, api in self._apis.items() if f"/Accounts/{account}" in path)
        await next(named, self._first)(scope, receive, send)
