"""Quick actions: Check-in, Request approval, Asset ready and Asset in service, each with its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.alerts import Event, first_rule
from domain.errors import Refusal
from domain.estimates import History, Version
from domain.jobs import Job
from domain.messages import DISPATCH, Kind, NewMessage, Party, Person, Stage
from domain.people import User, first_name
from domain.permissions import Act, demand, may
from domain.placeholders import fill_known
from domain.quick_actions import Acting, Before, notice_of
from domain.repair_time import read_repair_time, repair_sentence
from domain.wording import joined, values_of
from messaging.choices import Choice, choices
from messaging.conversation import Conversation, Crossed, checked_body, filled, fits
from messaging.departure import Departure

if TYPE_CHECKING:
    from messaging.alert_setup import AlertSetup
    from storage.estimates import Estimates
    from storage.job_events import JobEvents
    from storage.quick_actions import QuickActions as Store
    from storage.reads import Reads
    from storage.threads import Threads

NO_CHAT = "Your account takes no part in messages: the job's status changes, and nobody is told."
_GONE = "This job is not in your list any more. Go back to the list."


@dataclass(frozen=True, slots=True)
class QuickAction:
    """What a form submits; `job` is the one that it showed, `seen_seq` the newest message then (rule 41).

    `repair` is the estimated time of repair as typed, `estimate` the draft to share as it was shown.
    `again`: tell it once more although the same was told before (rule 17).
    """

    job: Job
    event: Event
    compose_id: str
    recipients: tuple[str, ...] = ()
    body: str = ""
    repair: str = ""
    estimate: Version | None = None
    seen_seq: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a form begins with. `people` may be chosen, `recipients` are by their keys; `newest` as `seen_seq`.

    `takes_part`: without it the status changes and nobody is told (rule 14). `draft` can be shared,
    `shared` is the newest version that was. `before`: when this was done last.
    """

    job: Job
    event: Event
    text: str = ""
    recipients: tuple[str, ...] = ()
    people: tuple[Choice, ...] = ()
    newest: int = 0
    takes_part: bool = True
    draft: Version | None = None
    shared: History | None = None
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """It was done. `message_id` None where there was nothing to write; `leaves_at` is set where it has not left yet."""

    job: Job
    event: Event
    message_id: int | None = None
    people: tuple[Person, ...] = ()
    stage: Stage = Stage.OUT
    leaves_at: datetime | None = None


