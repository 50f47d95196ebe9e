"""Which jobs each view of the job list holds, as a condition on `j`. Parameters carry the prefix `w_`.

What is about messages is for those who see all of them: dispatchers with `chat`. For the others there
are open jobs, their own, and all.
"""

from datetime import datetime
from typing import Any

from domain.delivery import FAILURES
from domain.jobs import KEY_BAND, JobFilter, Order, View
from domain.people import Role, User

_WAITS = f"j.waiting_key < {KEY_BAND}"
_LIVE = f"j.waiting_key < {2 * KEY_BAND}"
"""Open, or closed with somebody waiting for an answer: a customer who writes after closing waits like anybody else."""
_CURRENT = f"({_LIVE} OR j.closed_at > :w_grace)"
"""News and failures of jobs that closed long ago are history."""
UNREAD = "j.person_seq > coalesce((SELECT k.seq FROM read_mark k WHERE k.user_id = :w_me AND k.job_id = j.id), 0)"
_MINE = "j.owner_id = :w_me"
_HELD = (
    "j.id IN (SELECT m.job_id FROM message m WHERE m.stage IN ('recallable', 'held', 'waiting_release')"
    " AND m.stage <> 'recallable' UNION SELECT m.job_id FROM delivery d JOIN message m ON m.id = d.message_id"
    " WHERE d.state = 'held' AND d.channel = 'sms' AND m.stage = 'out')"
)
"""The three stages are spelt out as the partial index has them."""
_FAILED = (
    "(j.id IN (SELECT m.job_id FROM delivery d JOIN message m ON m.id = d.message_id JOIN job f ON f.id = m.job_id"
    f" WHERE d.state IN ({', '.join(repr(state.value) for state in sorted(FAILURES))}) AND d.channel = 'sms'"
    " AND d.notice_to IS NULL AND (f.done_at IS NULL OR d.changed_at > f.done_at) AND NOT EXISTS"
    " (SELECT 1 FROM delivery r WHERE r.message_id = d.message_id AND r.resend_of = d.id))"
    " OR j.id IN (SELECT e.job_id FROM job_event e JOIN job f ON f.id = e.job_id"
    " WHERE e.state = 'failed' AND (f.done_at IS NULL OR e.due_at > f.done_at)))"
)
"""A text that ended in failure and was not sent again, or an alert that could not be made, since anybody said done."""
_VIEWS = {
    View.OPEN: _LIVE,
    View.NEEDS_REPLY: _WAITS,
    View.UNREAD: f"{_CURRENT} AND {UNREAD}",
    View.MINE: f"{_MINE} AND {_LIVE}",
    View.HELD: _HELD,
    View.FAILED: f"{_CURRENT} AND {_FAILED}",
}
_OPEN = f"{_LIVE} AND j.closed_at IS NULL"
_WITHOUT_MESSAGES = {View.OPEN: _OPEN, View.MINE: f"{_MINE} AND {_OPEN}"}
_NOTHING = "1 = 0"


def in_view(viewer: User, wanted: JobFilter, grace: datetime) -> tuple[str, dict[str, Any]]:
    """The condition of a view, with its parameters; "" for all jobs. `grace` is when jobs closed that count still."""
    if holds_all(viewer, wanted):
        return "", {}
    views = _VIEWS if viewer.dispatches else _WITHOUT_MESSAGES
    where = views.get(wanted.view, _NOTHING)
    known = {"w_me": viewer.id, "w_grace": grace}
    return where, {name: value for name, value in known.items() if f":{name}" in where}


def holds_all(viewer: User, wanted: JobFilter) -> bool:
    """Whether the view leaves no job out; words in All open look through closed jobs too, and workers have no views."""
    searches = wanted.view is View.OPEN and bool(wanted.words.strip())
    return viewer.role is Role.WORKER or wanted.view is View.ALL or searches


def puts_closed_last(viewer: User, wanted: JobFilter) -> bool:
    """Whether closed jobs follow the open ones, whatever the order."""
    return viewer.role is Role.DISPATCHER and wanted.view is View.OPEN and bool(wanted.words.strip())


def is_walked(viewer: User, wanted: JobFilter) -> bool:
    """Whether an index gives the view in this order, so that windows of it cost nothing; the others are gathered."""
    if holds_all(viewer, wanted):
        return True
    by_key = viewer.dispatches and wanted.order is Order.WAITING and not wanted.words.strip()
    return by_key and wanted.view in (View.OPEN, View.NEEDS_REPLY)
