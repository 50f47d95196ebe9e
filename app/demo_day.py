"""The made-up day of the demo: people, jobs in every state, and what was texted so far.

Everything is placed around the present hour. Seeded lists of our own, so that the same seed makes
the same day on every machine and in every version.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.jobs import Status
from domain.people import Role
from domain.saved_replies import NEW, SavedReply

NORTH, HARBOR = "North Depot", "Harbor Yard"
NUMBERS = {NORTH: ("+15550100001", "+15550100002"), HARBOR: ("+15550100003",)}


class DemoUser(NamedTuple):
    """Somebody who signs in; the PIN is on the screen."""

    name: str
    role: Role
    pin: str
    places: tuple[str, ...]


USERS = (
    DemoUser("Ann Lee", Role.DISPATCHER, "111111", (NORTH, HARBOR)),
    DemoUser("Bea Reed", Role.DISPATCHER, "222222", (HARBOR,)),
    DemoUser("Marco Diaz", Role.WORKER, "333333", (NORTH, HARBOR)),
    DemoUser("Mia Wong", Role.WORKER, "444444", (NORTH,)),
    DemoUser("Noah Berg", Role.WORKER, "555555", (HARBOR,)),
    DemoUser("Zoe Hart", Role.WORKER, "666666", (NORTH, HARBOR)),
)

SAVED = (
    SavedReply(NEW, "New time", "Hello {contact}, we can come {when} instead. Is that all right?", own=False),
    SavedReply(NEW, "Please call", "Hello {contact}, please call us about job {job}.", own=False),
    SavedReply(NEW, "On the way", "{worker} is on the way to you.", own=False),
    SavedReply(NEW, "On my way", "On my way.", own=False, for_workers=True),
    SavedReply(NEW, "Arrived", "I have arrived.", own=False, for_workers=True),
    SavedReply(NEW, "Done", "Done. Everything works.", own=False, for_workers=True),
    SavedReply(NEW, "Need a part", "I need a part: {part}", own=False, for_workers=True),
)
"""The team's saved replies; those for workers are sent by a digit."""

HINT = (
    "Practice demo: everybody is made up, and no text leaves this machine.\n"
    "Start as Ann, a dispatcher: press 1, type 111111.\n"
    "PINs: " + " · ".join(f"{u.name.split()[0]} {u.pin}" for u in USERS) + "\n"
    "Change role: ctrl+o signs out, then pick another name. Quit: ctrl+q."
)

CUSTOMERS = (
    "Silva Farms",
    "Okafor Logistics",
    "Gómez Bakery",
    "Lindqvist Dairy",
    "Petrov Tours",
    "Amari Clinic",
    "Chen Printing",
    "Dubois Florists",
    "Haddad Foods",
    "Kowalski Roofing",
    "Nakamura Arts",
    "O’Brien Stables",
)
_PEOPLE = (
    ("Ana Silva", "Owner"),
    ("Ben Silva", "Foreman"),
    ("Chidi Okafor", "Fleet manager"),
    ("Ada Okafor", "Accounts"),
    ("Inés Gómez", "Owner"),
    ("Luis Gómez", "Baker"),
    ("Karin Lindqvist", "Manager"),
    ("Nils Lindqvist", "Driver"),
    ("Vera Petrov", "Office"),
    ("Ivan Petrov", "Owner"),
    ("Lina Amari", "Practice manager"),
    ("Sam Amari", "Accounts"),
    ("Wei Chen", "Owner"),
    ("Jun Chen", "Press operator"),
    ("Claire Dubois", "Owner"),
    ("Paul Dubois", "Driver"),
    ("Rami Haddad", "Kitchen chief"),
    ("Maya Haddad", "Accounts"),
    ("Jan Kowalski", "Owner"),
    ("Ewa Kowalski", "Office"),
    ("Yuki Nakamura", "Curator"),
    ("Ken Nakamura", "Technician"),
    ("Sean O’Brien", "Owner"),
    ("Nora O’Brien", "Stable manager"),
)
_WORK = (
    ("Pump does not start", "Pump 7", "Repair"),
    ("Brakes squeal", "Van 12", "Repair"),
    ("Oven stays cold", "Oven 2", "Repair"),
    ("Yearly service", "Tractor 3", "Service"),
    ("Air conditioning drips", "Coach 5", "Repair"),
    ("Generator test", "Generator A", "Service"),
    ("Paper jam every hour", "Press 4", "Repair"),
    ("Cold room at 9 degrees", "Cold room", "Repair"),
    ("Gate motor hums", "Gate 1", "Repair"),
    ("Crane inspection", "Crane 2", "Service"),
)
_STREETS = ("Mill Road", "Harbor Street", "Station Road", "King Street", "Oak Lane", "Bridge Street")


