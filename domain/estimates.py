"""Estimates: lines of work with their price, shared in versions that do not change, and decided line by line.

Money is integer minor units of the location's currency (cents, yen, fils).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.amounts import LARGEST, LARGEST_TAX, money, places, plain_money, show_money, tax
from domain.errors import Refusal

__all__ = [
    "LARGEST",
    "LARGEST_TAX",
    "LONGEST_OPERATION",
    "LONGEST_ORDER",
    "MOST_LINES",
    "Choice",
    "Deciding",
    "Decision",
    "History",
    "Line",
    "Totals",
    "Version",
    "approved_totals",
    "checked",
    "decided",
    "digest_of",
    "in_words",
    "money",
    "places",
    "plain_money",
    "show_money",
    "storable",
    "tax",
    "totals",
]

MOST_LINES = 100
LONGEST_OPERATION = 200
LONGEST_ORDER = 60


class Choice(StrEnum):
    """What somebody decides about one line."""

    APPROVED = "approved"
    DEFERRED = "deferred"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: an operation with its parts and labour, both in minor units; a discount has a negative amount.

    `tax` is in hundredths of a percent (1900 is 19 %). `id` is 0 until it is stored.
    """

    operation: str
    parts: int = 0
    labour: int = 0
    tax: int = 0
    id: int = 0

    @property
    def net(self) -> int:
        """Parts and labour."""
        return self.parts + self.labour

    @property
    def tax_amount(self) -> int:
        """The tax on this line, rounded half away from zero."""
        exact = abs(self.net) * self.tax
        rounded = (exact + LARGEST_TAX // 2) // LARGEST_TAX
        return rounded if self.net >= 0 else -rounded

    @property
    def total(self) -> int:
        """Net and tax."""
        return self.net + self.tax_amount


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over lines, in minor units."""

    parts: int = 0
    labour: int = 0
    tax: int = 0

    @property
    def net(self) -> int:
        """Parts and labour."""
        return self.parts + self.labour

    @property
    def total(self) -> int:
        """Net and tax."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a job's estimate. It may be changed until it is shared (`shared_at`), never afterwards.

    `number` counts from 1 on each job. `digest` is over what a recipient is shown, "" before sharing.
    `message_id` is the Request approval that shared it. `recipients` are the contacts of that message:
    they alone see amounts and decide (rule 50); `sent_to` names them. `on_its_way`: that message has not left
    yet, so that none of them sees the version. `taken_by` is the dispatcher who took the decision over;
    from then on it stands (rule 51).
    """

    id: int
    job_id: int
    number: int
    currency: str
    lines: tuple[Line, ...]
    note: str
    made_by: str
    made_at: datetime
    shared_at: datetime | None = None
    digest: str = ""
    message_id: int | None = None
    recipients: frozenset[int] = frozenset()
    taken_by: str = ""
    taken_at: datetime | None = None
    sent_to: tuple[str, ...] = ()
    on_its_way: bool = False

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed: nobody was sent it."""
        return self.shared_at is None


@dataclass(frozen=True, slots=True)
class Decision:
    """One submitted decision on a whole version; later ones by the same person take its place, each is kept.

    `by` decided: a contact (`contact_id`), through the link `link_id`, from the network address `address`.
    `recorded_by` is the dispatcher who wrote down a phone answer on their behalf, "" where they did it
    themselves. `approved` is the total of the approved lines, in minor units. `confirmed`: a code that
    was sent to the number on file was typed (rule 52).
    """

    id: int
    version_id: int
    by: str
    contact_id: int | None
    at: datetime
    choices: Mapping[int, Choice]
    digest: str
    approved: int
    purchase_order: str = ""
    recorded_by: str = ""
    how: str = ""
    link_id: int | None = None
    address: str = ""
    confirmed: bool = False
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A version with its decisions, the newest last; `superseded` by a version that was shared later and has left."""

    version: Version
    decisions: tuple[Decision, ...] = ()
    superseded: bool = False

    @property
    def decision(self) -> Decision | None:
        """The decision that counts, None while there is none."""
        return self.decisions[-1] if self.decisions else None

    @property
    def is_open(self) -> bool:
        """Whether somebody may still decide, or change what they decided."""
        seen = self.version.shared_at is not None and not self.version.on_its_way
        return seen and not self.superseded and self.version.taken_at is None


@dataclass(frozen=True, slots=True)
class Deciding:
    """What somebody submits: the version and digest that were shown, a choice for each line by its id.

    `seen` is the id of the decision that counted when the form was shown, 0 where there was none.
    """

    version_id: int
    digest: str
    choices: Mapping[int, Choice] = field(default_factory=dict)
    purchase_order: str = ""
    seen: int = 0


def totals(lines: Iterable[Line]) -> Totals:
    """The sums of lines."""
    parts = labour = tax = 0
    for line in lines:
        parts, labour, tax = parts + line.parts, labour + line.labour, tax + line.tax_amount
    return Totals(parts, labour, tax)


def approved_totals(lines: Iterable[Line], choices: Mapping[int, Choice]) -> Totals:
    """The sums of the approved lines; tax is on them alone (rule 53)."""
    return totals(line for line in lines if choices.get(line.id) is Choice.APPROVED)


def digest_of(version: Version) -> str:
    """What binds a decision to what was shown: SHA-256 over job, version, currency, note and every line.

    The job stands in it by its id: its number may be changed after an estimate went out.
    """
    shown = [
        version.job_id,
        version.id,
        version.number,
        version.currency,
        version.note,
        [[line.id, line.operation, line.parts, line.labour, line.tax] for line in version.lines],
    ]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def checked(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines as they are kept; Refusal with field "lines" and the number of the line that is wrong."""
    if not lines:
        raise Refusal("An estimate needs at least one line. Add one.", "lines")
    if len(lines) > MOST_LINES:
        raise Refusal(f"{len(lines)} lines are too many: {MOST_LINES} is the most.", "lines")
    return tuple(_checked(line, place) for place, line in enumerate(lines, 1))


def decided(version: Version, deciding: Deciding) -> Mapping[int, Choice]:
    """The choices, one for each line; Refusal (field "choices") where one is missing (rule 51)."""
    missing = [line for line in version.lines if line.id not in deciding.choices]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise Refusal(f"Choose for every line: “{missing[0].operation}”{more} has no choice yet.", "choices")
    return {line.id: deciding.choices[line.id] for line in version.lines}


def in_words(choices: Iterable[Choice]) -> str:
    """How a decision reads, without amounts: "approved 2 lines, declined 1"."""
    found = list(choices)
    counted = [(choice, found.count(choice)) for choice in Choice]
    words = [f"{choice.value} {count}" for choice, count in counted if count]
    if not words:
        return "decided nothing"
    first = "line" if words[0].endswith(" 1") else "lines"
    return ", ".join([f"{words[0]} {first}", *words[1:]])


def storable(text: str) -> str:
    """A text without what a database refuses: the zero character, and halves of characters."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode()


def _checked(line: Line, place: int) -> Line:
    operation = " ".join(storable(line.operation).split())
    if not operation:
        raise Refusal(f"Line {place} says nothing: name the operation.", "lines")
    if len(operation) > LONGEST_OPERATION:
        raise Refusal(f"Line {place} is longer than {LONGEST_OPERATION} characters. Shorten it.", "lines")
    if max(abs(line.parts), abs(line.labour)) > LARGEST:
        raise Refusal(f"Line {place} has too large an amount.", "lines")
    if not 0 <= line.tax <= LARGEST_TAX:
        raise Refusal(f"Line {place}: a tax lies between 0 and 100 percent.", "lines")
    return Line(operation, line.parts, line.labour, line.tax, line.id)
