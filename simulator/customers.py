"""Customers that answer by themselves, so that a demonstration has somebody to talk to."""

import heapq
import json
import random
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from domain.errors import Refusal
from domain.phone import is_e164
from simulator.ledger import Ledger

_SECOND = 1_000_000
_WINDOW = 600 * _SECOND
"""Ten minutes: how long `at_most` counts back."""


@dataclass(frozen=True, slots=True)
class First:
    """A text that a customer sends unasked, so many seconds after the start."""

    phone: str
    to: str
    body: str
    after_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Who says what. `delay_s` is the shortest and the longest time before an answer."""

    seed: int = 1
    first: tuple[First, ...] = ()
    answers: tuple[str, ...] = ()
    by_phone: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    delay_s: tuple[float, float] = (4, 9)
    at_most: int = 2

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a customers file; raises Refusal with a sentence where it cannot be used."""
        try:
            given = json.loads(path.read_text("utf-8"))
            return cls.read(given)
        except OSError as e:
            raise Refusal(f"The customers file {path} cannot be read: {e.strerror}.") from None
        except (ValueError, TypeError, KeyError, AttributeError) as e:
            raise Refusal(f"The customers file {path} cannot be used: {e}. Its form is in docs/simulator.md.") from None

    @classmethod
    def read(cls, given: dict[str, Any]) -> Self:
        """Check the parts of a customers file; raises ValueError, TypeError or KeyError."""
        unknown = set(given) - {"seed", "first", "answers", "by_phone", "silent", "delay_s", "at_most"}
        if unknown:
            raise ValueError(f"“{min(unknown)}” is not known")
        shortest, longest = given.get("delay_s", (4, 9))
        if not 0 <= shortest <= longest:
            raise ValueError("“delay_s” must be two numbers, the smaller one first")
        return cls(
            seed=int(given.get("seed", 1)),
            first=tuple(
                First(_number(f["from"]), _number(f["to"]), str(f["body"]), float(f["after_s"]))
                for f in given.get("first", ())
            ),
            answers=tuple(map(str, given.get("answers", ()))),
            by_phone={_number(p): tuple(map(str, lines)) for p, lines in given.get("by_phone", {}).items()},
            silent=frozenset(map(_number, given.get("silent", ()))),
            delay_s=(float(shortest), float(longest)),
            at_most=int(given.get("at_most", 2)),
        )


class Customers:
    """Plays a plan on a ledger: `step` does what is due, whenever it is called."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        """Raises Refusal where a first text goes to a number that the account does not have."""
        self._plan = plan
        self._ledger = ledger
        self._started_at = self._looked_at = ledger.now()
        self._first = deque(sorted(plan.first, key=lambda f: f.after_s))
        self._due: list[tuple[int, str, str]] = []
        self._lines = {phone: deque(lines) for phone, lines in plan.by_phone.items()}
        self._answered: defaultdict[str, deque[int]] = defaultdict(deque)
        # One source of chance a phone: what one customer says does not hang on who was texted before.
        self._chance: dict[str, random.Random] = {}
        for first in plan.first:
            if not ledger.owns(first.to):
                raise Refusal(f"The customers file texts {first.to}, which is not a number of the account.")

    def step(self) -> int:
        """Send what is due by now; returns how many texts were sent."""
        self._looked_at, arrivals = self._ledger.phones.arrivals(self._looked_at)
        for arrival in arrivals:
            if self._may_answer(arrival.phone, arrival.number):
                delay = self._chance_of(arrival.phone).uniform(*self._plan.delay_s)
                heapq.heappush(self._due, (arrival.at + int(delay * _SECOND), arrival.phone, arrival.number))
        return self._send_first() + self._send_answers()

    def _send_first(self) -> int:
        sent = 0
        while self._first and self._started_at + int(self._first[0].after_s * _SECOND) <= self._looked_at:
            first = self._first.popleft()
            if not self._ledger.phones.is_attended(first.phone):
                self._ledger.phones.type(first.phone, first.to, first.body)
                sent += 1
        return sent

    def _send_answers(self) -> int:
        sent = 0
        while self._due and self._due[0][0] <= self._looked_at:
            _, phone, number = heapq.heappop(self._due)
            line = self._next_line(phone) if self._may_answer(phone, number) and self._has_patience(phone) else None
            if line is not None:
                self._answered[phone].append(self._looked_at)
                self._ledger.phones.type(phone, number, line)
                sent += 1
        return sent

    def _may_answer(self, phone: str, number: str) -> bool:
        phones = self._ledger.phones
        return (
            phone not in self._plan.silent and not phones.is_attended(phone) and not phones.is_opted_out(phone, number)
        )

    def _has_patience(self, phone: str) -> bool:
        answered = self._answered[phone]
        while answered and answered[0] <= self._looked_at - _WINDOW:
            answered.popleft()
        return len(answered) < self._plan.at_most

    def _next_line(self, phone: str) -> str | None:
        own = self._lines.get(phone)
        if own:
            return own.popleft()
        return self._chance_of(phone).choice(self._plan.answers) if self._plan.answers else None

    def _chance_of(self, phone: str) -> random.Random:
        if phone not in self._chance:
            self._chance[phone] = random.Random(f"{self._plan.seed} {phone}")  # noqa: S311  (repeatable is the point)
        return self._chance[phone]


class Clockwork(threading.Thread):
    """Steps the customers several times a second until stopped."""

    def __init__(self, customers: Customers, every_s: float = 0.2) -> None:
        super().__init__(name="customers", daemon=True)
        self._customers = customers
        self._every_s = every_s
        self._stopped = threading.Event()

    def run(self) -> None:
        """Step until told to stop."""
        while not self._stopped.wait(self._every_s):
            self._customers.step()

    def stop(self) -> None:
        """Returns when the last step is over."""
        self._stopped.set()
        self.join()


def _number(text: str) -> str:
    if not is_e164(text):
        raise ValueError(f"“{text}” is not a phone number like +15550101234")
    return text
