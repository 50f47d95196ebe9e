"""Words for tests about estimates: a version shared with somebody, and somebody deciding on it."""

from collections.abc import Callable
from itertools import count

from domain.deciding import Decided, Outcome, Submitted
from domain.estimates import Choice, Deciding, Line, Version
from domain.jobs import Job
from domain.messages import Kind, NewMessage, Person, Stage
from domain.people import ContactViewer, Role, User
from messaging.approving import Approving
from messaging.contact_links import ContactVisitor
from messaging.estimates import Estimating, Recording
from storage.conversations import store_message
from storage.estimates import share
from storage.remaking import lock_job
from tests.world import World, dispatcher

KEY = b"k" * 32
LINES = (
    Line("Replace pump", 20_000, 12_000, 1900),
    Line("New hose", 4_550, 1_000, 1900),
    Line("Discount", -5_000, 0, 0),
)
"""Approved altogether: 380.80 + 66.05 (rounded up from 66.045) - 50.00 = 396.85, which needs no code."""
DEAR = (Line("Replace engine", 40_000, 10_000, 0), Line("Plug", 1, 0, 0), Line("Discount", -10_000, 0, 0))
"""500.00, which the link alone approves; a cent too much; and a discount."""
APPROVED, DEFERRED, DECLINED = Choice.APPROVED, Choice.DEFERRED, Choice.DECLINED
_ids = count(1)


def form_id() -> str:
    """What a form is known by."""
    return f"form-{next(_ids)}"


def shared(
    world: World,
    job: Job,
    *to: Person,
    lines: tuple[Line, ...] = LINES,
    note: str = "",
    stage: Stage = Stage.OUT,
) -> Version:
    """A version shared with these contacts (Ana where nobody is named), by a Request approval of Ann's."""
    draft = world.writers.estimates.keep_draft(job.id, lines, note, world.ann.name)
    share_draft(world, draft, *to, stage=stage)
    found = world.writers.estimates.version(draft.id)
    assert found is not None
    return found


def share_draft(world: World, draft: Version, *to: Person, stage: Stage = Stage.OUT) -> int:
    """Share a draft; returns the message that does it."""
    with world.write() as session:
        row = lock_job(session, draft.job_id)
        assert row is not None
        message = NewMessage(
            job_id=draft.job_id,
            kind=Kind.QUICK_ACTION,
            author=dispatcher(world.ann),
            recipients=to or (world.ana,),
            body="Please look at the estimate",
            at=world.clock(),
            compose_id=form_id(),
            stage=stage,
        )
        message_id = store_message(session, message)
        share(session, row, draft.id, message_id, world.clock())
    return message_id


def choosing(version: Version, *choices: Choice) -> dict[int, Choice]:
    """A choice for each line, the last one for all that follow."""
    given = choices or (APPROVED,)
    return {line.id: given[min(place, len(given) - 1)] for place, line in enumerate(version.lines)}


def deciding(version: Version, *choices: Choice, order: str = "", seen: int = 0) -> Deciding:
    """A form filled in as this version was shown, `seen` being the decision that counted then."""
    return Deciding(version.id, version.digest, choosing(version, *choices), order, seen)


def counting(world: World, version: Version) -> int:
    """The decision that counts on a version now, 0 for none."""
    histories = world.writers.estimates.history(version.job_id)
    decision = next((history.decision for history in histories if history.version.id == version.id), None)
    return decision.id if decision is not None else 0


def link_of(world: World, who: Person, job: Job) -> int:
    """The number of a contact's link."""
    assert who.contact_id is not None
    return world.writers.contact_links.issue(who.contact_id, job.id)


def visitor(world: World, who: Person, job: Job) -> ContactVisitor:
    """A contact who opened their link."""
    link = world.writers.contact_links.link(link_of(world, who, job))
    assert link is not None
    return ContactVisitor(ContactViewer(link.contact_id, job.id), link)


def approving(world: World) -> Approving:
    """The use cases of the page."""
    return Approving(world.writers.estimates, world.clock, KEY)


def by_link(
    world: World, who: Person, version: Version, *choices: Choice, form: str = "", order: str = ""
) -> Submitted:
    """What a contact's form, opened now, would submit."""
    job = world.read_job(version.job_id)
    return Submitted(
        job_id=version.job_id,
        contact_id=who.contact_id or 0,
        deciding=deciding(version, *choices, order=order, seen=counting(world, version)),
        form_id=form or form_id(),
        link_id=link_of(world, who, job),
        address="192.0.2.7",
    )


def decide(world: World, who: Person, version: Version, *choices: Choice, order: str = "") -> Outcome:
    """A contact decides by their link."""
    return world.writers.estimates.decide(by_link(world, who, version, *choices, order=order))


def decided(world: World, who: Person, version: Version, *choices: Choice, order: str = "") -> Decided:
    """The same where it counts."""
    outcome = decide(world, who, version, *choices, order=order)
    assert isinstance(outcome, Decided), outcome
    return outcome


def desk_acts(world: World, use: Estimating, user: User) -> list[Callable[[], object]]:
    """Everything that a desk does with estimates, each on a job where nothing else is in its way."""
    own = user.id if user.role is Role.WORKER else world.marco.id
    drafted, sent, answered = (world.job(worker_id=own) for _ in range(3))
    draft = world.writers.estimates.keep_draft(drafted.id, LINES, "", world.ann.name)
    version, theirs = shared(world, sent), shared(world, answered)
    said = Recording(version.id, version.digest, world.ana.contact_id or 0, choosing(version))
    decision = decided(world, world.ana, theirs).decision
    return [
        lambda: use.history(user, sent.id),
        lambda: use.keep_draft(user, drafted.id, LINES, "Changed", draft),
        lambda: use.discard_draft(user, drafted.id),
        lambda: use.copy(user, answered.id, theirs.id),
        lambda: use.import_lines(user, sent.id, b"operation,parts\nHose,1\n"),
        lambda: use.deciders(user, sent.id, version.id),
        lambda: use.record(user, sent.id, said, form_id()),
        lambda: use.take_over(user, answered.id, theirs.id, decision.id),
        lambda: use.evidence(user, answered.id),
    ]
