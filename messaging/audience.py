"""What the composer says before anything is sent: who will see it, how it travels, what it costs."""

from collections.abc import Sequence

from domain.account import Account
from domain.jobs import Job
from domain.messages import Party
from domain.people import User
from domain.segments import Encoding, count, dear_word
from messaging.conversation import Choice


def who_sees(job: Job, account: Account, viewer: User, chosen: Sequence[Choice]) -> str:
    """One sentence: who gets it by which channel, and who else will read it."""
    contacts = [c.person.name for c in chosen if c.person.role is Party.CONTACT]
    worker = next((c.person.name for c in chosen if c.person.role is Party.WORKER), "")
    if contacts:
        also = job.worker.name if job.worker and account.three_way else ""
        mixed = " (a customer message: not private)" if worker else ""
        return f"{_list(contacts)} by SMS; {also + ' and ' if also else ''}Dispatch see{'' if also else 's'} it{mixed}"
    if worker:
        return f"{worker} at the desk ({_last_seen(job)}); Dispatch sees it, the customer does not"
    if chosen:
        return "Dispatch only; no worker and no customer sees it" if viewer.dispatches else "Dispatch; no customer"
    return "Choose a recipient"


def what_it_costs(body: str, chosen: Sequence[Choice]) -> str:
    """The running count: encoding, units, parts × phones; and the dear character where there is one."""
    phones = len({c.person.mobile for c in chosen if c.person.role is Party.CONTACT and c.person.mobile})
    if not phones:
        return f"{len(body)} characters" + (" · no text is sent" if chosen else "")
    counted = count(body)
    parts = max(1, counted.parts)
    text = f"{counted.encoding} {counted.units}/{counted.per_part * parts} · {parts} part{'s' if parts > 1 else ''}"
    text += f" × {phones} phone{'s' if phones != 1 else ''} · leaves now"
    dear = dear_word(body)
    if counted.encoding is Encoding.UCS2 and dear is not None:
        text = f"“{dear[0]}” in “{dear[1][:20]}”: {counted.per_part} per part · {text}"
    return text


def _last_seen(job: Job) -> str:
    if job.worker is None or job.worker.signed_in_at is None:
        return "never signed in yet"
    return f"last signed in {job.worker.signed_in_at.astimezone():%a %H:%M}"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
