"""Messages, whom they are for, how each is delivered, and what came in from the carrier."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from domain.delivery import Channel, State
from domain.messages import Kind, Party, Stage
from storage.tables.base import Table, by_value

_NOT_OUT = text("stage IN ('recallable', 'held', 'waiting_release')")


class MessageRow(Table, table=True):
    """One entry in a conversation, as written; nothing changes its audience later."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_thread", "job_id", "seq", unique=True),
        Index("ix_message_stage", "stage", "leaves_at", sqlite_where=_NOT_OUT, postgresql_where=_NOT_OUT),
        Index("ix_message_guessed", "job_id", sqlite_where=text("guessed"), postgresql_where=text("guessed")),
    )
    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="job.id")
    seq: int = Field(sa_type=BigInteger, unique=True)
    kind: Kind = Field(sa_type=by_value(Kind, "kind"))
    author_role: Party = Field(sa_type=by_value(Party, "author_role"))
    author_name: str
    author_user_id: int | None = Field(default=None, foreign_key="user_account.id")
    author_contact_id: int | None = Field(default=None, foreign_key="contact.id")
    author_mobile: str | None = None
    body: str
    at: datetime
    compose_id: str = Field(unique=True)
    reply_to: int | None = Field(default=None, foreign_key="message.id")
    stage: Stage = Field(default=Stage.OUT, sa_type=by_value(Stage, "stage"))
    contact_message: bool
    with_worker: bool
    dispatch_only: bool = False
    unsure: bool = False
    guessed: bool = False
    after_closing: bool = False
    notice: str = ""
    leaves_at: datetime | None = None
    passes_on: int | None = Field(default=None, foreign_key="message.id")


class RecipientRow(Table, table=True):
    """One person a message is for, named as they were when it was written."""

    __tablename__ = "recipient"
    __table_args__ = (Index("ix_recipient_message", "message_id", "place", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    place: int
    role: Party = Field(sa_type=by_value(Party, "role"))
    name: str
    user_id: int | None = Field(default=None, foreign_key="user_account.id", index=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)
    mobile: str | None = None


class DeliveryRow(Table, table=True):
    """One message to one recipient over one channel. `claimed_by` names the engine that called the carrier.

    A text that only tells a worker that the message is there has `notice_to` and no recipient (rule 47);
    one that brings a worker their link belongs to no message either.
    `body` is what is texted where that is not the message itself; `[link]` in it becomes the address
    of the link `link_id` when it leaves, and is stored as it stands (rule 25); so does `[code]` of the
    approval code `code_id`. A contact's text gets its `body` when it is claimed: the message with what
    is added for them (`domain.final_text`).
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_due",
            "due_at",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_delivery_to_check",
            "check_at",
            sqlite_where=text("check_at IS NOT NULL"),
            postgresql_where=text("check_at IS NOT NULL"),
        ),
        Index("ix_delivery_phone", "to_address", "from_number", "id"),
        Index("ix_delivery_state", "state"),
        Index(
            "ix_delivery_notice",
            "notice_to",
            "message_id",
            sqlite_where=text("notice_to IS NOT NULL"),
            postgresql_where=text("notice_to IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    recipient_id: int | None = Field(default=None, foreign_key="recipient.id")
    channel: Channel = Field(sa_type=by_value(Channel, "channel"))
    to_address: str
    from_number: str = ""
    state: State = Field(sa_type=by_value(State, "state"))
    reason: str = ""
    error: int | None = None
    sid: str | None = Field(default=None, unique=True)
    carrier_word: str = ""
    due_at: datetime
    use_by: datetime | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    attempt: int = 0
    sent_at: datetime | None = None
    check_at: datetime | None = None
    changed_at: datetime
    body: str = ""
    link_id: int | None = Field(default=None, foreign_key="link.id")
    code_id: int | None = Field(default=None, foreign_key="approval_code.id")
    resend_of: int | None = Field(default=None, foreign_key="delivery.id")
    notice_to: int | None = Field(default=None, foreign_key="user_account.id")


class PhotoRow(Table, table=True):
    """A picture on a message, as we made it anew: nothing of what came but its pixels."""

    __tablename__ = "photo"
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    media_type: str
    width: int
    height: int
    size: int
    data: bytes


class InvitationRow(Table, table=True):
    """The text that told a contact who writes on a job and how to stop (rule 24).

    It counts while that text is on its way or has arrived; after another end the next text invites.
    Without a message they were told otherwise, before any text of ours.
    """

    __tablename__ = "invitation"
    contact_id: int = Field(foreign_key="contact.id", primary_key=True)
    job_id: int = Field(foreign_key="job.id", primary_key=True, index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    at: datetime


class TakenOffRow(Table, table=True):
    """A contact who was taken off a job. Texts of messages up to `message_id` do not leave to them any more.

    The row goes when they are put on the job again.
    """

    __tablename__ = "taken_off"
    contact_id: int = Field(foreign_key="contact.id", primary_key=True)
    job_id: int = Field(foreign_key="job.id", primary_key=True, index=True)
    message_id: int
    at: datetime


class InboundState(StrEnum):
    """What became of a text that came in."""

    NEW = "new"
    PLACED = "placed"
    TRAY = "tray"
    HANDLED = "handled"


class InboundRow(Table, table=True):
    """A text as the carrier gave it: kept first, placed second, never lost (rule of PRODUCT, "Replies" 5).

    `sorted_by` is the dispatcher who placed, moved, confirmed or dismissed it last, at `sorted_at`; a
    dismissed one is `handled` and names them.
    """

    __tablename__ = "inbound"
    __table_args__ = (Index("ix_inbound_state", "state", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    sid: str = Field(unique=True)
    from_number: str = Field(index=True)
    to_number: str
    body: str
    at: datetime
    kept_at: datetime
    state: InboundState = Field(default=InboundState.NEW, sa_type=by_value(InboundState, "state"))
    why: str = ""
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    sorted_by: str = ""
    sorted_at: datetime | None = None
