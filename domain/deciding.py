"""Deciding on an estimate: what comes in, what becomes of it, and how it reads in the conversation without amounts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import Refusal
from domain.estimates import LONGEST_ORDER, Choice, Deciding, Decision, in_words, storable
from domain.messages import NewDelivery, Person
from domain.people import first_name

CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5
CODES_AN_HOUR = 3
"""How many codes one link may have texted within an hour."""
CALLED_OFF = "This job was called off, so that nothing more can be decided on it here. Call us."
LESS_THAN_NOTHING = "What you approve comes to less than nothing: a discount goes with the work it is for."
LONGEST_HOW = 60
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Submitted:
    """A decision as it comes in, by a contact's link or written down by a dispatcher.

    `form_id` was made once where the form was shown and names its link or its desk, so that a double
    post is known again. `recorder` is the dispatcher who writes down what the contact said, `how` the
    way they said it; `deliveries` texts the contact about that (recipient 0).
    """

    job_id: int
    contact_id: int
    deciding: Deciding
    form_id: str
    link_id: int | None = None
    address: str = ""
    recorder: Person | None = None
    how: str = ""
    deliveries: tuple[NewDelivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision is stored and counts. `repeated`: it had been stored before, nothing was added."""

    decision: Decision
    number: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """Nothing is stored yet: a code was texted and must be typed, together with the same choices (rule 52).

    `to` is the end of the number it went to, `until` when it ends, `tries_left` how often it may still
    be typed wrong (0: it is of no use any more). `problem` says what was wrong with the code that was
    typed, "" where none was. `may_ask`: another one may be asked for now.
    """

    to: str
    until: datetime
    tries_left: int
    problem: str = ""
    may_ask: bool = True


@dataclass(frozen=True, slots=True)
class Superseded:
    """Nothing is stored: it was not the newest version, or not as it stands. `number` is that of the newest one."""

    number: int


@dataclass(frozen=True, slots=True)
class DecidedByAnother:
    """Nothing is stored: somebody else decided first, and only they may change it (rule 51)."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class DecidedMeanwhile:
    """Nothing is stored: a decision in the same person's name came after the form was shown, and it counts."""

    decision: Decision


Outcome = Decided | CodeNeeded | Superseded | DecidedByAnother | DecidedMeanwhile


def confirmed_part(version_id: int, digest: str, choices: Mapping[int, Choice]) -> str:
    """What a code confirms: SHA-256 over the version as it was shown and the choice on each of its lines."""
    chosen = sorted((line, choice.value) for line, choice in choices.items())
    parts = json.dumps([version_id, digest, chosen], separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()


def checked_order(typed: str) -> str:
    """A purchase order as it is kept, "" for none; Refusal with field "purchase_order" where it is too long."""
    order = " ".join(storable(typed).split())
    if len(order) > LONGEST_ORDER:
        raise Refusal(
            f"A purchase order number of {len(order)} characters is too long: {LONGEST_ORDER} is the most.",
            "purchase_order",
        )
    return order


def checked_how(typed: str) -> str:
    """How somebody told their decision, as it is kept ("by phone"); Refusal with field "how"."""
    how = " ".join(storable(typed).split())
    if not how:
        raise Refusal("Say how they told you: by phone, at the counter …", "how")
    if len(how) > LONGEST_HOW:
        raise Refusal(f"How they told you is longer than {LONGEST_HOW} characters. Shorten it.", "how")
    return how


def checked_note(typed: str) -> str:
    """The note on an estimate as it is kept; Refusal with field "note" where it is too long."""
    note = storable(typed).strip()
    if len(note) > LONGEST_NOTE:
        raise Refusal(f"{len(note):,} characters are too many for the note: {LONGEST_NOTE:,} is the most.", "note")
    return note


def decision_words(number: int, choices: Mapping[int, Choice], order: str) -> str:
    """A decision as everybody on the job may read it, without who made it: never an amount (rules 9, 50)."""
    words = f"{in_words(choices.values())} of estimate {number}."
    return f"{words} Order: {order}" if order else words


def message_words(by: str, words: str, recorder: str = "", how: str = "", changed: bool = False) -> str:
    """What stands in the conversation; contacts read it too, so the recorder is named by first name alone (rule 9).

    `changed`: it takes the place of an earlier decision.
    """
    said = f"changed the decision: {words}" if changed else words
    return f"Recorded by {first_name(recorder)} for {by}, {how}: {said}" if recorder else f"{by} {said}"
