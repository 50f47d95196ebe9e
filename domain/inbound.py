"""What a text that came in says, who wrote it, and for whom it is."""

import re
from collections.abc import Sequence

from domain.messages import DISPATCH, Kind, Message, Party, Person
from domain.optout import Keyword, keyword, may_mean_the_job

SAYS_YES = "Says yes by text; that decides nothing. V records it on their behalf."
"""The notice on a text that looks like an approval (rule 35)."""
NOT_ANSWERED = "Asks for their link and got no automatic answer: L, then s sends it."
"""The notice on such a text where the program may not answer now: once an hour is the most."""
LINK = "link"
"""A whole text of this word asks for the link to the page, in any case."""

_SAME_PHONE = " (same phone)"
_YES = frozenset(
    ("yes", "yes please", "yep", "yeah", "yup", "y", "ok", "okay", "k", "sure", "fine", "agreed", "agree", "go ahead")
) | {
    *("approved", "approve", "i approve", "we approve", "accepted", "accept", "i accept", "confirmed", "confirm"),
    *("do it", "please do", "proceed", "please proceed", "sounds good", "all good", "good to go", "absolutely"),
    *("si", "sí", "oui", "ja", "👍", "✅", "👌"),
}
_LONGEST_YES = max(len(phrase.split()) for phrase in _YES)
_BUT = frozenset(("not", "no", "don't", "dont", "but", "except", "unless", "without", "if", "what", "when", "how"))
_FEW_WORDS = 8
_TRIMMINGS = re.compile("[!.,;:\"“”'()\ufe0f\U0001f3fb-\U0001f3ff]")
_LIKED = re.compile(r"(?:(?:liked|loved) |reacted (?:👍|❤️?|✅|👌)\S* to )[“\"].*[”\"]", re.DOTALL)


def says_yes(body: str) -> bool:
    """Whether a text reads like an approval: a few words that begin with a yes and take nothing of it back."""
    text = body.casefold().replace("’", "'").strip()
    if _LIKED.fullmatch(text):
        return True
    words = _TRIMMINGS.sub(" ", text.replace("don't", "dont")).split()
    if not words or len(words) > _FEW_WORDS or "?" in text or _BUT.intersection(words):
        return False
    return any(" ".join(words[:length]) in _YES for length in range(1, _LONGEST_YES + 1))


def asks_for_link(body: str) -> bool:
    """Whether a whole text asks for the link to the page."""
    return " ".join(_TRIMMINGS.sub(" ", body.casefold()).split()) == LINK


def notice_of(body: str, awaits_approval: bool, stopped: bool) -> str:
    """What staff are told about a text. `stopped`: the phone had opted out before it came.

    "Yes" is also a word that opts in again: of a phone that had not opted out it is only a yes.
    """
    word = keyword(body)
    if word is Keyword.STOP and may_mean_the_job(body):
        return "Opted out; may have meant the job: call. Only START from that phone undoes it."
    if word is Keyword.STOP:
        return "Opted out. No more texts to this phone until it sends START."
    yes = awaits_approval and says_yes(body)
    back = "Takes texts again." if word is Keyword.START and (stopped or not yes) else ""
    return " ".join(part for part in (SAYS_YES if yes else "", back) if part)


def author_of(people: Sequence[Person], phone: str) -> Person:
    """The contact behind a phone; where several share it all their names, filed under the first one (rule 33)."""
    if not people:
        return Person(Party.PHONE, phone, mobile=phone)
    first = people[0]
    names = " or ".join(person.name for person in people)
    name = first.name if len(people) == 1 else f"{names}{_SAME_PHONE}"
    return Person(Party.CONTACT, name, contact_id=first.contact_id, mobile=phone)


def is_shared(name: str) -> bool:
    """Whether an author's name stands for several people on one phone."""
    return name.endswith(_SAME_PHONE)


def next_author(people: Sequence[Person], now: Person, phone: str) -> Person | None:
    """Who else of those who share a phone may have written a text; None where nobody else can have.

    One after the other: what was filed under one of two goes to the other one with one step.
    """
    ids = [person.contact_id for person in people]
    at = ids.index(now.contact_id) if now.contact_id in ids else -1
    found = people[(at + 1) % len(people)] if people else None
    if found is None or (found.contact_id == now.contact_id and found.name == now.name):
        return None
    return Person(Party.CONTACT, found.name, contact_id=found.contact_id, mobile=phone)


def addressed_to(answered: Message | None, worker: Person | None) -> tuple[Person, ...]:
    """For whom a contact's text is: the author of what it answers (for an alert: Dispatch), and the worker (rule 8).

    `worker` is None where the worker of the job is not to see it.
    """
    first = DISPATCH
    if answered is not None and answered.kind is not Kind.ALERT and answered.author.role is Party.DISPATCHER:
        first = answered.author
    return (first, worker) if worker is not None else (first,)