class QuickActions:
    """The use cases of quick actions. They raise Refusal with the field it belongs to; nothing is half done."""

    def __init__(
        self,
        reads: Reads,
        threads: Threads,
        conversation: Conversation,
        setup: AlertSetup,
        events: JobEvents,
        estimates: Estimates,
        store: Store,
        clock: Callable[[], datetime],
    ) -> None:
        self.reads = reads
        self.threads = threads
        self.conversation = conversation
        self.setup = setup
        self.events = events
        self.estimates = estimates
        self.store = store
        self.clock = clock

    def before(self, user: User, job_id: int) -> tuple[Job, Mapping[Event, Before]]:
        """The job, and which quick actions were done on it already."""
        user = self._now(user)
        return self._job(user, job_id), self.store.before(job_id)

    def begin(self, user: User, job_id: int, event: Event, chosen: Sequence[str] = ()) -> Beginning:
        """What the form of a quick action begins with; `chosen` are keys of people who stand in it already."""
        user = self._now(user)
        job = self._job(user, job_id)
        before = self.store.before(job_id).get(event)
        if not user.chat:
            return Beginning(job, event, takes_part=False, before=before)
        people = self._people(user, job, chosen)
        keys, text = self._proposed(user, job, event, people)
        newest, _ = self.threads.messages(user, job_id, count=1)
        draft, shared = self._estimates(user, job, event)
        return Beginning(
            job=job,
            event=event,
            text=text,
            recipients=keys,
            people=tuple(people),
            newest=newest[-1].seq if newest else 0,
            draft=draft,
            shared=shared,
            before=before,
        )

    def choices(self, user: User, job: Job, words: str = "") -> list[Choice]:
        """Everybody a quick action may go to: as in the composer, but no ad hoc number (rule 22)."""
        return [choice for choice in self.conversation.choices(user, job, words) if not _is_ad_hoc(choice, job)]

    def when(self, user: User, job: Job, keys: Sequence[str]) -> Departure:
        """How its message to these people would leave now; Refusal as `do` gives it."""
        self._chosen(user, job, keys)
        return self.conversation.when(user, job, keys, kind=Kind.QUICK_ACTION)

    def do(self, user: User, action: QuickAction) -> Done | Crossed | Before:
        """Change the status, write the message, record the event and share the estimate, all together or not at all.

        Nothing is done where somebody wrote meanwhile (Crossed), or where contacts were told the same
        before and `again` is not set (then when that was). Raises Refusal with field "recipient",
        "contents", "repair", "estimate" or "job"; the last where somebody else changed the job meanwhile.
        """
        user = self._now(user)
        job = self._job(user, action.job.id)
        message = self._message(user, job, action)
        acting = Acting(
            job.id, action.job.version, action.event, action.compose_id, message, action.estimate, action.again
        )
        acted = self.store.do(acting, user, action.seen_seq if user.chat else None)
        if isinstance(acted, Before):
            return acted
        if isinstance(acted, int):
            return Crossed(acted)
        if message is None:
            return Done(job, action.event)
        return Done(job, action.event, acted.message_id, message.recipients, message.stage, message.leaves_at)

    def event_of(self, user: User, job_id: int, message_id: int) -> Event | None:
        """The quick action that wrote a message; None for any other, and where this user may not see it."""
        seen = self.threads.message(user, job_id, message_id)
        return self.store.event_of(message_id) if seen is not None and seen.kind is Kind.QUICK_ACTION else None

    def _message(self, user: User, job: Job, action: QuickAction) -> NewMessage | None:
        """What is written; None for whoever takes no part in messages: then the status changes alone (rule 14)."""
        if not user.chat:
            if action.recipients or action.estimate is not None:
                raise Refusal(NO_CHAT, "recipient")
            return None
        chosen = self._chosen(user, job, action.recipients)
        self._check_estimate(user, action, chosen)
        people = tuple(choice.person for choice in chosen) or (DISPATCH,)
        leaving = self.conversation.when(user, job, action.recipients, kind=Kind.QUICK_ACTION) if chosen else _AT_ONCE
        body = self.words(job, action, bool(chosen))
        fits(body, leaving.added)
        return NewMessage(
            job_id=job.id,
            kind=Kind.QUICK_ACTION,
            author=Person(Party(user.role.value), user.name, user.id),
            recipients=people,
            body=body,
            at=self.clock(),
            compose_id=action.compose_id,
            notice=notice_of(action.event, action.estimate),
            deliveries=leaving.deliveries,
            stage=leaving.stage,
            leaves_at=leaving.leaves_at,
        )

    def words(self, job: Job, action: QuickAction, told: bool = True) -> str:
        """What is written: the contents, and the estimated time of repair as a sentence at their end.

        A note that is for nobody may say nothing but what was done.
        """
        body = action.body.strip()
        if not body and not told:
            body = f"{action.event.words}."
        body = filled(checked_body(body))
        return checked_body(with_repair(body, repair_of(job, action.repair, self.clock())))

    def _people(self, user: User, job: Job, keys: Sequence[str]) -> list[Choice]:
        """Whom it may go to; those chosen already also where the company is too large to be read whole."""
        people = self.choices(user, job)
        known = {choice.key for choice in people}
        missing = [int(key[8:]) for key in keys if key.startswith("contact:") and key not in known]
        more = choices(user, job, self.threads.chosen(user, job, missing)) if missing else []
        return people + [each for each in more if each.key not in known and not _is_ad_hoc(each, job)]

    def _chosen(self, user: User, job: Job, keys: Sequence[str]) -> list[Choice]:
        if not keys:
            return []
        chosen = self.conversation.chosen(user, job, keys)
        if any(_is_ad_hoc(choice, job) for choice in chosen):
            raise Refusal("A quick action goes to contacts of the customer, not to an ad hoc number.", "recipient")
        return chosen

    def _check_estimate(self, user: User, action: QuickAction, chosen: Sequence[Choice]) -> None:
        if action.estimate is None:
            return
        demand(user, Act.ESTIMATES)
        if action.event is not Event.REQUEST_APPROVAL:
            raise Refusal("An estimate is shared by Request approval alone.", "estimate")
        if not any(choice.person.contact_id for choice in chosen):
            raise Refusal("An estimate goes to a contact of the customer: pick who is to decide.", "recipient")

    def _proposed(self, user: User, job: Job, event: Event, people: Sequence[Choice]) -> tuple[tuple[str, ...], str]:
        """Whom and what the form begins with: by the rule that is switched on, else as a rule would begin."""
        offered = {choice.key for choice in people if not choice.why_not}
        rule = self.setup.quick_action_text(user, job.id, event)
        if rule is not None:
            return tuple(key for key in rule.recipients if key in offered), rule.text
        here = [contact for contact in (job.site, job.billing) if contact and f"contact:{contact.id}" in offered]
        obvious = list({contact.id: contact for contact in here}.values())
        alone = obvious if len(obvious) == 1 else []
        facts = self.events.facts(job.id, user.name, user.location_ids)
        values = values_of(facts, [first_name(contact.name) for contact in alone]) if facts else {}
        text = fill_known(first_rule(job.template, event).text, values)
        return tuple(f"contact:{contact.id}" for contact in alone), text

    def _estimates(self, user: User, job: Job, event: Event) -> tuple[Version | None, History | None]:
        """The draft that Request approval can share, and the newest version that was shared."""
        if event is not Event.REQUEST_APPROVAL or not may(user, Act.ESTIMATES):
            return None, None
        history = self.estimates.history(job.id)
        drafts = [each.version for each in history if each.version.shared_at is None]
        shared = [each for each in history if each.version.shared_at is not None]
        return (drafts[-1] if drafts else None), (shared[-1] if shared else None)

    def _now(self, user: User) -> User:
        """What the user may do now counts, not what they might when the form was opened (rule 14)."""
        now = self.reads.user(user.id) or user
        demand(now, Act.QUICK_ACTION)
        return now

    def _job(self, user: User, job_id: int) -> Job:
        job = self.threads.job(user, job_id)
        if job is None:
            raise Refusal(_GONE)
        return job


def repair_of(job: Job, typed: str, now: datetime) -> str:
    """The sentence with the estimated time of repair, "" where none is typed. Raises Refusal with field "repair"."""
    repair = read_repair_time(typed, now, job.location.time_zone)
    return repair_sentence(repair, job.location.time_zone) if repair is not None else ""


def with_repair(body: str, sentence: str) -> str:
    """The words of a request with the estimated time of repair at their end."""
    body = body.strip()
    return joined(body, sentence) if body and sentence else body or sentence


_AT_ONCE = Departure(Stage.OUT, None, ())


def _is_ad_hoc(choice: Choice, job: Job) -> bool:
    """Whether somebody is nothing but the number that was typed on the job (rule 22)."""
    number = job.ad_hoc if job.ad_hoc is not None and job.ad_hoc.one_time else None
    named = {contact.id for contact in (job.site, job.billing) if contact}
    return number is not None and choice.person.contact_id == number.id and number.id not in named
