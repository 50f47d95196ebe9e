"""`domain.visibility` as SQL: the one condition that every reader of messages puts into its query.

A property test (tests/storage/test_visible.py) holds it to `can_see` on both engines.
Aliases: `m` is the message, `j` its job. Parameters carry the prefix `v_`.
"""

from datetime import datetime
from typing import Any

from domain.account import Account
from domain.people import ContactViewer, Role, User
from storage.plain import numbers

_NOTHING = "1 = 0"
_HOLDS = "(j.worker_id = :v_id AND (j.closed_at IS NULL OR j.closed_at > :v_grace))"
_HANDED_OVER = (
    "((j.worker_id IS NULL OR j.worker_id <> :v_id) AND EXISTS (SELECT 1 FROM assignment a"
    " WHERE a.job_id = j.id AND a.worker_id = :v_id AND a.until > :v_grace))"
)
_MINE = "(m.author_user_id IS NOT NULL AND m.author_user_id = :v_id)"
_TO_ME = "EXISTS (SELECT 1 FROM recipient r WHERE r.message_id = m.id AND r.user_id = :v_id)"


def visible(viewer: User | ContactViewer, account: Account, now: datetime) -> tuple[str, dict[str, Any]]:
    """The condition on `m` and `j` under which this viewer sees a message, and its parameters."""
    if isinstance(viewer, ContactViewer):
        return _contact(), {"v_contact": viewer.contact_id, "v_job": viewer.job_id}
    if not (viewer.active and viewer.chat):
        return _NOTHING, {}
    parameters = {"v_id": viewer.id, "v_grace": now - account.windows.grace}
    here = _at(viewer)
    if viewer.role is Role.DISPATCHER:
        return f"({here} AND (m.stage <> 'recallable' OR {_MINE}))", parameters
    contact = f"({_HOLDS} AND ({_MINE} OR NOT m.unsure))" if account.three_way else _NOTHING
    private = f"(({_MINE} OR {_TO_ME}) AND ({_HOLDS} OR {_HANDED_OVER}))"
    return (
        f"({here} AND NOT m.dispatch_only AND (m.stage = 'out' OR {_MINE})"
        f" AND CASE WHEN m.contact_message THEN {contact} ELSE {private} END)",
        parameters,
    )


def jobs_of(viewer: User, account: Account, now: datetime) -> tuple[str, dict[str, Any]]:
    """The condition on `j` under which a user has a job in their list (`sees_job`)."""
    if not viewer.active:
        return _NOTHING, {}
    here = _at(viewer)
    if viewer.role is Role.DISPATCHER:
        return here, {}
    parameters = {"v_id": viewer.id, "v_grace": now - account.windows.grace}
    return f"({here} AND ({_HOLDS} OR {_HANDED_OVER}))", parameters


def _at(viewer: User) -> str:
    """The viewer's locations. The plus keeps SQLite from sorting all jobs of a place (147 ms of 100,000 jobs)."""
    return f"+j.location_id IN ({numbers(viewer.location_ids)})"


def _contact() -> str:
    return (
        "(m.job_id = :v_job AND m.stage = 'out' AND NOT m.dispatch_only AND (m.author_contact_id = :v_contact OR EXISTS"
        " (SELECT 1 FROM recipient r WHERE r.message_id = m.id AND r.role = 'contact' AND r.contact_id = :v_contact)))"
    )
