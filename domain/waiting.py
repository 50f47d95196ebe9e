"""Whose turn it is on a job, and since when (rule 36)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from domain.jobs import Waiting
from domain.messages import Kind, Message, Party, Stage

_THANKS = frozenset(
    ("thanks", "thank you", "thanks a lot", "thx", "ok", "okay", "ok thanks", "ok thank you", "great", "great thanks")
) | {"perfect", "got it", "👍", "🙏", "❤", "👌"}
_REACTION = re.compile(
    r"(?:(?:liked|loved|disliked|emphasized|questioned|laughed at) |reacted \S+ to )[“\"].*[”\"]", re.DOTALL
)
_NO_ANSWER = frozenset({Kind.ALERT, Kind.DECISION})
"""Kinds of messages to a contact that answer no question of theirs."""
_TRIMMINGS = re.compile("[!.,\ufe0f\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True, slots=True)
class Turn:
    """Who has the next word, and since when somebody waits for it.

    `customer` tells whether `since` is a customer's text: a private question asked before it does not age it.
    """

    on: Waiting = Waiting.NOBODY
    since: datetime | None = None
    customer: bool = field(default=False, compare=False)


def is_thanks(body: str) -> bool:
    """Whether a customer's text only says thanks or reacts: it asks for nothing and does not ring."""
    words = " ".join(_TRIMMINGS.sub(" ", body.casefold()).split())
    return words in _THANKS or _REACTION.fullmatch(body.casefold().strip()) is not None


def next_turn(turn: Turn, message: Message, failed: bool = False) -> Turn:
    """The turn after one more message; `failed` when the text to the contact did not get there.

    A contact's message waits on the dispatcher, a person's text to the contact on the customer
    (back if it fails), a private question on the worker while the age still counts from the
    customer's text, a worker's text to the contact on the dispatcher until it is released. A decision
    that a dispatcher wrote down is the customer's word, told already: nobody waits for it any more.
    Automatic texts and notes to nobody change nothing, nor does what never went out.
    """
    author = message.author.role
    if author in (Party.CONTACT, Party.PHONE):
        return turn if _asks_nothing(message) else _asked(turn, message)
    if author is Party.SYSTEM or message.kind is Kind.ALERT:
        return turn
    if message.kind is Kind.DECISION:
        return Turn() if turn.on is Waiting.CUSTOMER else turn
    if message.stage is Stage.WAITING_RELEASE:
        return _waits(Waiting.DISPATCHER, turn, message)
    if message.is_contact_message:
        return turn if failed or message.stage is not Stage.OUT else Turn(Waiting.CUSTOMER)
    if author is Party.WORKER:
        return _waits(Waiting.DISPATCHER, turn, message)
    if any(p.role is Party.WORKER for p in message.recipients):
        return _waits(Waiting.WORKER, turn, message)
    return turn


def unanswered(messages: Iterable[Message]) -> tuple[int, ...]:
    """The contacts whose last text nobody has answered yet, by id; `messages` oldest first (rule 39)."""
    waiting: dict[int, None] = {}
    for message in messages:
        author = message.author
        if author.role is Party.CONTACT and author.contact_id:
            if not _asks_nothing(message):
                waiting[author.contact_id] = None
        elif author.role is not Party.SYSTEM and message.kind not in _NO_ANSWER and message.stage is Stage.OUT:
            for person in message.recipients:
                waiting.pop(person.contact_id or 0, None)
    return tuple(waiting)


def _asks_nothing(message: Message) -> bool:
    """Whether a contact's message only says thanks; an "ok" that staff are told something about is more (rule 35)."""
    return is_thanks(message.body) and not message.notice


def _asked(turn: Turn, message: Message) -> Turn:
    """A customer's text: the age counts from their oldest one that nobody has answered."""
    if turn.on in (Waiting.DISPATCHER, Waiting.WORKER) and turn.customer and turn.since:
        return Turn(Waiting.DISPATCHER, turn.since, customer=True)
    return Turn(Waiting.DISPATCHER, message.at, customer=True)


def _waits(on: Waiting, turn: Turn, message: Message) -> Turn:
    if turn.on in (Waiting.DISPATCHER, Waiting.WORKER) and turn.since:
        return Turn(on, turn.since, turn.customer)
    return Turn(on, message.at)
