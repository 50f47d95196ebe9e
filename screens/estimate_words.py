"""How an estimate is told to dispatchers: on one line of a job, over its versions, and in what was decided."""

from __future__ import annotations

from collections.abc import Sequence

from domain.estimates import Choice, Decision, History, approved_totals, in_words, show_money, totals
from domain.text import one_line
from screens.times import clock_time
from widgets.estimate_columns import sum_line

WAITING_SHOWN = 3
"""So many names are told; of more their number."""


def on_one_line(histories: Sequence[History]) -> str:
    """The newest estimate of a job with its total and how it stands; "" where there is none."""
    if not histories:
        return ""
    newest = histories[-1]
    if newest.version.is_draft and len(histories) > 1:
        return f"{_of(histories[-2])}; a new version is being written"
    return _of(newest)


def _of(history: History) -> str:
    version, decision = history.version, history.decision
    if decision is None:
        total = show_money(totals(version.lines).total, version.currency)
        return f"{version.number}: {total}, {_standing(history)}"
    approved = sum(choice is Choice.APPROVED for choice in decision.choices.values())
    words = f"approved {approved} of {_lines(len(version.lines))}, {show_money(decision.approved, version.currency)}"
    if version.taken_at:
        after = f"taken over by {one_line(version.taken_by, 40)}"
    else:
        after = "superseded" if history.superseded else "take it over with v, T"
    return f"{version.number}: {one_line(decision.by, 40)} {words}, {after}"


def _standing(history: History) -> str:
    version = history.version
    if version.is_draft:
        return "being written"
    if version.on_its_way:
        return "waiting to leave"
    if history.superseded:
        return "superseded, nobody decided"
    return f"shared, waiting for {people(version.sent_to)}"


def state(history: History) -> str:
    """How a version stands, in a word or two."""
    version = history.version
    if version.is_draft:
        return "draft"
    if version.on_its_way:
        return "waiting to leave"
    if version.taken_at is not None:
        return "taken over"
    if history.superseded:
        return "superseded"
    return "decided" if history.decision else "shared"


def story(history: History) -> list[str]:
    """What happened to a version, a sentence each, oldest first."""
    version = history.version
    made = f"Made by {one_line(version.made_by, 60)} {clock_time(version.made_at)}"
    if version.shared_at is None:
        return [f"{made}. Nobody has seen it."]
    when = clock_time(version.shared_at)
    if version.on_its_way:
        return [f"{made}. The text that shares it waits to leave; until then nobody sees it."]
    lines = [f"{made}, shared {when} to {people(version.sent_to, every=True)}."]
    lines += [_decided(decision, version.currency, place) for place, decision in enumerate(history.decisions)]
    if version.taken_at is not None:
        lines.append(f"Taken over by {one_line(version.taken_by, 60)} {clock_time(version.taken_at)}: it stands.")
    elif history.superseded:
        lines.append("Superseded: a newer version was shared, so nobody decides on this one any more.")
    elif not history.decisions:
        lines.append("Nobody has decided yet. r records what they say on the phone.")
    return lines


def _decided(decision: Decision, currency: str, place: int) -> str:
    who = one_line(decision.by, 60)
    if decision.recorded_by:
        who = f"{one_line(decision.recorded_by, 60)} recorded for {who}, {one_line(decision.how, 60)}:"
    words = [f"{clock_time(decision.at)} {who} {'changed it: ' if place else ''}{in_words(decision.choices.values())}"]
    words.append(show_money(decision.approved, currency))
    if decision.purchase_order:
        words.append(f"order {one_line(decision.purchase_order, 60)}")
    if decision.confirmed:
        words.append("confirmed by code")
    return ", ".join(words) + "."


def sums(history: History) -> list[str]:
    """The sums beneath the lines of a shared version: all of it, and what was approved."""
    version, decision = history.version, history.decision
    if decision is None:
        return [sum_line("", totals(version.lines), version.currency)]
    approved = approved_totals(version.lines, decision.choices)
    return [
        sum_line("all lines: ", totals(version.lines), version.currency),
        sum_line("approved: ", approved, version.currency),
    ]


def people(names: Sequence[str], every: bool = False) -> str:
    """Names as one says them: "Ana Silva and Ben Silva"."""
    shown = [one_line(name, 40) for name in names]
    if not shown:
        return "nobody"
    if not every and len(shown) > WAITING_SHOWN:
        return f"{shown[0]} and {len(shown) - 1} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
