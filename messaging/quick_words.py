"""What the form of a quick action says before it is submitted, and what is said when it was done."""

from collections.abc import Callable, Sequence
from datetime import datetime

from domain.account import Account
from domain.alerts import STATUS_OF, Event
from domain.estimates import History, Version, show_money, totals
from domain.jobs import Job
from domain.messages import Party, Stage
from domain.people import User, first_name
from domain.quick_actions import Before, names_of, status_words
from messaging.choices import Choice
from messaging.quick_actions import Beginning, Done

ClockTime = Callable[[datetime], str]


def what_happens(
    job: Job,
    event: Event,
    account: Account,
    viewer: User,
    chosen: Sequence[Choice],
    linked: bool = False,
    estimate: Version | None = None,
) -> str:
    """One sentence: what becomes of the status, who gets a text, who sees it. `linked`: texts carry a link."""
    status = status_words(event, job.status)
    if not viewer.chat:
        return f"{status}; nobody is told"
    contacts = [choice for choice in chosen if choice.person.role is Party.CONTACT]
    if not contacts:
        missing = f"; choose who decides on estimate {estimate.number}" if estimate is not None else ""
        return f"{status}; {_staff_alone(job, chosen)}{missing}"
    worker = f"{first_name(job.worker.name)} and Dispatch see it" if job.worker and account.three_way else ""
    parts = [status, _texted(contacts, linked), worker or "Dispatch sees it"]
    if estimate is not None:
        parts.insert(2, f"estimate {estimate.number} is theirs to decide")
    return "; ".join(parts)


def done_words(done: Done, clock_time: ClockTime) -> str:
    """What became of a quick action, as a notice."""
    what = f"{done.job.number}: {STATUS_OF[done.event].words}"
    contacts = [person for person in done.people if person.contact_id]
    if not contacts:
        return f"{what}; no text went out"
    if done.stage is Stage.RECALLABLE:
        return f"{what}. On its way to {names_of(contacts)}: u calls it back"
    if done.stage is Stage.HELD and done.leaves_at is not None:
        return f"{what}. Held until {clock_time(done.leaves_at)}: u calls it back"
    return f"{what}. Sent to {names_of(contacts)}"


def before_words(before: Before, clock_time: ClockTime) -> str:
    """When a quick action was done last, and by whom."""
    told = "" if before.told else ", nobody told"
    return f"done {clock_time(before.at)} by {before.by}{told}"


def again_question(event: Event, before: Before, clock_time: ClockTime) -> str:
    """What is asked before contacts are told the same once more (rule 17)."""
    return f"{event.words} was told {clock_time(before.at)} by {before.by} already. Tell it once more?"


def estimate_words(begun: Beginning, clock_time: ClockTime) -> str:
    """What the form of Request approval says of the job's estimate."""
    if begun.draft is not None:
        return draft_words(begun.draft)
    if begun.shared is not None:
        return f"{shared_words(begun.shared, clock_time)}; enter makes another"
    return "none yet: enter builds one"


def draft_words(version: Version) -> str:
    """A draft in a few words: its number, how many lines, and what they come to."""
    lines = len(version.lines)
    amount = show_money(totals(version.lines).total, version.currency)
    return f"{version.number}: {lines} line{'' if lines == 1 else 's'}, {amount}"


def shared_words(shared: History, clock_time: ClockTime) -> str:
    """The newest version that was shared, and whether somebody has decided."""
    version = shared.version
    when = clock_time(version.shared_at) if version.shared_at is not None else ""
    decided = f"decided by {shared.decision.by}" if shared.decision else "not decided yet"
    return f"{version.number} was shared {when}, {decided}"


def _texted(contacts: Sequence[Choice], linked: bool) -> str:
    """Who gets a text; people who share a phone get one for both (rule 33)."""
    people = [choice.person for choice in contacts]
    phones = len({person.mobile for person in people if person.mobile})
    if len(people) == 1:
        return f"{people[0].name} gets a text{' with a link' if linked else ''}"
    if phones == 1:
        return f"{names_of(people)} get one text{' with a link' if linked else ''}"
    return f"{names_of(people)} get {phones} texts{', each with a link' if linked else ''}"


def _staff_alone(job: Job, chosen: Sequence[Choice]) -> str:
    if any(choice.person.role is Party.WORKER for choice in chosen) and job.worker is not None:
        return f"{job.worker.name} and Dispatch read it, no customer does"
    return "a note for Dispatch alone, no text is sent"
