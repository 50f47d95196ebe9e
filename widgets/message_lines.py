"""One message as lines of plain text: who to whom, the words, and how far they got."""

from collections.abc import Callable, Iterable
from datetime import datetime

from rich.cells import cell_len

from domain.delivery import FAILURES, Delivery, State, wording
from domain.messages import Kind, Message, Party, Person, Stage
from widgets.spans import Span
from widgets.wrapping import cut, shown, shown_lines, wrap

WIDEST = 100
"""Lines longer than this are hard to read, however wide the screen."""
_INDENT = "  "

_KINDS = {
    Kind.ALERT: "Alert",
    Kind.NOTE: "Note",
    Kind.QUICK_ACTION: "Quick action",
    Kind.DECISION: "Decision",
}
_STAGES = {
    Stage.RECALLABLE: "leaves soon",
    Stage.HELD: "not sent yet",
    Stage.WAITING_RELEASE: "waits for release",
    Stage.CALLED_BACK: "called back",
    Stage.REFUSED: "refused",
}
_CALLED_BACK = "Called back."
"""What the flag of a message that its author called back says already."""
_ARRIVED = frozenset({State.DELIVERED, State.SEEN})

ClockTime = Callable[[datetime], str]
Names = Callable[[Person], str]


Line = tuple[Span, ...]


def plain_name(person: Person) -> str:
    """A person as they were named when it was written."""
    return shown(person.name)


def message_lines(
    message: Message, width: int, clock_time: ClockTime, names: Names, beneath: str = "", new: bool = False
) -> list[Line]:
    """All lines of a message in at most `width` cells, the blank one after it included.

    `beneath` says what may be done with it now; `new` marks what arrived while its reader was writing.
    """
    width = min(width, WIDEST)
    if message.kind is Kind.HAND_OVER:
        return _quiet(message, width, clock_time)
    look = side(message)[1]
    inner = width - len(_INDENT)
    body = [(Span(_INDENT + line, look),) for line in wrap(shown_lines(message.body), inner)]
    reports = [line for delivery in _told(message) for line in _report(message, delivery, inner, clock_time, names)]
    notice = "" if message.notice == _CALLED_BACK else message.notice
    said = _indented(notice, inner, "dim") + _indented(beneath, inner, "flag")
    return [_header(message, width, clock_time, names, new), *body, *reports, *said, ()]


def estimate(message: Message, width: int) -> int:
    """About how many lines a message takes, without wrapping it."""
    length = min(len(message.body), 10_000)
    said = len(message.deliveries) + bool(message.notice)
    return 3 + length // max(1, min(width, WIDEST) - 4) + message.body.count("\n") + said


def side(message: Message) -> tuple[str, str]:
    """Whose it is as a symbol, and its look: the customer's, the worker's, a staff note, or on its way out."""
    if message.author.role in (Party.CONTACT, Party.PHONE):
        return "◀", "customer"
    if message.author.role is Party.WORKER:
        return "◆", "worker"
    return ("▶", "out") if message.is_contact_message else ("·", "note")


def flags(message: Message) -> str:
    """The kind and what a reader should know of this message, as words."""
    words = [
        _KINDS.get(message.kind, ""),
        _STAGES.get(message.stage, ""),
        "guessed" if message.guessed or message.unsure else "",
        "after closing" if message.after_closing else "",
        "dispatchers only" if message.dispatch_only else "",
        f"{len(message.photos)} photo{'s' * (len(message.photos) > 1)}" if message.photos else "",
    ]
    return " · ".join(word for word in words if word)


def _quiet(message: Message, width: int, clock_time: ClockTime) -> list[Line]:
    """A hand-over: what happened and when, on quiet lines of its own."""
    time = shown(clock_time(message.at))
    first, *rest = wrap(shown(message.body), max(1, width - cell_len(time) - 5)) or [""]
    gap = " " * max(1, width - 2 - cell_len(first) - cell_len(time))
    head = (Span("─ ", "note"), Span(first, "note"), Span(gap), Span(time, "time"))
    return [head, *((Span(_INDENT + line, "note"),) for line in rest), ()]


def _told(message: Message) -> Iterable[Delivery]:
    """The deliveries worth a line: of what is not out, only those held for a reason of their own."""
    if message.stage is Stage.OUT:
        return message.deliveries
    return [d for d in message.deliveries if d.state is State.HELD and d.reason]


def _indented(words: str, width: int, look: str) -> list[Line]:
    return [(Span(_INDENT + line, look),) for line in wrap(shown(words), width)] if words else []


def _header(message: Message, width: int, clock_time: ClockTime, names: Names, new: bool) -> Line:
    """Who to whom on the left, flags and time on the right; the names give way first."""
    symbol, look = side(message)
    tag, time = flags(message), shown(clock_time(message.at))
    tag = " · ".join(part for part in ("NEW" if new else "", tag) if part)
    tag = cut(tag, max(0, width - cell_len(time) - 12))
    right = cell_len(time) + (cell_len(tag) + 2 if tag else 0)
    to = ", ".join(names(person) for person in message.recipients)
    people = cut(shown(names(message.author)) + (f" → {shown(to)}" if to else ""), max(0, width - right - 3))
    gap = " " * max(1, width - 2 - cell_len(people) - right)
    return (
        Span(f"{symbol} ", look),
        Span(people, "people"),
        Span(gap),
        Span(f"{tag}  " if tag else "", "flag"),
        Span(time, "time"),
    )


def _report(message: Message, delivery: Delivery, width: int, clock_time: ClockTime, names: Names) -> list[Line]:
    """How one delivery fares, its recipient named where there are several."""
    words = shown(wording(delivery, clock_time))
    if delivery.notice:
        words = f"{shown(delivery.name)} told by text: {words}"
    elif len(message.deliveries) > 1:
        words = f"{_whose(message, delivery, names)}: {words}"
    mark, look = " ", "report"
    if delivery.state in FAILURES:
        mark, look = "!", "error"
    elif delivery.state in _ARRIVED:
        mark, look = "✓", "arrived"
    lines = wrap(words, width - 2)
    return [(Span(f"{_INDENT}{mark if i == 0 else ' '} {line}", look),) for i, line in enumerate(lines)]


def _whose(message: Message, delivery: Delivery, names: Names) -> str:
    """Everybody this delivery is for: one phone can be several people's (rule 17)."""
    theirs = [p for p in message.recipients if delivery.to in (p.mobile, p.name)]
    return shown(", ".join(names(person) for person in theirs)) or shown(delivery.to)
