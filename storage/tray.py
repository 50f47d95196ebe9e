"""Reading texts that dispatchers sort: those that found no job, those placed by a guess, and where they may belong."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.jobs import JobFilter, Order, Status, View, Window
from domain.people import User
from domain.placing import Offer, TrayText
from storage.job_list import JobList
from storage.plain import Plain, Row, at, moment, numbers
from storage.reads import Reads
from storage.visible import jobs_of, visible

OFFERED = 30
"""Jobs that are offered at most."""
_TEXT = (
    "SELECT i.id, i.from_number, i.to_number, i.body, i.at, i.why, i.sorted_by, i.sorted_at,"
    " {placed} FROM inbound i {more}"
)
_IN_TRAY = "NULL, '', '', '', NULL, 0, 1 = 0, 1 = 0, ''"
_ON_JOB = "j.id, j.number, c.name, j.title, m.id, m.seq, m.guessed, m.dispatch_only, m.author_name"
_OURS = "JOIN sending_number s ON s.number = i.to_number"
_ITS_JOB = "JOIN message m ON m.id = i.message_id JOIN job j ON j.id = m.job_id JOIN customer c ON c.id = j.customer_id"
_OFFER = (
    "SELECT j.id, j.number, c.name, j.title, j.asset, j.status, coalesce(w.name, ''), j.closed_at FROM job j"
    " JOIN customer c ON c.id = j.customer_id LEFT JOIN user_account w ON w.id = j.worker_id"
)
_TEXTED = (
    "SELECT m.job_id, max(CASE WHEN d.from_number = :ours THEN 1 ELSE 0 END), max(d.id) FROM delivery d"
    " JOIN message m ON m.id = d.message_id WHERE d.to_address = :phone AND d.channel = 'sms'"
    " AND d.sent_at IS NOT NULL AND d.recipient_id IS NOT NULL GROUP BY m.job_id"
)
_WROTE = "SELECT m.job_id FROM inbound i JOIN message m ON m.id = i.message_id WHERE i.from_number = :phone"
_KNOWS = (
    "SELECT j.id, p.name, coalesce(p.id IN (j.site_contact_id, j.billing_contact_id, j.ad_hoc_contact_id), 1 = 0)"
    " FROM contact p JOIN job j ON j.customer_id = p.customer_id WHERE p.mobile = :phone AND p.removed_at IS NULL"
    " AND (j.closed_at IS NULL OR p.id = j.site_contact_id) ORDER BY j.id DESC LIMIT 200"
)


class TrayTexts:
    """Reads texts that came in, as one dispatcher may see them. Safe from any thread."""

    def __init__(self, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.plain = plain
        self.reads = Reads(plain)
        self.job_list = JobList(plain, clock)
        self.clock = clock

    def waiting(self, viewer: User, limit: int = 200) -> list[TrayText]:
        """What waits to be sorted, the newest first: texts without a job, with the job to offer first, and guesses.

        As many as `Reads.in_tray` counts, up to the limit of each kind.
        """
        if not viewer.dispatches:
            return []
        lost = self._in_tray(viewer, "i.state = 'tray'", limit)
        guesses = self._on_jobs(viewer, "m.guessed", {}, limit)
        found = sorted((*lost, *guesses), key=lambda text: (text.at, text.id), reverse=True)
        return [text if text.placed else self._with_best(viewer, text) for text in found]

    def dismissed(self, viewer: User, limit: int = 200) -> list[TrayText]:
        """What was dismissed from the tray, the newest first."""
        if not viewer.dispatches:
            return []
        return self._in_tray(viewer, "i.state = 'handled' AND i.sorted_by <> ''", limit)

    def one(self, viewer: User, inbound_id: int) -> TrayText | None:
        """One text as it is now, None where this viewer does not see it."""
        if not viewer.dispatches:
            return None
        given = {"id": inbound_id}
        here = self._in_tray(viewer, "i.id = :id AND i.message_id IS NULL AND i.state <> 'new'", 1, given)
        return next(iter(here or self._on_jobs(viewer, "i.id = :id", given, 1)), None)

    def of_message(self, viewer: User, job_id: int, message_id: int) -> TrayText | None:
        """The text that a message of a job was made of, None where it is none or this viewer does not see it."""
        if not viewer.dispatches:
            return None
        given = {"job": job_id, "message": message_id}
        return next(iter(self._on_jobs(viewer, "m.id = :message AND m.job_id = :job", given, 1)), None)

    def offers(self, viewer: User, text: TrayText, words: str = "") -> list[Offer]:
        """Where a text may belong, the likeliest first; with words, the jobs that hold them all, in the same order.

        First come open jobs that texted this phone, then those it wrote on, then those whose contact or
        customer has the number; without words the jobs with the newest activity end the list.
        """
        why = self._why(text.sender, text.to)
        if words.strip():
            rows = self.job_list.page(viewer, JobFilter(words=words, view=View.ALL), Window(count=3 * OFFERED)).rows
            ids = [row.id for row in rows]
        else:
            active = JobFilter(Order.ACTIVITY, view=View.OPEN)
            ids = [*why, *(row.id for row in self.job_list.page(viewer, active, Window(count=OFFERED)).rows)]
        place = {job_id: i for i, job_id in enumerate(dict.fromkeys([*why, *ids]))}
        found = [offer for offer in self._offers(viewer, set(ids), why) if offer.job_id != text.job_id]
        found.sort(key=lambda offer: (offer.job_id not in why, offer.closed, place[offer.job_id]))
        return found[:OFFERED]

    def customers(self) -> list[str]:
        """The names of all customers."""
        return [row[0] for row in self.plain.rows("SELECT name FROM customer ORDER BY name")]

    def _with_best(self, viewer: User, text: TrayText) -> TrayText:
        why = self._why(text.sender, text.to)
        place = {job_id: i for i, job_id in enumerate(why)}
        found = sorted(self._offers(viewer, set(why), why), key=lambda offer: (offer.closed, place[offer.job_id]))
        return replace(text, best=found[0]) if found else text

    def _why(self, phone: str, ours: str) -> dict[int, str]:
        """The jobs that have to do with a phone, each with the reason, the likeliest first."""
        given = {"phone": phone, "ours": ours}
        texted = sorted(self.plain.rows(_TEXTED, given), key=lambda row: (row[1], row[2]), reverse=True)
        found = {row[0]: "texted this phone" for row in texted}
        for row in self.plain.rows(_WROTE, given):
            found.setdefault(row[0], "this phone wrote on it")
        knows = sorted(self.plain.rows(_KNOWS, given), key=lambda row: (not row[2], -row[0]))
        for job_id, name, on_job in knows:
            found.setdefault(job_id, f"{name} is on it" if on_job else f"{name} is of this customer")
        return found

    def _offers(self, viewer: User, ids: Collection[int], why: dict[int, str]) -> list[Offer]:
        where, given = jobs_of(viewer, self.reads.account(), self.clock())
        rows = self.plain.rows(f"{_OFFER} WHERE j.id IN ({numbers(frozenset(ids))}) AND {where}", given)
        return [_offer(row, why.get(row[0], "")) for row in rows]

    def _in_tray(
        self, viewer: User, which: str, limit: int, parameters: dict[str, Any] | None = None
    ) -> list[TrayText]:
        rows = self.plain.rows(
            f"{_TEXT.format(placed=_IN_TRAY, more=_OURS)} WHERE {which}"
            f" AND s.location_id IN ({numbers(viewer.location_ids)}) ORDER BY i.id DESC LIMIT {limit}",
            parameters,
        )
        names = self._names({row[1] for row in rows})
        return [_text(row, names.get(row[1], "")) for row in rows]

    def _on_jobs(self, viewer: User, which: str, parameters: dict[str, Any], limit: int) -> list[TrayText]:
        where, given = visible(viewer, self.reads.account(), self.clock())
        rows = self.plain.rows(
            f"{_TEXT.format(placed=_ON_JOB, more=_ITS_JOB)} WHERE {which} AND {where} ORDER BY i.id DESC LIMIT {limit}",
            {**given, **parameters},
        )
        return [_text(row, row[16]) for row in rows]

    def _names(self, phones: Collection[str]) -> dict[str, str]:
        """Whose phone each number is, as far as anybody knows: our people's, or contacts with their customers."""
        given = {f"p{i}": phone for i, phone in enumerate(sorted(phones))}
        inside = ", ".join(f":{name}" for name in given) or "''"
        contacts = self.plain.rows(
            "SELECT p.mobile, p.name, c.name FROM contact p JOIN customer c ON c.id = p.customer_id"
            f" WHERE p.mobile IN ({inside}) AND p.removed_at IS NULL ORDER BY p.id",
            given,
        )
        names: dict[str, list[str]] = {}
        for mobile, name, customer in contacts:
            names.setdefault(mobile, []).append(f"{name} ({customer})")
        known = {mobile: " or ".join(each) for mobile, each in names.items()}
        users = self.plain.rows(f"SELECT mobile, name FROM user_account WHERE active AND mobile IN ({inside})", given)
        return known | {row[0]: row[1] for row in users}


def _text(row: Row, name: str) -> TrayText:
    return TrayText(
        id=row[0],
        sender=row[1],
        to=row[2],
        body=row[3],
        at=at(row[4]),
        name=name,
        why=row[5],
        sorted_by=row[6],
        sorted_at=moment(row[7]),
        job_id=row[8],
        number=row[9],
        customer=row[10],
        title=row[11],
        message_id=row[12],
        seq=row[13],
        guessed=bool(row[14]),
        dispatch_only=bool(row[15]),
    )


def _offer(row: Row, why: str) -> Offer:
    return Offer(
        job_id=row[0],
        number=row[1],
        customer=row[2],
        title=row[3] or row[4],
        status=Status(row[5]).words,
        worker=row[6],
        closed=row[7] is not None,
        why=why,
    )
