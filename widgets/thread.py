"""One job's conversation: only what was loaded is held, and only what is seen is drawn."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message as Event
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from domain.messages import Message, Person
from widgets.message_lines import Line, message_lines, plain_name
from widgets.thread_body import ThreadBody
from widgets.thread_looks import CSS, LOOKS
from widgets.wrapping import shown, wrap

CURSOR = "▌"
SLICE_S = 0.005
"""Work on what is not seen stops after this long and goes on SLICE_PAUSE_S later, so that keys come between."""
SLICE_PAUSE_S = 0.02


class ThreadView(ScrollView, can_focus=True):
    """Messages, newest at the bottom; one of them is selected, and older ones are asked for before the top is reached.

    The selection never goes to another message by itself, so an answer goes to whom it was meant for.
    All methods are for the screen's thread.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next", id="thread.down", tooltip="Go to the next message", show=False),
        Binding("up,k", "move(-1)", "Previous", id="thread.up", tooltip="Go to the message above", show=False),
        Binding("pagedown", "page(1)", "Page down", id="thread.page-down", tooltip="Go one screen down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="thread.page-up", tooltip="Go one screen up", show=False),
        Binding("home", "edge(0)", "Oldest", id="thread.first", tooltip="Go to the oldest loaded message", show=False),
        Binding("end", "edge(1)", "Newest", id="thread.last", tooltip="Go to the newest message", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = LOOKS
    DEFAULT_CSS = CSS

    @dataclass
    class Selected(Event):
        """Another message is selected."""

        message: Message

    @dataclass
    class OlderWanted(Event):
        """The reader came within a screen of the oldest loaded message; posted once for each `before_seq`.

        Answer with `prepend`.
        """

        before_seq: int

    class Viewed(Event):
        """Other lines are on the screen."""

        def can_replace(self, message: object) -> bool:
            """One is enough, however often it scrolls."""
            return isinstance(message, ThreadView.Viewed)

    new_below: reactive[int] = reactive(0, repaint=False)
    """Messages that came while the reader was further up."""

    def __init__(
        self,
        clock_time: Callable[[datetime], str],
        names: Callable[[Person], str] = plain_name,
        empty_text: str = "No messages yet.",
        beneath: Callable[[Message], str] = lambda _: "",
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """`clock_time` writes a moment in the viewer's zone, `names` a person as this viewer may see them.

        `beneath` says what may be done with a message now; where that changes, give the message to `update`.
        """
        super().__init__(id=id, classes=classes)
        self.clock_time = clock_time
        self.names = names
        self.empty_text = empty_text
        self.beneath = beneath
        self._new: set[int] = set()
        self._body = ThreadBody(self._lines)
        self._at = -1
        self._height = 0
        self._has_older = False
        self._asked_before: int | None = None
        self._settling = False
        self._slicing = False
        self._follows = True
        self._opens_at: int | None = None

    @property
    def messages(self) -> Sequence[Message]:
        """What is loaded, oldest first."""
        return tuple(self._body.messages)

    @property
    def selected(self) -> Message | None:
        """The selected message; None in an empty thread."""
        return self._body.messages[self._at] if self._body.messages else None

    @property
    def at_end(self) -> bool:
        """Whether the last line is in view."""
        return self.scroll_offset.y >= self.max_scroll_y - 1

    def in_view(self) -> list[Message]:
        """The messages whose words end on the screen: they can have been read."""
        if not (self._body.width and self._body.messages and self.size.height):
            return []
        top, end = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        first, last = self._body.heights.at(top), self._body.heights.at(end - 1)
        seen = [i for i in range(first, last + 1) if top <= self._body.heights.top(i + 1) - 2 < end]
        return [self._body.messages[i] for i in seen]

    def show(self, messages: Sequence[Message], has_older: bool, begin_at: int | None = None) -> None:
        """Show another conversation from its end, the newest message selected.

        With `begin_at`, the first message of that feed number or above stands at the top and is selected,
        unless all from there on fits on the screen.
        """
        self._new.clear()
        self._body.show(messages)
        self._has_older, self._asked_before = has_older, None
        self._at = len(messages) - 1
        self._follows, self.new_below = True, 0
        self._opens_at = next((i for i, m in enumerate(messages) if begin_at is not None and m.seq >= begin_at), None)
        self._place(self._at, 0)
        self._open()
        self._post_selected()

    def mark_new(self, ids: Collection[int]) -> None:
        """Mark these messages as new, and no others; the last one comes into view."""
        changed = self._new ^ set(ids)
        self._new = set(ids)
        self.update([message for message in self._body.messages if message.id in changed])
        if ids:
            self.action_edge(1)

    def rearrange(self, messages: Sequence[Message]) -> None:
        """Show the same conversation in another order: what was planned goes out among what came since."""
        anchor, line = self._anchor()
        held = self._body.messages
        top = held[anchor].id if held else 0
        selected = self.selected.id if self.selected else 0
        newest = held[-1].seq if held else 0
        if not self._follows:
            self.new_below += sum(message.seq > newest for message in messages)
        self._body.show(messages)
        places = {message.id: i for i, message in enumerate(messages)}
        self._at = places.get(selected, len(messages) - 1)
        self._place(places.get(top, self._at), line)
        self._post_selected()

    def prepend(self, older: Sequence[Message], has_older: bool) -> None:
        """Take in older messages; what is seen stays where it is."""
        anchor, line = self._anchor()
        self._has_older = has_older
        was_empty, new = self._at < 0, self._body.prepend(older)
        self._at += new
        self._place(anchor + new, line)
        if was_empty:
            self._post_selected()

    def append(self, new: Message) -> None:
        """Take in a new message: a reader at the end follows it, another is told how many are below."""
        if new in self._body:
            self.update([new])
            return
        anchor = self._anchor()
        self._body.append(new)
        if self._at < 0:
            self._at = 0
            self._post_selected()
        if not self._follows:
            self.new_below += 1
        self._place(*anchor)

    def update(self, changed: Sequence[Message]) -> None:
        """Put new values of messages in the place of the old ones, by id; nothing jumps."""
        anchor = self._anchor()
        held = self._body.update(changed)
        self._place(*anchor)
        if (selected := self.selected) is not None and selected.id in held:
            self._post_selected()

    def render_line(self, y: int) -> Strip:
        """One line of the screen, always exactly as wide as the thread."""
        line = y + self.scroll_offset.y
        if line >= self._body.heights.total or not self._body.width:
            return self._blank(y)
        i = self._body.heights.at(line)
        drawn = self._body.lines(i)
        inside = line - self._body.heights.top(i)
        spans = drawn[inside] if inside < len(drawn) else ()
        bar = CURSOR if i == self._at and inside < len(drawn) - 1 else " "
        segments = [Segment(bar, self._style("cursor")), *(Segment(text, self._style(look)) for text, look in spans)]
        return Strip(segments).adjust_cell_length(self._body.width + 1, self._style("text"))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure what comes into view, and ask for more at the top."""
        super().watch_scroll_y(old_value, new_value)
        if self._settling or not self._body.width:
            return
        self._follows = self.at_end
        if self._follows:
            self.new_below = 0
        self.post_message(self.Viewed())
        anchor = self._anchor()
        if self._body.measure_on_screen(self.scroll_offset.y, self.size.height):
            self._place(*anchor)
        self._ask_older()

    def on_resize(self) -> None:
        """Wrap anew if the width changed, the selected message staying on its line."""
        wide = max(1, self.scrollable_content_region.width - 1)
        anchor, line = self._anchor()
        self._height = self.size.height
        line = max(min(line, self._height - 1), 1 - self._height)
        if wide != self._body.width:
            self._body.rewrap(wide)
        self._place(anchor, line)
        self._open()

    def on_click(self, event: events.Click) -> None:
        """A click selects."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y + self.scroll_offset.y < self._body.heights.total:
            self._select(self._body.heights.at(offset.y + self.scroll_offset.y))

    def action_move(self, messages: int) -> None:
        """Select the message below or above, after the rest of one taller than the screen was read."""
        if not self._body.messages:
            return
        y, height = self.scroll_offset.y, self.size.height
        top, bottom = self._body.heights.top(self._at), self._body.heights.top(self._at + 1) - 1
        below, above = bottom - (y + height), y - top
        if messages > 0 and below > 0 and top < y + height:
            self._scroll(y + min(below, height - 1))
        elif messages < 0 and above > 0 and bottom > y:
            self._scroll(y - min(above, height - 1))
        else:
            self._select(self._at + messages)
            self._reveal(messages)

    def action_page(self, screens: int) -> None:
        """Scroll by a screen, one line overlapping; the selection keeps to its line."""
        if not self._body.messages:
            return
        y, height = self.scroll_offset.y, self.size.height
        line = max(0, min(self._body.heights.top(self._at) - y, height - 1))
        self._scroll(y + screens * max(1, height - 1))
        if self.scroll_offset.y == y:
            self._select(len(self._body.messages) - 1 if screens > 0 else 0)
        else:
            self._select(self._begun_at(self.scroll_offset.y, line))

    def action_edge(self, end: int) -> None:
        """Select the oldest loaded (0) or the newest message (1)."""
        if self._body.messages:
            self._select(len(self._body.messages) - 1 if end else 0)
            self._scroll(self.max_scroll_y if end else 0)

    def _begun_at(self, top: int, line: int) -> int:
        """The message on a screen line, or the next one when it began above the screen and another begins on it."""
        index = self._body.heights.at(top + line)
        below = self._body.heights.top(index + 1)
        return index + (
            self._body.heights.top(index) < top and below < min(top + self.size.height, self._body.heights.total)
        )

    def _select(self, index: int) -> None:
        anchor = self._anchor()
        old, self._at = self._at, max(0, min(len(self._body.messages) - 1, index))
        if self._at == old:
            return
        if self._body.measure([self._at]):
            self._place(*anchor)
        for i in (old, self._at):
            self.refresh_lines(self._body.heights.top(i), self._body.heights.height(i))
        self._post_selected()

    def _reveal(self, direction: int) -> None:
        """Bring the selected message into view, its near end first if it is taller than the screen."""
        y, height = self.scroll_offset.y, self.size.height
        top, bottom = self._body.heights.top(self._at), self._body.heights.top(self._at + 1) - 1
        if bottom - top > height:
            self._scroll(top if direction > 0 else bottom - height)
        elif self._at == len(self._body.messages) - 1:
            self._scroll(self.max_scroll_y)
        elif top < y:
            self._scroll(top)
        elif bottom > y + height:
            self._scroll(bottom - height)

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, force=True)

    def _anchor(self) -> tuple[int, int]:
        """A message and the screen line it begins on: the selected one if seen, else the first one seen."""
        if not self._body.messages:
            return 0, 0
        y, at = self.scroll_offset.y, self._at
        if self._body.heights.top(at) < y + self._height and self._body.heights.top(at + 1) > y:
            return at, self._body.heights.top(at) - y
        first = self._body.heights.at(y)
        return first, self._body.heights.top(first) - y

    def _place(self, anchor: int, line: int) -> None:
        """Draw with that message on that screen line, or at the end for a reader who follows."""
        if not self._body.width:
            return
        self._settling = True
        measuring = True
        while measuring:
            self.virtual_size = Size(1, self._body.heights.total)
            self._scroll(self.max_scroll_y if self._follows else self._body.heights.top(anchor) - line)
            measuring = self._body.measure_on_screen(self.scroll_offset.y, self.size.height)
        self._settling = False
        self.post_message(self.Viewed())
        self.vertical_scrollbar.position = self.scroll_y  # Textual leaves out a scrollbar that is not shown yet.
        self._ask_older()
        self._slice_soon()
        self.refresh()

    def _open(self) -> None:
        """Begin at the wanted message, as soon as there is a screen to place it on."""
        if self._opens_at is None or not (self._body.width and self.size.height):
            return
        begin, self._opens_at = self._opens_at, None
        self._follows = False
        self._place(begin, 0)
        self._follows = self.at_end
        if not self._follows:
            self._at = begin
            self._post_selected()

    def _slice_soon(self) -> None:
        if not self._slicing and self._body.heights.unmeasured >= 0:
            self._slicing = True
            self.call_after_refresh(self.set_timer, SLICE_PAUSE_S, self._slice)

    def _slice(self) -> None:
        """Measure some of what is not seen, the newest first."""
        self._slicing = False
        anchor, until = self._anchor(), perf_counter() + SLICE_S
        while perf_counter() < until and self._body.measure_behind(16):
            pass
        self._place(*anchor)

    def _ask_older(self) -> None:
        if not (self._has_older and self._body.messages) or self.scroll_offset.y >= self.size.height:
            return
        before = self._body.messages[0].seq
        if before != self._asked_before:
            self._asked_before = before
            self.post_message(self.OlderWanted(before))

    def _post_selected(self) -> None:
        if (selected := self.selected) is not None:
            self.post_message(self.Selected(selected))

    def _lines(self, message: Message, width: int) -> list[Line]:
        new = message.id in self._new
        return message_lines(message, width, self.clock_time, self.names, self.beneath(message), new)

    def _style(self, look: str) -> Style:
        return self.get_component_rich_style(f"thread--{look or 'text'}")

    def _blank(self, y: int) -> Strip:
        lines = [] if self._body.messages else wrap(shown(self.empty_text), self._body.width - 1)
        text = f" {lines[y]}" if y < len(lines) else ""
        return Strip([Segment(text, self._style("dim"))]).adjust_cell_length(self._body.width + 1, self._style("text"))
