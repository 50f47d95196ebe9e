"""Writing people: locations and their numbers, users, customers and their contacts."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from domain.account import Account
from domain.contacts import PROVIDER, words_of
from domain.errors import Refusal
from domain.people import Role, StatedContact
from domain.phone import tail
from domain.pins import SHORTEST, KeptPin
from domain.text import fold
from storage import feed
from storage.contact_doors import end_links
from storage.contact_texts import NO_NUMBER, redirect
from storage.engine import Database
from storage.tables.people import (
    AccountRow,
    ConsentRow,
    ContactGroupRow,
    ContactRow,
    CustomerRow,
    LocationRow,
    SendingNumberRow,
    UserLocationRow,
    UserRow,
)
from storage.upsert import insert


class NewUser(NamedTuple):
    """A user to be added. No locations means every location there is."""

    name: str
    role: Role
    mobile: str | None = None
    pin: KeptPin | None = None
    pin_change: bool = True
    chat: bool = True
    admin: bool = False
    system_account: str | None = None
    locations: tuple[int, ...] = ()


class People:
    """Stores people and places. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def set_up(self, account: Account) -> None:
        """Write the account's settings; Refusal when the database already belongs to another carrier account."""
        with self.database.write() as session:
            row = session.get(AccountRow, 1)
            if row is not None and row.carrier != account.carrier:
                raise Refusal(
                    f"This database belongs to {row.carrier}; it cannot be used for {account.carrier}. "
                    "Make a new database for another carrier account."
                )
            session.merge(
                AccountRow(
                    id=1,
                    carrier=account.carrier,
                    three_way=account.three_way,
                    reply_days=account.windows.reply.days,
                    grace_days=account.windows.grace.days,
                    use_by_minutes=int(account.use_by.total_seconds() // 60),
                    demo_hint=account.demo_hint,
                    undo_seconds=int(account.undo.total_seconds()),
                    lock_seconds=int(account.lock.total_seconds()),
                    worker_writes=account.worker_writes,
                    holds_in_practice=account.holds_in_practice,
                    secret_mark=row.secret_mark if row else "",
                )
            )
            feed.append(session, "account")

    def add_location(self, name: str, country: str, time_zone: str, numbers: Iterable[str]) -> int:
        """Add a location with its sending numbers (E.164); Refusal where a name or number is taken."""
        with self.database.write() as session:
            if session.exec(select(LocationRow).where(LocationRow.name == name)).first():
                raise Refusal(f"There is already a location called {name}.", "location")
            row = LocationRow(name=name, country=country, time_zone=time_zone)
            session.add(row)
            session.flush()
            assert row.id is not None
            for number in numbers:
                if session.exec(select(SendingNumberRow).where(SendingNumberRow.number == number)).first():
                    raise Refusal(f"{number} already belongs to a location.", "number")
                session.add(SendingNumberRow(location_id=row.id, number=number))
            feed.append(session, "people")
            return row.id

    def set_direct_reply(self, location_id: int, on: bool) -> None:
        """Say whether a location takes answers by text."""
        with self.database.write() as session:
            session.get_one(LocationRow, location_id).direct_reply = on
            feed.append(session, "people")

    def add_user(self, new: NewUser) -> int:
        """Add a user; Refusal where the name is taken."""
        with self.database.write() as session:
            if session.exec(select(UserRow).where(UserRow.name == new.name)).first():
                raise Refusal(f"There is already a user called {new.name}; add a surname or an initial.", "name")
            row = UserRow(
                name=new.name,
                role=new.role,
                mobile=new.mobile,
                pin_hash=new.pin.hash if new.pin else None,
                pin_length=new.pin.length if new.pin else SHORTEST,
                pin_change=new.pin_change,
                chat=new.chat,
                alerts=new.admin,
                contacts=new.admin,
                admin=new.admin,
                system_account=new.system_account,
            )
            session.add(row)
            session.flush()
            assert row.id is not None
            places = new.locations or session.exec(select(LocationRow.id)).all()
            session.add_all(UserLocationRow(user_id=row.id, location_id=place) for place in places if place)
            feed.append(session, "people")
            return row.id


def customer_named(session: Session, name: str) -> int:
    """The id of the customer of this name, made where there is none."""
    known = select(CustomerRow.id).where(CustomerRow.name == name)
    found = session.exec(known).first()
    if found is None:
        feed.hold(session)
        session.exec(insert(session, CustomerRow).values(name=name).on_conflict_do_nothing())
        found = session.exec(known).one()
    assert found is not None
    return found


def _named(session: Session, customer_id: int, contact_id: int | None, details: StatedContact) -> ContactRow | None:
    """The contact of this id, as long as it is one of the customer's and has no other number."""
    row = living(session, contact_id) if contact_id else None
    if row is None or row.customer_id != customer_id:
        return None
    return None if details.mobile and row.mobile and row.mobile != details.mobile else row


def _of_phone(session: Session, customer_id: int, details: StatedContact, beside: int | None) -> ContactRow | None:
    """The customer's contact with this mobile: the one of this name first, never `beside` under another name."""
    found = session.exec(
        select(ContactRow)
        .where(
            ContactRow.customer_id == customer_id,
            ContactRow.mobile == details.mobile,
            col(ContactRow.removed_at).is_(None),
        )
        .order_by(col(ContactRow.id))
    ).all()
    named = [row for row in found if not details.name or fold(row.name) == fold(details.name)]
    return next(iter(named or [row for row in found if row.id != beside]), None)


def living(session: Session, contact_id: int) -> ContactRow | None:
    """A contact that was not deleted, or the one it was merged into; else None.

    Contacts are written under the feed's lock, so it is not deleted until the caller's transaction ends.
    """
    feed.hold(session)
    row = session.get(ContactRow, contact_id)
    while row is not None and row.removed_at is not None:
        row = session.get(ContactRow, row.merged_into) if row.merged_into else None
    return row


def keep_words(session: Session, row: ContactRow) -> None:
    """Write a contact with the words that it is found by."""
    session.add(row)
    session.flush()
    groups = session.exec(select(ContactGroupRow.name).where(ContactGroupRow.contact_id == row.id)).all()
    row.search_text = words_of(row.name, row.title, row.email, row.mobile, groups)
    session.add(row)
    session.flush()


def keep_contact(
    session: Session,
    customer_id: int,
    contact_id: int | None,
    details: StatedContact,
    stated: tuple[str, str],
    at: datetime,
    beside: int | None = None,
) -> int:
    """Change a contact or make one, matched by mobile within the customer (rule 45); returns its id.

    `beside` is the other contact stated with this one: of another name they stay two, though they
    share a phone (rule 33). `stated` is who said that this person may be texted and from what source; a new number is
    recorded as consent stated by the provider (rule 23). A number that is taken away ends the links it got.
    """
    feed.hold(session)
    row = _named(session, customer_id, contact_id, details)
    if row is None and details.mobile:
        row = _of_phone(session, customer_id, details, beside)
    if row is None:
        row = ContactRow(customer_id=customer_id, name=details.name or tail(details.mobile or ""))
    former, number_is_new = row.mobile, bool(details.mobile) and details.mobile != row.mobile
    for field, value in details._asdict().items():
        if value is not None:
            setattr(row, field, value or (None if field == "mobile" else ""))
    keep_words(session, row)
    assert row.id is not None
    if former and row.mobile != former:
        # Other jobs are not locked: a text that somebody holds at this moment is stopped when it is claimed.
        redirect(session, row.id, row.mobile, NO_NUMBER, at, free_only=True)
        end_links(session, row.id, at)
        feed.append(session, "people")
    if number_is_new and row.mobile:
        session.add(
            ConsentRow(
                contact_id=row.id,
                mobile=row.mobile,
                wording=PROVIDER,
                stated_by=stated[0],
                source=stated[1],
                at=at,
            )
        )
    return row.id


def keep_ad_hoc(session: Session, customer_id: int, mobile: str, stated: tuple[str, str], at: datetime) -> int:
    """The contact behind a job's ad hoc number (rule 22): somebody the customer has, else a one-time contact."""
    known = session.exec(
        select(ContactRow.id).where(
            ContactRow.customer_id == customer_id,
            ContactRow.mobile == mobile,
            col(ContactRow.removed_at).is_(None),
        )
    ).first()
    contact_id = keep_contact(session, customer_id, known, StatedContact(mobile=mobile), stated, at)
    if known is None:
        contact = session.get_one(ContactRow, contact_id)
        contact.one_time, contact.name = True, f"Ad hoc {tail(mobile)}"
        keep_words(session, contact)
    return contact_id
