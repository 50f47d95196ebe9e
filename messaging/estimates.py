"""Estimates at the desk: built, decided on somebody's behalf, taken over, and given out as evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from domain.deciding import (
    CodeNeeded,
    Decided,
    DecidedByAnother,
    DecidedMeanwhile,
    Submitted,
    Superseded,
    checked_how,
)
from domain.delivery import Channel
from domain.errors import Refusal
from domain.estimates import Choice, Deciding, History, Line, Version
from domain.jobs import Job
from domain.messages import NewDelivery, Party, Person
from domain.people import User
from domain.permissions import Act, demand
from messaging.choices import Choice as Recipient
from messaging.departure import Wish, depart
from messaging.estimate_files import ReadLines, evidence_csv, evidence_text, read_lines

if TYPE_CHECKING:
    from storage.estimates import Estimates
    from storage.reads import Reads
    from storage.threads import Threads


FORMS = ("csv", "text")
"""In which evidence is given out."""
_LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Recording:
    """What a contact said of a version, written down by a dispatcher.

    `version_id` and `digest` are those of the version that the dispatcher had before them. `how` is the
    way they said it. `tell`: text the contact that it was recorded. `seen` is the decision that counted
    on the dispatcher's screen, 0 for none.
    """

    version_id: int
    digest: str
    contact_id: int
    choices: Mapping[int, Choice] = field(default_factory=dict)
    purchase_order: str = ""
    how: str = "by phone"
    tell: bool = False
    seen: int = 0


class Estimating:
    """The use cases of a job's estimate. All need Act.ESTIMATES, and a job of the user's own locations.

    They raise Refusal, with the field it belongs to where there is one.
    """

    def __init__(self, reads: Reads, threads: Threads, estimates: Estimates, clock: Callable[[], datetime]) -> None:
        self.reads = reads
        self.threads = threads
        self.estimates = estimates
        self.clock = clock

    def history(self, user: User, job_id: int) -> list[History]:
        """Every version with its decisions, oldest first; the draft, if there is one, comes last."""
        self._job(user, job_id)
        return self.estimates.history(job_id)

    def keep_draft(
        self, user: User, job_id: int, lines: Sequence[Line], note: str = "", opened: Version | None = None
    ) -> Version:
        """Keep the draft; fields "lines" and "note".

        `opened` is the draft as the editor showed it first, None where there was none: where a colleague
        changed or shared it meanwhile nothing is stored. Of a draft that was kept, go on with the one returned.
        """
        self._job(user, job_id)
        return self.estimates.keep_draft(job_id, lines, note, user.name, opened)

    def discard_draft(self, user: User, job_id: int) -> None:
        """Forget the draft."""
        self._job(user, job_id)
        if not self.estimates.discard_draft(job_id):
            raise Refusal("There is no draft any more: it was shared or discarded.")

    def copy(self, user: User, job_id: int, version_id: int) -> Version:
        """Begin a new draft with the lines and the note of a version that was shared; returns it."""
        versions = [history.version for history in self.history(user, job_id)]
        source = next((version for version in versions if version.id == version_id and not version.is_draft), None)
        if source is None:
            raise Refusal("This version is not there any more. Look at the estimate again.")
        draft = next((version for version in versions if version.is_draft), None)
        if draft is not None:
            raise Refusal(f"Estimate {draft.number} is a draft already: go on with it, or discard it first.")
        return self.estimates.keep_draft(job_id, source.lines, source.note, user.name)

    def import_lines(self, user: User, job_id: int, data: bytes) -> ReadLines:
        """The lines of a CSV file in the job's currency, and what is wrong with it; nothing is stored."""
        return read_lines(data, self._job(user, job_id).location.currency)

    def deciders(self, user: User, job_id: int, version_id: int) -> list[Person]:
        """On whose behalf a decision on a version may be recorded: the contacts it was shared with (rule 50)."""
        job = self._job(user, job_id)
        version = next((h.version for h in self.estimates.history(job_id) if h.version.id == version_id), None)
        contacts = self.threads.to_text(job, version.recipients) if version else []
        found = [Person(Party.CONTACT, c.name, contact_id=c.id, mobile=c.mobile) for c in contacts]
        return sorted(found, key=lambda person: (person.name, person.contact_id or 0))

    def record(self, user: User, job_id: int, recording: Recording, form_id: str) -> Decided | Superseded:
        """Write down what a contact said, marked so everywhere; `form_id` as in `Approving.decide`.

        Fields "choices", "purchase_order", "how", "contact". No code is needed, and no text goes out unless asked.
        """
        job = self._job(user, job_id)
        how = checked_how(recording.how)
        known = self.deciders(user, job_id, recording.version_id)
        decider = next((person for person in known if person.contact_id == recording.contact_id), None)
        if decider is None or decider.contact_id is None:
            raise Refusal("Choose a contact who was sent this version; only they decide on it.", "contact")
        submitted = Submitted(
            job_id=job_id,
            contact_id=decider.contact_id,
            deciding=Deciding(
                recording.version_id,
                recording.digest,
                recording.choices,
                recording.purchase_order,
                recording.seen,
            ),
            form_id=f"user {user.id} {form_id[:_LONGEST_ID]}",
            recorder=Person(Party.DISPATCHER, user.name, user.id),
            how=how,
            deliveries=self._text(job, decider) if recording.tell else (),
        )
        outcome = self.estimates.decide(submitted)
        if isinstance(outcome, DecidedByAnother):
            raise Refusal(f"{outcome.decision.by} has decided on this estimate; only they can change that.", "contact")
        if isinstance(outcome, DecidedMeanwhile):
            raise Refusal(f"{outcome.decision.by} has decided meanwhile. Look at it, then record this again.")
        assert not isinstance(outcome, CodeNeeded), "a dispatcher needs no code"
        return outcome

    def take_over(self, user: User, job_id: int, version_id: int, decision_id: int) -> None:
        """Let a decision stand: from now on its decider cannot change it (rule 51).

        `decision_id` is the one that the dispatcher had before them; Refusal where it was changed meanwhile.
        """
        self._job(user, job_id)
        if not self.estimates.take_over(job_id, version_id, decision_id, user.name):
            raise Refusal(
                "This decision was changed, taken over or overtaken by a newer estimate meanwhile."
                " Look at the estimate again."
            )

    def evidence(self, user: User, job_id: int, form: str = "csv", header: bool = True) -> str:
        """Everything that was shared and decided on a job, as "csv" or "text": who, when, link, lines, amounts.

        `header`: the table begins with the names of its columns.
        """
        job = self._job(user, job_id)
        if form not in FORMS:
            raise Refusal(f"“{form}” is no form of evidence. {' and '.join(FORMS)} are.", "form")
        histories = self.estimates.history(job_id)
        return evidence_csv(job, histories, header) if form == "csv" else evidence_text(job, histories)

    def all_evidence(self, user: User, form: str = "csv") -> Iterator[str]:
        """The evidence of every job of the user's on which an estimate was shared, one after the other."""
        demand(user, Act.ESTIMATES)
        jobs = [job_id for job_id in self.estimates.shared_on() if self.threads.job(user, job_id) is not None]
        for place, job_id in enumerate(jobs):
            yield self.evidence(user, job_id, form, header=place == 0)

    def _job(self, user: User, job_id: int) -> Job:
        demand(user, Act.ESTIMATES)
        job = self.threads.job(user, job_id)
        if job is None:
            raise Refusal("This job is not in your list any more. Go back to the list.")
        return job

    def _text(self, job: Job, decider: Person) -> tuple[NewDelivery, ...]:
        """The text that tells somebody that their decision was recorded, held for their hour like any other."""
        (contact,) = self.threads.to_text(job, [decider.contact_id or 0])
        why_not = contact.why_no_text()
        if why_not:
            raise Refusal(f"{contact.name} cannot be texted: {why_not}. Record it without a text.", "tell")
        recipient = Recipient("", decider, "", Channel.SMS, zone=contact.time_zone)
        return depart([recipient], Wish(), self.reads.account(), job.location, self.clock()).deliveries
