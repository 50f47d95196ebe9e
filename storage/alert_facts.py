"""What is true of a job when something is told about it, read inside the transaction that tells it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select

from domain.account import Account, Location
from domain.alerts import Box, Planned
from domain.hours import QuietHours
from domain.people import Contact, Role
from domain.routing import Windows
from domain.telling import Addressee, Facts
from storage.final_texts import counted_address, invited
from storage.opt_outs import in_force
from storage.tables.jobs import JobRow
from storage.tables.people import (
    AccountRow,
    ConsentRow,
    ContactRow,
    CustomerRow,
    LocationRow,
    SendingNumberRow,
    UserRow,
)
from storage.tables.system import EngineRow


def planned_of(row: JobRow) -> Planned:
    """The part of a job that events come from."""
    return Planned(row.status, row.worker_id, row.window_start, row.window_end)


def facts_of(session: Session, job: JobRow, by: str = "", until: datetime | None = None) -> Facts:
    """The facts of a job as the transaction sees them. `by` did what is told; `until` looks back at a past moment."""
    worker = session.get(UserRow, job.worker_id) if job.worker_id else None
    return Facts(
        number=job.number,
        title=job.title,
        asset=job.asset,
        address=job.address,
        customer=session.get_one(CustomerRow, job.customer_id).name,
        status=job.status,
        location=location_of(session, job.location_id),
        account=account_of(session),
        worker=worker.name if worker else "",
        dispatcher=_dispatcher(session, job, by),
        window_start=job.window_start,
        window_end=job.window_end,
        people=_people(session, job, until),
        link_address=counted_address(session, page_url(session)),
    )


def page_url(session: Session) -> str:
    """Where phones reach our pages, as the engine that wrote last says; "" where no link may go out."""
    newest = select(EngineRow.page_url).order_by(col(EngineRow.beat_at).desc())
    return session.exec(newest.limit(1)).first() or ""


def account_of(session: Session) -> Account:
    """The settings that texts go by, as the transaction sees them."""
    row = session.get_one(AccountRow, 1)
    return Account(
        carrier=row.carrier,
        three_way=row.three_way,
        windows=Windows(timedelta(days=row.reply_days), timedelta(days=row.grace_days)),
        use_by=timedelta(minutes=row.use_by_minutes),
        holds_in_practice=row.holds_in_practice,
    )


def location_of(session: Session, location_id: int) -> Location:
    """A location with the numbers that it texts from."""
    row = session.get_one(LocationRow, location_id)
    numbers = session.exec(
        select(SendingNumberRow.number)
        .where(SendingNumberRow.location_id == location_id, col(SendingNumberRow.retired).is_(False))
        .order_by(col(SendingNumberRow.id))
    ).all()
    return Location(
        id=location_id,
        name=row.name,
        country=row.country,
        time_zone=row.time_zone,
        direct_reply=row.direct_reply,
        numbers=tuple(numbers),
        quiet=QuietHours(time.fromisoformat(row.quiet_begin), time.fromisoformat(row.quiet_end)),
        callback_phone=row.callback_phone,
    )


def _dispatcher(session: Session, job: JobRow, by: str) -> str:
    """The job's owner, else the dispatcher who did it."""
    owner = session.get(UserRow, job.owner_id) if job.owner_id else None
    if owner is not None:
        return owner.name
    doer = select(UserRow.name).where(UserRow.name == by, UserRow.role == Role.DISPATCHER)
    return session.exec(doer).first() or ""


def _people(session: Session, job: JobRow, until: datetime | None) -> Mapping[Box, Addressee]:
    ids = {Box.SITE: job.site_contact_id, Box.BILLING: job.billing_contact_id, Box.AD_HOC: job.ad_hoc_contact_id}
    return {box: _addressee(session, job, contact_id, until) for box, contact_id in ids.items() if contact_id}


def _addressee(session: Session, job: JobRow, contact_id: int, until: datetime | None) -> Addressee:
    row = session.get_one(ContactRow, contact_id)
    contact = Contact(
        id=contact_id,
        customer_id=row.customer_id,
        name=row.name,
        title=row.title,
        email=row.email,
        mobile=row.mobile,
        sms_on=row.sms_on,
        one_time=row.one_time,
        opted_out=bool(row.mobile) and in_force(session, row.mobile or ""),
        time_zone=row.time_zone,
        removed=row.removed_at is not None,
    )
    consent = select(ConsentRow.id).where(ConsentRow.contact_id == contact_id, ConsentRow.mobile == row.mobile)
    stated = session.exec(consent).first() is not None
    assert job.id is not None
    return Addressee(contact, stated, invited(session, contact_id, job.id, row.mobile, until=until))
