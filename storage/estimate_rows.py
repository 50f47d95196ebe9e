"""Estimates read inside a transaction: versions with their lines, whom they went to, and what was decided."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from domain.estimates import Choice, Decision, History, Line, Version
from domain.messages import NOT_OUT, Party, Stage
from storage.tables.estimates import EstimateChoiceRow, EstimateDecisionRow, EstimateLineRow, EstimateVersionRow
from storage.tables.messages import MessageRow, RecipientRow


def history_of(session: Session, job_id: int) -> list[History]:
    """Every version of a job's estimate with its decisions, oldest first; the draft comes last."""
    mine = select(EstimateVersionRow).where(EstimateVersionRow.job_id == job_id)
    rows = session.exec(mine.order_by(col(EstimateVersionRow.number))).all()
    versions = _versions(session, rows)
    newest = max((v.number for v in versions if v.shared_at and not v.on_its_way), default=0)
    decisions = _decisions(session, [version.id for version in versions])
    return [History(v, tuple(decisions[v.id]), not v.is_draft and v.number < newest) for v in versions]


def version_of(session: Session, row: EstimateVersionRow) -> Version:
    """One version."""
    return _versions(session, [row])[0]


def draft_row(session: Session, job_id: int) -> EstimateVersionRow | None:
    """The version of a job that nobody was sent, if there is one."""
    mine = select(EstimateVersionRow).where(EstimateVersionRow.job_id == job_id)
    return session.exec(mine.where(col(EstimateVersionRow.shared_at).is_(None))).first()


def newest_out(session: Session, job_id: int) -> EstimateVersionRow | None:
    """The newest version of a job whose Request approval has left, the one that is decided on."""
    return session.exec(
        select(EstimateVersionRow)
        .join(MessageRow, col(MessageRow.id) == EstimateVersionRow.message_id)
        .where(EstimateVersionRow.job_id == job_id, MessageRow.stage == Stage.OUT)
        .order_by(col(EstimateVersionRow.number).desc())
        .limit(1)
    ).first()


def on_its_way(session: Session, job_id: int) -> EstimateVersionRow | None:
    """The version of a job whose Request approval has not left yet."""
    return session.exec(
        select(EstimateVersionRow)
        .join(MessageRow, col(MessageRow.id) == EstimateVersionRow.message_id)
        .where(EstimateVersionRow.job_id == job_id, col(MessageRow.stage).in_(NOT_OUT))
    ).first()


def decisions_of(session: Session, version_id: int) -> list[Decision]:
    """Every decision on a version; the last one counts."""
    return _decisions(session, [version_id])[version_id]


def _versions(session: Session, rows: Sequence[EstimateVersionRow]) -> list[Version]:
    lines: defaultdict[int, list[Line]] = defaultdict(list)
    kept = select(EstimateLineRow).where(col(EstimateLineRow.version_id).in_([row.id for row in rows]))
    for line in session.exec(kept.order_by(col(EstimateLineRow.place))):
        lines[line.version_id].append(Line(line.operation, line.parts, line.labour, line.tax, line.id or 0))
    messages = [row.message_id for row in rows if row.message_id]
    stages = dict(session.exec(select(MessageRow.id, MessageRow.stage).where(col(MessageRow.id).in_(messages))).all())
    people: defaultdict[int, list[RecipientRow]] = defaultdict(list)
    theirs = select(RecipientRow).where(col(RecipientRow.message_id).in_(messages), RecipientRow.role == Party.CONTACT)
    for person in session.exec(theirs.order_by(col(RecipientRow.place))):
        people[person.message_id].append(person)
    return [
        Version(
            id=row.id or 0,
            job_id=row.job_id,
            number=row.number,
            currency=row.currency,
            lines=tuple(lines[row.id or 0]),
            note=row.note,
            made_by=row.made_by,
            made_at=row.made_at,
            shared_at=row.shared_at,
            digest=row.digest,
            message_id=row.message_id,
            recipients=frozenset(p.contact_id for p in people[row.message_id or 0] if p.contact_id),
            taken_by=row.taken_by,
            taken_at=row.taken_at,
            sent_to=tuple(p.name for p in people[row.message_id or 0]),
            on_its_way=row.shared_at is not None and stages.get(row.message_id) is not Stage.OUT,
        )
        for row in rows
    ]


def _decisions(session: Session, version_ids: Collection[int]) -> defaultdict[int, list[Decision]]:
    mine = select(EstimateDecisionRow).where(col(EstimateDecisionRow.version_id).in_(version_ids))
    rows = session.exec(mine.order_by(col(EstimateDecisionRow.id))).all()
    choices: defaultdict[int, dict[int, Choice]] = defaultdict(dict)
    made = select(EstimateChoiceRow).where(col(EstimateChoiceRow.decision_id).in_([row.id for row in rows]))
    for choice in session.exec(made.order_by(col(EstimateChoiceRow.line_id))):
        choices[choice.decision_id][choice.line_id] = choice.choice
    found: defaultdict[int, list[Decision]] = defaultdict(list)
    for row in rows:
        found[row.version_id].append(as_decision(row, choices[row.id or 0]))
    return found


def as_decision(row: EstimateDecisionRow, choices: dict[int, Choice]) -> Decision:
    """A stored decision with its choices."""
    return Decision(
        id=row.id or 0,
        version_id=row.version_id,
        by=row.by,
        contact_id=row.contact_id,
        at=row.at,
        choices=choices,
        digest=row.digest,
        approved=row.approved,
        purchase_order=row.purchase_order,
        recorded_by=row.recorded_by,
        how=row.how,
        link_id=row.link_id,
        address=row.address,
        confirmed=row.confirmed,
        message_id=row.message_id,
    )
