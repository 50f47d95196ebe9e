"""Reading one job: its details, its conversation, and who can be written to."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.account import Location
from domain.delivery import Channel, Delivery, State
from domain.jobs import Access, Job, Status, Worker
from domain.messages import Kind, Message, Party, Person, Stage
from domain.people import Contact, ContactViewer, Role, User
from domain.phone import is_e164, masked, tail
from domain.text import fold
from storage.plain import Plain, Row, at, moment, numbers
from storage.reads import Reads
from storage.visible import jobs_of, visible

_JOB = (
    "SELECT j.id, j.number, j.template, j.title, j.status, l.id, l.name, l.country, l.time_zone, l.direct_reply,"
    " c.id, c.name, j.asset, j.address, j.window_start, j.window_end, j.site_contact_id, j.billing_contact_id,"
    " j.ad_hoc_contact_id, j.worker_id, j.created_at, j.closed_at, j.texting_since, j.version"
    " FROM job j JOIN location l ON l.id = j.location_id JOIN customer c ON c.id = j.customer_id"
)
_CONTACT = (
    "SELECT p.id, p.customer_id, p.name, p.title, p.email, p.mobile, p.sms_on, p.one_time, EXISTS"
    " (SELECT 1 FROM opt_out o WHERE o.phone = p.mobile AND o.cleared_at IS NULL) FROM contact p"
)
_MESSAGE = (
    "SELECT m.id, m.job_id, m.seq, m.kind, m.author_role, m.author_name, m.author_user_id, m.author_contact_id,"
    " m.author_mobile, m.body, m.at, m.reply_to, m.stage, m.dispatch_only, m.unsure, m.guessed, m.after_closing,"
    " m.notice FROM message m JOIN job j ON j.id = m.job_id"
)


class Threads:
    """Reads single jobs as one viewer may see them. Safe from any thread."""

    def __init__(self, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def job(self, viewer: User, job_id: int) -> Job | None:
        """The job with its people, or None where this viewer does not have it."""
        where, parameters = jobs_of(viewer, self.reads.account(), self.clock())
        row = self.plain.row(f"{_JOB} WHERE j.id = :job AND {where}", {**parameters, "job": job_id})
        return self._job(viewer, row) if row else None

    def job_numbered(self, viewer: User, number: str) -> Job | None:
        """The job of this number, or None where this viewer does not have it."""
        row = self.plain.row("SELECT id FROM job WHERE number = :number", {"number": number})
        return self.job(viewer, row[0]) if row else None

    def messages(
        self,
        viewer: User | ContactViewer,
        job_id: int,
        before: int | None = None,
        count: int = 50,
        customer_tab: bool = False,
    ) -> tuple[list[Message], bool]:
        """The newest messages before a feed number, oldest first, and whether there are older ones.

        `customer_tab` keeps those that a contact or a worker wrote or got (rule 1).
        """
        where, parameters = self._seen(viewer, job_id)
        if customer_tab:
            where += " AND (m.contact_message OR m.with_worker)"
        if before is not None:
            where += " AND m.seq < :before"
            parameters["before"] = before
        rows = self.plain.rows(f"{_MESSAGE} WHERE {where} ORDER BY m.seq DESC LIMIT {count + 1}", parameters)
        return self._whole(viewer, reversed(rows[:count])), len(rows) > count

    def message(self, viewer: User | ContactViewer, job_id: int, message_id: int) -> Message | None:
        """One message, or None where this viewer may not see it."""
        where, parameters = self._seen(viewer, job_id)
        rows = self.plain.rows(f"{_MESSAGE} WHERE {where} AND m.id = :id", {**parameters, "id": message_id})
        return next(iter(self._whole(viewer, rows)), None)

    def candidates(self, viewer: User, job: Job, words: str = "", limit: int = 200) -> list[Contact]:
        """The contacts of the job's customer whose name, title, email or phone holds all words, by name."""
        where = f"p.customer_id = :customer AND {_there(job)}"
        parameters: dict[str, Any] = {"customer": job.customer_id}
        for i, word in enumerate(fold(words).split()):
            where += f" AND p.search_text LIKE :word{i} ESCAPE '\\'"
            literal = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            parameters[f"word{i}"] = f"%{literal}%"
        rows = self.plain.rows(f"{_CONTACT} WHERE {where} ORDER BY p.name, p.id LIMIT {limit}", parameters)
        return [_shown(_contact(row), viewer) for row in rows]

    def chosen(self, viewer: User, job: Job, ids: Collection[int]) -> list[Contact]:
        """These contacts, as far as they belong to the job's customer."""
        rows = self.plain.rows(
            f"{_CONTACT} WHERE p.customer_id = :customer AND p.id IN ({numbers(frozenset(ids))}) AND {_there(job)}",
            {"customer": job.customer_id},
        )
        return [_shown(_contact(row), viewer) for row in rows]

    def access(self, job_id: int) -> Access:
        """What the visibility rule needs to know of a job."""
        account = self.reads.account()
        row = self.plain.row("SELECT location_id, worker_id, closed_at FROM job WHERE id = :job", {"job": job_id})
        assert row is not None
        former = self.plain.rows(
            "SELECT worker_id, max(until) FROM assignment WHERE job_id = :job AND until IS NOT NULL GROUP BY worker_id",
            {"job": job_id},
        )
        return Access(
            location_id=row[0],
            worker_id=row[1],
            closed_at=moment(row[2]),
            three_way=account.three_way,
            grace=account.windows.grace,
            former={worker: at(until) for worker, until in former},
        )

    def _seen(self, viewer: User | ContactViewer, job_id: int) -> tuple[str, dict[str, Any]]:
        where, parameters = visible(viewer, self.reads.account(), self.clock())
        return f"m.job_id = :job AND {where}", {**parameters, "job": job_id}

    def _job(self, viewer: User, row: Row) -> Job:
        sending = self.plain.rows(
            "SELECT number FROM sending_number WHERE location_id = :location ORDER BY id", {"location": row[5]}
        )
        people = self._contacts([i for i in row[16:19] if i])
        site, billing, ad_hoc = (_shown(people[i], viewer) if i else None for i in row[16:19])
        return Job(
            id=row[0],
            number=row[1],
            template=row[2],
            title=row[3],
            status=Status(row[4]),
            location=Location(row[5], row[6], row[7], row[8], bool(row[9]), tuple(n[0] for n in sending)),
            customer_id=row[10],
            customer=row[11],
            asset=row[12],
            address=row[13],
            window_start=moment(row[14]),
            window_end=moment(row[15]),
            site=site,
            billing=billing,
            ad_hoc=ad_hoc,
            worker=self._worker(row[19]),
            created_at=at(row[20]),
            closed_at=moment(row[21]),
            texting_since=moment(row[22]) if self._takes_part(viewer) else None,
            version=row[23],
            access=self.access(row[0]),
        )

    def _takes_part(self, viewer: User) -> bool:
        """Whether customer messages exist at all for this viewer (rules 1, 15)."""
        return viewer.chat and (viewer.role is Role.DISPATCHER or self.reads.account().three_way)

    def _contacts(self, ids: list[int]) -> dict[int, Contact]:
        rows = self.plain.rows(f"{_CONTACT} WHERE p.id IN ({numbers(ids)})")
        return {row[0]: _contact(row) for row in rows}

    def _worker(self, worker_id: int | None) -> Worker | None:
        if worker_id is None:
            return None
        row = self.plain.row(
            "SELECT id, name, mobile, signed_in_at FROM user_account WHERE id = :id", {"id": worker_id}
        )
        return Worker(row[0], row[1], row[2], moment(row[3])) if row else None

    def _whole(self, viewer: User | ContactViewer, rows: Iterable[Row]) -> list[Message]:
        rows = list(rows)
        ids = numbers([row[0] for row in rows])
        recipients: defaultdict[int, list[Person]] = defaultdict(list)
        for r in self.plain.rows(
            "SELECT message_id, role, name, user_id, contact_id, mobile FROM recipient"
            f" WHERE message_id IN ({ids}) ORDER BY message_id, place"
        ):
            recipients[r[0]].append(Person(Party(r[1]), r[2], r[3], r[4], r[5]))
        deliveries: defaultdict[int, list[Delivery]] = defaultdict(list)
        for r in self.plain.rows(
            "SELECT d.message_id, d.id, p.name, d.to_address, d.channel, d.state, d.sid, d.error, d.reason, d.due_at,"
            " d.changed_at FROM delivery d JOIN recipient p ON p.id = d.recipient_id"
            f" WHERE d.message_id IN ({ids}) ORDER BY d.id"
        ):
            deliveries[r[0]].append(_delivery(r))
        whole = [_message(row, tuple(recipients[row[0]]), tuple(deliveries[row[0]])) for row in rows]
        knows_numbers = isinstance(viewer, User) and viewer.role is Role.DISPATCHER
        return whole if knows_numbers else [_without_numbers(message) for message in whole]


