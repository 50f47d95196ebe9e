"""Two contacts of one customer that are the same person: which values the one that stays will have."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from domain.contacts import ContactForm
from domain.text import fold

FIELDS = ("name", "title", "email", "mobile", "sms_on", "email_on", "one_time", "time_zone")
"""What is chosen one by one; groups are never chosen: the one that stays is in all of both."""


class Side(StrEnum):
    """Whose value is taken."""

    KEPT = "kept"
    GONE = "gone"


Choices = Mapping[str, Side]


@dataclass(frozen=True, slots=True)
class Moves:
    """What goes over to the contact that stays, as far as the viewer may know."""

    jobs: int = 0
    messages: int = 0
    links: int = 0
    consents: int = 0
    decisions: int = 0

    @property
    def words(self) -> str:
        """The counts in words: "2 jobs, 1 message"; "nothing" where there is none."""
        named = (
            (self.jobs, "job"),
            (self.messages, "message"),
            (self.links, "link"),
            (self.consents, "consent"),
            (self.decisions, "estimate decision"),
        )
        return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in named if count) or "nothing"


def proposed(kept: ContactForm, gone: ContactForm) -> dict[str, Side]:
    """The choice to begin with: the one that stays, except where only the other says something.

    SMS that is off for one of them stays off, and whoever is no one-time contact stays one: nobody is
    texted, and nobody disappears from the picker, by a merge that was not looked at.
    """
    sides = dict.fromkeys(FIELDS, Side.KEPT)
    for name in ("title", "email", "mobile", "time_zone"):
        if not getattr(kept, name) and getattr(gone, name):
            sides[name] = Side.GONE
    sides["email_on"] = sides["email"]
    if kept.sms_on and not gone.sms_on:
        sides["sms_on"] = Side.GONE
    if kept.one_time and not gone.one_time:
        sides["one_time"] = Side.GONE
        sides["name"] = Side.GONE  # a one-time contact is called after its number
    return sides


def differing(kept: ContactForm, gone: ContactForm) -> tuple[str, ...]:
    """The fields in which there is something to choose."""
    return tuple(name for name in FIELDS if getattr(kept, name) != getattr(gone, name))


def merged_form(kept: ContactForm, gone: ContactForm, choices: Choices) -> ContactForm:
    """The values of the contact that stays; what is not chosen stays as it is there."""
    taken: dict[str, Any] = {
        name: getattr(gone if choices.get(name, Side.KEPT) is Side.GONE else kept, name) for name in FIELDS
    }
    both = {fold(group): group for group in (*gone.groups, *kept.groups)}
    return replace(kept, **taken, groups=tuple(sorted(both.values(), key=fold)))
