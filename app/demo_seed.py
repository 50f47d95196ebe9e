"""Putting the demo's day into a database and into the practice carrier, by the same ways real days take."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from tzlocal import get_localzone_name

from app.demo_day import HINT, NUMBERS, SAVED, USERS, DemoContact, DemoJob, Said, contacts, jobs
from app.wiring import Readers, Writers
from domain.account import Account
from domain.alerts import Event, first_rule
from domain.delivery import Channel, State, reported
from domain.jobs import JobForm
from domain.messages import DISPATCH, Kind, NewDelivery, NewMessage, Party, Person
from domain.people import StatedContact
from domain.quick_actions import IN_ORDER
from domain.secret import Secret
from domain.texts import Accepted, Incoming, Report
from messaging.pins import hashed
from messaging.receive import place_new
from simulator.ledger import Ledger
from storage.people import NewUser, customer_named, keep_contact

_ENGINE = "demo"
_LOCK = timedelta(minutes=15)
"""Whoever looks around reads more than they press."""


class _Past:
    """A clock that stands where the day's story is."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class DemoDay:
    """Writes one day. `at` is the present moment; everything else lies before it or is planned after."""

    def __init__(self, url: str, ledger: Ledger, at: datetime, seed: int, secret: Secret) -> None:
        self._clock = _Past(at - timedelta(hours=12))
        self._at = at
        self._seed = seed
        self._secret = secret
        self._ledger = ledger
        self._readers = Readers(url, self._clock)
        self._writers = Writers.open(self._readers)
        self._places: dict[str, int] = {}
        self._people: dict[str, int] = {}
        self._users: dict[str, int] = {}
        self._jobs: dict[str, int] = {}

    def write(self) -> None:
        """The whole day, in the order of time."""
        self._company()
        day = list(jobs(self._seed, self._at))
        for job in day:
            self._job(job)
        story = [(self._at - timedelta(minutes=said.minutes_ago), job, said) for job in day for said in job.said]
        with self._ledger.bulk():
            for when, job, said in sorted(story, key=lambda part: part[0]):
                self._clock.now = when
                self._tell(job, said)
        self._opt_outs()
        self._unplaced()
        self._alerts()
        self._writers.close()
        self._readers.close()

    def _company(self) -> None:
        people = self._writers.people
        people.set_up(Account(demo_hint=HINT, lock=_LOCK))
        self._writers.pins.mark(self._secret.mark)
        for place, numbers in NUMBERS.items():
            self._places[place] = people.add_location(place, "US", _local_zone(), numbers)
        for user in USERS:
            new = NewUser(
                user.name,
                user.role,
                pin=hashed(user.pin, self._secret),
                pin_change=False,
                admin=user.name == "Ann Lee",
                locations=tuple(self._places[place] for place in user.places),
            )
            self._users[user.name] = people.add_user(new)
        for reply in SAVED:
            self._writers.saved_replies.keep(self._users["Ann Lee"], reply)
        with self._writers.database.write() as session:
            for contact in contacts(self._seed):
                self._people[contact.mobile] = keep_contact(
                    session,
                    customer_named(session, contact.customer),
                    None,
                    StatedContact(contact.name, contact.title, contact.mobile, _email(contact)),
                    ("Ann Lee", "demo"),
                    self._clock(),
                )

    def _job(self, job: DemoJob) -> None:
        form = JobForm(
            number=job.number,
            template=job.template,
            title=job.title,
            status=job.status,
            location_id=self._places[job.location],
            customer=job.site.customer,
            site_contact_id=self._people[job.site.mobile],
            billing_contact_id=self._people[job.billing.mobile],
            worker_id=self._users[job.worker] if job.worker else None,
            window_start=job.start,
            window_end=job.start + timedelta(hours=2),
            asset=job.asset,
            address=job.address,
        )
        self._jobs[job.number] = self._writers.jobs.create(form, "Ann Lee", tells=False)

    def _tell(self, job: DemoJob, said: Said) -> None:
        if said.author == "customer":
            self._customer_says(job, said)
            return
        author = self._author(job, said)
        to, deliveries = self._recipient(job, said)
        self._writers.conversations.post(
            NewMessage(
                job_id=self._jobs[job.number],
                kind=Kind.ALERT if said.alert else Kind.MESSAGE,
                author=author,
                recipients=(to,),
                body=said.body,
                at=self._clock(),
                compose_id=f"demo:{job.number}:{said.minutes_ago}",
                deliveries=deliveries,
            )
        )
        text = self._writers.outbox.claim(_ENGINE)
        if text is None:
            return
        direction, word = "outbound-api", said.state
        sid = self._ledger.record(text.sender, text.to, text.body, self._clock(), direction, word, said.error)
        self._writers.outbox.record(text, Accepted(sid, "queued", State.ACCEPTED))
        self._writers.outbox.report(text.delivery_id, Report(word, reported(word), said.error))

    def _author(self, job: DemoJob, said: Said) -> Person:
        if said.author == "worker":
            name = job.worker or "Marco Diaz"
            return Person(Party.WORKER, name, self._users[name])
        return Person(Party.DISPATCHER, said.author, self._users[said.author])

    def _recipient(self, job: DemoJob, said: Said) -> tuple[Person, tuple[NewDelivery, ...]]:
        now = self._clock()
        if said.to == "customer":
            mobile = job.site.mobile
            person = Person(Party.CONTACT, job.site.name, contact_id=self._people[mobile], mobile=mobile)
            leaves = NewDelivery(0, Channel.SMS, mobile, State.QUEUED, now, now + timedelta(hours=4))
            return person, (leaves,)
        if said.to == "worker":
            name = job.worker or "Marco Diaz"
            worker = Person(Party.WORKER, name, self._users[name])
            return worker, (NewDelivery(0, Channel.DESK, name, State.WAITING, now),)
        return DISPATCH, ()

    def _customer_says(self, job: DemoJob, said: Said) -> None:
        self._inbound(job.site.mobile, self._number_of(job), said.body)

    def _number_of(self, job: DemoJob) -> str:
        row = self._readers.plain.row(
            "SELECT d.from_number FROM delivery d JOIN message m ON m.id = d.message_id"
            " WHERE m.job_id = :job AND d.channel = 'sms' ORDER BY d.id DESC LIMIT 1",
            {"job": self._jobs[job.number]},
        )
        return str(row[0]) if row else NUMBERS[job.location][0]

    def _inbound(self, sender: str, to: str, body: str) -> None:
        sid = self._ledger.record(sender, to, body, self._clock(), "inbound", "received")
        self._writers.inbox.keep([Incoming(sid, sender, to, body, self._clock())])
        place_new(self._writers.inbox, self._clock())

    def _opt_outs(self) -> None:
        self._clock.now = self._at - timedelta(minutes=65)
        for contact in contacts(self._seed):
            if contact.opted_out:
                self._inbound(contact.mobile, NUMBERS["North Depot"][0], "STOP")
                for numbers in NUMBERS.values():
                    for number in numbers:
                        self._ledger.phones.opt_out(contact.mobile, number)

    def _unplaced(self) -> None:
        self._clock.now = self._at - timedelta(minutes=29)
        self._inbound(
            "+15550107777", NUMBERS["North Depot"][0], "Is this the garage? My neighbour gave me this number."
        )

    def _alerts(self) -> None:
        """From now on assigning a job, going there and completing it text the site contact.

        The forms of quick actions begin with that contact and a text.
        """
        self._clock.now = self._at
        for template in self._writers.rules.templates():
            for event in (Event.ASSIGNED, Event.ON_THE_WAY, Event.COMPLETED, *IN_ORDER):
                self._writers.rules.keep(replace(first_rule(template, event), on=True), "Ann Lee")


def seed_day(url: str, state: Path, at: datetime, seed: int, clock: Callable[[], datetime], secret: Secret) -> None:
    """Make the demo's database and the practice carrier's state file."""
    numbers = [number for numbers in NUMBERS.values() for number in numbers]
    ledger = Ledger.open(state, numbers=numbers, now=clock)
    try:
        DemoDay(url, ledger, at, seed, secret).write()
    finally:
        ledger.close()


def _local_zone() -> str:
    """The zone of this machine, so that the day's windows lie around the clock on the wall."""
    try:
        return str(get_localzone_name()) or "UTC"
    except Exception:
        return "UTC"


def _email(contact: DemoContact) -> str:
    first = contact.name.split()[0].lower()
    return f"{first}@example.com" if contact.title != "Driver" else ""
