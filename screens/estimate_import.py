"""Import into an estimate: a CSV file is read, its lines are looked at, and only then added."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from domain.errors import Refusal
from domain.estimates import Line, totals
from domain.text import one_line
from screens.ask_line import AskLine
from screens.base import Asking, DeskModal
from widgets.estimate_cells import as_typed
from widgets.estimate_columns import sum_line
from widgets.estimate_table import EstimateTable

if TYPE_CHECKING:
    from messaging.estimate_files import ReadLines

LARGEST_FILE = 1_000_001
"""So many bytes are read: one more than an import takes, so that it can tell."""
_WHAT = "Which CSV file? Its columns are operation, parts, labour, tax."


def ask_for_lines(screen: Asking, job_id: int, currency: str, add: Callable[[tuple[Line, ...]], None]) -> None:
    """Ask for a file, show what it would add, and hand the lines to `add` where that is confirmed."""
    user, services = screen.user, screen.services

    def read(path: str) -> ReadLines:
        return services.estimating.import_lines(user, job_id, contents_of(path))

    def preview(found: ReadLines | None) -> None:
        if found is not None:
            screen.app.push_screen(ImportPreview(found, currency), lambda yes: add(found.lines) if yes else None)

    screen.app.push_screen(AskLine("Import", _WHAT, read), preview)


def contents_of(typed: str) -> bytes:
    """The bytes of a file by the path that was typed. For threads; raises Refusal."""
    path = Path(typed.strip().strip("\"'")).expanduser() if typed.strip() else None
    if path is None:
        raise Refusal("Type the path of a CSV file, like ~/estimate.csv.", "line")
    name = one_line(str(path), 100)
    try:
        if path.is_dir():
            raise Refusal(f"“{name}” is a folder. Type the path of a file in it.", "line")
        with path.open("rb") as file:
            return file.read(LARGEST_FILE)
    except FileNotFoundError:
        raise Refusal(f"There is no file “{name}”. Check the path.", "line") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "such a path cannot be"
        raise Refusal(f"“{name}” cannot be read: {reason}.", "line") from None


class ImportPreview(DeskModal[bool]):
    """What an import would add, and each row that it cannot read; returns whether to add it."""

    DEFAULT_CSS = """
    ImportPreview { align: center middle; }
    ImportPreview > Vertical {
        width: 96%; max-width: 120; height: 90%; border: round $primary; background: $surface; padding: 0 1;
    }
    ImportPreview Label { width: 100%; height: auto; }
    ImportPreview #import-problems { height: auto; max-height: 40%; color: $text-error; }
    ImportPreview #import-help { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "add", "Add", id="import.add", tooltip="Add these lines to the draft"),
        Binding("escape", "cancel", "Back", id="import.cancel", tooltip="Add nothing"),
    ]

    def __init__(self, found: ReadLines, currency: str) -> None:
        super().__init__()
        self.found, self.currency = found, currency

    def compose(self) -> ComposeResult:
        """How many lines, what they are, and what is wrong with the others."""
        lines, problems = len(self.found.lines), len(self.found.problems)
        with Vertical() as box:
            box.border_title = "Import"
            words = f"{_number(lines, 'line')} can be added" if lines else "No line can be added"
            rest = f"; {_number(problems, 'row')} cannot be read" if problems else ""
            yield Label(Content(f"{words}{rest}. Nothing is changed yet."))
            yield EstimateTable("The file has no line that can be read.", id="import-lines")
            with VerticalScroll(id="import-problems", can_focus=bool(problems)):
                yield Static(Content("\n".join(one_line(problem) for problem in self.found.problems)))
            adds = "ctrl+s adds the lines · esc adds nothing" if lines else "esc goes back: mend the file and try again"
            yield Label(adds, id="import-help")

    def on_mount(self) -> None:
        """Show the lines."""
        table = self.query_one(EstimateTable)
        lines = [as_typed(line, self.currency) for line in self.found.lines]
        table.show(lines, self.currency, [sum_line("", totals(self.found.lines), self.currency)])
        table.focus()

    def action_add(self) -> None:
        """Add the lines, if there are any."""
        if self.found.lines:
            self.dismiss(True)

    def action_cancel(self) -> None:
        """Add nothing."""
        self.dismiss(False)


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
