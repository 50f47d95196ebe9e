"""When a message leaves its author's hands: at once, after the undo window, at a planned time, or for the hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.account import Account, Location
from domain.delivery import Channel, State
from domain.final_text import Additions
from domain.hours import leaves_at
from domain.messages import NewDelivery, Stage
from messaging.choices import Choice

ANSWERING = timedelta(hours=1)
"""A person's answer within this time of the customer's text is not held for the hour (rule 27)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants a message to leave.

    `at` plans it, None is now. `undo` is how long it can be called back. `reason` sends in quiet
    hours too. `needs_release`: a dispatcher must let it out. `heard` tells when each contact last
    wrote on this job. `quick`: one key sent it, so it can be called back also where no text leaves.
    """

    at: datetime | None = None
    undo: timedelta = timedelta(0)
    reason: str = ""
    needs_release: bool = False
    heard: Mapping[int, datetime] | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """The stage a new message begins in, when it leaves by itself, its deliveries, and why they wait.

    `added` is what each phone's text carries beside the words, in the order of the texts.
    """

    stage: Stage
    leaves_at: datetime | None
    deliveries: tuple[NewDelivery, ...]
    why: str = ""
    added: tuple[Additions, ...] = ()


def depart(chosen: Sequence[Choice], wish: Wish, account: Account, location: Location, now: datetime) -> Departure:
    """Plan how a message to these people leaves; one text for each phone, however many share it (rule 33)."""
    begin = max(now, wish.at) if wish.at else now
    texts = [(place, choice, *hour_of(choice, wish, account, location, begin)) for place, choice in _phones(chosen)]
    first = min((due for _, _, due, _ in texts), default=begin)
    stage, leaves = _stage(wish, bool(texts), first, begin, now)
    waits = stage is not Stage.OUT
    deliveries = []
    for place, choice, due, why in texts:
        leaves_then = max(due, leaves) if leaves else due
        held = waits or leaves_then > now
        use_by = None if stage is Stage.WAITING_RELEASE else leaves_then + account.use_by
        state = State.HELD if held else State.QUEUED
        assert choice.person.mobile is not None
        deliveries.append(NewDelivery(place, Channel.SMS, choice.person.mobile, state, leaves_then, use_by, why))
    desk = [
        NewDelivery(place, Channel.DESK, choice.person.name, State.WAITING, leaves or now)
        for place, choice in enumerate(chosen)
        if choice.channel is Channel.DESK
    ]
    whys = [why for _, _, _, why in texts if why]
    return Departure(stage, leaves, tuple(sorted((*deliveries, *desk), key=lambda d: d.recipient)), "; ".join(whys))


def depart_at_once(
    chosen: Sequence[Choice], wish: Wish, account: Account, location: Location, now: datetime
) -> tuple[NewDelivery, ...]:
    """The deliveries of a message that is out as soon as it is stored; only each text waits for its reader's hour."""
    deliveries = [
        NewDelivery(place, Channel.DESK, choice.person.name, State.WAITING, now)
        for place, choice in enumerate(chosen)
        if choice.channel is Channel.DESK
    ]
    for place, choice in _phones(chosen):
        due, why = hour_of(choice, wish, account, location, now)
        state = State.HELD if due > now else State.QUEUED
        assert choice.person.mobile is not None
        deliveries.append(NewDelivery(place, Channel.SMS, choice.person.mobile, state, due, due + account.use_by, why))
    return tuple(sorted(deliveries, key=lambda delivery: delivery.recipient))


def hour_of(choice: Choice, wish: Wish, account: Account, location: Location, begin: datetime) -> tuple[datetime, str]:
    """When a text to one contact may leave from `begin` on, and why later, in words."""
    heard = (wish.heard or {}).get(choice.person.contact_id or 0)
    answering = heard is not None and begin - heard <= ANSWERING
    if not account.holds or wish.reason or answering:
        return begin, ""
    due = leaves_at(begin, choice.zone or location.time_zone, location.quiet)
    return (due, f"quiet hours for {choice.person.name}") if due > begin else (begin, "")


def _stage(wish: Wish, texted: bool, first: datetime, begin: datetime, now: datetime) -> tuple[Stage, datetime | None]:
    if wish.needs_release:
        return Stage.WAITING_RELEASE, None
    if begin > now or first > begin:
        return Stage.HELD, first
    if (texted or wish.quick) and wish.undo:
        return Stage.RECALLABLE, now + wish.undo
    return Stage.OUT, None


def _phones(chosen: Sequence[Choice]) -> list[tuple[int, Choice]]:
    """The first recipient of each phone, with their place on the message."""
    phones: dict[str, tuple[int, Choice]] = {}
    for place, choice in enumerate(chosen):
        if choice.channel is Channel.SMS and choice.person.mobile:
            phones.setdefault(choice.person.mobile, (place, choice))
    return list(phones.values())
