"""A worker's jobs and messages in the words of their page. Everything people wrote passes `domain.text` first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.delivery import wording
from domain.jobs import Job, JobRow
from domain.messages import Kind, Message, Party, Person, Photo, Stage
from domain.people import Contact, User
from domain.phone import is_e164, show
from domain.text import display_text, one_line
from messaging.my_jobs import Line, Opened
from web.times import clock

_KINDS = {
    Kind.ALERT: "Alert",
    Kind.QUICK_ACTION: "Quick action",
    Kind.DECISION: "Decision",
    Kind.HAND_OVER: "Hand-over",
}
_MINE = {
    Stage.RECALLABLE: "Leaves in a few seconds",
    Stage.HELD: "Held",
    Stage.WAITING_RELEASE: "Waits until a dispatcher releases it; the customer has not got it yet",
    Stage.CALLED_BACK: "Called back; it was not sent",
    Stage.REFUSED: "Not released; it was not sent",
}


@dataclass(frozen=True, slots=True)
class JobWords:
    """One line of the list."""

    id: int
    number: str
    title: str
    about: str
    address: str
    window: str
    status: str
    unread: bool
    asked: str
    preview: str


@dataclass(frozen=True, slots=True)
class MessageWords:
    """One message. `side` is whose it is: customer, worker, dispatch or system."""

    seq: int
    new: bool
    side: str
    who: str
    to: str
    kind: str
    time: str
    stamp: str
    body: str
    original: str
    states: tuple[str, ...]
    photos: tuple[Photo, ...] = ()


def job_line(line: Line) -> JobWords:
    """A job in the list."""
    row = line.row
    asked = f"Dispatch waits for your answer since {clock(row.zone)(line.asked_at)}" if line.asked_at else ""
    return JobWords(
        id=row.id,
        number=one_line(row.number, 40),
        title=one_line(row.title, 200) or "No title",
        about=" · ".join(one_line(part, 120) for part in (row.customer, row.asset) if part),
        address=one_line(line.address, 300),
        window=window(row, row.zone),
        status=row.status.words,
        unread=row.unread,
        asked=asked,
        preview=one_line(row.last_preview, 120),
    )


def details(opened: Opened) -> list[tuple[str, str, str]]:
    """What the head of a job's page tells: name, value, and a number to dial where there is one."""
    job, office = opened.job, opened.job.location.callback_phone
    found = [
        ("Status", job.status.words, ""),
        ("When", window(job, job.location.time_zone), ""),
        ("Customer", one_line(job.customer, 200), ""),
        ("Asset", one_line(job.asset, 200), ""),
        ("Address", one_line(job.address, 300), ""),
        ("Contact", _contact(job.site), _dial(job.site.mobile if job.site else None)),
        ("Location", one_line(job.location.name, 120), ""),
        ("Call back", one_line(show(office), 40) if office else "", _dial(office)),
    ]
    return [row for row in found if row[1]]


def messages(opened: Opened, worker: User) -> list[MessageWords]:
    """The messages of a job, the newest at the end."""
    tell = clock(opened.job.location.time_zone)
    return [_message(message, opened, worker, tell) for message in opened.messages]


def window(job: Job | JobRow, zone: str) -> str:
    """The planned window in the location's zone, which is named; "" where there is none."""
    start, end = job.window_start, job.window_end
    if start is None:
        return ""
    here = start.astimezone(ZoneInfo(zone))
    words = _day_and_time(here)
    if end is not None:
        last = end.astimezone(ZoneInfo(zone))
        words += f" to {last:%H:%M}" if last.date() == here.date() else f" to {_day_and_time(last)}"
    return f"{words} {here:%Z}"


def _day_and_time(here: datetime) -> str:
    return f"{here:%a} {here.day} {here:%b}, {here:%H:%M}"


def _message(message: Message, opened: Opened, worker: User, tell: Callable[[datetime], str]) -> MessageWords:
    mine = message.author.user_id == worker.id
    original = opened.originals.get(message.reply_to or 0)
    return MessageWords(
        seq=message.seq,
        new=message.seq > opened.read_up_to and not mine,
        side=_side(message),
        who="You" if mine else _name(message.author),
        to=", ".join("you" if person.user_id == worker.id else _name(person) for person in message.recipients),
        kind=_KINDS.get(message.kind, ""),
        time=tell(message.at),
        stamp=message.at.isoformat(timespec="seconds"),
        body=display_text(message.body),
        original=_original(original, tell) if original else "",
        states=tuple(_states(message, worker, tell)),
        photos=message.photos,
    )


def _original(message: Message, tell: Callable[[datetime], str]) -> str:
    return f"{_name(message.author)}, {tell(message.at)}: {display_text(message.body, 600)}"


def _states(message: Message, worker: User, tell: Callable[[datetime], str]) -> list[str]:
    """How far a message is: where it waits, why it came to nothing, or how each delivery fares."""
    if message.stage is not Stage.OUT:
        until = f" until {tell(message.leaves_at)}" if message.stage is Stage.HELD and message.leaves_at else ""
        words = _MINE[message.stage] + until
        return [f"{words}: {one_line(message.notice, 300)}" if message.notice else words]
    told = [message.notice] if message.notice else []
    several = sum(not delivery.notice for delivery in message.deliveries) > 1
    for delivery in message.deliveries:
        if delivery.notice or delivery.name == worker.name:
            continue
        words = wording(delivery, tell)
        told.append(f"{delivery.name}: {words}" if several else words)
    flags = [words for flag, words in ((message.guessed, "Guessed: may belong to another job"),) if flag]
    if message.after_closing:
        flags.append("Came after the job was closed")
    return [one_line(words, 300) for words in (*flags, *told)]


def _side(message: Message) -> str:
    role = message.author.role
    if role in (Party.CONTACT, Party.PHONE):
        return "customer"
    if role is Party.WORKER:
        return "worker"
    return "system" if role is Party.SYSTEM else "dispatch"


def _name(person: Person) -> str:
    return one_line(person.name, 120)


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    number = show(contact.mobile) if contact.mobile and is_e164(contact.mobile) else contact.mobile or ""
    return " · ".join(one_line(part, 120) for part in (contact.name, contact.title, number) if part)


def _dial(number: str | None) -> str:
    """A number that the phone may dial; none where the worker sees only its end (rule 9)."""
    return number if number and is_e164(number) else ""