@dataclass(frozen=True, slots=True)
class DemoContact:
    """A customer's contact. `silent` ones never answer, `opted_out` ones texted STOP."""

    name: str
    title: str
    customer: str
    mobile: str
    opted_out: bool = False
    silent: bool = False


class Said(NamedTuple):
    """One message of the day: who, to whom ("customer", "worker", "dispatch"), what, how long ago, how it ended."""

    author: str
    to: str
    body: str
    minutes_ago: float
    state: str = "delivered"
    error: int | None = None
    alert: bool = False


@dataclass(frozen=True, slots=True)
class DemoJob:
    """One job of the day, with what was said on it so far."""

    number: str
    title: str
    asset: str
    template: str
    status: Status
    location: str
    site: DemoContact
    billing: DemoContact
    worker: str | None
    start: datetime
    address: str
    said: Sequence[Said] = field(default_factory=tuple)


def contacts(seed: int) -> list[DemoContact]:
    """Two contacts for each customer, every number a practice number."""
    made = []
    for i, (name, title) in enumerate(_PEOPLE):
        mobile = f"+1555010{2100 + (seed % 50) * 2 + i:04d}"
        made.append(
            DemoContact(name, title, CUSTOMERS[i // 2], mobile, opted_out=name == "Ewa Kowalski", silent=i % 5 == 4)
        )
    return made


def jobs(seed: int, now: datetime, count: int = 40) -> Iterator[DemoJob]:
    """The jobs of the day: some done, some running, some waiting for an answer, some not begun."""
    dice = random.Random(seed)  # noqa: S311  (a made-up day, not a secret)
    people = contacts(seed)
    hour = now.replace(minute=0, second=0, microsecond=0)
    for i in range(count):
        customer = i % len(CUSTOMERS)
        site, billing = people[2 * customer], people[2 * customer + 1]
        title, asset, template = _WORK[(i * 7 + seed) % len(_WORK)]
        location = NORTH if customer % 3 else HARBOR
        status = _STATUSES[i % len(_STATUSES)]
        offset = _HOURS[status] + dice.choice((-1, 0, 0, 1)) + i // len(_STATUSES) % 2
        worker = None if status is Status.NEW else _WORKERS[location][(i + i // 3) % len(_WORKERS[location])]
        job = DemoJob(
            number=str(2401 + i),
            title=title,
            asset=asset,
            template=template,
            status=status,
            location=location,
            site=site,
            billing=billing,
            worker=worker,
            start=hour + timedelta(hours=offset),
            address=f"{dice.randrange(1, 99)} {dice.choice(_STREETS)}",
        )
        yield _with_talk(job, i, dice)


_WORKERS = {NORTH: ("Marco Diaz", "Mia Wong", "Zoe Hart"), HARBOR: ("Noah Berg", "Marco Diaz", "Zoe Hart")}
_STATUSES = (
    Status.ASSIGNED,
    Status.ON_THE_WAY,
    Status.NEW,
    Status.STARTED,
    Status.COMPLETED,
    Status.AWAITING_APPROVAL,
    Status.ASSIGNED,
    Status.CHECKED_IN,
    Status.READY,
    Status.NEW,
    Status.IN_SERVICE,
    Status.CANCELLED,
    Status.ASSIGNED,
)
_HOURS = {
    Status.NEW: 26,
    Status.ASSIGNED: 2,
    Status.ON_THE_WAY: 1,
    Status.CHECKED_IN: 0,
    Status.STARTED: -1,
    Status.AWAITING_APPROVAL: -2,
    Status.READY: -3,
    Status.IN_SERVICE: -5,
    Status.COMPLETED: -4,
    Status.CANCELLED: -2,
}


def _with_talk(job: DemoJob, i: int, dice: random.Random) -> DemoJob:
    """Give every second job that has begun a conversation; the rest have had no text yet."""
    talk = _TALKS.get(job.status)
    if talk is None or (i % 3 == 2 and job.status is Status.ASSIGNED):
        return job
    said = [Said(*_filled(line, job, dice)) for line in talk(i)]
    return DemoJob(**{name: getattr(job, name) for name in DemoJob.__slots__ if name != "said"}, said=tuple(said))


def _filled(said: Said, job: DemoJob, dice: random.Random) -> Said:
    body = said.body.format(
        place=job.location, number=job.number, asset=job.asset, worker=(job.worker or "somebody").split()[0]
    )
    return said._replace(body=body, minutes_ago=said.minutes_ago + dice.random() * 4)


def _alert(minutes: float, words: str = "is planned for today. {worker} will come.") -> Said:
    body = "{place}: job {number} ({asset}) " + words + " Answer this text to reach us."
    return Said("Ann Lee", "customer", body, minutes, alert=True)


def _assigned(i: int) -> list[Said]:
    talks: tuple[list[Said], ...] = (
        [_alert(95), Said("customer", "", "Can you come an hour later? I am stuck on the road.", 12)],
        [_alert(180), Said("customer", "", "ok thanks", 150)],
        [_alert(60), Said("customer", "", "Which entrance should {worker} use? The front is closed.", 34)],
        [
            _alert(70),
            Said("Ann Lee", "customer", "Please leave the keys at the gate.", 40, "undelivered", 30003),
        ],
        [_alert(55), Said("customer", "", "Is the part for the {asset} in stock?", 7)],
    )
    return talks[i % len(talks)]


def _on_the_way(i: int) -> list[Said]:
    talk = [_alert(130), _alert(20, "{worker} is on the way.")]
    if i % 2:
        talk.append(Said("customer", "", "Great, the gate code is 4711", 15))
        talk.append(Said("Ann Lee", "worker", "Gate code 4711, says the customer.", 13))
    return talk


def _started(i: int) -> list[Said]:
    talk = [_alert(200), Said("worker", "dispatch", "Started. The bearing is worn, I need two hours more.", 45)]
    if i % 2 == 0:
        talk.append(Said("Ann Lee", "customer", "{worker} needs two hours more; is that all right?", 38))
        talk.append(Said("customer", "", "Yes, take the time you need. How much longer after that?", 26))
    return talk


def _awaiting(_i: int) -> list[Said]:
    return [
        _alert(240),
        Said("Ann Lee", "customer", "The {asset} needs a new bearing. May we go on?", 80),
    ]


def _ready(_i: int) -> list[Said]:
    return [
        _alert(300),
        Said("Ann Lee", "customer", "The {asset} is ready to be fetched.", 50),
        Said("customer", "", "Thanks!", 44),
    ]


def _done(_i: int) -> list[Said]:
    return [
        _alert(420),
        Said("worker", "dispatch", "Done, signed by the customer.", 190),
        Said("Ann Lee", "customer", "All done. Thank you for your patience.", 185),
    ]


_TALKS = {
    Status.ASSIGNED: _assigned,
    Status.ON_THE_WAY: _on_the_way,
    Status.STARTED: _started,
    Status.CHECKED_IN: _on_the_way,
    Status.AWAITING_APPROVAL: _awaiting,
    Status.READY: _ready,
    Status.COMPLETED: _done,
    Status.IN_SERVICE: _done,
}

ANSWERS = (
    "Thank you, that works for me.",
    "Can you call me when you are ten minutes away?",
    "Please use the back entrance.",
    "How long will it take?",
    "Perfect, see you then 👍",
    "I will not be there, but my colleague will.",
)
FIRST_TEXTS = (
    (8.0, "Good morning, when exactly will {worker} be here?"),
    (25.0, "Could you also look at the lights, please?"),
    (50.0, "We have to leave at four, is that a problem?"),
)
