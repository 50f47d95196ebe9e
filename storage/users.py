"""Writing users: their boxes, locations and whether they are active. Leavers are deactivated, never deleted."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, and_, col, delete, or_, select, update

from domain.administration import UserForm, UserRecord, jobs_in_words, merged
from domain.errors import Refusal
from domain.people import Bell, Role
from domain.pins import KeptPin
from domain.text import fold
from storage import feed
from storage.engine import Database
from storage.job_search import rewrite
from storage.tables.jobs import JobRow
from storage.tables.people import UserLocationRow, UserRow
from storage.tables.system import LinkRow

_LAST = "{} is the last active administrator. Give somebody else the Admin box first."
_NO_MORE = "You are no administrator any more. Ask one of them."


class Users:
    """Stores users as Settings changes them. Each method is one transaction; safe from any thread.

    `by` is the id of the administrator who acts, 0 for the command line. Whether they still are one is
    looked at under a lock on every administrator's row, so that two of them cannot remove each other
    at the same moment.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def all(self) -> list[UserRecord]:
        """Everybody, those who are active first, then by name."""
        with self.database.read() as session:
            rows = session.exec(select(UserRow).order_by(col(UserRow.active).desc(), col(UserRow.name))).all()
            return [_record(session, row) for row in rows]

    def one(self, user_id: int) -> UserRecord:
        """One user."""
        with self.database.read() as session:
            return _record(session, session.get_one(UserRow, user_id))

    def add(self, by: int, form: UserForm, pin: KeptPin) -> int:
        """Add a user, who changes the PIN at the first sign-in; Refusal where name or system account is taken."""
        with _unique(form), self.database.write() as session:
            _hold_administrators(session, by)
            _refuse_taken(session, form, None)
            row = UserRow(name=form.name, role=form.role, pin_hash=pin.hash, pin_length=pin.length, pin_change=True)
            _fill(row, form)
            session.add(row)
            session.flush()
            assert row.id is not None
            _put_locations(session, row.id, form.location_ids)
            feed.append(session, "people")
            return row.id

    def change(self, by: int, user_id: int, before: UserForm, after: UserForm) -> None:
        """Change what differs between the two forms. Raises Refusal where that cannot be."""
        with _unique(after), self.database.write() as session:
            administrators = _hold_administrators(session, by)
            row = session.get_one(UserRow, user_id, with_for_update=True)
            now = _record(session, row).form
            form = merged(now, before, after)
            if administrators == {user_id} and not (form.admin and form.role is Role.DISPATCHER):
                raise Refusal(_LAST.format(row.name), "admin")
            _refuse_taken(session, form, user_id)
            _refuse_stranding(session, row, now, form)
            _fill(row, form)
            session.add(row)
            _put_locations(session, user_id, form.location_ids)
            feed.append(session, "people")
        if form.name != now.name:
            rewrite(self.database, col(JobRow.worker_id) == user_id)

    def set_active(self, by: int, user_id: int, active: bool) -> None:
        """Let somebody in again, or out for good: their links end with that. Refusal for the last administrator."""
        with self.database.write() as session:
            administrators = _hold_administrators(session, by)
            row = session.get_one(UserRow, user_id, with_for_update=True)
            if not active and administrators == {user_id}:
                raise Refusal(_LAST.format(row.name))
            row.active = active
            session.add(row)
            if not active:
                links = update(LinkRow).where(col(LinkRow.user_id) == user_id, col(LinkRow.revoked_at).is_(None))
                session.exec(links.values(revoked_at=self.clock()))
            feed.append(session, "people")

    def set_bell(self, user_id: int, bell: Bell) -> None:
        """Say for whose messages somebody's terminal rings."""
        with self.database.write() as session:
            session.get_one(UserRow, user_id, with_for_update=True).bell = bell
            feed.append(session, "people")

    def open_jobs(self, user_id: int) -> list[str]:
        """The numbers of the open jobs that somebody works on or owns, oldest first."""
        with self.database.read() as session:
            return list(_open_jobs(session, or_(JobRow.worker_id == user_id, JobRow.owner_id == user_id)))


@contextmanager
def _unique(form: UserForm) -> Iterator[None]:
    """Says that the name was taken where another program took it at the same moment."""
    try:
        yield
    except IntegrityError:
        raise _taken(form.name) from None


def _hold_administrators(session: Session, by: int) -> set[int]:
    """The ids of every active administrator, whose rows stay locked; Refusal where `by` is none of them."""
    held = select(UserRow).where(col(UserRow.active), col(UserRow.admin), UserRow.role == Role.DISPATCHER)
    rows = session.exec(held.order_by(col(UserRow.id)).with_for_update()).all()
    ids = {row.id or 0 for row in rows}
    if by and by not in ids:
        raise Refusal(_NO_MORE)
    return ids


def _record(session: Session, row: UserRow) -> UserRecord:
    assert row.id is not None
    places = select(UserLocationRow.location_id).where(UserLocationRow.user_id == row.id)
    form = UserForm(
        name=row.name,
        role=row.role,
        mobile=row.mobile,
        location_ids=frozenset(session.exec(places).all()),
        chat=row.chat,
        alerts=row.alerts,
        contacts=row.contacts,
        admin=row.admin,
        bell=row.bell,
        system_account=row.system_account,
    )
    return UserRecord(row.id, form, row.active, row.signed_in_at, row.pin_hash is not None)


def _fill(row: UserRow, form: UserForm) -> None:
    row.name, row.role, row.mobile, row.system_account = form.name, form.role, form.mobile, form.system_account
    row.chat, row.alerts, row.contacts, row.admin, row.bell = (
        form.chat,
        form.alerts,
        form.contacts,
        form.admin,
        form.bell,
    )


def _put_locations(session: Session, user_id: int, location_ids: frozenset[int]) -> None:
    session.exec(delete(UserLocationRow).where(col(UserLocationRow.user_id) == user_id))
    session.add_all(UserLocationRow(user_id=user_id, location_id=place) for place in sorted(location_ids))


def _refuse_taken(session: Session, form: UserForm, user_id: int | None) -> None:
    for row in session.exec(select(UserRow).where(UserRow.id != (user_id or 0))).all():
        if fold(row.name) == fold(form.name):
            raise _taken(row.name)
        if form.system_account and row.system_account == form.system_account:
            raise Refusal(f"{row.name} signs in by that system account already; each has one person.", "system_account")


def _taken(name: str) -> Refusal:
    return Refusal(f"There is already a user called {name}; add a surname or an initial.", "name")


def _refuse_stranding(session: Session, row: UserRow, now: UserForm, form: UserForm) -> None:
    """A worker who stops being one, or leaves a location, would lose sight of jobs that are still theirs."""
    if now.role is not Role.WORKER:
        return
    left = now.location_ids if form.role is not Role.WORKER else now.location_ids - form.location_ids
    theirs = _open_jobs(session, and_(JobRow.worker_id == row.id, col(JobRow.location_id).in_(left)))
    if theirs:
        field = "role" if form.role is not Role.WORKER else "locations"
        raise Refusal(f"{row.name} still has {jobs_in_words(theirs)} there: hand over first.", field)


def _open_jobs(session: Session, whose: object) -> Sequence[str]:
    jobs = select(JobRow.number).where(whose, col(JobRow.closed_at).is_(None))  # type: ignore[arg-type]
    return session.exec(jobs.order_by(col(JobRow.id))).all()
