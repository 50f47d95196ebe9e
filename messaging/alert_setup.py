"""Alerts > Setup: the rules of each template, tried on real jobs and past days before they are saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.account import Location
from domain.alerts import Event, Rule, first_rule, moved_mark, window_mark
from domain.errors import Refusal
from domain.final_text import final_text
from domain.hours import on_the_clock, reminder_at
from domain.links import PLACE
from domain.people import User, first_name
from domain.permissions import Act, demand
from domain.placeholders import fill_known, names_in
from domain.rule_checks import checked
from domain.segments import Count, count
from domain.telling import Addressee, Facts, Happening, Text, additions_of, boxes_of, texts_of, why_moot
from domain.wording import values_of

if TYPE_CHECKING:
    from storage.job_events import JobEvents, PastEvent
    from storage.reads import Reads
    from storage.rules import Rules
    from storage.threads import Threads

_GONE = "This job is not in your list any more. Choose another one."


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would text on a job if its event happened now (a reminder: at its time).

    `text` is that of the first phone, with `[link]` for an address that `count` and `cost` count whole.
    `why_not` says what keeps every text from going, "" if one goes.
    """

    text: str
    people: tuple[str, ...]
    why_not: str
    count: Count
    cost: str
    leaves: datetime


@dataclass(frozen=True, slots=True)
class DryText:
    """A text that a rule would have sent: on which job, when it happened, to whom, and when it would have left.

    `phone` is E.164, "" where nobody can be texted.
    """

    number: str
    at: datetime
    to: str
    text: str
    leaves: datetime
    why_not: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why an automatic text exists: what happened, by whom, and the rule's version with the values it used."""

    event: Event
    at: datetime
    by: str
    version: int
    wording: str
    values: Mapping[str, str]
    folded: str = ""


@dataclass(frozen=True, slots=True)
class QuickText:
    """What a quick action's form begins with. `recipients` are the composer's keys, `missing` still asks for values."""

    recipients: tuple[str, ...]
    text: str
    missing: tuple[str, ...] = ()


class AlertSetup:
    """The use cases behind Alerts > Setup. Safe from any thread; they raise Refusal with the field it belongs to."""

    def __init__(
        self, reads: Reads, threads: Threads, rules: Rules, events: JobEvents, clock: Callable[[], datetime]
    ) -> None:
        self.reads = reads
        self.threads = threads
        self.rules_kept = rules
        self.events = events
        self.clock = clock

    def templates(self, user: User) -> list[str]:
        """The job templates, those that are offered first."""
        demand(user, Act.SET_UP_ALERTS)
        return self.rules_kept.templates()

    def rules(self, user: User, template: str) -> list[Rule]:
        """One rule for each event, in their order; those never set up are off, with a text to begin from."""
        demand(user, Act.SET_UP_ALERTS)
        kept = self.rules_kept.of_template(template)
        return [kept.get(event) or first_rule(template, event) for event in Event]

    def update(self, user: User, rule: Rule) -> Rule:
        """Save a rule as its next version, for what happens from now on (rule 21)."""
        demand(user, Act.SET_UP_ALERTS)
        return self.rules_kept.keep(checked(rule, self._country(user)), user.name)

    def skipped(self, user: User, rule: Rule) -> list[tuple[str, str]]:
        """The jobs whose reminder was already past when this version was saved: number and reason (rule 21)."""
        demand(user, Act.SET_UP_ALERTS)
        return self.events.skipped(rule.template, rule.event, rule.version)

    def jobs_to_try(self, user: User, template: str, words: str = "") -> list[tuple[int, str]]:
        """Jobs of a template that hold all words, the newest first: id, and what to call them."""
        demand(user, Act.SET_UP_ALERTS)
        jobs = self.rules_kept.jobs_to_try(template, user.location_ids, words)
        return [(job.id, " · ".join(part for part in job[1:] if part)) for job in jobs]

    def preview(self, user: User, rule: Rule, job_id: int) -> Preview:
        """What this rule, saved or not, would text on a job."""
        demand(user, Act.SET_UP_ALERTS)
        facts = self.events.facts(job_id, user.name, user.location_ids)
        if facts is None:
            raise Refusal(_GONE)
        happening = self._imagined(rule, facts)
        if rule.event.is_quick_action:
            return _of_quick_action(rule, facts, happening.at)
        texts = texts_of(happening, rule, facts, happening.due_at)
        return _previewed(rule, texts, facts, happening.due_at, _why_never(rule, happening, facts, self.clock()))

    def dry_run(self, user: User, rule: Rule, day: date) -> list[DryText]:
        """The texts that this rule, saved or not, would have sent on a day (each location's own). Nothing is written.

        People, values and opt-outs are those of today. A quick action's rule sends nothing by itself.
        """
        demand(user, Act.SET_UP_ALERTS)
        look = self.events.reminded if rule.event is Event.REMINDER else self.events.recorded
        places = [place for place in self.reads.locations() if place.id in user.location_ids]
        rule = replace(rule, on=True)
        found = (
            []
            if rule.event.is_quick_action
            else [past for place in places for past in _once(look(rule, *_bounds(place, day), (place.id,)))]
        )
        texts = [dry for past in found for dry in _dry(past, rule)]
        return sorted(texts, key=lambda text: text.at)

    def why(self, user: User, job_id: int, message_id: int) -> Why | None:
        """Why an automatic text exists; None where this user may not see it, or no rule made it."""
        if self.threads.message(user, job_id, message_id) is None:
            return None
        told = self.events.told(message_id)
        if told is None:
            return None
        values = json.loads(told.found)["values"]
        return Why(told.event, told.at, told.by, told.version, told.wording, values, told.folded)

    def quick_action_text(self, user: User, job_id: int, event: Event) -> QuickText | None:
        """What the form of a quick action begins with; None where no rule is switched on for it (rule 17)."""
        job = self.threads.job(user, job_id)
        facts = self.events.facts(job_id, user.name, user.location_ids) if job else None
        if job is None or facts is None:
            raise Refusal("This job is not in your list any more. Go back to the list.")
        rule = self.rules_kept.of_template(job.template).get(event)
        if rule is None or not rule.on:
            return None
        people = [facts.people[box].contact for box in boxes_of(rule) if box in facts.people]
        names = [contact.name.split()[0] for contact in people[:1] if contact.name.split()]
        text = fill_known(rule.text, values_of(facts, names if len(people) == 1 else [""]))
        keys = tuple(dict.fromkeys(f"contact:{c.id}" for c in people if c.why_no_text() is None))
        return QuickText(keys, text, names_in(text))

    def _imagined(self, rule: Rule, facts: Facts) -> Happening:
        """The event of a rule as if it happened now; a reminder at its own time."""
        now = self.clock()
        if rule.event is Event.REMINDER and facts.window_start is not None:
            due = reminder_at(facts.window_start, rule.lead, facts.location.time_zone)
            return Happening(rule.event, due, due, window_mark(facts.window_start, None))
        window = window_mark(facts.window_start, facts.window_end)
        return Happening(rule.event, now, now, moved_mark("", window) if rule.event is Event.RESCHEDULED else "")

    def _country(self, user: User) -> str:
        """Whose national numbers a fixed number may be typed in: those of the user's first location."""
        places = self.reads.locations()
        mine = [place for place in places if place.id in user.location_ids]
        return next((place.country for place in [*mine, *places]), "US")


