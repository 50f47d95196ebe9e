"""The provider's account, its locations, numbers and users; its customers and their contacts."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from domain.account import WorkerWrites
from domain.people import Bell, Role
from storage.tables.base import Table, by_value


class AccountRow(Table, table=True):
    """The one row of settings that belong to the whole database. `carrier` is PRACTICE or an account SID.

    `secret_mark` tells whether a secret kept outside the database is the one this database was made with.
    """

    __tablename__ = "account"
    id: int = Field(default=1, primary_key=True)
    carrier: str
    three_way: bool = True
    reply_days: int = 14
    grace_days: int = 7
    use_by_minutes: int = 240
    demo_hint: str = ""
    undo_seconds: int = 5
    lock_seconds: int = 120
    worker_writes: WorkerWrites = Field(default=WorkerWrites.OFF, sa_type=by_value(WorkerWrites, "worker_writes"))
    holds_in_practice: bool = False
    secret_mark: str = ""


class LocationRow(Table, table=True):
    """A branch of the provider. `direct_reply` off: texts from contacts are kept for dispatchers only.

    `job_count` is kept, so that a list of any length knows its length at once.
    """

    __tablename__ = "location"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    country: str
    currency: str = "USD"
    time_zone: str
    callback_phone: str = ""
    direct_reply: bool = True
    quiet_begin: str = "21:00"
    quiet_end: str = "08:00"
    worker_sees_numbers: bool = False
    links_in_texts: bool = False
    approve_up_to: int = Field(default=50_000, sa_type=BigInteger)
    job_count: int = 0


class SendingNumberRow(Table, table=True):
    """A number that a location texts from. From a `retired` one nothing leaves, but answers to it still come."""

    __tablename__ = "sending_number"
    id: int | None = Field(default=None, primary_key=True)
    location_id: int = Field(foreign_key="location.id", index=True)
    number: str = Field(unique=True)
    retired: bool = False


class UserRow(Table, table=True):
    """Somebody of the provider. `pin_hash` is argon2; None means no PIN yet (sign-in by system account only).

    `failed_pins`, `locked_until`, `wrong_hour` and `wrong_in_hour` are `domain.pins.Tries`.
    """

    __tablename__ = "user_account"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    role: Role = Field(sa_type=by_value(Role, "role"))
    chat: bool = True
    alerts: bool = False
    contacts: bool = False
    admin: bool = False
    mobile: str | None = Field(default=None, index=True)
    pin_hash: str | None = None
    pin_length: int = 6
    pin_change: bool = True
    failed_pins: int = 0
    locked_until: datetime | None = None
    wrong_hour: int = 0
    wrong_in_hour: int = 0
    system_account: str | None = Field(default=None, unique=True)
    active: bool = True
    bell: Bell = Field(default=Bell.MINE, sa_type=by_value(Bell, "bell"))
    signed_in_at: datetime | None = None


class UserLocationRow(Table, table=True):
    """Which locations a user sees (rule 14)."""

    __tablename__ = "user_location"
    user_id: int = Field(foreign_key="user_account.id", primary_key=True)
    location_id: int = Field(foreign_key="location.id", primary_key=True)


class CustomerRow(Table, table=True):
    """A company the provider works for."""

    __tablename__ = "customer"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class ContactRow(Table, table=True):
    """A person at a customer; `search_text` is folded name, title, email, phone and groups.

    One that was deleted (`removed_at`) stays for the messages it stands on and is offered nowhere; one
    that was merged into another names it.
    """

    __tablename__ = "contact"
    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    name: str
    title: str = ""
    email: str = ""
    mobile: str | None = Field(default=None, index=True)
    sms_on: bool = True
    email_on: bool = False
    one_time: bool = False
    time_zone: str = ""
    search_text: str = ""
    removed_at: datetime | None = None
    merged_into: int | None = Field(default=None, foreign_key="contact.id")


class ContactGroupRow(Table, table=True):
    """A contact in a group of its customer's contacts; groups are there as long as somebody is in them."""

    __tablename__ = "contact_group"
    contact_id: int = Field(foreign_key="contact.id", primary_key=True)
    name: str = Field(primary_key=True)


class ConsentRow(Table, table=True):
    """Why we may text a number: who stated it, when, from what source (rule 23). Never changed, never deleted."""

    __tablename__ = "consent"
    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True)
    mobile: str
    wording: str
    stated_by: str
    source: str
    at: datetime


class OptOutRow(Table, table=True):
    """A phone that texted STOP to any of our numbers; in force while `cleared_at` is None (rule 28)."""

    __tablename__ = "opt_out"
    __table_args__ = (
        Index(
            "ix_opt_out_in_force",
            "phone",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    phone: str
    word: str
    at: datetime
    cleared_at: datetime | None = None
