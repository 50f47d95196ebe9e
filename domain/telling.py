"""What is texted to whom when an event of a job is told: decided from facts alone, nothing is read or written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.account import Account, Location
from domain.alerts import BEFORE_START, Box, Event, Rule, window_mark, window_of
from domain.delivery import State
from domain.final_text import Additions, counted_text, final_text, invitation
from domain.hours import leaves_at
from domain.jobs import Status
from domain.messages import MAX_BODY, Party, Person
from domain.people import Contact, first_name
from domain.phone import tail
from domain.placeholders import Unfillable, fill, fill_known
from domain.wording import values_of

_UNDER_WAY = frozenset({Status.STARTED, Status.AWAITING_APPROVAL, Status.READY})
_STATUSES = {
    Event.ON_THE_WAY: (frozenset({Status.ON_THE_WAY}), "the worker is not on the way any more"),
    Event.STARTED: (_UNDER_WAY, "the work is not under way any more"),
    Event.COMPLETED: (frozenset({Status.COMPLETED}), "the job is not completed any more"),
    Event.CANCELLED: (frozenset({Status.CANCELLED}), "the job is not cancelled any more"),
}
"""The statuses in which an event is still true, and why it is not in others."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A contact in one of a job's boxes.

    `stated`: consent for their number is on record. `invited`: an earlier text on this job told them
    who writes and how to stop.
    """

    contact: Contact
    stated: bool = True
    invited: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a job at the moment when something is told about it.

    `link_address` is as long as that of a contact's link, "" where texts carry none.
    """

    number: str
    title: str
    asset: str
    address: str
    customer: str
    status: Status
    location: Location
    account: Account
    worker: str = ""
    dispatcher: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    people: Mapping[Box, Addressee] = field(default_factory=dict)
    link_address: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a job: when it happened, and when it is to be told. `mark` as in `domain.alerts`."""

    event: Event
    at: datetime
    due_at: datetime
    mark: str = ""
    overtaken: bool = False
    """The job went on its way, or was started, after this happened."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text to one phone. `state` is QUEUED, HELD, or how it failed before it began; `reason` says why.

    `phone` is E.164, "" where nobody can be texted. `words` stand in the conversation, `body` is the
    text as it would leave now (`domain.final_text`). `private`: the words could not be filled in, so
    that they are for dispatchers alone.
    """

    people: tuple[Person, ...]
    boxes: tuple[Box, ...]
    phone: str
    words: str
    body: str
    values: Mapping[str, str]
    state: State
    leaves_at: datetime
    use_by: datetime
    reason: str = ""
    private: bool = False

    @property
    def goes(self) -> bool:
        """Whether it leaves, now or when its hour comes."""
        return self.state in (State.QUEUED, State.HELD)

    @property
    def key(self) -> str:
        """What tells this text from others of the same event: its phone, else its people."""
        if self.phone:
            return self.phone
        who = (f"{person.contact_id or box}" for person, box in zip(self.people, self.boxes, strict=False))
        return f"nobody:{','.join(who)}"


@dataclass(frozen=True, slots=True)
class _Group:
    """The people that one text is for; a failed one stands alone."""

    people: tuple[Addressee, ...]
    boxes: tuple[Box, ...]
    phone: str
    reason: str = ""


def why_moot(happening: Happening, facts: Facts, now: datetime) -> str:
    """Why an event is not worth telling any more, "" while it is true (rule 18)."""
    event = happening.event
    if event in _STATUSES:
        statuses, why = _STATUSES[event]
        return "" if facts.status in statuses else why
    if facts.status.closes:
        return "the job was closed"
    if event is Event.ASSIGNED:
        return "" if facts.worker else "the job has no worker any more"
    if event is Event.RESCHEDULED:
        return _why_not_rescheduled(happening, facts)
    return _why_no_reminder(happening, facts, now) if event is Event.REMINDER else ""


def _why_not_rescheduled(happening: Happening, facts: Facts) -> str:
    if window_of(happening.mark) != window_mark(facts.window_start, facts.window_end):
        return "the job was moved again"
    return "the job went on meanwhile" if happening.overtaken else ""


def _why_no_reminder(happening: Happening, facts: Facts, now: datetime) -> str:
    if facts.window_start is None or happening.mark != window_mark(facts.window_start, None):
        return "the job was moved"
    if facts.status not in BEFORE_START:
        return "the worker is on the job already"
    return "" if now < facts.window_start else "the planned start has passed"


def texts_of(
    happening: Happening, rule: Rule, facts: Facts, now: datetime, only: Collection[Box] | None = None
) -> tuple[Text, ...]:
    """The texts of one event, one for each phone, those that cannot go included.

    `only` keeps to some of the rule's boxes. Nothing at all where just the ad hoc box is ticked and
    the job has no such number.
    """
    ticked = [box for box in boxes_of(rule) if only is None or box in only]
    groups = _groups(ticked, rule, facts)
    return tuple(_text(group, happening, rule, facts, now, groups) for group in groups)


def boxes_of(rule: Rule) -> tuple[Box, ...]:
    """The boxes that a rule ticks."""
    ticks = (
        (Box.SITE, rule.to_site),
        (Box.BILLING, rule.to_billing),
        (Box.AD_HOC, rule.to_ad_hoc),
        (Box.FIXED, bool(rule.fixed_number)),
    )
    return tuple(box for box, ticked in ticks if ticked)


def _groups(ticked: Sequence[Box], rule: Rule, facts: Facts) -> list[_Group]:
    people: dict[int, tuple[Addressee, list[Box]]] = {}
    for box in ticked:
        if (found := facts.people.get(box)) is not None:
            people.setdefault(found.contact.id, (found, []))[1].append(box)
    failed, phones = [], dict[str, _Group]()
    for person, boxes in people.values():
        reason = _why_not(person, facts)
        mobile = person.contact.mobile or ""
        group = _Group((person,), tuple(boxes), mobile, reason)
        if reason:
            failed.append(group)
        elif mobile in phones:
            known = phones[mobile]
            phones[mobile] = replace(known, people=known.people + group.people, boxes=known.boxes + group.boxes)
        else:
            phones[mobile] = group
    if Box.FIXED in ticked and rule.fixed_number not in phones:
        phones[rule.fixed_number] = _Group((), (Box.FIXED,), rule.fixed_number, _why_no_number(facts.location))
    if not phones and not failed:
        missing = [box for box in ticked if box in (Box.SITE, Box.BILLING)]
        failed = [_Group((), (box,), "", f"this job has no {box.words}") for box in missing]
    return [*phones.values(), *failed]


def _why_not(person: Addressee, facts: Facts) -> str:
    why = person.contact.why_no_text() or ""
    if not why and not person.stated:
        why = "nobody has stated that this number may be texted; save the number on the contact again"
    return why or _why_no_number(facts.location)


def _why_no_number(location: Location) -> str:
    return "" if location.numbers else f"{location.name} has no number to text from"


def _text(
    group: _Group, happening: Happening, rule: Rule, facts: Facts, now: datetime, groups: Iterable[_Group]
) -> Text:
    # The copy for a fixed number speaks of the contact that the text itself is for.
    named = group.people or next((g.people for g in groups if g.people), ())
    values = values_of(facts, [_first_name(person.contact) for person in named])
    reason, private = group.reason, False
    try:
        words = fill(rule.text, values)
    except Unfillable as missing:
        words, private = fill_known(rule.text, values), True
        reason = reason or _unfilled(missing.names)
    if not group.people:  # a copy for a number that is no contact carries the words alone
        words = final_text(words, Additions())
    added = Additions() if private or not group.people else additions_of(group.people, facts)
    if not reason and len(counted_text(words, added).encode("utf-16-le")) // 2 > MAX_BODY:
        reason, private = f"filled in, it is longer than the {MAX_BODY:,} characters of a text", True
    leaves, use_by, late = _hour(group, happening, rule, facts, now)
    state = State.HELD if leaves > now else State.QUEUED
    if reason:
        state = State.BLOCKED
    elif late:
        state, reason = State.EXPIRED, late
    elif state is State.HELD:
        reason = f"quiet hours in {_zone(group, facts)}"
    return Text(
        people=_people(group),
        boxes=group.boxes,
        phone=group.phone,
        words=words,
        body=words if private else final_text(words, added),
        values=values,
        state=state,
        leaves_at=leaves if state is State.HELD else now,
        use_by=use_by,
        reason=reason,
        private=private,
    )


def additions_of(people: Sequence[Addressee], facts: Facts) -> Additions:
    """What the text of these people carries beside the rule's words; a job's tag is added when it leaves."""
    strangers = [person for person in people if not person.invited]
    return Additions(
        invites=invitation(facts.location.name, facts.number) if strangers else "",
        wish=any(not person.contact.email for person in strangers),
        linked=bool(facts.link_address),
        address=facts.link_address,
    )


def _people(group: _Group) -> tuple[Person, ...]:
    if group.people:
        contacts = [person.contact for person in group.people]
        return tuple(Person(Party.CONTACT, c.name, contact_id=c.id, mobile=c.mobile) for c in contacts)
    if group.phone:
        return (Person(Party.PHONE, f"Fixed number {tail(group.phone)}", mobile=group.phone),)
    return (Person(Party.CONTACT, f"No {group.boxes[0].words}"),)


def _first_name(contact: Contact) -> str:
    """A one-time contact is a number on a job: nobody knows its name."""
    return "" if contact.one_time else first_name(contact.name)


def _unfilled(names: Sequence[str]) -> str:
    found = [f"{{{name}}}" for name in names]
    words = found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
    return f"{words} {'has' if len(found) == 1 else 'have'} no value on this job"


def _zone(group: _Group, facts: Facts) -> str:
    return next((p.contact.time_zone for p in group.people if p.contact.time_zone), facts.location.time_zone)


def _hour(
    group: _Group, happening: Happening, rule: Rule, facts: Facts, now: datetime
) -> tuple[datetime, datetime, str]:
    """When a text may leave, until when, and why it is too late already ("" if it is not)."""
    usual = facts.account.use_by
    first = _open_from(group, happening.due_at, rule, facts)
    leaves = first if first > now else _open_from(group, now, rule, facts)
    if rule.use_by is not None:
        last, why = happening.at + rule.use_by, "it could not leave within the use-by time of this alert"
    else:
        last, why = leaves + usual, ""
    if happening.event is Event.REMINDER and facts.window_start is not None and facts.window_start <= last:
        last, why = facts.window_start, "it could not leave before the planned start"
    if rule.use_by is None and now - first > usual:
        return leaves, last, "nothing was running when it was due; it is too old now"
    reached = leaves >= last if happening.event is Event.REMINDER else leaves > last
    return leaves, last, why if reached else ""


def _open_from(group: _Group, moment: datetime, rule: Rule, facts: Facts) -> datetime:
    """The first moment from there on outside everybody's quiet hours (rule 27)."""
    if not (rule.quiet and facts.account.holds):
        return moment
    zones = {p.contact.time_zone or facts.location.time_zone for p in group.people} or {facts.location.time_zone}
    for _ in range(8):  # what opens in one zone may be closed in another one's
        moment = max(leaves_at(moment, zone, facts.location.quiet) for zone in zones)
    return moment
