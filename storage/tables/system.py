"""What the programs tell each other through the database: the change feed and the engines."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Integer
from sqlmodel import Field

from storage.tables.base import Table


class ChangeRow(Table, table=True):
    """One thing that a screen may care about. Numbers only grow, in the order of commits."""

    __tablename__ = "change"
    __table_args__ = {"sqlite_autoincrement": True}
    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    kind: str
    job_id: int | None = None


class EngineRow(Table, table=True):
    """An engine's own words about itself. `beat_at` older than half a minute means it is gone.

    `page_url` is where phones reach its pages, "" where no link may go out.
    """

    __tablename__ = "engine"
    id: str = Field(primary_key=True)
    pid: int
    host: str
    started_at: datetime
    beat_at: datetime
    state: str
    since: datetime
    sentence: str
    carrier_url: str = ""
    page_url: str = ""


class ApiTokenRow(Table, table=True):
    """A program that may create jobs. Only the token's hash is kept; it is shown once.

    `limited_to`: ids of the locations it works at, separated by spaces; "" for every location.
    """

    __tablename__ = "api_token"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    token_hash: str = Field(unique=True)
    made_by: str
    made_at: datetime
    limited_to: str = ""
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class ApiRequestRow(Table, table=True):
    """A request that was answered: the same key again gets the same answer. `digest` is of its body."""

    __tablename__ = "api_request"
    token_id: int = Field(foreign_key="api_token.id", primary_key=True)
    key: str = Field(primary_key=True)
    digest: str
    status: int
    answer: str
    at: datetime = Field(index=True)


class LinkRow(Table, table=True):
    """A link to a page. Whoever has the row alone cannot make the link: its other half is an HMAC (rule 25).

    A worker's link has `user_id` and no job; a contact's is bound to contact and job.
    """

    __tablename__ = "link"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", index=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)
    job_id: int | None = Field(default=None, foreign_key="job.id", index=True)
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class TerminalRow(Table, table=True):
    """Wrong PINs typed at one terminal, whoever's they were meant to be: `domain.pins.Tries`."""

    __tablename__ = "terminal"
    name: str = Field(primary_key=True)
    failed: int = 0
    locked_until: datetime | None = None
