"""Reading one job: its details, its conversation, and who can be written to."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from domain.account import Location
from domain.delivery import Channel, Delivery, State
from domain.jobs import Access, Job, Status, Worker
from domain.messages import COUNTED, Kind, Message, Party, Person, Photo, Stage
from domain.people import Contact, ContactViewer, Role, User
from domain.phone import is_e164, masked, tail
from domain.text import fold
from storage.contact_rows import contacts_where
from storage.plain import Plain, Row, at, moment, numbers
from storage.reads import Reads
from storage.visible import jobs_of, visible

_JOB = (
    "SELECT j.id, j.number, j.template, j.title, j.status, j.location_id,"
    " c.id, c.name, j.asset, j.address, j.window_start, j.window_end, j.site_contact_id, j.billing_contact_id,"
    " j.ad_hoc_contact_id, j.worker_id, j.created_at, j.closed_at, j.texting_since, j.version, o.id, o.name"
    " FROM job j JOIN customer c ON c.id = j.customer_id LEFT JOIN user_account o ON o.id = j.owner_id AND o.active"
    " AND o.chat AND o.role = 'dispatcher' AND EXISTS"
    " (SELECT 1 FROM user_location p WHERE p.user_id = o.id AND p.location_id = j.location_id)"
)
_MESSAGE = (
    "SELECT m.id, m.job_id, m.seq, m.kind, m.author_role, m.author_name, m.author_user_id, m.author_contact_id,"
    " m.author_mobile, m.body, m.at, m.reply_to, m.stage, m.dispatch_only, m.unsure, m.guessed, m.after_closing,"
    " m.notice, m.leaves_at, m.passes_on FROM message m JOIN job j ON j.id = m.job_id"
)


class PlannedMessage(NamedTuple):
    """A message that is not out yet, and the job it stands on."""

    message: Message
    number: str
    customer: str


class News(NamedTuple):
    """An unread message: its feed number, and whether it stands in Customer Messages too."""

    seq: int
    in_customer_tab: bool


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

    def unread(self, viewer: User, job_id: int, limit: int = 200) -> list[News]:
        """The newest messages of others that this viewer has not read, oldest first.

        As in the job list: dispatchers are told what people wrote, workers everything they may see.
        """
        where, parameters = self._seen(viewer, job_id)
        news = " AND m.author_role <> 'system'" if viewer.role is Role.DISPATCHER else ""
        counted = ", ".join(f"'{stage.value}'" for stage in sorted(COUNTED))
        rows = self.plain.rows(
            "SELECT m.seq, m.contact_message OR m.with_worker FROM message m JOIN job j ON j.id = m.job_id"
            f" WHERE {where}{news} AND m.stage IN ({counted})"
            " AND m.seq > coalesce((SELECT k.seq FROM read_mark k WHERE k.job_id = :job AND k.user_id = :me), 0)"
            f" AND (m.author_user_id IS NULL OR m.author_user_id <> :me) ORDER BY m.seq DESC LIMIT {limit}",
            {**parameters, "me": viewer.id},
        )
        return [News(row[0], bool(row[1])) for row in reversed(rows)]

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
        found = contacts_where(self.plain, f"{where} ORDER BY p.name, p.id LIMIT {limit}", parameters)
        return [_shown(contact, viewer, job.location) for contact in found]

    def chosen(self, viewer: User, job: Job, ids: Collection[int]) -> list[Contact]:
        """These contacts, as far as they belong to the job's customer."""
        return [_shown(contact, viewer, job.location) for contact in self.to_text(job, ids)]

    def to_text(self, job: Job, ids: Collection[int]) -> list[Contact]:
        """These contacts with their whole numbers, to be written to; as far as they belong to the job's customer.

        For use cases that send, never for a screen: a worker may not see the numbers (rule 9).
        """
        return contacts_where(
            self.plain,
            f"p.customer_id = :customer AND p.id IN ({numbers(frozenset(ids))}) AND {_there(job)}",
            {"customer": job.customer_id},
        )

    def photo(self, viewer: User | ContactViewer, job_id: int, photo_id: int) -> tuple[str, bytes] | None:
        """The media type and bytes of a picture on a message that this viewer may see, else None."""
        where, parameters = self._seen(viewer, job_id)
        row = self.plain.row(
            "SELECT x.media_type, x.data FROM photo x JOIN message m ON m.id = x.message_id"
            f" JOIN job j ON j.id = m.job_id WHERE {where} AND x.id = :photo",
            {**parameters, "photo": photo_id},
        )
        return (row[0], bytes(row[1])) if row else None

    def last_heard(self, job_id: int, contacts: Collection[int]) -> dict[int, datetime]:
        """When each of these contacts last wrote on a job."""
        rows = self.plain.rows(
            "SELECT author_contact_id, max(at) FROM message WHERE job_id = :job"
            f" AND author_contact_id IN ({numbers(frozenset(contacts))}) GROUP BY author_contact_id",
            {"job": job_id},
        )
        return {contact: at(when) for contact, when in rows}

    def not_out(self, viewer: User, limit: int = 500) -> list[PlannedMessage]:
        """Messages over all jobs that have not left yet, as this viewer may see them; the soonest first."""
        where, parameters = visible(viewer, self.reads.account(), self.clock())
        rows = self.plain.rows(
            f"{_MESSAGE} WHERE m.stage IN ('recallable', 'held', 'waiting_release') AND {where}"
            f" ORDER BY CASE WHEN m.leaves_at IS NULL THEN 0 ELSE 1 END, m.leaves_at, m.id LIMIT {limit}",
            parameters,
        )
        messages = self._whole(viewer, rows)
        jobs = self.plain.rows(
            "SELECT j.id, j.number, c.name FROM job j JOIN customer c ON c.id = j.customer_id"
            f" WHERE j.id IN ({numbers(frozenset(message.job_id for message in messages))})"
        )
        names = {row[0]: (row[1], row[2]) for row in jobs}
        return [PlannedMessage(message, *names[message.job_id]) for message in messages]

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
        location = self.reads.location(row[5])
        people = self._contacts([i for i in row[12:15] if i])
        site, billing, ad_hoc = (_shown(people[i], viewer, location) if i else None for i in row[12:15])
        return Job(
            id=row[0],
            number=row[1],
            template=row[2],
            title=row[3],
            status=Status(row[4]),
            location=location,
            customer_id=row[6],
            customer=row[7],
            asset=row[8],
            address=row[9],
            window_start=moment(row[10]),
            window_end=moment(row[11]),
            site=site,
            billing=billing,
            ad_hoc=ad_hoc,
            worker=self._worker(row[15]),
            created_at=at(row[16]),
            closed_at=moment(row[17]),
            texting_since=moment(row[18]) if self._takes_part(viewer) else None,
            version=row[19],
            access=self.access(row[0]),
            owner_id=row[20],
            owner=row[21] or "",
        )

    def _takes_part(self, viewer: User) -> bool:
        """Whether customer messages exist at all for this viewer (rules 1, 15)."""
        return viewer.chat and (viewer.role is Role.DISPATCHER or self.reads.account().three_way)

    def _contacts(self, ids: list[int]) -> dict[int, Contact]:
        return {contact.id: contact for contact in contacts_where(self.plain, f"p.id IN ({numbers(ids)})")}

    def _worker(self, worker_id: int | None) -> Worker | None:
        if worker_id is None:
            return None
        row = self.plain.row(
            "SELECT id, name, mobile, signed_in_at, mobile IS NOT NULL AND chat AND active AND NOT EXISTS"
            " (SELECT 1 FROM opt_out o WHERE o.phone = mobile AND o.cleared_at IS NULL) AND EXISTS (SELECT 1 FROM"
            " engine e WHERE e.page_url <> '' AND e.beat_at = (SELECT max(beat_at) FROM engine))"
            " FROM user_account WHERE id = :id",
            {"id": worker_id},
        )
        return Worker(row[0], row[1], row[2], moment(row[3]), bool(row[4])) if row else None

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
            "SELECT d.message_id, d.id, coalesce(p.name, u.name), d.to_address, d.channel, d.state, d.sid, d.error,"
            " d.reason, d.due_at, d.changed_at, d.notice_to, d.body FROM delivery d"
            " LEFT JOIN recipient p ON p.id = d.recipient_id LEFT JOIN user_account u ON u.id = d.notice_to"
            f" WHERE d.message_id IN ({ids}) ORDER BY d.id"
        ):
            if r[11] is None or isinstance(viewer, User):
                deliveries[r[0]].append(_delivery(r))
        photos: defaultdict[int, list[Photo]] = defaultdict(list)
        for r in self.plain.rows(
            f"SELECT message_id, id, media_type, width, height, size FROM photo WHERE message_id IN ({ids}) ORDER BY id"
        ):
            photos[r[0]].append(Photo(r[1], r[2], r[3], r[4], r[5]))
        whole = [
            _message(row, tuple(recipients[row[0]]), tuple(deliveries[row[0]]), tuple(photos[row[0]])) for row in rows
        ]
        knows_numbers = isinstance(viewer, User) and viewer.role is Role.DISPATCHER
        return whole if knows_numbers else [_without_numbers(message) for message in whole]