def _why_never(rule: Rule, happening: Happening, facts: Facts, now: datetime) -> str:
    """Why a reminder on this job would not go at all; other events are taken as if they happened."""
    if rule.event is not Event.REMINDER:
        return ""
    if facts.window_start is None:
        return "the job has no planned start"
    if happening.due_at <= now:
        return "its time is past already"
    return why_moot(happening, facts, now)


def _previewed(rule: Rule, texts: tuple[Text, ...], facts: Facts, at: datetime, never: str) -> Preview:
    going = [text for text in texts if text.goes]
    shown = next(iter(going or texts), None)
    body = shown.body if shown else rule.text
    people = tuple(_name(text) for text in (going or texts))
    why_not = never
    if not going and not never:
        why_not = "; ".join(dict.fromkeys(text.reason for text in texts)) or _nobody(rule)
    cost = _cost([_counted(text.body, facts) for text in going])
    return Preview(body, people, why_not, _counted(body, facts), cost, shown.leaves_at if shown else at)


def _of_quick_action(rule: Rule, facts: Facts, at: datetime) -> Preview:
    """A quick action's rule fills a form: what its text would be, and whom it would tick."""
    people = [facts.people[box] for box in boxes_of(rule) if box in facts.people]
    named = [first_name(person.contact.name) for person in people[:1] if person.contact.name.split()]
    words = fill_known(rule.text, values_of(facts, named or [""]))
    phones: dict[str, list[Addressee]] = {}
    for person in people:
        if person.contact.mobile and person.contact.why_no_text() is None:
            phones.setdefault(person.contact.mobile, []).append(person)
    texts = [final_text(words, additions_of(group, facts)) for group in phones.values()]
    body = texts[0] if texts else words
    names = tuple(dict.fromkeys(person.contact.name for person in people))
    cost = _cost([_counted(text, facts) for text in texts])
    return Preview(body, names, "" if people else _nobody(rule), _counted(body, facts), cost, at)


def _counted(text: str, facts: Facts) -> Count:
    """The parts of a text with an address as long as the one that it leaves with."""
    return count(text.replace(PLACE, facts.link_address))


def _nobody(rule: Rule) -> str:
    return "nobody is ticked that this job has" if rule.notifies_somebody else "nobody is ticked"


def _name(text: Text) -> str:
    return " and ".join(person.name for person in text.people)


def _cost(texts: Sequence[Count]) -> str:
    """What the carrier counts: parts × phones, added up."""
    parts = [max(1, text.parts) for text in texts]
    if not parts:
        return "no text is sent"
    return _parts(parts[0], len(parts)) if len(set(parts)) == 1 else f"{sum(parts)} parts to {len(parts)} phones"


def _parts(parts: int, phones: int) -> str:
    return f"{parts} part{'s' if parts > 1 else ''} × {phones} phone{'' if phones == 1 else 's'}"


def _bounds(place: Location, day: date) -> tuple[datetime, datetime]:
    """A day at a location, from midnight to midnight."""
    return (
        on_the_clock(day, time(0), place.time_zone),
        on_the_clock(day + timedelta(days=1), time(0), place.time_zone),
    )


def _once(found: list[PastEvent]) -> list[PastEvent]:
    """An event texts once per job, unless a person said to text again."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for past in found:
        key = (past.facts.number, past.happening.mark)
        if key not in seen or past.again:
            kept.append(past)
        seen.add(key)
    return kept


def _dry(past: PastEvent, rule: Rule) -> list[DryText]:
    happening, facts = past.happening, past.facts
    texts = texts_of(happening, rule, facts, happening.due_at)
    return [
        DryText(
            number=facts.number,
            at=happening.at,
            to=_name(text),
            text=text.body,
            leaves=text.leaves_at,
            why_not="" if text.goes else text.reason,
            phone=text.phone,
        )
        for text in texts
    ]
