"""The job on one line, and at its right end who else is there."""

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from domain.text import one_line
from widgets.wrapping import cut


class JobSummary(Widget):
    """What gives way first is the job's own words: they stand in Details too."""

    DEFAULT_CSS = """
    JobSummary { height: 1; width: 100%; background: $panel; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._job = ""
        self._others = ""

    def render(self) -> Content:
        """The job at the left, the others at the right."""
        others = f"{cut(self._others, self.size.width // 2)} " if self._others else ""
        left = cut(f" {self._job}", max(0, self.size.width - cell_len(others) - 1))
        gap = " " * max(1, self.size.width - cell_len(left) - cell_len(others))
        return Content.assemble(left, gap, (others, "$text-accent"))

    def say(self, job: str | None = None, others: str | None = None) -> None:
        """Change the job's words, or who else is there."""
        self._job = self._job if job is None else one_line(job)
        self._others = self._others if others is None else one_line(others)
        self.refresh()
