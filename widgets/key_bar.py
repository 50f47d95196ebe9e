"""The line of keys at the bottom: one widget that draws what Textual's footer makes of a dozen."""

from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from domain.text import one_line

LAST = "?"
"""The key that leads to all the others keeps its place at the end."""


class BarKey(NamedTuple):
    """One key on the bar: what is pressed, how it is written, what it does, whether it can act now."""

    key: str
    shown: str
    name: str
    tooltip: str
    enabled: bool

    @property
    def width(self) -> int:
        """Cells it takes, with a blank to both sides of the key and one behind its name."""
        return cell_len(self.shown) + cell_len(self.name) + 3


class KeyBar(Widget):
    """The keys that work at the focus. Those that do not fit are left out from the right, but never `?`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--name", "key-bar--off"}
    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $footer-background; color: $footer-foreground; }
    KeyBar > .key-bar--key { color: $footer-key-foreground; background: $footer-key-background; text-style: bold; }
    KeyBar > .key-bar--name { color: $footer-description-foreground; background: $footer-description-background; }
    KeyBar > .key-bar--off { color: $footer-description-foreground 50%; text-style: none; }
    """
    ALLOW_SELECT = False

    def on_mount(self) -> None:
        """Follow the focus and whatever changes what can act."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def on_unmount(self) -> None:
        """Hear of nothing any more."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _follow(self, _screen: Screen[object]) -> None:
        self.refresh()

    @property
    def keys(self) -> list[BarKey]:
        """The keys that are drawn, from left to right."""
        return fitting(self._all_keys(), self.size.width)

    @property
    def left_out(self) -> list[BarKey]:
        """The keys that did not fit."""
        shown = self.keys
        return [key for key in self._all_keys() if key not in shown]

    def _all_keys(self) -> list[BarKey]:
        found: dict[str, BarKey] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                found.setdefault(active.binding.action, self._bar_key(active))
        return list(found.values())

    def _bar_key(self, active: ActiveBinding) -> BarKey:
        binding = active.binding
        shown = self.app.get_key_display(binding)
        return BarKey(binding.key, shown, one_line(binding.description), active.tooltip, active.enabled)

    def render_line(self, y: int) -> Strip:
        """The one line, exactly as wide as the bar."""
        width = self.size.width
        on, name, off = (self.get_component_rich_style(f"key-bar--{look}") for look in ("key", "name", "off"))
        segments = []
        for key in fitting(self._all_keys(), width):
            segments.append(Segment(f" {key.shown} ", on if key.enabled else off))
            segments.append(Segment(f"{key.name} ", name if key.enabled else off))
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def key_at(self, x: int) -> BarKey | None:
        """The key drawn at a column, or None."""
        for key in self.keys:
            if x < key.width:
                return key
            x -= key.width
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say what the key beneath does."""
        key = self.key_at(event.x)
        self.tooltip = key.tooltip or None if key else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click is the key; one that cannot act now only makes the terminal ring."""
        key = self.key_at(event.x)
        if key is not None and key.enabled:
            self.app.simulate_key(key.key)
        elif key is not None:
            self.app.bell()


def fitting(keys: list[BarKey], width: int) -> list[BarKey]:
    """The keys that fit, in their order, with `?` at the end whatever else must go."""
    last = [key for key in keys if key.shown == LAST]
    left = width - sum(key.width for key in last)
    shown = []
    for key in keys:
        if key.shown == LAST:
            continue
        left -= key.width
        if left < 0:
            break
        shown.append(key)
    return shown + last
