"""A thread and nothing else: `python -m bench.thread_app MESSAGES LOADED STORE`."""

import sys
from datetime import datetime

from textual.app import App, ComposeResult
from textual.widgets import Static

from bench.standin import Reader
from widgets.thread import ThreadView


class ThreadApp(App[None]):
    """One thread of so many messages, the newest `loaded` of them handed in."""

    CSS = "#marker { dock: bottom; height: 1; }"

    def __init__(self, messages: int, loaded: int, path: str) -> None:
        super().__init__()
        self.reader, self.count, self.loaded = Reader(path), messages, loaded

    def compose(self) -> ComposeResult:
        thread = ThreadView(clock_time)
        thread.show(self.reader.messages(self.count + 1, self.loaded), has_older=self.loaded < self.count)
        yield thread
        yield Static("", id="marker")

    def on_mount(self) -> None:
        self.query_one(ThreadView).focus()
        self.call_after_refresh(self.query_one("#marker", Static).update, "MARK-1-END")

    def on_thread_view_older_wanted(self, event: ThreadView.OlderWanted) -> None:
        older = self.reader.messages(event.before_seq, 50)
        self.query_one(ThreadView).prepend(older, has_older=len(older) == 50)


def clock_time(moment: datetime) -> str:
    """Hours and minutes."""
    return f"{moment:%H:%M}"


if __name__ == "__main__":
    ThreadApp(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]).run()
