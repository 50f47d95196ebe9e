"""What the composer says before anything is sent: who will see it, how it travels, what it costs."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from domain.account import Account
from domain.delivery import State
from domain.final_text import Additions, counted_text
from domain.jobs import Job
from domain.messages import Party, Stage
from domain.people import User
from domain.segments import Encoding, count, dear_word
from messaging.choices import Choice
from messaging.departure import Departure


def who_sees(job: Job, account: Account, viewer: User, chosen: Sequence[Choice]) -> str:
    """One sentence: who gets it by which channel, and who else will read it."""
    contacts = [c.person.name for c in chosen if c.person.role is Party.CONTACT]
    worker = next((c.person.name for c in chosen if c.person.role is Party.WORKER), "")
    if contacts:
        also = job.worker.name if job.worker and account.three_way and job.worker.id != viewer.id else ""
        mixed = " (a customer message: not private)" if worker else ""
        return f"{_list(contacts)} by SMS; {also + ' and ' if also else ''}Dispatch see{'' if also else 's'} it{mixed}"
    if worker:
        return f"{worker} {_where(job)}; Dispatch sees it, no customer does"
    if chosen:
        return "Dispatch only; no worker and no customer sees it" if viewer.dispatches else "Dispatch; no customer"
    return "Choose a recipient"


def when_it_leaves(departure: Departure, now: datetime, clock_time: Callable[[datetime], str]) -> str:
    """When a message that is submitted now leaves, and why not at once; `clock_time` is in the viewer's zone."""
    if departure.stage is Stage.WAITING_RELEASE:
        return "waits until a dispatcher releases it"
    at = departure.leaves_at
    if departure.stage is Stage.HELD and at is not None:
        return f"held until {clock_time(at)} ({departure.why})" if departure.why else f"leaves {clock_time(at)}"
    words = "leaves now"
    if departure.stage is Stage.RECALLABLE and at is not None:
        words = f"leaves in {max(1, round((at - now) / timedelta(seconds=1)))} s"
    held = [d for d in departure.deliveries if d.state is State.HELD and d.reason]
    later = "; ".join(f"held until {clock_time(d.due_at)} ({d.reason})" for d in held)
    return f"{words}; {later}" if later else words


def what_it_costs(
    body: str, chosen: Sequence[Choice], leaves: str = "leaves now", added: Sequence[Additions] = ()
) -> str:
    """The running count of what is really texted: encoding, units, parts, phones; when it leaves; the dear character.

    `added` is what each phone's text carries beside the words; of several the longest is counted.
    """
    phones = len({c.person.mobile for c in chosen if c.person.role is Party.CONTACT and c.person.mobile})
    if not phones:
        later = f" · {leaves}" if leaves != "leaves now" else ""
        return f"{len(body)} characters" + (f" · no text is sent{later}" if chosen else "")
    texts = [counted_text(body, more) for more in added] if len(added) == phones else [body] * phones
    longest = max(texts, key=lambda text: (count(text).parts, count(text).units))
    text = f"{_parts(texts, longest)} · {leaves}"
    if more := _what_is_added(added):
        text = f"with {more}: {text}"
    counted, dear = count(longest), dear_word(longest)
    if counted.encoding is Encoding.UCS2 and dear is not None:
        text = f"“{dear[0]}” in “{dear[1][:20]}”: {counted.per_part} per part · {text}"
    return text


def _parts(texts: Sequence[str], longest: str) -> str:
    """Encoding, units and parts of the longest text, and how many parts leave in all."""
    counted = count(longest)
    parts = max(1, counted.parts)
    words = f"{counted.encoding} {counted.units}/{counted.per_part * parts} · {parts} part{'s' if parts > 1 else ''}"
    words += f" × {len(texts)} phone{'s' if len(texts) != 1 else ''}"
    all_parts = sum(max(1, count(text).parts) for text in texts)
    return words if all_parts == parts * len(texts) else f"{words}, {all_parts} in all"


def _what_is_added(added: Sequence[Additions]) -> str:
    """What texts carry beside the words, in a few words."""
    found = (
        ("invitation", any(more.invites for more in added)),
        ("link", any(more.linked for more in added)),
        ("tag", any(more.tag for more in added)),
    )
    return ", ".join(name for name, there in found if there)


def _where(job: Job) -> str:
    """Where the worker finds it, and whether a text tells them (rule 47)."""
    if job.worker is not None and job.worker.told_by_text:
        return "gets a text with a link"
    return f"at the desk only ({_last_seen(job)})"


def _last_seen(job: Job) -> str:
    if job.worker is None or job.worker.signed_in_at is None:
        return "never signed in yet"
    return f"last signed in {job.worker.signed_in_at.astimezone():%a %H:%M}"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
