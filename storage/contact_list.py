"""Reading customers and contacts: lists of any length, and everything about one contact.

A viewer's customers are those with a job at one of their locations, and those without any job.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from domain.contacts import PAGE, ContactFilter, ContactForm, ContactPage, ContactRecord, CustomerRecord
from domain.people import User
from domain.text import fold
from storage.contact_rows import OPTED_OUT, groups_of
from storage.plain import Plain, Row, numbers

_SELECT = (
    "SELECT p.id, p.customer_id, c.name, p.name, p.title, p.email, p.mobile, p.sms_on, p.email_on, p.one_time,"
    f" p.time_zone, {OPTED_OUT}, p.search_text FROM contact p JOIN customer c ON c.id = p.customer_id"
)
_LIVING = "p.removed_at IS NULL"
BOXES = {"site_contact_id": "site contact", "billing_contact_id": "billing contact", "ad_hoc_contact_id": "ad hoc SMS"}
"""The columns of a job that a contact can stand in, as people read them."""


class ContactList:
    """Reads contacts. Safe from any thread."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain

    def page(
        self, viewer: User, wanted: ContactFilter, after: tuple[str | int, ...] | None = None, count: int = PAGE
    ) -> ContactPage:
        """A part of the contacts this viewer may see: by name, duplicates by number, behind the row `after`."""
        where, parameters = self._where(viewer, wanted)
        found = self.plain.row(f"SELECT count(*) FROM contact p WHERE {where}", parameters)
        order = "p.mobile, p.search_text, p.id" if wanted.duplicates else "p.search_text, p.id"
        if after is not None:
            where += f" AND ({order}) > ({', '.join(f':after{i}' for i in range(len(after)))})"
            parameters |= {f"after{i}": value for i, value in enumerate(after)}
        rows = self.plain.rows(f"{_SELECT} WHERE {where} ORDER BY {order} LIMIT {count + 1}", parameters)
        shown = rows[:count]
        more: tuple[str | int, ...] | None = None
        if len(rows) > count:
            last = shown[-1]
            more = (last[6], last[12], last[0]) if wanted.duplicates else (last[12], last[0])
        return ContactPage(self._records(viewer, shown), more, int(found[0]) if found else 0)

    def record(self, viewer: User, contact_id: int) -> ContactRecord | None:
        """One contact, or None where this viewer has no such contact."""
        where, parameters = self._where(viewer, ContactFilter())
        rows = self.plain.rows(f"{_SELECT} WHERE {where} AND p.id = :id", {**parameters, "id": contact_id})
        return next(iter(self._records(viewer, rows)), None)

    def with_number(self, viewer: User, mobile: str, but: int | None = None) -> list[ContactRecord]:
        """The contacts with this number, without one of them."""
        where, parameters = self._where(viewer, ContactFilter())
        rows = self.plain.rows(
            f"{_SELECT} WHERE {where} AND p.mobile = :mobile AND p.id <> :but ORDER BY c.name, p.search_text, p.id",
            {**parameters, "mobile": mobile, "but": but or 0},
        )
        return list(self._records(viewer, rows))

    def customers(self, viewer: User, words: str = "") -> list[CustomerRecord]:
        """The viewer's customers whose name holds all words, by name."""
        wanted = fold(words).split()
        reach = self._reach(viewer, "c.id")
        rows = [
            row
            for row in self.plain.rows(f"SELECT c.id, c.name FROM customer c WHERE {reach}")
            if all(word in fold(row[1]) for word in wanted)
        ]
        people = self._counted(f"SELECT p.customer_id, count(*) FROM contact p WHERE {_LIVING} GROUP BY p.customer_id")
        jobs = self._counted(
            "SELECT j.customer_id, count(*) FROM job j WHERE j.closed_at IS NULL"
            f" AND j.location_id IN ({numbers(viewer.location_ids)}) GROUP BY j.customer_id"
        )
        found = [CustomerRecord(row[0], row[1], people.get(row[0], 0), jobs.get(row[0], 0)) for row in rows]
        return sorted(found, key=lambda customer: (fold(customer.name), customer.id))

    def customer(self, viewer: User, customer_id: int) -> CustomerRecord | None:
        """One customer, without counts; None where this viewer has no such customer."""
        row = self.plain.row(
            f"SELECT c.id, c.name FROM customer c WHERE c.id = :id AND {self._reach(viewer, 'c.id')}",
            {"id": customer_id},
        )
        return CustomerRecord(row[0], row[1]) if row else None

    def groups(self, customer_id: int) -> list[str]:
        """The names of a customer's groups."""
        rows = self.plain.rows(
            "SELECT DISTINCT g.name FROM contact_group g JOIN contact p ON p.id = g.contact_id"
            f" WHERE {_LIVING} AND p.customer_id = :customer",
            {"customer": customer_id},
        )
        return sorted((row[0] for row in rows), key=fold)

    def country(self, viewer: User, customer_id: int | None) -> str:
        """The country in which this customer's numbers are read: where their newest job is, else the viewer's first."""
        here = numbers(viewer.location_ids)
        row = self.plain.row(
            "SELECT l.country FROM job j JOIN location l ON l.id = j.location_id"
            f" WHERE j.customer_id = :customer AND j.location_id IN ({here}) ORDER BY j.id DESC LIMIT 1",
            {"customer": customer_id or 0},
        )
        row = row or self.plain.row(f"SELECT country FROM location WHERE id IN ({here}) ORDER BY id LIMIT 1")
        return str(row[0]) if row else "US"

    def _counted(self, sql: str) -> dict[int, int]:
        return {row[0]: row[1] for row in self.plain.rows(sql)}

    def _where(self, viewer: User, wanted: ContactFilter) -> tuple[str, dict[str, Any]]:
        reach = self._reach(viewer, "p.customer_id")
        where, parameters = f"{_LIVING} AND {reach}", dict[str, Any]()
        if wanted.duplicates:
            where += (
                f" AND p.mobile IN (SELECT p.mobile FROM contact p WHERE {_LIVING} AND {reach}"
                " AND p.mobile IS NOT NULL GROUP BY p.mobile HAVING count(*) > 1)"
            )
        if wanted.customer_id is not None:
            where += " AND p.customer_id = :customer"
            parameters["customer"] = wanted.customer_id
        words = fold(wanted.words).split()
        names = [(row[0], fold(row[1])) for row in self.plain.rows("SELECT id, name FROM customer")] if words else []
        for i, word in enumerate(words):
            owners = numbers([customer_id for customer_id, name in names if word in name])
            where += f" AND (p.search_text LIKE :word{i} ESCAPE '\\' OR p.customer_id IN ({owners}))"
            parameters[f"word{i}"] = f"%{_literal(word)}%"
        return where, parameters

    def _reach(self, viewer: User, customer: str) -> str:
        """The condition that a customer is one of the viewer's; nothing is looked up where all locations are theirs."""
        elsewhere = self.plain.row(
            f"SELECT 1 FROM location WHERE id NOT IN ({numbers(viewer.location_ids)}) AND job_count > 0 LIMIT 1"
        )
        if elsewhere is None:
            return "1 = 1"
        return (
            f"({customer} IN (SELECT j.customer_id FROM job j WHERE j.location_id IN ({numbers(viewer.location_ids)}))"
            f" OR {customer} NOT IN (SELECT j.customer_id FROM job j))"
        )

    def _records(self, viewer: User, rows: Sequence[Row]) -> tuple[ContactRecord, ...]:
        ids = [row[0] for row in rows]
        groups, jobs, twins = groups_of(self.plain, ids), self._open_jobs(viewer, ids), self._sharing(viewer, rows)
        return tuple(
            ContactRecord(
                id=row[0],
                customer_id=row[1],
                customer=row[2],
                form=_form(row, groups[row[0]]),
                opted_out=bool(row[11]),
                open_jobs=jobs[row[0]],
                twins=max(0, twins.get(row[6], 0) - 1),
            )
            for row in rows
        )

    def _open_jobs(self, viewer: User, ids: Sequence[int]) -> Counter[int]:
        mine = numbers(ids)
        rows = self.plain.rows(
            "SELECT j.site_contact_id, j.billing_contact_id, j.ad_hoc_contact_id FROM job j"
            f" WHERE j.closed_at IS NULL AND j.location_id IN ({numbers(viewer.location_ids)})"
            f" AND ({' OR '.join(f'j.{box} IN ({mine})' for box in BOXES)})"
        )
        return Counter(contact_id for row in rows for contact_id in {*row} - {None})

    def _sharing(self, viewer: User, rows: Sequence[Row]) -> dict[str, int]:
        """How many of the viewer's contacts have each of these numbers."""
        phones = {f"phone{i}": mobile for i, mobile in enumerate(sorted({row[6] for row in rows if row[6]}))}
        if not phones:
            return {}
        among = ", ".join(f":{name}" for name in phones)
        found = self.plain.rows(
            f"SELECT p.mobile, count(*) FROM contact p WHERE {_LIVING} AND {self._reach(viewer, 'p.customer_id')}"
            f" AND p.mobile IN ({among}) GROUP BY p.mobile",
            phones,
        )
        return {row[0]: row[1] for row in found}


def _form(row: Row, groups: tuple[str, ...]) -> ContactForm:
    return ContactForm(
        name=row[3],
        title=row[4],
        email=row[5],
        mobile=row[6],
        sms_on=bool(row[7]),
        email_on=bool(row[8]),
        one_time=bool(row[9]),
        time_zone=row[10],
        groups=tuple(sorted(groups, key=fold)),
    )


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
