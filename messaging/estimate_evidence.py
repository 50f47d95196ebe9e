"""What was shared and decided on a job's estimate, written out as evidence: as a table, and for people to read."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.deciding import decision_words
from domain.estimates import (
    Choice,
    Decision,
    History,
    Line,
    Version,
    approved_totals,
    digest_of,
    plain_money,
    show_money,
    totals,
)
from domain.jobs import Job
from domain.text import one_line

COLUMNS = (
    "job",
    "customer",
    "location",
    "estimate",
    "currency",
    "shared_at",
    "shared_with",
    "digest",
    "digest_fits",
    "superseded",
    "decision",
    "counts",
    "decided_by",
    "decided_at",
    "recorded_by",
    "how",
    "link",
    "network_address",
    "code_typed",
    "purchase_order",
    "approved_total",
    "taken_over_by",
    "taken_over_at",
    "line",
    "operation",
    "parts",
    "labour",
    "tax_percent",
    "tax",
    "total",
    "choice",
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet compute a cell instead of showing it."""


def evidence_csv(job: Job, histories: Sequence[History], header: bool = True) -> str:
    """What was shared and decided: one row for each line of each decision, earlier ones included.

    A version on which nobody has decided has its lines without a choice. Times are UTC. Without `header`
    it goes on a table that has begun.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    if header:
        writer.writerow(COLUMNS)
    for history in _shared(histories):
        numbered: list[tuple[int, Decision | None]] = list(enumerate(history.decisions, 1))
        for place, decision in numbered or [(0, None)]:
            for number, line in enumerate(history.version.lines, 1):
                writer.writerow(
                    [
                        *_of_version(job, history),
                        *_of_decision(history, place, decision),
                        *_of_line(history.version, number, line, decision),
                    ]
                )
    return out.getvalue()


def evidence_text(job: Job, histories: Sequence[History]) -> str:
    """The same for people to read; times are those of the job's location."""
    zone = ZoneInfo(job.location.time_zone)
    lines = [
        f"Estimate of job {_words(job.number)}: {_words(job.title)}",
        f"Customer: {_words(job.customer)}",
        f"Location: {_words(job.location.name)}, times in {job.location.time_zone}",
    ]
    shared = list(_shared(histories))
    if not shared:
        lines += ["", "No estimate was shared on this job."]
    for history in shared:
        lines += ["", *_version_lines(history, zone)]
        for place, decision in enumerate(history.decisions, 1):
            lines += ["", *_decision_lines(history, place, decision, zone)]
        if not history.decisions:
            lines += ["", "  Nobody has decided on it."]
        if history.version.taken_at is not None:
            lines += [
                "",
                f"  Taken over by {_words(history.version.taken_by)}, {_time(history.version.taken_at, zone)}.",
            ]
    return "\n".join(lines) + "\n"


def _shared(histories: Sequence[History]) -> Iterator[History]:
    """The versions that somebody was sent."""
    return (h for h in histories if not h.version.is_draft and not h.version.on_its_way)


def _of_version(job: Job, history: History) -> list[str | int]:
    version = history.version
    return [
        _cell(job.number),
        _cell(job.customer),
        _cell(job.location.name),
        version.number,
        version.currency,
        _utc(version.shared_at),
        _cell(", ".join(version.sent_to)),
        version.digest,
        "yes" if digest_of(version) == version.digest else "no",
        "yes" if history.superseded else "no",
    ]


def _of_decision(history: History, place: int, decision: Decision | None) -> list[str | int]:
    if decision is None:
        return [""] * 13
    last, why_not = decision is history.decision, _why_not(history, decision)
    version = history.version
    return [
        place,
        f"no, {why_not}" if why_not else "yes",
        _cell(decision.by),
        _utc(decision.at),
        _cell(decision.recorded_by),
        _cell(decision.how),
        decision.link_id or "",
        _cell(decision.address),
        "yes" if decision.confirmed else "no",
        _cell(decision.purchase_order),
        plain_money(decision.approved, version.currency),
        _cell(version.taken_by) if last else "",
        _utc(version.taken_at) if last else "",
    ]


def _why_not(history: History, decision: Decision) -> str:
    """Why a decision does not count, "" for the last one on the newest version."""
    if decision is not history.decision:
        return "changed later"
    return "superseded" if history.superseded else ""


def _of_line(version: Version, number: int, line: Line, decision: Decision | None) -> list[str | int]:
    amounts = (line.parts, line.labour)
    return [
        number,
        _cell(line.operation),
        *(plain_money(amount, version.currency) for amount in amounts),
        _percent(line.tax),
        plain_money(line.tax_amount, version.currency),
        plain_money(line.total, version.currency),
        decision.choices[line.id].value if decision else "",
    ]


def _version_lines(history: History, zone: ZoneInfo) -> Iterator[str]:
    version = history.version
    assert version.shared_at is not None
    people = _words(", ".join(version.sent_to))
    yield f"Estimate {version.number}, shared {_time(version.shared_at, zone)} with {people}"
    if history.superseded:
        yield "  A newer estimate took its place later."
    fits = "fits what stands here" if digest_of(version) == version.digest else "DOES NOT FIT what stands here"
    yield f"  Digest (SHA-256) {version.digest}, {fits}"
    if version.note:
        yield f"  Note: {_words(version.note)}"
    for number, line in enumerate(version.lines, 1):
        yield f"  {number}. {_words(line.operation)}: {_amounts(line, version.currency)}"
    yield f"  Total {_money(totals(version.lines).total, version)}"


def _decision_lines(history: History, place: int, decision: Decision, zone: ZoneInfo) -> Iterator[str]:
    version = history.version
    state = _why_not(history, decision) or "counts"
    words = decision_words(version.number, decision.choices, "")
    yield f"  Decision {place} ({state}): {_words(decision.by)} {words}"
    if decision.recorded_by:
        yield f"    Recorded by {_words(decision.recorded_by)}, {_words(decision.how)}, {_time(decision.at, zone)}"
    else:
        code = "a code sent to the number on file was typed" if decision.confirmed else "no code was asked for"
        where = _words(decision.address) or "unknown"
        yield f"    {_time(decision.at, zone)}, by link {decision.link_id}, network address {where}, {code}"
    for number, line in enumerate(version.lines, 1):
        choice = decision.choices[line.id]
        yield f"    {number}. {_words(line.operation)}: {choice.value}{_if_approved(choice, line, version)}"
    sums = approved_totals(version.lines, decision.choices)
    net, tax, total = (_money(amount, version) for amount in (sums.net, sums.tax, sums.total))
    yield f"    Approved: {net}, tax {tax}, total {total}"
    if decision.purchase_order:
        yield f"    Purchase order: {_words(decision.purchase_order)}"


def _if_approved(choice: Choice, line: Line, version: Version) -> str:
    return f", {_money(line.total, version)}" if choice is Choice.APPROVED else ""


def _amounts(line: Line, currency: str) -> str:
    parts, labour, sum_ = (show_money(amount, currency) for amount in (line.parts, line.labour, line.total))
    return f"parts {parts}, labour {labour}, tax {_percent(line.tax)} %, total {sum_}"


def _money(amount: int, version: Version) -> str:
    return show_money(amount, version.currency)


def _percent(tax: int) -> str:
    return f"{tax // 100}.{tax % 100:02}".rstrip("0").rstrip(".") if tax % 100 else str(tax // 100)


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula; amounts of our own need none of this."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _words(text: str) -> str:
    return one_line(text, 1000)


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %z}"
