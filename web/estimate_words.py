"""An estimate and what was decided on it, in the words of the contact's page. All of it passes `domain.text` first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.amounts import places, show_money
from domain.deciding import decision_words
from domain.estimates import Choice, Decision, History, Line, Totals, Version, approved_totals, totals
from domain.text import display_text, one_line

VERBS = ((Choice.APPROVED, "Approve"), (Choice.DEFERRED, "Defer"), (Choice.DECLINED, "Decline"))


@dataclass(frozen=True, slots=True)
class LineWords:
    """One line with its amounts in words; the plain numbers are for adding up on the page."""

    id: int
    operation: str
    parts: str
    labour: str
    tax: str
    rate: str
    total: str
    chosen: str
    """The choice on it, "" where there is none."""
    numbers: Line


@dataclass(frozen=True, slots=True)
class SumWords:
    """Sums over lines."""

    parts: str
    labour: str
    tax: str
    total: str


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """One decision: who, when, what, and how we know. `code`: it was confirmed by a code that was texted."""

    by: str
    at: datetime
    words: str
    recorded: str
    code: bool
    approved: str


@dataclass(frozen=True, slots=True)
class VersionWords:
    """One version with all that was decided on it, the newest decision first."""

    number: int
    shared_at: datetime | None
    made_by: str
    note: str
    currency: str
    places: int
    lines: tuple[LineWords, ...]
    whole: SumWords
    decisions: tuple[DecisionWords, ...]
    taken_by: str
    taken_at: datetime | None
    superseded: bool


def version_words(history: History, choices: Mapping[int, Choice] | None = None) -> VersionWords:
    """A version as it is shown; `choices` None marks each line with the decision that counts."""
    version = history.version
    counting = history.decision.choices if history.decision else {}
    marked = counting if choices is None else choices
    return VersionWords(
        number=version.number,
        shared_at=version.shared_at,
        made_by=one_line(version.made_by, 120),
        note=display_text(version.note, 2000),
        currency=version.currency,
        places=places(version.currency),
        lines=tuple(_line(line, version.currency, marked) for line in version.lines),
        whole=sums(totals(version.lines), version.currency),
        decisions=tuple(_decision(decision, version) for decision in reversed(history.decisions)),
        taken_by=one_line(version.taken_by, 120),
        taken_at=version.taken_at,
        superseded=history.superseded,
    )


def approved_words(version: Version, choices: Mapping[int, Choice]) -> SumWords:
    """What the approved lines come to."""
    return sums(approved_totals(version.lines, choices), version.currency)


def sums(found: Totals, currency: str) -> SumWords:
    """Sums as they are read."""
    return SumWords(*(show_money(n, currency) for n in (found.parts, found.labour, found.tax, found.total)))


def _line(line: Line, currency: str, marked: Mapping[int, Choice]) -> LineWords:
    chosen = marked.get(line.id)
    whole, hundredths = divmod(line.tax, 100)
    return LineWords(
        id=line.id,
        operation=one_line(line.operation, 300),
        parts=show_money(line.parts, currency) if line.parts else "",
        labour=show_money(line.labour, currency) if line.labour else "",
        tax=show_money(line.tax_amount, currency) if line.tax else "",
        rate=f"{whole}.{hundredths:02}".rstrip("0").rstrip(".") + " %",
        total=show_money(line.total, currency),
        chosen=chosen.value if chosen else "",
        numbers=line,
    )


def _decision(decision: Decision, version: Version) -> DecisionWords:
    recorded = f"Recorded by {one_line(decision.recorded_by, 120)}, {one_line(decision.how, 120)}"
    return DecisionWords(
        by=one_line(decision.by, 120),
        at=decision.at,
        words=one_line(decision_words(version.number, decision.choices, decision.purchase_order), 400),
        recorded=recorded if decision.recorded_by else "",
        code=decision.confirmed,
        approved=show_money(decision.approved, version.currency),
    )
