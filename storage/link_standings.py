"""How everybody on a job stands with their page of it: invited by which text, with which link, by whose word."""

from datetime import datetime
from typing import NamedTuple

from domain.delivery import State
from domain.links import ContactLink
from domain.people import Contact
from storage.plain import Plain, Row, at, moment, numbers

_NEVER_ARRIVED = "', '".join(
    (State.HELD, State.BLOCKED, State.EXPIRED, State.CANCELLED, State.FAILED, State.CANCELED, State.UNDELIVERED)
)
_CONTACTS = (
    "SELECT p.id, p.customer_id, p.name, p.title, p.email, p.mobile, p.sms_on, p.one_time, EXISTS"
    " (SELECT 1 FROM opt_out o WHERE o.phone = p.mobile AND o.cleared_at IS NULL), p.time_zone,"
    " i.message_id, i.at, i.message_id IS NULL OR EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = i.message_id"
    f" AND d.to_address = p.mobile AND d.channel = 'sms' AND d.state NOT IN ('{_NEVER_ARRIVED}'))"
    " FROM contact p LEFT JOIN invitation i ON i.contact_id = p.id AND i.job_id = :job"
)
_LINK = (
    "SELECT l.contact_id, l.id, l.made_at, j.closed_at, l.revoked_at FROM link l JOIN job j ON j.id = l.job_id"
    " WHERE l.job_id = :job AND l.contact_id IS NOT NULL ORDER BY l.id"
)
_CONSENT = (
    "SELECT s.contact_id, s.stated_by, s.source, s.at FROM consent s JOIN contact p ON p.id = s.contact_id"
    " AND p.mobile = s.mobile"
)


class Consent(NamedTuple):
    """Who stated that a number may be texted, where that came from, and when (rule 23)."""

    by: str
    source: str
    at: datetime


class KeptStanding(NamedTuple):
    """A contact with what is kept about their page of one job.

    `invited_by` is the message whose text told them who writes, None where they were told otherwise or
    `invited_at` is None; `told` is False where that text never got there.
    """

    contact: Contact
    invited_at: datetime | None
    invited_by: int | None
    told: bool
    link: ContactLink | None
    consent: Consent | None


class LinkStandings:
    """Reads how contacts stand with their pages. Safe from any thread."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain

    def of_job(self, job_id: int, also: frozenset[int] = frozenset()) -> list[KeptStanding]:
        """Everybody who was invited to a job or has a link to it, and those named beside, by name.

        Contacts who were deleted have no page and are left out.
        """
        links = {row[0]: _link(job_id, row) for row in self.plain.rows(_LINK, {"job": job_id})}
        wanted = numbers(also | frozenset(links))
        rows = self.plain.rows(
            f"{_CONTACTS} WHERE p.removed_at IS NULL AND (i.contact_id IS NOT NULL OR p.id IN ({wanted}))"
            " ORDER BY p.name, p.id",
            {"job": job_id},
        )
        return self._standings(rows, links)

    def _standings(self, rows: list[Row], links: dict[int, ContactLink]) -> list[KeptStanding]:
        ids = numbers(frozenset(row[0] for row in rows))
        stated = self.plain.rows(f"{_CONSENT} WHERE s.contact_id IN ({ids}) ORDER BY s.id")
        consents = {row[0]: Consent(row[1], row[2], at(row[3])) for row in stated}
        return [
            KeptStanding(
                _contact(row),
                moment(row[11]),
                row[10],
                row[11] is not None and bool(row[12]),
                links.get(row[0]),
                consents.get(row[0]),
            )
            for row in rows
        ]


def _contact(row: Row) -> Contact:
    return Contact(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]), bool(row[7]), bool(row[8]), row[9])


def _link(job_id: int, row: Row) -> ContactLink:
    return ContactLink(row[1], row[0], job_id, at(row[2]), moment(row[3]), moment(row[4]))
