"""Writing locations: their settings and the numbers that they text from."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from domain.administration import LocationForm, OurNumber, merged_location
from domain.delivery import State
from domain.errors import Refusal
from domain.hours import QuietHours
from domain.people import Role
from domain.text import fold
from storage import feed
from storage.engine import Database
from storage.job_search import rewrite
from storage.reminders import keep_at
from storage.tables.jobs import JobRow
from storage.tables.messages import DeliveryRow, InboundRow
from storage.tables.people import LocationRow, SendingNumberRow, UserLocationRow, UserRow

_CLOCK = "%H:%M"


class Locations:
    """Stores locations as Settings changes them. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def add(self, form: LocationForm) -> int:
        """Add a location, which every administrator has from then on; Refusal where its name is taken."""
        try:
            with self.database.write() as session:
                _refuse_taken(session, form.name, None)
                row = LocationRow(name=form.name, country=form.country, time_zone=form.time_zone)
                _fill(row, form)
                session.add(row)
                session.flush()
                assert row.id is not None
                administrators = select(UserRow.id).where(col(UserRow.admin), UserRow.role == Role.DISPATCHER)
                for user_id in session.exec(administrators).all():
                    session.add(UserLocationRow(user_id=user_id or 0, location_id=row.id))
                feed.append(session, "people")
                return row.id
        except IntegrityError:  # another administrator took it at the same moment
            raise _taken(form.name) from None

    def change(self, location_id: int, before: LocationForm, after: LocationForm) -> None:
        """Change what differs between the two forms; Refusal where the new name is taken."""
        try:
            with self.database.write() as session:
                feed.hold(session)  # before the location, as those who make a job take them
                row = session.get_one(LocationRow, location_id, with_for_update=True)
                now = _form(row)
                form = merged_location(now, before, after)
                _refuse_taken(session, form.name, location_id)
                _fill(row, form)
                session.add(row)
                feed.append(session, "people")
        except IntegrityError:
            raise _taken(after.name) from None
        if form.time_zone != now.time_zone:
            with self.database.write() as session:  # apart: whoever saves a job locks it before its location
                keep_at(session, location_id, self.clock())
        if form.name != now.name:
            rewrite(self.database, col(JobRow.location_id) == location_id)

    def numbers(self, location_id: int) -> list[OurNumber]:
        """A location's numbers, the first one preferred, retired ones last."""
        with self.database.read() as session:
            mine = select(SendingNumberRow).where(SendingNumberRow.location_id == location_id)
            rows = session.exec(mine.order_by(col(SendingNumberRow.retired), col(SendingNumberRow.id))).all()
            return [OurNumber(row.number, row.retired) for row in rows]

    def add_number(self, location_id: int, number: str) -> None:
        """Let a location text from a number, a retired one of its own again; Refusal where another has it."""
        try:
            with self.database.write() as session:
                known = session.exec(
                    select(SendingNumberRow).where(SendingNumberRow.number == number).with_for_update()
                ).first()
                if known is None:
                    session.add(SendingNumberRow(location_id=location_id, number=number))
                elif known.location_id == location_id and known.retired:
                    known.retired = False
                    session.add(known)
                else:
                    place = session.get_one(LocationRow, known.location_id).name
                    raise Refusal(f"{number} already belongs to {place}.", "number")
                feed.append(session, "people")
        except IntegrityError:
            raise Refusal(f"{number} already belongs to a location.", "number") from None

    def remove_number(self, location_id: int, number: str) -> bool:
        """Stop texting from a number. True where it was retired: it was used, so answers to it still come.

        Texts that wait to leave from it leave from another number of the location. Refusal where it is the last.
        """
        with self.database.write() as session:
            waiting = _lock_waiting(session, number)
            feed.hold(session)
            session.get_one(LocationRow, location_id, with_for_update=True)
            mine = select(SendingNumberRow).where(SendingNumberRow.location_id == location_id)
            rows = session.exec(mine.order_by(col(SendingNumberRow.id))).all()
            row = next((row for row in rows if row.number == number), None)
            others = [each.number for each in rows if each.number != number and not each.retired]
            if row is None or row.retired:
                raise Refusal(f"{number} is not in use any more.", "number")
            if not others:
                raise Refusal("A location cannot be without a number to text from: add another one first.", "number")
            used = _used(session, number)
            if used:
                row.retired = True
                session.add(row)
                leaving = update(DeliveryRow).where(col(DeliveryRow.id).in_(waiting))
                session.exec(leaving.values(from_number=others[0]))
            else:
                session.delete(row)
            feed.append(session, "people")
            return used


def _lock_waiting(session: Session, number: str) -> list[int | None]:
    """Lock the texts that wait to leave from a number; one that is leaving at this moment still does so."""
    mine = select(DeliveryRow.id).where(DeliveryRow.from_number == number).order_by(col(DeliveryRow.id))
    held = session.exec(mine.where(DeliveryRow.state == State.HELD).with_for_update()).all()
    queued = session.exec(mine.where(DeliveryRow.state == State.QUEUED).with_for_update(skip_locked=True)).all()
    return [*held, *queued]


def _used(session: Session, number: str) -> bool:
    sent = select(DeliveryRow.id).where(DeliveryRow.from_number == number).limit(1)
    came = select(InboundRow.id).where(InboundRow.to_number == number).limit(1)
    return session.exec(sent).first() is not None or session.exec(came).first() is not None


def _form(row: LocationRow) -> LocationForm:
    quiet = (datetime.strptime(text, _CLOCK).time() for text in (row.quiet_begin, row.quiet_end))  # noqa: DTZ007
    return LocationForm(
        name=row.name,
        country=row.country,
        currency=row.currency,
        time_zone=row.time_zone,
        callback_phone=row.callback_phone,
        quiet=QuietHours(*quiet),
        direct_reply=row.direct_reply,
        worker_sees_numbers=row.worker_sees_numbers,
        links_in_texts=row.links_in_texts,
        approve_up_to=row.approve_up_to,
    )


def _fill(row: LocationRow, form: LocationForm) -> None:
    row.name, row.country, row.currency, row.time_zone = form.name, form.country, form.currency, form.time_zone
    row.callback_phone = form.callback_phone
    row.quiet_begin, row.quiet_end = form.quiet.begin.strftime(_CLOCK), form.quiet.end.strftime(_CLOCK)
    row.direct_reply, row.worker_sees_numbers = form.direct_reply, form.worker_sees_numbers
    row.links_in_texts, row.approve_up_to = form.links_in_texts, form.approve_up_to


def _refuse_taken(session: Session, name: str, location_id: int | None) -> None:
    others = session.exec(select(LocationRow.name).where(LocationRow.id != (location_id or 0))).all()
    if any(fold(other) == fold(name) for other in others):
        raise _taken(name)


def _taken(name: str) -> Refusal:
    return Refusal(f"There is already a location called {name}; choose another name.", "name")
