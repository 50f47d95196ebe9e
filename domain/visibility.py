"""Who may see a message. This is the only rule; every reader of messages goes through it.

Stores turn it into SQL once (storage/visible.py) and a property test holds the two together.
The table it follows stands in docs/visibility.md.
"""

from datetime import datetime

from domain.jobs import Access
from domain.messages import Message, Party, Stage
from domain.people import ContactViewer, Role, User


def can_see(viewer: User | ContactViewer, message: Message, job: Access, now: datetime) -> bool:
    """Whether this viewer may see this message of this job at this moment.

    Raises nothing; absence and refusal look the same to the viewer.
    """
    if isinstance(viewer, ContactViewer):
        return _contact_sees(viewer, message)
    if not _takes_part(viewer, job):
        return False
    if message.stage is Stage.RECALLABLE and message.author.user_id != viewer.id:
        return False
    if viewer.role is Role.DISPATCHER:
        return True
    return _worker_sees(viewer, message, job, now)


def sees_job(viewer: User, job: Access, now: datetime) -> bool:
    """Whether a user has this job in their list: dispatchers by location, workers by assignment (rules 7, 14)."""
    if not viewer.active or job.location_id not in viewer.location_ids:
        return False
    return viewer.role is Role.DISPATCHER or _holds(viewer, job, now) or _handed_over(viewer, job, now)


def _takes_part(viewer: User, job: Access) -> bool:
    return viewer.active and viewer.chat and job.location_id in viewer.location_ids


def _contact_sees(viewer: ContactViewer, message: Message) -> bool:
    if message.job_id != viewer.job_id or message.stage is not Stage.OUT or message.dispatch_only:
        return False
    if message.author.contact_id == viewer.contact_id:
        return True
    return any(p.role is Party.CONTACT and p.contact_id == viewer.contact_id for p in message.recipients)


def _worker_sees(viewer: User, message: Message, job: Access, now: datetime) -> bool:
    mine = message.author.user_id == viewer.id
    if message.dispatch_only or not (mine or message.stage is Stage.OUT):
        return False
    if message.is_contact_message:
        return _holds(viewer, job, now) and job.three_way and (mine or not message.unsure)
    private = mine or any(p.user_id == viewer.id for p in message.recipients)
    return private and (_holds(viewer, job, now) or _handed_over(viewer, job, now))


def _holds(viewer: User, job: Access, now: datetime) -> bool:
    """Assigned now, and the job open or within its grace time."""
    return job.worker_id == viewer.id and (job.closed_at is None or now < job.closed_at + job.grace)


def _handed_over(viewer: User, job: Access, now: datetime) -> bool:
    """Held it before; read-only until the grace time after the hand-over ends."""
    since = job.former.get(viewer.id)
    return job.worker_id != viewer.id and since is not None and now < since + job.grace