def _there(job: Job) -> str:
    """One-time contacts belong to their own job alone (rule 22)."""
    here = numbers([contact.id for contact in job.people()])
    return f"(p.removed_at IS NULL AND (NOT p.one_time OR p.id IN ({here})))"


def _shown(contact: Contact, viewer: User, location: Location) -> Contact:
    """Workers see names; of a number only its end, unless the location allows more (rule 9)."""
    if viewer.role is not Role.WORKER or location.worker_sees_numbers:
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
        time_zone=contact.time_zone,
        groups=contact.groups,
        removed=contact.removed,
    )


def _without_numbers(message: Message) -> Message:
    """The message as everybody but dispatchers gets it: of a number only its end (rule 9)."""
    return replace(
        message,
        author=_unnumbered(message.author),
        recipients=tuple(_unnumbered(person) for person in message.recipients),
        deliveries=tuple(
            replace(d, to=tail(d.to) if is_e164(d.to) else d.to, name=masked(d.name), text="")
            for d in message.deliveries
        ),
    )


def _unnumbered(person: Person) -> Person:
    return replace(person, name=masked(person.name), mobile=tail(person.mobile) if person.mobile else None)


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
        notice=row[11] is not None,
        text=row[12],
    )


def _message(
    row: Row, recipients: tuple[Person, ...], deliveries: tuple[Delivery, ...], photos: tuple[Photo, ...]
) -> Message:
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
        leaves_at=moment(row[18]),
        passes_on=row[19],
        deliveries=deliveries,
        photos=photos,
    )
