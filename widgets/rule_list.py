"""The events of a job template, one line each: on or off, who gets the text, and how it begins."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from domain.alerts import Rule
from widgets.wrapping import fit, shown

_WIDEST_EVENT = 23
_ON = 4


def who(rule: Rule) -> str:
    """Who gets the text, in a few words."""
    ad_hoc = not rule.event.is_quick_action
    boxes = (
        ("site", rule.to_site),
        ("billing", rule.to_billing),
        ("ad hoc", rule.to_ad_hoc and ad_hoc),
        (rule.fixed_number, bool(rule.fixed_number) and ad_hoc),
    )
    return ", ".join(name for name, ticked in boxes if ticked) or "nobody"


class RuleList(OptionList):
    """One line an event; the columns follow the width there is."""

    DEFAULT_CSS: ClassVar[str] = """
    RuleList, RuleList:focus { border: none; background: $surface; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="rules")
        self._rules: tuple[Rule, ...] = ()

    @property
    def chosen(self) -> Rule | None:
        """The rule under the cursor."""
        return self._rules[self.highlighted] if self.highlighted is not None and self._rules else None

    def show(self, rules: Sequence[Rule]) -> None:
        """Show a template's rules; the cursor stays on its event."""
        before = self.chosen.event if self.chosen else None
        self._rules = tuple(rules)
        self._draw()
        events_now = [rule.event for rule in self._rules]
        if events_now:
            self.highlighted = events_now.index(before) if before in events_now else 0

    def heading(self) -> str:
        """The names of the columns, as wide as they are."""
        return self._columns("Event", "On", "Who", "Text")

    def on_resize(self, _event: events.Resize) -> None:
        """Another width has other columns."""
        keep = self.highlighted
        self._draw()
        self.highlighted = keep

    def _draw(self) -> None:
        self.set_options([Option(self._line(rule), id=rule.event.value) for rule in self._rules])

    def _line(self, rule: Rule) -> Content:
        on = "on" if rule.on else "off"
        words = self._columns(rule.event.words, on, who(rule), rule.text)
        return Content(words) if rule.on else Content.styled(words, "$foreground 75%")

    def _columns(self, event: str, on: str, people: str, text: str) -> str:
        width = max(40, self.scrollable_content_region.width)
        wide = max(14, min(34, width // 4))
        rest = max(4, width - _WIDEST_EVENT - _ON - wide - 2)
        return f"{fit(event, _WIDEST_EVENT)} {fit(on, _ON)}{fit(people, wide)} {fit(shown(text), rest)}"
