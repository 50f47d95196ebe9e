"""A small company to test with: one location, its people, a customer, and jobs that need no ceremony."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlmodel import Session, select

from app.wiring import Readers, Writers
from domain.account import Account
from domain.delivery import Channel, State
from domain.jobs import Job, JobForm, Status
from domain.messages import DISPATCH, Kind, NewDelivery, NewMessage, Party, Person
from domain.people import Role, StatedContact, User
from storage.people import NewUser, customer_named, keep_contact
from storage.tables.jobs import JobRow
from storage.tables.messages import InvitationRow
from storage.tables.people import ContactRow

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OURS = "+15550100001"
OURS_TOO = "+15550100002"
ANA = "+15550102001"
BEN = "+15550102002"


class Clock:
    """A clock that moves when told."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass: `advance(minutes=5)`."""
        self.now += timedelta(**by)


class World:
    """An open database with a small company in it: Ann and Abe dispatch, Marco and Mia work.

    Ana Silva (site contact) and Ben Silva belong to Silva Farms. Numbers count up: `job()` makes one more.
    """

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.readers = Readers(url, self.clock)
        self.writers = Writers.open(self.readers)
        self._count = count(1)
        self.strangers = False
        """Whether nobody was told yet who writes on a job; otherwise texts carry no invitation."""
        self.writers.people.set_up(Account(undo=timedelta(0)))
        self.berlin = self.writers.people.add_location("North", "US", "America/New_York", [OURS, OURS_TOO])
        self.ann = self.user("Ann Lee", Role.DISPATCHER)
        self.abe = self.user("Abe Cole", Role.DISPATCHER)
        self.marco = self.user("Marco Diaz", Role.WORKER)
        self.mia = self.user("Mia Wong", Role.WORKER)
        self.ana = self.contact("Ana Silva", ANA, "Owner")
        self.ben = self.contact("Ben Silva", BEN, "Foreman")

    def close(self) -> None:
        """Close every connection."""
        self.writers.close()
        self.readers.close()

    def user(self, name: str, role: Role, chat: bool = True, locations: tuple[int, ...] = ()) -> User:
        """Add a user and read them back."""
        user_id = self.writers.people.add_user(NewUser(name, role, chat=chat, locations=locations))
        found = self.readers.reads.user(user_id)
        assert found is not None
        return found

    def contact(self, name: str, mobile: str | None, title: str = "", customer: str = "Silva Farms") -> Person:
        """Add a contact and return them as a recipient."""
        with self.write() as session:
            owner = customer_named(session, customer)
            details = StatedContact(name, title, mobile or "", f"{name.split()[0].lower()}@example.com")
            contact_id = keep_contact(session, owner, None, details, ("Ann Lee", "test"), self.clock())
            self._acquaint(session, [contact_id], session.exec(select(JobRow.id)).all())
        return Person(Party.CONTACT, name, contact_id=contact_id, mobile=mobile)

    def job(self, worker: User | None = None, status: Status = Status.ASSIGNED, **changes: object) -> Job:
        """Add a job for Ana Silva, Marco's unless said otherwise."""
        number = str(1000 + next(self._count))
        fields: dict[str, object] = {
            "number": number,
            "template": "Repair",
            "title": "Pump does not start",
            "status": status,
            "location_id": self.berlin,
            "customer": "Silva Farms",
            "site_contact_id": self.ana.contact_id,
            "billing_contact_id": self.ben.contact_id,
            "worker_id": (worker or self.marco).id,
            "window_start": self.clock() + timedelta(hours=1),
            "window_end": self.clock() + timedelta(hours=3),
            "asset": "Pump 7",
        }
        job_id = self.writers.jobs.create(JobForm(**{**fields, **changes}), "Ann Lee")  # type: ignore[arg-type]
        with self.write() as session:
            self._acquaint(session, session.exec(select(ContactRow.id)).all(), [job_id])
        return self.read_job(job_id)

    def _acquaint(self, session: Session, contacts: Sequence[int | None], jobs: Sequence[int | None]) -> None:
        """Everybody knows who writes, so that texts say nothing but their words."""
        if not self.strangers:
            now = self.clock()
            pairs = [(c, j) for c in contacts for j in jobs if c and j]
            session.add_all(InvitationRow(contact_id=c, job_id=j, at=now) for c, j in pairs)

    def read_job(self, job_id: int) -> Job:
        """A job as Ann sees it."""
        found = self.readers.threads.job(self.ann, job_id)
        assert found is not None
        return found

    def change(self, job: Job, **changes: object) -> Job:
        """Change a job and read it back."""
        now = self.read_job(job.id)
        fields: dict[str, object] = {
            "number": now.number,
            "template": now.template,
            "title": now.title,
            "status": now.status,
            "location_id": now.location.id,
            "customer": now.customer,
            "site_contact_id": now.site.id if now.site else None,
            "billing_contact_id": now.billing.id if now.billing else None,
            "worker_id": now.worker.id if now.worker else None,
            "window_start": now.window_start,
            "window_end": now.window_end,
            "asset": now.asset,
        }
        form = JobForm(**{**fields, **changes})  # type: ignore[arg-type]
        self.writers.jobs.change(job.id, now.version, form, "Ann Lee")
        return self.read_job(job.id)

    def text(self, job: Job, author: Person, *to: Person, body: str = "Hello", **changes: object) -> int:
        """Store a message: contacts get a text, workers a desk delivery. Returns its id."""
        now = self.clock()
        deliveries = tuple(
            NewDelivery(i, Channel.SMS, p.mobile, State.QUEUED, now, now + timedelta(hours=4))
            if p.role is Party.CONTACT and p.mobile
            else NewDelivery(i, Channel.DESK, p.name, State.WAITING, now)
            for i, p in enumerate(to)
            if p.role in (Party.CONTACT, Party.WORKER)
        )
        fields: dict[str, object] = {
            "job_id": job.id,
            "kind": Kind.MESSAGE,
            "author": author,
            "recipients": to,
            "body": body,
            "at": now,
            "compose_id": f"test-{next(self._count)}",
            "deliveries": deliveries,
        }
        posted = self.writers.conversations.post(NewMessage(**{**fields, **changes}))  # type: ignore[arg-type]
        assert not isinstance(posted, int)
        return posted.message_id

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One writing transaction."""
        with self.writers.database.write() as session:
            yield session


def dispatcher(user: User) -> Person:
    """A dispatcher as an author."""
    return Person(Party.DISPATCHER, user.name, user.id)


def worker(user: User) -> Person:
    """A worker as an author or a recipient."""
    return Person(Party.WORKER, user.name, user.id)


__all__ = ["ANA", "BEN", "DISPATCH", "NOON", "OURS", "OURS_TOO", "Clock", "World", "dispatcher", "worker"]
