"""What an alert would say on a real job: the text, who gets it, what it costs, and when it would leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from domain.segments import Count, dear_word
from domain.text import display_text, one_line
from screens.times import clock_time

if TYPE_CHECKING:
    from messaging.alert_setup import Preview

NO_JOB = "No job to try it on yet: make one with this template, then come back."


class AlertPreview(VerticalScroll, can_focus=False):
    """Shows one preview; which job it is for is chosen by its button."""

    DEFAULT_CSS = """
    AlertPreview { border-top: solid $primary; border-title-color: $text-primary; padding: 0 1; }
    AlertPreview Button { width: 100%; content-align: left middle; text-align: left; }
    AlertPreview Static { width: 100%; height: auto; }
    AlertPreview #preview-text { background: $boost; padding: 0 1; min-height: 1; }
    """

    def compose(self) -> ComposeResult:
        """The job, the text, and the facts."""
        yield Button("…", id="try-job", compact=True)
        yield Static("", id="preview-text")
        yield Static("", id="preview-facts")

    def on_mount(self) -> None:
        """Name the part."""
        self.border_title = "Preview: nothing is sent"

    def name_job(self, name: str) -> None:
        """Say which job it is tried on."""
        self.query_one("#try-job", Button).label = Content(f"On job {one_line(name, 60)} · ctrl+t for another")

    def show(self, preview: Preview, by_hand: bool = False) -> None:
        """Show what would go out, or why nothing would. `by_hand`: a person sends it, from the filled form."""
        self.query_one("#preview-text", Static).update(Content(display_text(preview.text)))
        self.query_one("#preview-facts", Static).update(facts(preview, by_hand))

    def say(self, words: str) -> None:
        """Say why there is no preview."""
        self.query_one("#preview-text", Static).update("")
        self.query_one("#preview-facts", Static).update(Content(f"! {one_line(words)}"))


def facts(preview: Preview, by_hand: bool = False) -> Content:
    """The lines below the text: what stops it first, then who, how much, and when."""
    lines = []
    if preview.why_not:
        lines.append(Content.styled(f"! Would not go out: {one_line(preview.why_not)}", "bold $text-error"))
    people = ", ".join(one_line(name, 60) for name in preview.people)
    lines.append(_fact("To", people or "nobody"))
    lines.append(_fact("Costs", f"{counted(preview.text, preview.count)} · {one_line(preview.cost)}"))
    if not preview.why_not:
        lines.append(_fact("Leaves", "when its form is submitted" if by_hand else clock_time(preview.leaves)))
    return Content("\n").join(lines)


def counted(text: str, count: Count) -> str:
    """Encoding and units of a text, and the dear character by name (rule 42)."""
    words = f"{count.encoding} {count.units}/{count.per_part * max(1, count.parts)}"
    dear = dear_word(text)
    if dear is None:
        return words
    return f"“{one_line(dear[0])}” in “{one_line(dear[1], 20)}”: {count.per_part} per part · {words}"


def _fact(name: str, value: str) -> Content:
    return Content.assemble((f"{name:<8}", "$foreground 75%"), value)
