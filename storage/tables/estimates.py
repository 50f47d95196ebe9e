"""Estimates: their versions, lines, decisions and approval codes."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from domain.estimates import Choice
from storage.tables.base import Table, by_value


class EstimateVersionRow(Table, table=True):
    """One version of a job's estimate; once shared nothing of it changes but who took its decision over."""

    __tablename__ = "estimate_version"
    __table_args__ = (UniqueConstraint("job_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="job.id")
    number: int
    currency: str
    note: str = ""
    made_by: str
    made_at: datetime
    shared_at: datetime | None = None
    digest: str = ""
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    taken_by: str = ""
    taken_at: datetime | None = None


class EstimateLineRow(Table, table=True):
    """One line, amounts in minor units, tax in hundredths of a percent."""

    __tablename__ = "estimate_line"
    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="estimate_version.id", index=True)
    place: int
    operation: str
    parts: int = Field(sa_type=BigInteger)
    labour: int = Field(sa_type=BigInteger)
    tax: int


class EstimateDecisionRow(Table, table=True):
    """A submitted decision; see `domain.estimates.Decision`. Never changed, never deleted.

    `form_id` was made once where the form was shown, so that a double post makes one decision.
    """

    __tablename__ = "estimate_decision"
    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="estimate_version.id", index=True)
    form_id: str = Field(unique=True)
    by: str
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)
    recorded_by: str = ""
    how: str = ""
    link_id: int | None = Field(default=None, foreign_key="link.id")
    address: str = ""
    confirmed: bool = False
    digest: str
    approved: int = Field(sa_type=BigInteger)
    purchase_order: str = ""
    at: datetime
    message_id: int | None = Field(default=None, foreign_key="message.id")


class EstimateChoiceRow(Table, table=True):
    """What a decision says about one line."""

    __tablename__ = "estimate_choice"
    decision_id: int = Field(foreign_key="estimate_decision.id", primary_key=True)
    line_id: int = Field(foreign_key="estimate_line.id", primary_key=True)
    choice: Choice = Field(sa_type=by_value(Choice, "choice"))


class ApprovalCodeRow(Table, table=True):
    """A six-digit code that was texted to approve more than the link alone may (rule 52).

    The code itself is in no database: it follows from this row's number under the key of links.
    `choices` is a digest of what it confirms, so that it confirms nothing else.
    """

    __tablename__ = "approval_code"
    id: int | None = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="link.id", index=True)
    version_id: int = Field(foreign_key="estimate_version.id")
    choices: str
    made_at: datetime
    expires_at: datetime
    tries: int = 0
    used_at: datetime | None = None
