"""What the tests of alerts say: rules, what is told, and what stands in the thread."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import col, select

from domain.account import Account
from domain.alerts import Event, Rule, first_rule
from domain.delivery import Delivery, State
from domain.jobs import Job, JobForm, Status
from domain.messages import Kind, Message
from domain.people import User
from domain.texts import Accepted, Outgoing
from messaging.alerting import Alerting
from storage.tables.alerts import EventState, JobEventRow
from storage.tables.people import AccountRow, ContactRow, LocationRow
from tests.world import World


def rule(world: World, event: Event, **changes: object) -> Rule:
    """Switch an alert of the template Repair on, as the next version."""
    template = str(changes.pop("template", "Repair"))
    known = world.writers.rules.of_template(template).get(event) or first_rule(template, event)
    fields = {"on": True, "use_by": None, **changes}
    return world.writers.rules.keep(replace(known, **fields), "Ann Lee")  # type: ignore[arg-type]


def template(world: World, name: str = "Repair") -> None:
    """Make sure that there is a template."""
    if name not in world.writers.rules.templates():
        world.writers.templates.add(name)


def alerting(world: World) -> Alerting:
    """The engine's half of alerts."""
    return Alerting(world.writers.events, world.writers.jobs)


def tell(world: World) -> int:
    """One round of the engine: how many texts it made."""
    return alerting(world).tell_due(world.clock())


def let_out(world: World) -> int:
    """Everything whose hour has come is made anew and leaves."""
    return sum(alerting(world).release(due.message_id) for due in world.writers.leaving.due())


def events(world: World, job: Job) -> list[tuple[Event, EventState, str]]:
    """What happened to a job, oldest first, and what became of it."""
    return [(row.event, row.state, row.why) for row in event_rows(world, job)]


def state_of(world: World, job: Job, event: Event) -> tuple[EventState, str]:
    """What became of the newest event of this kind."""
    return next((state, why) for found, state, why in reversed(events(world, job)) if found is event)


def event_rows(world: World, job: Job, event: Event | None = None) -> Sequence[JobEventRow]:
    """The stored events of a job, oldest first."""
    with world.writers.database.read() as session:
        mine = select(JobEventRow).where(JobEventRow.job_id == job.id).order_by(col(JobEventRow.id))
        return [row for row in session.exec(mine).all() if event is None or row.event is event]


def alerts(world: World, job: Job, viewer: User | None = None) -> list[Message]:
    """The automatic texts of a job as somebody sees them, oldest first."""
    found, _ = world.readers.threads.messages(viewer or world.ann, job.id)
    return [message for message in found if message.kind is Kind.ALERT]


def bodies(world: World, job: Job) -> list[str]:
    """What they say."""
    return [message.body for message in alerts(world, job)]


def delivery(message: Message) -> Delivery:
    """The one text of a message."""
    (found,) = message.deliveries
    return found


def holds(world: World, on: bool = True) -> None:
    """Hold texts in quiet hours, as live does."""
    with world.write() as session:
        row = session.get_one(AccountRow, 1)
        row.holds_in_practice = on
        session.add(row)


def form(world: World, job: Job | None = None, **changes: object) -> JobForm:
    """A job's form as it stands now, or that of a new job, with some fields changed."""
    fields: dict[str, object] = {"number": "new", "status": Status.ASSIGNED, "worker_id": world.marco.id}
    fields |= {"site_contact_id": world.ana.contact_id, "billing_contact_id": world.ben.contact_id}
    fields |= {"template": "Repair", "title": "Pump does not start", "asset": "Pump 7"}
    if job is not None:
        fields = {
            "number": job.number,
            "template": job.template,
            "title": job.title,
            "status": job.status,
            "site_contact_id": job.site.id if job.site else None,
            "billing_contact_id": job.billing.id if job.billing else None,
            "worker_id": job.worker.id if job.worker else None,
            "window_start": job.window_start,
            "window_end": job.window_end,
            "asset": job.asset,
        }
    fields |= {"location_id": world.berlin, "customer": "Silva Farms", **changes}
    return JobForm(**fields)  # type: ignore[arg-type]


def accept(world: World, text: Outgoing) -> None:
    """The carrier takes a text."""
    sid = f"SM{text.delivery_id:032}"
    world.writers.outbox.record(text, Accepted(sid, "queued", State.ACCEPTED))


def account(world: World) -> Account:
    """The account's settings."""
    return world.readers.reads.account()


def quiet(world: World, begin: str = "21:00", end: str = "08:00") -> None:
    """Set the location's quiet hours."""
    with world.write() as session:
        row = session.get_one(LocationRow, world.berlin)
        row.quiet_begin, row.quiet_end = begin, end
        session.add(row)


def contact(world: World, contact_id: int | None, **changes: object) -> None:
    """Change a contact's columns."""
    with world.write() as session:
        row = session.get_one(ContactRow, contact_id)
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)


def at(world: World, moment: datetime) -> None:
    """Put the clock somewhere."""
    world.clock.now = moment
