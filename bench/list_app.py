"""A list of jobs and nothing else: `python -m bench.list_app joblist|datatable STORE`."""

import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from bench.store import NOW, open_readers
from domain.jobs import JobFilter, Window
from widgets.job_list import JobList


class ListApp(App[None]):
    """One list, and the marker below it."""

    CSS = "#marker { dock: bottom; height: 1; }"

    def __init__(self, kind: str, path: Path) -> None:
        super().__init__()
        self.kind = kind
        self.readers, self.viewer = open_readers(path)

    def compose(self) -> ComposeResult:
        yield self.list_widget()
        yield Static("", id="marker")

    def list_widget(self) -> Widget:
        """The list with its jobs."""
        if self.kind == "joblist":
            jobs = JobList(lambda: NOW)
            jobs.show(self.readers.job_list.page(self.viewer, JobFilter()))
            return jobs
        from textual.widgets import DataTable

        table: DataTable[str] = DataTable(cursor_type="row")
        table.add_columns("Number", "Customer", "Worker", "Window", "Waiting", "Status", "Title", "Last")
        rows = self.readers.plain.rows(
            "SELECT j.number, c.name, j.worker_id, j.window_start, j.waiting_on, j.status, j.title, j.last_preview"
            " FROM job j JOIN customer c ON c.id = j.customer_id ORDER BY j.waiting_key"
        )
        table.add_rows(tuple(str(cell) for cell in row) for row in rows)
        return table

    def on_mount(self) -> None:
        self.screen.children[0].focus()
        self.call_after_refresh(self.query_one("#marker", Static).update, "MARK-1-END")

    def on_job_list_page_wanted(self, event: JobList.PageWanted) -> None:
        part = Window(event.start, event.count, event.after, event.before if event.after is None else None)
        self.query_one(JobList).show(self.readers.job_list.page(self.viewer, JobFilter(), part))


if __name__ == "__main__":
    ListApp(sys.argv[1], Path(sys.argv[2])).run()
