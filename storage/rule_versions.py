"""Which version of a rule is in force, and stored rules as the domain knows them."""

from datetime import timedelta

from sqlmodel import Session, col, func, select

from domain.alerts import Event, Rule
from domain.hours import read_lead
from storage.tables.alerts import RuleRow, TemplateRow
from storage.upsert import insert


def in_force(session: Session, template: str) -> dict[Event, RuleRow]:
    """The newest version of each rule of a template."""
    newest = (
        select(RuleRow.template_id, RuleRow.event, func.max(RuleRow.version).label("version"))
        .join(TemplateRow, col(TemplateRow.id) == RuleRow.template_id)
        .where(TemplateRow.name == template)
        .group_by(col(RuleRow.template_id), col(RuleRow.event))
        .subquery()
    )
    rows = session.exec(
        select(RuleRow).join(
            newest,
            (col(RuleRow.template_id) == newest.c.template_id)
            & (col(RuleRow.event) == newest.c.event)
            & (col(RuleRow.version) == newest.c.version),
        )
    )
    return {row.event: row for row in rows}


def is_on(session: Session, row: RuleRow) -> bool:
    """Whether the newest version of this rule is switched on."""
    newest = select(RuleRow.is_on).where(RuleRow.template_id == row.template_id, RuleRow.event == row.event)
    return bool(session.exec(newest.order_by(col(RuleRow.version).desc()).limit(1)).first())


def rule_of(row: RuleRow, template: str) -> Rule:
    """A stored rule as the domain knows it."""
    return Rule(
        template=template,
        event=row.event,
        on=row.is_on,
        to_site=row.to_site,
        to_billing=row.to_billing,
        to_ad_hoc=row.to_ad_hoc,
        fixed_number=row.fixed_number,
        text=row.text,
        quiet=row.quiet,
        use_by=None if row.use_by_minutes is None else timedelta(minutes=row.use_by_minutes),
        lead=read_lead(row.lead),
        version=row.version,
        id=row.id,
    )


def keep_template(session: Session, name: str) -> None:
    """Add a template that a job names, if it is new."""
    if name and session.exec(select(TemplateRow.id).where(TemplateRow.name == name)).first() is None:
        session.flush()
        session.exec(insert(session, TemplateRow).values(name=name, active=True).on_conflict_do_nothing())


def minutes_of(use_by: timedelta | None) -> int | None:
    """A rule's use-by time as it is stored; None is the account's."""
    return None if use_by is None else int(use_by.total_seconds()) // 60
