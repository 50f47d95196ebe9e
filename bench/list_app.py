"""A list of jobs and nothing else: `python -m bench.list_app joblist|datatable JOBS STORE`."""

import sys

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from bench.standin import NOW, Reader
from widgets.job_list import JobList


class ListApp(App[None]):
    """One list, and the marker below it."""

    CSS = "#marker { dock: bottom; height: 1; }"

    def __init__(self, kind: str, jobs: int, path: str) -> None:
        super().__init__()
        self.kind, self.reader = kind, Reader(path, jobs)

    def compose(self) -> ComposeResult:
        yield self.list_widget()
        yield Static("", id="marker")

    def list_widget(self) -> Widget:
        """The list with its jobs."""
        if self.kind == "joblist":
            jobs = JobList(lambda: NOW)
            jobs.show(self.reader.page(0, 128))
            return jobs
        from textual.widgets import DataTable

        table: DataTable[str] = DataTable(cursor_type="row")
        table.add_columns("Number", "Customer", "Worker", "Window", "Waiting", "Status", "Title", "Last")
        table.add_rows(self.reader.table())
        return table

    def on_mount(self) -> None:
        self.screen.children[0].focus()
        self.call_after_refresh(self.query_one("#marker", Static).update, "MARK-1-END")

    def on_job_list_page_wanted(self, event: JobList.PageWanted) -> None:
        self.query_one(JobList).show(self.reader.page(event.start, event.count, event.after))


if __name__ == "__main__":
    ListApp(sys.argv[1], int(sys.argv[2]), sys.argv[3]).run()
