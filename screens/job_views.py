"""The views of the job list in words: the heading, and what an empty one says."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content

from domain.jobs import JobFilter, Order, View
from domain.people import Role, User

_TOOLTIPS = {
    View.OPEN: "Show all open jobs",
    View.NEEDS_REPLY: "Show the jobs that wait for our answer",
    View.UNREAD: "Show the jobs with news for you",
    View.MINE: "Show the jobs that you lead",
    View.HELD: "Show the jobs with texts that wait",
    View.FAILED: "Show the jobs where a text failed",
    View.ALL: "Show every job, closed ones too",
}
VIEW_KEYS = tuple(
    Binding(
        f"{digit}",
        f"choose_view('{view.value}')",
        "Closed too" if view is View.ALL else view.words,
        id=f"jobs.view-{digit}",
        show=False,
        tooltip=what,
    )
    for digit, (view, what) in enumerate(_TOOLTIPS.items(), start=1)
)
"""A digit for each view, in the order of the views."""
_ORDERS = {
    Order.WAITING: "longest waiting first",
    Order.ACTIVITY: "newest message first",
    Order.NUMBER: "by number",
    Order.WINDOW: "by planned time",
}
_IMPORT = "or import a list with: jobline import jobs.csv"
_BACK = "Press 1 to see all open jobs."
_EMPTY = {
    View.OPEN: f"No open jobs. Press c to make one, 7 to see closed ones too, {_IMPORT}",
    View.NEEDS_REPLY: f"Nobody waits for an answer. {_BACK}",
    View.UNREAD: f"Nothing unread: you have seen it all. {_BACK}",
    View.MINE: "No open job is yours. Press 1 to see all open jobs, then i on one to take it.",
    View.HELD: f"No text waits for its hour or for its release. {_BACK}",
    View.FAILED: f"No text has failed. {_BACK}",
    View.ALL: f"No jobs yet. Press c to make one, {_IMPORT}",
}
READING = "Reading the jobs …"
_EMPTY_WORKER = "No jobs are assigned to you. When a dispatcher assigns one, it appears here."
_NO_CHAT = "This view is about messages, in which your account takes no part. Ask for the Chat box, or press 1."
_NOT_FOUND = "No job has these words. Press escape to see all jobs."
_NOT_FOUND_HERE = "No job of this view has these words. Press 1 to look through all jobs, escape to stop."


def views_of(user: User) -> tuple[View, ...]:
    """The views this user has; those about messages are for dispatchers who take part in them."""
    if user.role is Role.WORKER:
        return ()
    return tuple(View) if user.dispatches else (View.OPEN, View.ALL)


def heading(user: User, shown: JobFilter, total: int) -> str:
    """The view, how many jobs it holds, and how they are sorted."""
    jobs = f"{total:,} job{'s' if total != 1 else ''}"
    found = f"{jobs} found" if shown.words.strip() else jobs
    if user.role is Role.WORKER:
        return f"My jobs: {found}, unread first"
    if shown.words.strip() and shown.view is View.OPEN:
        found += ", closed ones too and last"
    return f"{shown.view.words}: {found}, {_ORDERS[order_of(user, shown.order)]}"


def order_of(user: User, order: Order) -> Order:
    """The order in fact: those made of messages are not for a viewer who sees none."""
    tells = order in (Order.WAITING, Order.ACTIVITY)
    return Order.WINDOW if tells and not user.dispatches else order


def empty(user: User, wanted: JobFilter) -> str:
    """What an empty list says, with the next key."""
    if wanted.words.strip():
        everywhere = user.role is Role.WORKER or wanted.view in (View.OPEN, View.ALL)
        return _NOT_FOUND if everywhere else _NOT_FOUND_HERE
    if user.role is Role.WORKER:
        return _EMPTY_WORKER
    return _EMPTY[wanted.view] if wanted.view in views_of(user) else _NO_CHAT


def head_line(user: User, shown: JobFilter, total: int, width: int) -> Content:
    """The heading, with every view and its digit at the right where there is room."""
    left = heading(user, shown, total)
    views = [(f"{list(View).index(view) + 1} {view.words}", view is shown.view) for view in views_of(user)]
    room = width - len(left) - sum(len(words) + 2 for words, _ in views)
    if room < 2 or not views:
        return Content(left)
    names = [("  " + words, "bold $foreground" if now else "") for words, now in views]
    return Content.assemble(left, " " * room, *names)
