"""Reads what a contact's page says around its content."""

from domain.account import PRACTICE
from domain.page_frame import PageFrame
from domain.people import ContactViewer
from domain.phone import masked
from storage.plain import Plain

_FRAME = (
    "SELECT c.name, k.name, j.number, j.title, j.asset, l.name, l.callback_phone, c.time_zone, l.time_zone,"
    " (SELECT carrier FROM account WHERE id = 1), j.closed_at IS NOT NULL,"
    " EXISTS (SELECT 1 FROM estimate_version v JOIN message m ON m.id = v.message_id"
    " WHERE v.job_id = j.id AND m.stage = 'out')"
    " FROM contact c, job j JOIN customer k ON k.id = j.customer_id JOIN location l ON l.id = j.location_id"
    " WHERE c.id = :contact AND j.id = :job"
)


class PageFrames:
    """One row for each page that is drawn. Safe from any thread."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain

    def frame(self, viewer: ContactViewer) -> PageFrame:
        """What stands around this contact's page of this job; the names are cut of phone numbers (rule 9)."""
        row = self.plain.row(_FRAME, {"contact": viewer.contact_id, "job": viewer.job_id})
        assert row is not None
        return PageFrame(
            contact=masked(row[0]),
            customer=row[1],
            number=row[2],
            title=row[3],
            asset=row[4],
            location=row[5],
            callback_phone=row[6],
            time_zone=row[7] or row[8],
            practice=row[9] == PRACTICE,
            closed=bool(row[10]),
            estimate=bool(row[11]),
        )
