"""Job templates and the versions of their alerts' rules."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select

from domain.alerts import Event, Rule
from domain.errors import Refusal
from domain.text import fold
from storage import feed
from storage.engine import Database
from storage.remaking import lock_concerned, withdraw_rule
from storage.reminders import keep_each
from storage.rule_versions import in_force, minutes_of, rule_of
from storage.tables.alerts import RuleRow, TemplateRow
from storage.tables.jobs import JobRow
from storage.tables.people import CustomerRow

_SHOWN = 200


class JobToTry(NamedTuple):
    """A job to try a rule on."""

    id: int
    number: str
    customer: str
    title: str


class Rules:
    """Keeps rules by version. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def templates(self) -> list[str]:
        """The names of all templates: first those that are offered, then those that some jobs still have."""
        with self.database.read() as session:
            found = session.exec(select(TemplateRow.active, TemplateRow.name)).all()
            return [name for _, name in sorted(found, key=lambda row: (not row[0], fold(row[1])))]

    def of_template(self, template: str) -> dict[Event, Rule]:
        """The rules in force for a template's jobs, as far as there are any."""
        with self.database.read() as session:
            return {event: rule_of(row, template) for event, row in in_force(session, template).items()}

    def keep(self, rule: Rule, by: str) -> Rule:
        """Store a rule as the next version, for what happens from now on (rule 21).

        Switched off, what still waits under its earlier versions is withdrawn. A reminder's rule moves
        the reminders of all open jobs. Refusal where somebody stored another version meanwhile.
        """
        with self.database.write() as session:
            template = select(TemplateRow).where(TemplateRow.name == rule.template)
            found = session.exec(template.with_for_update()).first()
            if found is None or found.id is None:
                raise Refusal(f"There is no template {rule.template} any more. Go back to the list.")
            known = in_force(session, rule.template).get(rule.event)
            if rule.version != (known.version if known else 0):
                raise Refusal("Somebody else changed this alert meanwhile. Go back, look at it again, then change it.")
            row = _row(rule, found.id, by, self.clock())
            session.add(row)
            session.flush()
            held, jobs = lock_concerned(session, row, rule.template)
            if not rule.on:
                withdraw_rule(session, held, jobs, row, self.clock())
            if rule.event is Event.REMINDER:
                keep_each(session, [job for job in jobs if job.closed_at is None], row, self.clock())
            feed.append(session, "event")
            return rule_of(row, rule.template)

    def jobs_to_try(self, template: str, locations: Collection[int], words: str, limit: int = _SHOWN) -> list[JobToTry]:
        """Jobs of a template at these locations that hold all words, the newest first."""
        with self.database.read() as session:
            wanted = (
                select(JobRow.id, JobRow.number, CustomerRow.name, JobRow.title)
                .join(CustomerRow, col(CustomerRow.id) == JobRow.customer_id)
                .where(JobRow.template == template, col(JobRow.location_id).in_(list(locations)))
            )
            for word in fold(words).split():
                wanted = wanted.where(col(JobRow.search_text).contains(word, autoescape=True))
            rows = session.exec(wanted.order_by(col(JobRow.id).desc()).limit(limit)).all()
            return [JobToTry(job_id or 0, number, customer, title) for job_id, number, customer, title in rows]


def _row(rule: Rule, template_id: int, by: str, now: datetime) -> RuleRow:
    return RuleRow(
        template_id=template_id,
        event=rule.event,
        is_on=rule.on,
        to_site=rule.to_site,
        to_billing=rule.to_billing,
        to_ad_hoc=rule.to_ad_hoc,
        fixed_number=rule.fixed_number,
        text=rule.text,
        quiet=rule.quiet,
        use_by_minutes=minutes_of(rule.use_by),
        lead=str(rule.lead),
        version=rule.version + 1,
        changed_by=by,
        changed_at=now,
    )