def _there(job: Job) -> str:
    """One-time contacts belong to their own job alone (rule 22)."""
    return f"(NOT p.one_time OR p.id IN ({numbers([contact.id for contact in job.people()])}))"


def _shown(contact: Contact, viewer: User) -> Contact:
    """Workers see names; of a number only its end, enough to tell two apart (rule 9)."""
    if viewer.role is not Role.WORKER:
        return contact
    return Contact(
        id=contact.id,
        customer_id=contact.customer_id,
        name=masked(contact.name),
        title=contact.title,
        mobile=tail(contact.mobile) if contact.mobile else None,
        sms_on=contact.sms_on,
        one_time=contact.one_time,
        opted_out=contact.opted_out,
    )


def _without_numbers(message: Message) -> Message:
    """The message as everybody but dispatchers gets it: of a number only its end (rule 9)."""
    return replace(
        message,
        author=_unnumbered(message.author),
        recipients=tuple(_unnumbered(person) for person in message.recipients),
        deliveries=tuple(replace(d, to=tail(d.to) if is_e164(d.to) else d.to) for d in message.deliveries),
    )


def _unnumbered(person: Person) -> Person:
    return replace(person, name=masked(person.name), mobile=tail(person.mobile) if person.mobile else None)


def _contact(row: Row) -> Contact:
    return Contact(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]), bool(row[7]), bool(row[8]))


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row[1],
        name=row[2],
        to=row[3],
        channel=Channel(row[4]),
        state=State(row[5]),
        sid=row[6],
        error=row[7],
        reason=row[8],
        due_at=moment(row[9]),
        changed_at=moment(row[10]),
    )


def _message(row: Row, recipients: tuple[Person, ...], deliveries: tuple[Delivery, ...]) -> Message:
    return Message(
        id=row[0],
        job_id=row[1],
        seq=row[2],
        kind=Kind(row[3]),
        author=Person(Party(row[4]), row[5], row[6], row[7], row[8]),
        recipients=recipients,
        body=row[9],
        at=at(row[10]),
        reply_to=row[11],
        stage=Stage(row[12]),
        dispatch_only=bool(row[13]),
        unsure=bool(row[14]),
        guessed=bool(row[15]),
        after_closing=bool(row[16]),
        notice=row[17],
        deliveries=deliveries,
    )
