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
    """An engine's own words about itself. `beat_at` older than half a minute means it is gone."""

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
