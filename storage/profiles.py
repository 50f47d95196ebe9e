"""A contact's own details: read for their page, and the one of them that they may change."""

from domain.phone import masked, tail
from domain.profile import Profile
from storage import feed
from storage.engine import Database
from storage.people import keep_words
from storage.plain import Plain
from storage.tables.people import ContactRow

_PROFILE = (
    "SELECT c.name, c.title, k.name, c.email, c.mobile, c.sms_on, EXISTS"
    " (SELECT 1 FROM opt_out o WHERE o.phone = c.mobile AND o.cleared_at IS NULL)"
    " FROM contact c JOIN customer k ON k.id = c.customer_id WHERE c.id = :contact"
)


class Profiles:
    """Keeps what contacts say of themselves. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, plain: Plain) -> None:
        self.database = database
        self.plain = plain

    def profile(self, contact_id: int) -> Profile:
        """The details of a contact."""
        row = self.plain.row(_PROFILE, {"contact": contact_id})
        assert row is not None
        name, title, customer, email, mobile, sms_on, opted_out = row
        return Profile(
            name=masked(name),
            title=title,
            customer=customer,
            email=email,
            mobile=tail(mobile) if mobile else "",
            opted_out=bool(opted_out),
            sms_on=bool(sms_on),
        )

    def set_email(self, contact_id: int, email: str) -> bool:
        """Keep another email address of a contact; False where it is this one already, and nothing is written."""
        with self.database.write() as session:
            feed.hold(session)  # contacts are written under it
            row = session.get_one(ContactRow, contact_id)
            if row.email == email:
                return False
            row.email = email
            keep_words(session, row)
            feed.append(session, "people")
            return True
