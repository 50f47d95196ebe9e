"""Alerts > Setup: for each job template, what is texted when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from domain.alerts import Rule
from domain.errors import Refusal
from domain.text import one_line
from screens.alert_rule import AlertRuleScreen
from screens.base import Changes, DeskScreen
from widgets.key_bar import KeyBar
from widgets.rule_list import RuleList, who
from widgets.top_bar import TopBar

_EMPTY = "No job template yet. Make one under Settings, or give a job a template."
_HINT = "Choose a template, then an event. Enter opens its alert."


class AlertSetupScreen(DeskScreen[None]):
    """Templates at the left, the events of the chosen one at the right."""

    CSS_PATH = "alert_setup.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "events", "Events", id="alerts.events", priority=True, tooltip="Go to the events"),
        Binding("left", "templates", "Templates", id="alerts.templates", priority=True, tooltip="Go to the templates"),
        Binding("escape", "back", "Back", id="alerts.back", tooltip="Back, step by step"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._templates: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """Bars, both lists, and one line about the event under the cursor."""
        yield TopBar(self.services.account.practice, "Alerts > Setup", f"{self.user.name} · {self.user.role.value}")
        with Horizontal(id="setup-both"):
            with Vertical(id="setup-left"):
                yield Label("Job template", classes="columns")
                yield OptionList(id="templates")
            with Vertical(id="setup-right"):
                yield Label("", id="columns", classes="columns")
                yield RuleList()
        yield Label(_HINT, id="setup-detail")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the templates."""
        self.templates.focus()
        self.load_templates()

    @property
    def templates(self) -> OptionList:
        """The job templates."""
        return self.query_one("#templates", OptionList)

    @property
    def rules(self) -> RuleList:
        """The events of the chosen template."""
        return self.query_one(RuleList)

    @property
    def template(self) -> str | None:
        """The template under the cursor."""
        at = self.templates.highlighted
        return self._templates[at] if at is not None and self._templates else None

    def changed(self, changes: Changes) -> None:
        """Somebody renamed a template, or saved an alert."""
        if self.is_current and changes.kinds & {"template", "event"}:
            self.load_templates()

    def load_templates(self) -> None:
        """Read the templates, and with them the rules of the one under the cursor."""
        user = self.user
        self.ask(lambda: self.services.alert_setup.templates(user), self._show_templates, self._away, "templates")

    def _away(self, refusal: Refusal) -> None:
        self.tell(refusal)
        self.dismiss(None)

    def _show_templates(self, templates: Sequence[str]) -> None:
        first, before = not self._templates, self.template
        self._templates = templates
        options = [Option(Content(one_line(name, 60) or "(no template)")) for name in templates]
        self.templates.set_options(options or [Option(Content(_EMPTY), disabled=True)])
        at = templates.index(before) if before in templates else 0
        self.templates.highlighted = at if options else None
        if first and len(templates) == 1:
            self.rules.focus()

    @on(OptionList.OptionHighlighted, "#templates")
    def load(self) -> None:
        """Read the rules of the template under the cursor."""
        user, template = self.user, self.template
        if template is not None:
            self.ask(
                lambda: (template, self.services.alert_setup.rules(user, template)), self._show_rules, group="rules"
            )

    def _show_rules(self, answer: tuple[str, Sequence[Rule]]) -> None:
        template, rules = answer
        if template == self.template:
            self.rules.show(rules)
            self._head()

    def on_resize(self, _event: events.Resize) -> None:
        """The columns follow the width."""
        self.call_after_refresh(self._head)

    def _head(self) -> None:
        self.query_one("#columns", Label).update(Content(self.rules.heading()))

    @on(OptionList.OptionHighlighted, "#rules")
    def show_detail(self) -> None:
        """The whole text of the event under the cursor."""
        rule = self.rules.chosen
        if rule is not None:
            state = "on" if rule.on else "off"
            words = f"{rule.event.words}, {state}, to {who(rule)}: {one_line(rule.text)}"
            self.query_one("#setup-detail", Label).update(Content(words))

    @on(OptionList.OptionSelected, "#templates")
    def choose_template(self) -> None:
        """Enter goes on to the events."""
        self.action_events()

    @on(OptionList.OptionSelected, "#rules")
    def choose_event(self) -> None:
        """Enter opens the alert."""
        self._open()

    def action_events(self) -> None:
        """Go to the events."""
        if self._templates:
            self.rules.focus()

    def action_templates(self) -> None:
        """Go to the templates."""
        self.templates.focus()

    def _open(self) -> None:
        rule = self.rules.chosen
        if rule is not None and rule.template == self.template:
            self.app.push_screen(AlertRuleScreen(rule), lambda _: self.load())

    def action_back(self) -> None:
        """From the events to the templates, from there to where one came from."""
        if self.rules.has_focus and len(self._templates) > 1:
            self.templates.focus()
        else:
            self.dismiss(None)
