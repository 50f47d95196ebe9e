"""Talking to the practice carrier's phones over loopback, for the Phones screen alone."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from domain.errors import Refusal

_OPENER = build_opener(ProxyHandler({}))
_PAGE = re.compile(r"https?://[^\s/]+(?:/[^\s/]+)*?/[cw]/[0-9]{1,10}-[A-Za-z0-9_-]{22}(?:/[0-9]+)?")
_AWAY = "The practice carrier does not answer. It starts with the engine; try again in a moment."


@dataclass(frozen=True, slots=True)
class Phone:
    """A customer's phone, with the newest text on it."""

    number: str
    last_body: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class PhoneText:
    """A text as that phone shows it; `received` is false for what was typed on it."""

    other: str
    body: str
    at: datetime
    received: bool

    @property
    def pages(self) -> tuple[str, ...]:
        """The addresses of our pages in it; only what the phone received can hold one."""
        return tuple(found[0] for found in _PAGE.finditer(self.body)) if self.received else ()


class Handsets:
    """The phones of one practice carrier. For worker threads; raises Refusal where it does not answer."""

    def __init__(self, url: str) -> None:
        self._url = url

    def phones(self) -> list[Phone]:
        """Every phone, newest activity first."""
        found = self._call("GET", "/_phones")
        return [Phone(p["number"], p["last_body"] or "", _time(p["last_at"])) for p in found]

    def texts(self, number: str) -> list[PhoneText]:
        """What is on one phone, oldest first."""
        found = self._call("GET", f"/_phones/{quote(number, safe='')}/messages")
        return [_text(record) for record in found]

    def attend(self, number: str, attended: bool) -> None:
        """Open or close a phone: nobody answers by himself on one that is open."""
        self._call("PUT", f"/_phones/{quote(number, safe='')}", {"attended": attended})

    def type(self, number: str, to: str, body: str) -> None:
        """Type a text on a phone."""
        self._call("POST", f"/_phones/{quote(number, safe='')}/messages", {"to": to, "body": body})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if not self._url.startswith("http://127.0.0.1:"):
            raise Refusal(_AWAY)
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._url + path, data=data, method=method, headers={"Content-Type": "application/json"})  # noqa: S310
        try:
            with _OPENER.open(request, timeout=3) as reply:
                text = reply.read()
        except (URLError, OSError, TimeoutError):
            raise Refusal(_AWAY) from None
        return json.loads(text) if text else None


def _text(record: dict[str, Any]) -> PhoneText:
    received = record["direction"] == "in"
    when = _time(record["at"])
    assert when is not None
    return PhoneText(record["from"] if received else record["to"], record["body"], when, received)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
