"""What a merge of two contacts changed, row by row, so that it can be taken back exactly or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, inspect
from sqlmodel import Session, SQLModel, col, delete, or_, select

from domain.delivery import State
from domain.errors import Refusal
from domain.messages import NOT_OUT
from storage.contact_texts import on_boxes
from storage.tables.estimates import EstimateDecisionRow
from storage.tables.jobs import DraftRow, JobRow
from storage.tables.messages import DeliveryRow, InvitationRow, MessageRow, RecipientRow, TakenOffRow
from storage.tables.people import ConsentRow, ContactGroupRow, ContactRow
from storage.tables.system import LinkRow

_TABLES: tuple[type[SQLModel], ...] = (
    *(ContactRow, ContactGroupRow, JobRow, MessageRow, RecipientRow, DeliveryRow, LinkRow),
    *(InvitationRow, TakenOffRow, ConsentRow, EstimateDecisionRow, DraftRow),
)
_OF_JOBS = frozenset({"site_contact_id", "billing_contact_id", "ad_hoc_contact_id"})
"""Of a job the people alone are put back: its version only grows, and its words follow."""
_WAITS = (State.HELD, State.QUEUED)
_NAMING: Mapping[type[SQLModel], tuple[str, str]] = {
    MessageRow: ("author_contact_id", "a message from them came in"),
    RecipientRow: ("contact_id", "a message to them was written"),
    LinkRow: ("contact_id", "a link was made for them"),
    ConsentRow: ("contact_id", "a consent was recorded"),
    EstimateDecisionRow: ("contact_id", "they decided on an estimate"),
}

Key = tuple[type[SQLModel], tuple[Any, ...]]
Rows = dict[Key, dict[str, Any]]


class Entry(NamedTuple):
    """A row that a merge changed: how it was and how it is since, None where there is no such row.

    Of a row that is there before and after, the columns that differ.
    """

    key: Key
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class Merge:
    """A merge that was done, with what taking it back needs. `name` is whom the contact that stays is called."""

    kept_id: int
    gone_id: int
    name: str
    entries: tuple[Entry, ...] = field(repr=False)
    naming: Mapping[type[SQLModel], frozenset[Any]] = field(repr=False)


class Journal:
    """How the rows of two contacts were before a merge."""

    def __init__(self, before: Rows) -> None:
        self._before = before

    @property
    def keys(self) -> Iterable[Key]:
        """The rows to look at again."""
        return self._before

    def entries(self, after: Rows) -> tuple[Entry, ...]:
        """What differs since."""
        keys = dict.fromkeys((*self._before, *after))
        found = (_difference(key, self._before.get(key), after.get(key)) for key in keys)
        return tuple(entry for entry in found if entry.before != entry.after)


def _difference(key: Key, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Entry:
    if before is None or after is None:
        return Entry(key, before, after)
    names = [name for name, value in before.items() if value != after[name]]
    return Entry(key, {name: before[name] for name in names}, {name: after[name] for name in names})


def snapshot(session: Session, contact_ids: tuple[int, int], also: Iterable[Key] = ()) -> Rows:
    """Every row that concerns these contacts, and `also` those that did before."""
    session.flush()
    rows = [row for table in _TABLES for row in session.exec(select(table).where(_concerns(table, contact_ids))).all()]
    found = {_key(row): _columns(row) for row in rows}
    for key in also:
        if key not in found and (row := session.get(key[0], key[1])) is not None:
            found[key] = _columns(row)
    return found


def ids_naming(session: Session, contact_id: int) -> dict[type[SQLModel], frozenset[Any]]:
    """Which messages, links, consents and decisions name a contact."""
    found = {}
    for table, (column, _) in _NAMING.items():
        ids = session.exec(select(col(table.id)).where(getattr(table, column) == contact_id))  # type: ignore[attr-defined]
        found[table] = frozenset(ids.all())
    return found


def take_back_entries(session: Session, merge: Merge) -> None:
    """Put every row back. Raises Refusal where one of them, or whom they are about, is not as the merge left it."""
    session.expire_all()
    _hold_texts(session, merge)
    kept, gone = (session.get_one(ContactRow, each) for each in (merge.kept_id, merge.gone_id))
    if kept.removed_at is not None or gone.merged_into != merge.kept_id:
        raise _impossible(merge, _CHANGED[ContactRow])
    now = ids_naming(session, merge.kept_id)
    for table, (_, what) in _NAMING.items():
        if now[table] != merge.naming[table]:
            raise _impossible(merge, what)
    drafts = []
    for entry in merge.entries:
        if entry.key[0] is DraftRow:
            drafts.append(entry)
        elif not _as_left(session, entry):
            raise _impossible(merge, _CHANGED.get(entry.key[0], "something of them changed"))
    entries = [entry for entry in merge.entries if entry not in drafts]
    for entry in (*entries, *(draft for draft in drafts if _as_left(session, draft))):
        _put_back(session, entry)
    session.flush()


def _hold_texts(session: Session, merge: Merge) -> None:
    """Lock the texts that the merge changed; one that an engine holds is leaving at this moment."""
    here = (*_WAITS, State.CANCELLED)
    ids = {entry.key[1][0] for entry in merge.entries if entry.key[0] is DeliveryRow}
    texts = select(DeliveryRow).where(col(DeliveryRow.id).in_(ids), col(DeliveryRow.state).in_(here))
    texts = texts.order_by(col(DeliveryRow.id))
    if len(session.exec(texts.with_for_update(skip_locked=True)).all()) < len(ids):
        raise _impossible(merge, _CHANGED[DeliveryRow])


_CHANGED = {
    ContactRow: "one of them was changed or deleted",
    ContactGroupRow: "their groups were changed",
    JobRow: "a job of theirs got other contacts",
    MessageRow: "a message that waited for them has left",
    DeliveryRow: "a text that waited for them has left",
    LinkRow: "a link of theirs was ended",
}


def _impossible(merge: Merge, why: str) -> Refusal:
    return Refusal(
        f"The merge of {merge.name} cannot be taken back any more: {why} since. "
        "Make a new contact for the other person instead."
    )


def _concerns(table: type[SQLModel], ids: tuple[int, int]) -> ColumnElement[bool]:
    if table is ContactRow:
        return col(ContactRow.id).in_(ids)
    if table is JobRow:
        return on_boxes(ids)
    theirs = select(RecipientRow.message_id).where(col(RecipientRow.contact_id).in_(ids))
    if table is MessageRow:
        waiting = col(MessageRow.stage).in_(NOT_OUT) & col(MessageRow.id).in_(theirs)
        return or_(col(MessageRow.author_contact_id).in_(ids), waiting)
    if table is DeliveryRow:
        return col(DeliveryRow.message_id).in_(theirs) & col(DeliveryRow.state).in_(_WAITS)
    if table is DraftRow:
        return or_(*(col(DraftRow.recipients).contains(f"contact:{contact_id}") for contact_id in ids))
    return col(table.contact_id).in_(ids)  # type: ignore[attr-defined]


def _key(row: SQLModel) -> Key:
    return type(row), tuple(inspect(row).identity)


def _columns(row: SQLModel) -> dict[str, Any]:
    """The columns that a merge may change; a draft's words and a job's counters are none of them."""
    if isinstance(row, JobRow):
        return {name: getattr(row, name) for name in _OF_JOBS}
    if isinstance(row, DraftRow):
        return {"recipients": row.recipients}
    return {name: getattr(row, name) for name in type(row).model_fields}


def _as_left(session: Session, entry: Entry) -> bool:
    row = session.get(*entry.key)
    if row is None or entry.after is None:
        return row is None and entry.after is None
    now = _columns(row)
    return all(now[name] == value for name, value in entry.after.items())


def _put_back(session: Session, entry: Entry) -> None:
    table, key = entry.key
    row = session.get(table, key)
    if entry.before is None:
        session.exec(delete(table).where(*(c == v for c, v in zip(inspect(table).primary_key, key, strict=True))))
        session.expire_all()
    elif row is None:
        session.add(table(**entry.before))
    else:
        for name, value in entry.before.items():
            setattr(row, name, value)
        session.add(row)
    session.flush()
