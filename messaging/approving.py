"""A contact decides on an estimate, line by line, on their page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from domain.deciding import (
    CALLED_OFF,
    CodeNeeded,
    Decided,
    DecidedByAnother,
    DecidedMeanwhile,
    Outcome,
    Submitted,
    Superseded,
)
from domain.estimates import Choice, Deciding, Decision, History, Version, approved_totals, storable
from domain.links import code_fits
from domain.people import first_name
from messaging.contact_links import ContactVisitor

if TYPE_CHECKING:
    from storage.estimates import Estimates

_LONGEST_ID = 100

__all__ = [
    "Approving",
    "CodeNeeded",
    "Decided",
    "DecidedByAnother",
    "DecidedMeanwhile",
    "Outcome",
    "Shown",
    "Superseded",
]


@dataclass(frozen=True, slots=True)
class Shown:
    """What one contact may see of a job's estimate: the newest version that was shared with them, and older ones.

    Staff stand in it by first name alone (rule 9), and of others' decisions no link and no network
    address. `older` is newest first. `mine`: the decision that counts is this contact's own.
    `why_closed` is the sentence why they cannot decide now, "" where they can (or change what they
    decided). `approve_up_to` is what the link alone approves, in minor units (rule 52); `why_no_code` is
    the reason why no code can be texted to them, "" where one can. `call` is the number to call, "" for none.
    """

    job_number: str
    history: History
    older: tuple[History, ...] = ()
    mine: bool = False
    why_closed: str = ""
    approve_up_to: int = 0
    why_no_code: str = ""
    call: str = ""

    @property
    def version(self) -> Version:
        """The version itself; its digest belongs into the form."""
        return self.history.version

    @property
    def decision(self) -> Decision | None:
        """The decision that counts, whoever's it is."""
        return self.history.decision

    @property
    def seen(self) -> int:
        """The decision that a form made now replaces: it belongs into the form, 0 for none."""
        return self.decision.id if self.decision else 0

    @property
    def is_open(self) -> bool:
        """Whether this contact may decide now, or change what they decided."""
        return not self.why_closed

    def needs_code(self, choices: Mapping[int, Choice]) -> bool:
        """Whether these choices approve more than the link alone may."""
        return approved_totals(self.version.lines, choices).total > self.approve_up_to


class Approving:
    """The use cases of the estimate page. `key` is the one for links and codes, kept outside the database."""

    def __init__(self, estimates: Estimates, clock: Callable[[], datetime], key: bytes) -> None:
        self.estimates = estimates
        self.clock = clock
        self.key = key

    def shown(self, visitor: ContactVisitor) -> Shown | None:
        """What this contact sees; None where no version was shared with them, and then they see no amount."""
        contact_id, job_id = visitor.viewer.contact_id, visitor.viewer.job_id
        theirs = [history for history in self._left(job_id) if contact_id in history.version.recipients]
        if not theirs:
            return None
        newest, *older = (_for_contact(history, contact_id) for history in reversed(theirs))
        terms = self.estimates.terms(job_id, contact_id, newest.version.currency)
        decision = newest.decision
        return Shown(
            job_number=terms.job_number,
            history=newest,
            older=tuple(older),
            mine=decision is not None and decision.contact_id == contact_id,
            why_closed=_why_closed(newest, contact_id) or (CALLED_OFF if terms.called_off else ""),
            approve_up_to=terms.approve_up_to,
            why_no_code=terms.why_no_code,
            call=terms.call,
        )

    def teaser(self, visitor: ContactVisitor) -> str:
        """For whom the newest version is not: "Estimate 2 went to Ana Silva." without amounts, else "" (rule 50)."""
        left = self._left(visitor.viewer.job_id)
        if not left or visitor.viewer.contact_id in left[-1].version.recipients:
            return ""
        newest = left[-1]
        words = f"Estimate {newest.version.number} went to {_names(newest.version.sent_to)}."
        return f"{words} {newest.decision.by} has decided on it." if newest.decision else words

    def decide(
        self,
        visitor: ContactVisitor,
        deciding: Deciding,
        form_id: str,
        address: str,
        code: str = "",
        another_code: bool = False,
    ) -> Outcome:
        """Decide on what was shown: every line needs a choice, and the version and digest must be the newest.

        `form_id` was made once where the form was shown: posted twice, it makes one decision. `address`
        is the network address it came from, kept as evidence. Above the location's amount a code is
        texted (CodeNeeded); the same choices come again with the `code`, or ask for `another_code`.
        Raises Refusal with field "choices", "purchase_order" or "code", or None where nothing can be decided.
        """
        typed = "".join(code.split())
        submitted = Submitted(
            job_id=visitor.viewer.job_id,
            contact_id=visitor.viewer.contact_id,
            deciding=deciding,
            form_id=f"link {visitor.link.id} {storable(form_id[:_LONGEST_ID])}",
            link_id=visitor.link.id,
            address=storable(address[:_LONGEST_ID]),
        )
        fits = (lambda row: code_fits(self.key, row, typed)) if typed else None
        outcome = self.estimates.decide(submitted, fits, another_code)
        if isinstance(outcome, DecidedByAnother):
            return DecidedByAnother(_seen_by(outcome.decision, visitor.viewer.contact_id))
        if isinstance(outcome, DecidedMeanwhile):
            return DecidedMeanwhile(_seen_by(outcome.decision, visitor.viewer.contact_id))
        return outcome

    def _left(self, job_id: int) -> list[History]:
        """The versions that somebody may see by now, oldest first."""
        versions = self.estimates.history(job_id)
        return [h for h in versions if not h.version.is_draft and not h.version.on_its_way]


def _for_contact(history: History, contact_id: int) -> History:
    """A version with its decisions as a contact may see them."""
    version = history.version
    return History(
        replace(version, made_by=first_name(version.made_by), taken_by=first_name(version.taken_by)),
        tuple(_seen_by(decision, contact_id) for decision in history.decisions),
        history.superseded,
    )


def _seen_by(decision: Decision, contact_id: int) -> Decision:
    """A decision as a contact may see it: staff by first name, and of others neither link nor address."""
    shown = replace(decision, recorded_by=first_name(decision.recorded_by))
    return shown if decision.contact_id == contact_id else replace(shown, link_id=None, address="")


def _why_closed(history: History, contact_id: int) -> str:
    decision, version = history.decision, history.version
    if history.superseded:
        return "A newer estimate took this one's place."
    if version.taken_at is not None:
        return f"{version.taken_by} took this decision over, so that it stands. Call us to change it."
    if decision is not None and decision.contact_id != contact_id:
        return f"{decision.by} has decided on this estimate; only they can change that."
    return ""


def _names(people: Sequence[str]) -> str:
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"
