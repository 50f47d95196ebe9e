"""What a text finally says: the words of its message, with what is added for the one who gets it.

It is put together when the text leaves, so that everything in it is true then (rule 18); the composer
counts the same text before.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.links import PLACE, address_like, with_address
from domain.messages import Kind, Party
from domain.routing import tag_of
from domain.wording import joined

_ALWAYS_LINKED = frozenset({Kind.ALERT, Kind.QUICK_ACTION, Kind.DECISION})


@dataclass(frozen=True, slots=True)
class Additions:
    """What stands in one person's text beside the words of the message.

    `said_by` is the contact who wrote it to another one (rule 12), `tag` tells replies apart while the
    phone has several open jobs (rule 29). `invites` is the sentence of a first text on a job, "" for
    later ones, and `wish` asks for an email address, of which none is on file (rule 24). `linked`: the
    text carries that person's link; `may_link`: it stays where somebody put it into the words.
    `address` is as long as theirs, for counting only.
    """

    said_by: str = ""
    tag: str = ""
    invites: str = ""
    wish: bool = False
    linked: bool = False
    may_link: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class LeavingWords:
    """What stands in no database and is put into a text when it leaves (rule 25).

    `worker_link` gives the address of a worker's link, `contact_link` that of a contact's link, open at
    a message; both "" where no link may go out. `code` gives the digits of an approval code.
    """

    worker_link: Callable[[int], str] = lambda _link: ""
    contact_link: Callable[[int, int | None], str] = lambda _link, _message: ""
    code: Callable[[int], str] = lambda _code: ""
    links_out: Callable[[], bool] = lambda: False
    """Whether texts carry links at all."""


def final_text(words: str, added: Additions) -> str:
    """The text as it is stored, with `[link]` where the address goes when it leaves."""
    text = f"{added.said_by}: {words}" if added.said_by else words
    if added.tag:
        text = f"{text} ({added.tag})"
    here = added.linked and PLACE not in words
    if added.invites:
        text = joined(text, f"{added.invites}{_about_page(added, here)}")
    elif here:
        text = f"{text} {PLACE}"
    return text if added.linked or added.may_link else with_address(text, "")


def counted_text(words: str, added: Additions) -> str:
    """The text as long as it will be, for counting its parts before it leaves."""
    return final_text(words, added).replace(PLACE, added.address)


def is_linked(kind: Kind, author: Party, invites: bool, typed_too: bool) -> bool:
    """Whether a text carries its reader's link: automatic ones, quick actions and first texts always.

    So does what another contact wrote, since an answer by text does not reach them. `typed_too`: the
    location wants it on typed messages as well.
    """
    return kind in _ALWAYS_LINKED or author is Party.CONTACT or invites or typed_too


def invitation(place: str, number: str) -> str:
    """Who writes, on which job, and how to stop (rule 24); without its full stop."""
    return f"{place} writes to you here about job {number}; text STOP to get no more"


def tag_words(job_id: int, asset: str) -> str:
    """A job's tag beside its asset's name: "Pump 7 #07"."""
    return f"{' '.join(asset.split())} {tag_of(job_id)}".strip()


def like_address(base: str, link_id: int, message_id: int) -> str:
    """What stands for an address in counting, "" where no link goes out."""
    return address_like(base, link_id, message_id) if base else ""


def _about_page(added: Additions, here: bool) -> str:
    """How the invitation ends: with the page, and with the wish for an email address."""
    if here:
        return f". Your page, where you can add your email: {PLACE}" if added.wish else f". Your page: {PLACE}"
    if added.wish:
        return ". Please add your email on your page." if added.linked else ", and please tell us your email address."
    return "."
