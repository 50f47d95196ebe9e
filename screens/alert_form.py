"""The fields of one alert: on or off, who is notified, when, and the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Label, TextArea

from domain.alerts import Event, Rule
from domain.errors import Refusal
from domain.hours import Lead, read_lead
from domain.placeholders import KNOWN
from domain.rule_checks import LONGEST_USE_BY, never_filled
from domain.text import one_line
from widgets.contents import LONGEST_PASTE, Contents
from widgets.placeholder_text import PlaceholderText
from widgets.tick_box import TickBox

T = TypeVar("T")
_PLACES = {"recipients": "#to_site", "text": "#text Contents"}
"""Where the focus goes for a field that a refusal names, if not to the field of that name."""


def read_use_by(typed: str) -> timedelta | None:
    """Minutes as somebody typed them, None for an empty field. Raises Refusal (field "use_by")."""
    words = typed.strip()
    if not words:
        return None
    minutes = timedelta(minutes=int(words)) if words.isascii() and words.isdigit() and len(words) < 6 else timedelta(0)
    if not timedelta(0) < minutes <= LONGEST_USE_BY:
        most = int(LONGEST_USE_BY.total_seconds()) // 60
        raise Refusal(
            f"“{words[:20]}” is no number of minutes from 1 to {most:,}. Leave it empty for the usual time.", "use_by"
        )
    return minutes


class AlertForm(VerticalScroll, can_focus=False):
    """Shows and edits one rule; it never decides whether it may be saved."""

    DEFAULT_CSS = """
    AlertForm { padding: 0 1; }
    AlertForm TickBox { border: none; height: 1; width: 100%; background: transparent; padding: 0; }
    AlertForm TickBox:focus { border: none; background: $boost; }
    AlertForm Horizontal { height: 1; }
    AlertForm Input { height: 1; border: none; background: $boost; width: 24; }
    AlertForm Input:focus { border: none; background: $surface; }
    AlertForm .name { width: auto; padding-right: 1; }
    AlertForm .inside { padding-left: 4; }
    AlertForm .about { width: 1fr; padding-left: 1; color: $text-muted; }
    AlertForm #lead, AlertForm #use_by { width: 12; }
    AlertForm .head { text-style: bold; width: 100%; }
    AlertForm .wrong { display: none; width: 100%; height: auto; color: $text-error; text-style: bold; }
    AlertForm .wrong.-said { display: block; }
    """

    class Edited(Message):
        """Something was changed."""

    def __init__(self, rule: Rule, usual: timedelta, holds: bool) -> None:
        """`usual` is the account's use-by time; `holds` says whether texts wait for the end of quiet hours here."""
        super().__init__(id="alert-form")
        self.rule = rule
        self._usual, self._holds = usual, holds

    def compose(self) -> ComposeResult:
        """One field a line; fields that an event has no use for are not there."""
        rule, quick = self.rule, self.rule.event.is_quick_action
        means = "fills in people and text of this quick action" if quick else "a text goes out when this happens"
        yield TickBox(f"On: {means}", value=rule.on, id="on")
        yield Label("Who should we notify by SMS?", classes="head")
        yield TickBox("Send to Customer's Site Contact", value=rule.to_site, id="to_site")
        yield TickBox("Send to Customer's Billing Contact", value=rule.to_billing, id="to_billing")
        if not quick:
            yield TickBox("Ad hoc SMS recipient (the number on the job)", value=rule.to_ad_hoc, id="to_ad_hoc")
            yield from self._field("number", "Fixed number", rule.fixed_number, "if set, gets a copy without link")
        yield Label("", id="wrong-recipients", classes="wrong")
        if rule.event is Event.REMINDER:
            yield from self._field("lead", "Time before start", str(rule.lead), "for example 2h, 90m, or 1d 17:00")
        if not quick:
            yield TickBox(f"Respect quiet hours{'' if self._holds else _NOT_HELD}", value=rule.quiet, id="quiet")
            yield from self._field("use_by", "Use-by, minutes", _minutes(rule.use_by), f"empty: {_span(self._usual)}")
        with Horizontal():
            yield Label("Text", classes="name head-name")
            yield Label("type { for placeholders", classes="about")
        yield PlaceholderText(rule.text, _offered(rule), field_id="text")
        yield Label("", id="wrong-text", classes="wrong")

    def _field(self, name: str, title: str, value: str, about: str) -> ComposeResult:
        with Horizontal():
            yield Label(title, classes="name inside" if name == "number" else "name")
            yield Input(value, id=name, select_on_focus=False)
            yield Label(about, classes="about")
        yield Label("", id=f"wrong-{name}", classes="wrong")

    @property
    def edited(self) -> bool:
        """Whether something was changed and not saved."""
        try:
            return self.read() != self.rule
        except Refusal:
            return True

    def saved(self, rule: Rule) -> None:
        """Take in the rule as it was saved; numbers and times are shown as they were understood."""
        self.rule = rule
        for name, value in (
            ("number", rule.fixed_number),
            ("lead", str(rule.lead)),
            ("use_by", _minutes(rule.use_by)),
        ):
            for field in self.query(f"#{name}").results(Input):
                with field.prevent(Input.Changed):
                    field.value = value

    def read(self) -> Rule:
        """The rule as it stands in the fields. Raises Refusal with the field's name."""
        return replace(self.best_guess(), lead=self._lead(), use_by=self._use_by())

    def best_guess(self) -> Rule:
        """The same, with the saved time where one cannot be understood yet: for a preview while typing."""
        rule = self.rule
        return replace(
            rule,
            on=self._ticked("on", rule.on),
            to_site=self._ticked("to_site", rule.to_site),
            to_billing=self._ticked("to_billing", rule.to_billing),
            to_ad_hoc=self._ticked("to_ad_hoc", rule.to_ad_hoc),
            fixed_number=self._typed("number", rule.fixed_number).strip(),
            text=self.query_one(PlaceholderText).text,
            quiet=self._ticked("quiet", rule.quiet),
            use_by=_or(self._use_by, rule.use_by),
            lead=_or(self._lead, rule.lead),
        )

    def say(self, refusal: Refusal) -> bool:
        """Say what is wrong at its field and go there; false where no field of this form is meant."""
        self.be_quiet()
        labels = self.query(f"#wrong-{refusal.field}").results(Label)
        label = next(iter(labels), None)
        if refusal.field is None or label is None:
            return False
        label.update(Content(f"! {one_line(refusal.sentence)}"))
        label.add_class("-said")
        self.query_one(_PLACES.get(refusal.field, f"#{refusal.field}")).focus()
        self.call_after_refresh(label.scroll_visible, animate=False)
        return True

    def be_quiet(self) -> None:
        """Take back what was said to be wrong."""
        self.query(".wrong").remove_class("-said")

    @on(Checkbox.Changed)
    @on(Input.Changed)
    @on(TextArea.Changed)
    def note_edit(self) -> None:
        """A field was changed: what was wrong is being seen to."""
        self.be_quiet()
        self.post_message(self.Edited())

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field."""
        event.stop()
        self.screen.focus_next()

    @on(Contents.PasteRefused)
    def refuse_paste(self) -> None:
        """Say why nothing was inserted."""
        self.say(Refusal(f"Nothing was inserted: more than {LONGEST_PASTE:,} characters were pasted.", "text"))

    def _lead(self) -> Lead:
        fields = list(self.query("#lead").results(Input))
        return read_lead(fields[0].value) if fields else self.rule.lead

    def _use_by(self) -> timedelta | None:
        fields = list(self.query("#use_by").results(Input))
        return read_use_by(fields[0].value) if fields else self.rule.use_by

    def _ticked(self, name: str, stored: bool) -> bool:
        return next((box.value for box in self.query(f"#{name}").results(TickBox)), stored)

    def _typed(self, name: str, stored: str) -> str:
        return next((field.value for field in self.query(f"#{name}").results(Input)), stored)


_NOT_HELD = " (practice holds nothing for the hour)"


def _offered(rule: Rule) -> dict[str, str]:
    """The placeholders that this alert can fill, with what they stand for."""
    asked = replace(rule, to_site=True)
    return {name: about for name, about in KNOWN.items() if not never_filled(replace(asked, text=f"{{{name}}}"))}


def _or(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except Refusal:
        return otherwise


def _minutes(span: timedelta | None) -> str:
    return "" if span is None else str(int(span.total_seconds()) // 60)


def _span(usual: timedelta) -> str:
    minutes = int(usual.total_seconds()) // 60
    return f"{minutes // 60} h after it leaves" if minutes % 60 == 0 else f"{minutes} min after it leaves"
