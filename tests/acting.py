"""What the tests of quick actions say: one is begun, done, and what came of it."""

from itertools import count

from domain.alerts import Event
from domain.estimates import Version
from domain.jobs import Job
from domain.messages import Kind, Message, Person
from domain.people import User
from domain.quick_actions import Before
from messaging.choices import key_of
from messaging.conversation import Crossed
from messaging.quick_actions import Done, QuickAction, QuickActions
from tests.desk import make_app
from tests.estimating import LINES
from tests.world import World

_ids = count(1)


def acting(world: World) -> QuickActions:
    """The use cases over a world."""
    return make_app(world).services.quick_actions


def action(job: Job, event: Event, *to: Person, **more: object) -> QuickAction:
    """What a form would submit to these people."""
    fields: dict[str, object] = {
        "compose_id": f"act-{next(_ids)}",
        "recipients": tuple(key_of(person) for person in to),
        "body": "Your pump" if to else "",
    }
    return QuickAction(job, event, **{**fields, **more})  # type: ignore[arg-type]


def tries(world: World, job: Job, event: Event, *to: Person, by: User | None = None, **more: object) -> object:
    """Submit it as Ann, or somebody else; whatever comes of it."""
    return acting(world).do(by or world.ann, action(job, event, *to, **more))


def does(world: World, job: Job, event: Event, *to: Person, by: User | None = None, **more: object) -> Done:
    """Submit it; it must be done."""
    done = tries(world, job, event, *to, by=by, **more)
    assert isinstance(done, Done)
    return done


def message_of(world: World, done: Done, viewer: User | None = None) -> Message | None:
    """The message that it wrote, as somebody sees it."""
    assert done.message_id is not None
    return world.readers.threads.message(viewer or world.ann, done.job.id, done.message_id)


def written(world: World, job: Job) -> list[Message]:
    """Everything that quick actions wrote on a job, oldest first."""
    found, _ = world.readers.threads.messages(world.ann, job.id, count=200)
    return [message for message in found if message.kind is Kind.QUICK_ACTION]


def draft(world: World, job: Job) -> Version:
    """A draft of the job's estimate."""
    known = [each.version for each in world.writers.estimates.history(job.id) if each.version.is_draft]
    return world.writers.estimates.keep_draft(job.id, LINES, "", world.ann.name, known[0] if known else None)


def everything(world: World, job: Job) -> list[object]:
    """All that a quick action could change: the job, its events, messages, deliveries and estimate."""
    plain, mine = world.readers.plain, {"job": job.id}
    return [
        *plain.rows("SELECT status, version, closed_at, waiting_on FROM job WHERE id = :job", mine),
        *plain.rows("SELECT id, event, state, why FROM job_event WHERE job_id = :job ORDER BY id", mine),
        *plain.rows("SELECT id, stage, body, notice FROM message WHERE job_id = :job ORDER BY id", mine),
        *plain.rows(
            "SELECT d.id, d.state, d.reason FROM delivery d JOIN message m ON m.id = d.message_id"
            " WHERE m.job_id = :job ORDER BY d.id",
            mine,
        ),
        *plain.rows("SELECT id, shared_at, message_id, digest FROM estimate_version WHERE job_id = :job", mine),
    ]


__all__ = [
    "Before",
    "Crossed",
    "Done",
    "acting",
    "action",
    "does",
    "draft",
    "everything",
    "message_of",
    "tries",
    "written",
]
