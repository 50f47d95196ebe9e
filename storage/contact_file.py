"""Everything about one contact: the jobs they stand on, what was said about texting them, who shares their number."""

from domain.contact_merging import Moves
from domain.contacts import ContactFile, ContactJob, Permission
from domain.jobs import Status
from domain.people import User
from storage.contact_list import BOXES, ContactList
from storage.plain import Plain, at, numbers

_JOBS = 50
"""Jobs that are shown of one contact, the newest first."""


class ContactFiles:
    """Reads whole contacts. Safe from any thread."""

    def __init__(self, plain: Plain, contacts: ContactList) -> None:
        self.plain = plain
        self.contacts = contacts

    def file(self, viewer: User, contact_id: int) -> ContactFile | None:
        """One contact with everything; None where this viewer has no such contact."""
        record = self.contacts.record(viewer, contact_id)
        if record is None:
            return None
        mobile = record.form.mobile
        twins = self.contacts.with_number(viewer, mobile, contact_id) if mobile else []
        return ContactFile(record, self._jobs(viewer, contact_id), self._permissions(contact_id), tuple(twins))

    def open_jobs(self, viewer: User, contact_id: int) -> list[ContactJob]:
        """The open jobs of the viewer's locations that a contact stands on."""
        return [job for job in self._jobs(viewer, contact_id, "j.closed_at IS NULL") if not job.closed]

    def moves(self, viewer: User, contact_id: int) -> Moves:
        """What would go over to another contact, as far as the viewer may know: at their locations."""
        here = f"(SELECT j.id FROM job j WHERE j.location_id IN ({numbers(viewer.location_ids)}))"
        on_job = " OR ".join(f"{box} = :id" for box in BOXES)
        return Moves(
            jobs=self._count(f"job WHERE id IN {here} AND ({on_job})", contact_id),
            messages=self._count(
                f"message m WHERE m.job_id IN {here} AND (m.author_contact_id = :id OR EXISTS"
                " (SELECT 1 FROM recipient r WHERE r.message_id = m.id AND r.contact_id = :id))",
                contact_id,
            ),
            links=self._count(f"link WHERE contact_id = :id AND job_id IN {here}", contact_id),
            consents=self._count("consent WHERE contact_id = :id", contact_id),
            decisions=self._count(
                "estimate_decision d JOIN estimate_version v ON v.id = d.version_id"
                f" WHERE d.contact_id = :id AND v.job_id IN {here}",
                contact_id,
            ),
        )

    def _count(self, what: str, contact_id: int) -> int:
        row = self.plain.row(f"SELECT count(*) FROM {what}", {"id": contact_id})
        return int(row[0]) if row else 0

    def _jobs(self, viewer: User, contact_id: int, which: str = "1 = 1") -> tuple[ContactJob, ...]:
        rows = self.plain.rows(
            f"SELECT j.id, j.number, j.title, j.status, j.closed_at, {', '.join(f'j.{box}' for box in BOXES)}"
            f" FROM job j WHERE j.location_id IN ({numbers(viewer.location_ids)}) AND {which}"
            f" AND ({' OR '.join(f'j.{box} = :id' for box in BOXES)})"
            f" ORDER BY CASE WHEN j.closed_at IS NULL THEN 0 ELSE 1 END, j.id DESC LIMIT {_JOBS}",
            {"id": contact_id},
        )
        return tuple(
            ContactJob(
                id=row[0],
                number=row[1],
                title=row[2],
                status=Status(row[3]),
                box=", ".join(words for words, who in zip(BOXES.values(), row[5:], strict=True) if who == contact_id),
                closed=row[4] is not None,
            )
            for row in rows
        )

    def _permissions(self, contact_id: int) -> tuple[Permission, ...]:
        """Consents of a contact, and every STOP and START of the numbers they are about."""
        said = [
            Permission(at(row[0]), row[1], row[2], row[3], row[4])
            for row in self.plain.rows(
                "SELECT at, mobile, wording, stated_by, source FROM consent WHERE contact_id = :id", {"id": contact_id}
            )
        ]
        for row in self.plain.rows(
            "SELECT o.at, o.phone, o.word, o.cleared_at FROM opt_out o WHERE o.phone IN"
            " (SELECT mobile FROM consent WHERE contact_id = :id UNION SELECT mobile FROM contact WHERE id = :id)",
            {"id": contact_id},
        ):
            said.append(Permission(at(row[0]), row[1], f"opted out ({row[2]})", "the contact", "by text"))
            if row[3] is not None:
                said.append(Permission(at(row[3]), row[1], "opted in again (START)", "the contact", "by text"))
        return tuple(sorted(said, key=lambda each: each.at, reverse=True))
