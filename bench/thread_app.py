"""A thread and nothing else: `python -m bench.thread_app JOB STORE`."""

import sys
from datetime import datetime
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Static

from bench.store import open_readers
from widgets.thread import ThreadView


class ThreadApp(App[None]):
    """The thread of one job, opened as the desk opens it: by its newest fifty."""

    CSS = "#marker { dock: bottom; height: 1; }"

    def __init__(self, number: str, path: Path) -> None:
        super().__init__()
        self.readers, self.viewer = open_readers(path)
        job = self.readers.threads.job_numbered(self.viewer, number)
        assert job is not None
        self.job_id = job.id

    def compose(self) -> ComposeResult:
        thread = ThreadView(clock_time)
        thread.show(*self.readers.threads.messages(self.viewer, self.job_id))
        yield thread
        yield Static("", id="marker")

    def on_mount(self) -> None:
        self.query_one(ThreadView).focus()
        self.call_after_refresh(self.query_one("#marker", Static).update, "MARK-1-END")

    def on_thread_view_older_wanted(self, event: ThreadView.OlderWanted) -> None:
        older = self.readers.threads.messages(self.viewer, self.job_id, before=event.before_seq, count=200)
        self.query_one(ThreadView).prepend(*older)


def clock_time(moment: datetime) -> str:
    """Hours and minutes."""
    return f"{moment:%H:%M}"


if __name__ == "__main__":
    ThreadApp(sys.argv[1], Path(sys.argv[2])).run()
