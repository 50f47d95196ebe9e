"""Contacts as plain rows, with their groups."""

from collections import defaultdict
from collections.abc import Sequence

from domain.people import Contact
from storage.plain import Plain, Row, numbers

OPTED_OUT = "EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = p.mobile AND o.cleared_at IS NULL)"
_SELECT = (
    "SELECT p.id, p.customer_id, p.name, p.title, p.email, p.mobile, p.sms_on, p.one_time,"
    f" {OPTED_OUT}, p.time_zone, p.email_on, p.removed_at IS NOT NULL FROM contact p"
)


def contacts_where(plain: Plain, where: str, parameters: dict[str, object] | None = None) -> list[Contact]:
    """The contacts `p` of a condition, which may end in an order and a limit."""
    rows = plain.rows(f"{_SELECT} WHERE {where}", parameters)
    groups = groups_of(plain, [row[0] for row in rows])
    return [_contact(row, groups[row[0]]) for row in rows]


def groups_of(plain: Plain, contact_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The groups that each of these contacts is in."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for contact_id, name in plain.rows(
        f"SELECT contact_id, name FROM contact_group WHERE contact_id IN ({numbers(contact_ids)}) ORDER BY name"
    ):
        found[contact_id].append(name)
    return {contact_id: tuple(found[contact_id]) for contact_id in contact_ids}


def _contact(row: Row, groups: tuple[str, ...]) -> Contact:
    return Contact(
        id=row[0],
        customer_id=row[1],
        name=row[2],
        title=row[3],
        email=row[4],
        mobile=row[5],
        sms_on=bool(row[6]),
        one_time=bool(row[7]),
        opted_out=bool(row[8]),
        time_zone=row[9],
        email_on=bool(row[10]),
        groups=groups,
        removed=bool(row[11]),
    )
