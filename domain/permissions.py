"""Who may do what. Every door (screen, page, API, command line) asks here; the table stands in docs/permissions.md."""

from enum import StrEnum

from domain.errors import Refusal
from domain.people import Role, User


class Act(StrEnum):
    """Something a user of the provider may be allowed to do, on jobs of their own locations."""

    TAKE_PART = "take_part"
    EDIT_JOBS = "edit_jobs"
    SEND_ALERTS = "send_alerts"
    RESEND = "resend"
    RELEASE = "release"
    PASS_ON = "pass_on"  # noqa: S105  (no password)
    LEAD = "lead"
    """Own a job, hand it to a colleague, call it done without answering."""
    SORT_TRAY = "sort_tray"
    LINKS = "links"
    """Send a contact's link again, or end it."""
    QUICK_ACTION = "quick_action"
    """Check-in and its kin; without `chat` they change the status and text nobody (rule 14)."""
    ESTIMATES = "estimates"
    """Build and share estimates, record a decision on somebody's behalf, take one over."""
    SEE_CONTACTS = "see_contacts"
    CONTACTS = "contacts"
    SET_UP_ALERTS = "set_up_alerts"
    TEAM_REPLIES = "team_replies"
    SETTINGS = "settings"
    IMPORT = "import"
    EXPORT = "export"


_BOXES = {
    "chat": frozenset(
        {
            *(Act.SEND_ALERTS, Act.RESEND, Act.RELEASE, Act.PASS_ON, Act.LEAD, Act.SORT_TRAY, Act.LINKS, Act.ESTIMATES),
            Act.SEE_CONTACTS,
        }
    ),
    "contacts": frozenset({Act.SEE_CONTACTS, Act.CONTACTS}),
    "alerts": frozenset({Act.SET_UP_ALERTS, Act.TEAM_REPLIES}),
    "admin": frozenset({Act.SETTINGS, Act.IMPORT, Act.EXPORT}),
}
"""What needs a box beside being a dispatcher, one of those that name it; the rest needs none."""

_WORDS = {
    Act.TAKE_PART: ("take part in messages", "the Chat box"),
    Act.EDIT_JOBS: ("change jobs", "to be a dispatcher"),
    Act.SEND_ALERTS: ("send alerts", "to be a dispatcher with the Chat box"),
    Act.RESEND: ("send a text again", "to be a dispatcher with the Chat box"),
    Act.RELEASE: ("release a worker's text", "to be a dispatcher with the Chat box"),
    Act.PASS_ON: ("pass a message on", "to be a dispatcher with the Chat box"),
    Act.LEAD: ("lead a job", "to be a dispatcher with the Chat box"),
    Act.SORT_TRAY: ("sort the tray", "to be a dispatcher with the Chat box"),
    Act.LINKS: ("send or end a contact's link", "to be a dispatcher with the Chat box"),
    Act.QUICK_ACTION: ("use quick actions", "to be a dispatcher"),
    Act.ESTIMATES: ("work with estimates", "to be a dispatcher with the Chat box"),
    Act.SEE_CONTACTS: ("look at contacts", "to be a dispatcher with the Chat box or the contacts box"),
    Act.CONTACTS: ("change customers and contacts", "the contacts box"),
    Act.SET_UP_ALERTS: ("set up alerts", "the alerts box"),
    Act.TEAM_REPLIES: ("change the team's saved replies", "the alerts box"),
    Act.SETTINGS: ("change settings", "the admin box"),
    Act.IMPORT: ("import", "the admin box"),
    Act.EXPORT: ("export", "the admin box"),
}


def may(user: User, act: Act) -> bool:
    """Whether this user may do something; somebody who was deactivated may do nothing.

    The boxes beside Chat are for dispatchers: a worker has Chat alone.
    """
    if not user.active:
        return False
    if act is Act.TAKE_PART:
        return user.chat
    if user.role is not Role.DISPATCHER:
        return False
    boxes = [box for box, acts in _BOXES.items() if act in acts]
    return not boxes or any(getattr(user, box) for box in boxes)


def demand(user: User, act: Act) -> None:
    """Raise Refusal where this user may not do something, with what it would need."""
    if not may(user, act):
        what, needed = _WORDS[act]
        raise Refusal(f"{user.name} may not {what}: that needs {needed}. Ask an administrator.")
