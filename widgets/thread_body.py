"""The loaded part of a conversation: its messages, their wrapped lines, and where each begins."""

from collections.abc import Callable, Iterable, Sequence

from domain.messages import Message
from widgets.heights import Heights
from widgets.message_lines import Line, estimate

KEPT = 512
"""Messages whose wrapped lines are kept."""


class ThreadBody:
    """Messages, oldest first, wrapped when needed; what was not looked at yet has an estimated height."""

    def __init__(self, draw: Callable[[Message, int], list[Line]]) -> None:
        """`draw` gives a message's lines at a width."""
        self.messages: list[Message] = []
        self.heights = Heights()
        self.width = 0
        self._draw = draw
        self._ids: set[int] = set()
        self._lines: dict[int, list[Line]] = {}

    def __contains__(self, message: Message) -> bool:
        return message.id in self._ids

    def show(self, messages: Sequence[Message]) -> None:
        """Hold these messages and no others."""
        self.messages = list(messages)
        self._ids = {message.id for message in messages}
        self.rewrap(self.width)

    def rewrap(self, width: int) -> None:
        """Begin anew at a width; nothing is wrapped before it is looked at."""
        self.width = width
        self._lines.clear()
        self.heights.reset([estimate(message, width) for message in self.messages])

    def prepend(self, older: Sequence[Message]) -> int:
        """Put messages before all others; how many were new."""
        new = [message for message in older if message not in self]
        self.messages[:0] = new
        self._ids.update(message.id for message in new)
        self.heights.prepend([estimate(message, self.width) for message in new])
        return len(new)

    def append(self, new: Message) -> None:
        """Put a message after all others; only this one is wrapped."""
        self.messages.append(new)
        self._ids.add(new.id)
        self.heights.append(len(self.lines(len(self.messages) - 1)))

    def update(self, changed: Sequence[Message]) -> set[int]:
        """Put new values in the place of the old ones, by id; the ids that were held."""
        fresh = {message.id: message for message in changed if message in self}
        places = [i for i, message in enumerate(self.messages) if message.id in fresh]
        for i in places:
            self.messages[i] = fresh[self.messages[i].id]
            self._lines.pop(self.messages[i].id, None)
        self.heights.measure({i: len(self.lines(i)) for i in places})
        return set(fresh)

    def lines(self, index: int) -> list[Line]:
        """The wrapped lines of a message, kept for the next time."""
        message = self.messages[index]
        lines = self._lines.pop(message.id, None)
        if lines is None:
            lines = self._draw(message, self.width)
        self._lines[message.id] = lines
        if len(self._lines) > KEPT:
            del self._lines[next(iter(self._lines))]
        return lines

    def measure(self, indexes: Iterable[int]) -> bool:
        """Take the true heights of those messages; True when any was an estimate."""
        new = {i: len(self.lines(i)) for i in indexes if not self.heights.is_measured(i)}
        self.heights.measure(new)
        return bool(new)

    def measure_on_screen(self, top: int, height: int) -> bool:
        """`measure` for whatever is on `height` lines from line `top`."""
        first, last = self.heights.at(top), self.heights.at(top + height - 1)
        return self.measure(range(max(0, first), last + 1))

    def measure_behind(self, count: int) -> bool:
        """`measure` for the newest so many that were not looked at; False when there are none left."""
        last = self.heights.unmeasured
        return last >= 0 and self.measure(range(max(0, last - count + 1), last + 1))
