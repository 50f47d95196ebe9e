"""Writing customers: the companies that jobs are for."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from domain.errors import Refusal
from domain.text import fold
from storage import feed
from storage.engine import Database
from storage.job_search import rewrite
from storage.tables.jobs import JobRow
from storage.tables.people import CustomerRow


class Customers:
    """Stores customers. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, name: str) -> int:
        """Add a customer; Refusal (field "name") where the name is taken."""
        try:
            with self.database.write() as session:
                feed.hold(session)
                _refuse_taken(session, name, None)
                row = CustomerRow(name=name)
                session.add(row)
                session.flush()
                assert row.id is not None
                feed.append(session, "people")
                return row.id
        except IntegrityError:  # another desk took it at the same moment
            raise _taken(name) from None

    def rename(self, customer_id: int, before: str, name: str) -> None:
        """Give a customer another name; Refusal where it is taken, or somebody else renamed it since `before`.

        A form that is open on one of its jobs is refused when it is saved: it would bring the old name back.
        """
        try:
            with self.database.write() as session:
                jobs = select(JobRow.id).where(JobRow.customer_id == customer_id)
                session.exec(jobs.order_by(col(JobRow.id)).with_for_update()).all()
                feed.hold(session)
                row = session.get_one(CustomerRow, customer_id)
                if row.name != before:
                    raise Refusal(f"Somebody else named this customer {row.name} meanwhile. Look again.", "name")
                _refuse_taken(session, name, customer_id)
                row.name = name
                session.add(row)
                theirs = update(JobRow).where(col(JobRow.customer_id) == customer_id)
                session.exec(theirs.values(version=JobRow.version + 1))
                feed.append(session, "people")
        except IntegrityError:
            raise _taken(name) from None
        rewrite(self.database, col(JobRow.customer_id) == customer_id)


def _refuse_taken(session: Session, name: str, customer_id: int | None) -> None:
    others = session.exec(select(CustomerRow.name).where(CustomerRow.id != (customer_id or 0))).all()
    taken = next((other for other in others if fold(other) == fold(name)), None)
    if taken is not None:
        raise _taken(taken)


def _taken(name: str) -> Refusal:
    return Refusal(f"There is already a customer called {name}. Choose another name.", "name")
