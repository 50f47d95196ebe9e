"""Writing templates: the kinds of job. Jobs name theirs; alerts are set up for each."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select, update

from domain.administration import Template
from domain.errors import Refusal
from domain.text import fold
from storage import feed
from storage.engine import Database
from storage.job_search import rewrite
from storage.tables.alerts import TemplateRow
from storage.tables.jobs import JobRow


class Templates:
    """Stores templates. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self) -> list[Template]:
        """Every template with its number of jobs: those that are offered first, then by name."""
        with self.database.read() as session:
            counted = select(JobRow.template, func.count()).group_by(JobRow.template)
            jobs = dict(session.exec(counted).all())
            rows = session.exec(select(TemplateRow).order_by(col(TemplateRow.active).desc(), col(TemplateRow.name)))
            return [Template(row.id or 0, row.name, row.active, jobs.get(row.name, 0)) for row in rows]

    def add(self, name: str) -> int:
        """Add a template; Refusal where the name is taken."""
        try:
            with self.database.write() as session:
                _refuse_taken(session, name, None)
                row = TemplateRow(name=name)
                session.add(row)
                session.flush()
                assert row.id is not None
                feed.append(session, "template")
                return row.id
        except IntegrityError:  # another administrator took it at the same moment
            raise _taken(name) from None

    def rename(self, template_id: int, name: str) -> int:
        """Give a template another name, and its jobs with it; returns how many there were.

        A form that is open on such a job is refused when it is saved: it would bring the old name back.
        """
        try:
            with self.database.write() as session:
                row = session.get_one(TemplateRow, template_id, with_for_update=True)
                _refuse_taken(session, name, template_id)
                jobs = update(JobRow).where(col(JobRow.template) == row.name)
                done = session.exec(jobs.values(template=name, version=JobRow.version + 1)).rowcount
                row.name = name
                session.add(row)
                feed.append(session, "template")
        except IntegrityError:
            raise _taken(name) from None
        rewrite(self.database, col(JobRow.template) == name)
        return int(done)

    def offer(self, template_id: int, on: bool) -> None:
        """Offer a template for new jobs, or no longer; its jobs and their alerts stay as they are."""
        with self.database.write() as session:
            row = session.get_one(TemplateRow, template_id, with_for_update=True)
            row.active = on
            session.add(row)
            feed.append(session, "template")


def _refuse_taken(session: Session, name: str, template_id: int | None) -> None:
    others = session.exec(select(TemplateRow.name).where(TemplateRow.id != (template_id or 0))).all()
    if any(fold(other) == fold(name) for other in others):
        raise _taken(name)


def _taken(name: str) -> Refusal:
    return Refusal(f"There is already a template called {name}; choose another name.", "name")
