"""Whose turn it is on a job, and since when (rule 36)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.jobs import Waiting
from domain.messages import Kind, Message, Party
from domain.text import fold

_PLAIN_THANKS = ("thanks", "thank you", "thx", "ok", "okay", "ok thanks", "ok thank you", "great", "perfect", "got it")
_THANKS = frozenset({*_PLAIN_THANKS, "👍", "🙏", "❤️", "👌"})
_REACTIONS = ("liked “", "loved “", "emphasized “", "laughed at “", "reacted ", 'liked "', 'loved "')


@dataclass(frozen=True, slots=True)
class Turn:
    """Who has the next word, and since when the oldest unanswered text stands."""

    on: Waiting = Waiting.NOBODY
    since: datetime | None = None


def is_thanks(body: str) -> bool:
    """Whether a customer's text only says thanks or reacts: it asks for nothing and does not ring."""
    words = fold(body).strip().rstrip("!. ")
    return words in _THANKS or words.startswith(_REACTIONS)


def next_turn(turn: Turn, message: Message, failed: bool = False) -> Turn:
    """The turn after one more message; `failed` when the text to the contact did not get there.

    A contact's message waits on the dispatcher, a person's text to the contact on the customer
    (back if it fails), a private question on the worker while the age still counts from the
    customer's text. Automatic texts and notes to nobody change nothing.
    """
    author = message.author.role
    if author in (Party.CONTACT, Party.PHONE):
        return _thanked(turn) if is_thanks(message.body) else _waits(Waiting.DISPATCHER, turn, message)
    if author is Party.SYSTEM or message.kind is Kind.ALERT:
        return turn
    if message.is_contact_message:
        return turn if failed else Turn(Waiting.CUSTOMER)
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
            if not is_thanks(message.body):
                waiting[author.contact_id] = None
        elif author.role is not Party.SYSTEM and message.kind is not Kind.ALERT:
            for person in message.recipients:
                waiting.pop(person.contact_id or 0, None)
    return tuple(waiting)


def _thanked(turn: Turn) -> Turn:
    """Thanks do not ring; a customer who says it owes no answer any more."""
    return Turn() if turn.on is Waiting.CUSTOMER else turn


def _waits(on: Waiting, turn: Turn, message: Message) -> Turn:
    unanswered = turn.on in (Waiting.DISPATCHER, Waiting.WORKER)
    return Turn(on, turn.since if unanswered and turn.since else message.at)
