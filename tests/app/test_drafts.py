"""An unsent text on a desk that is killed between two keys: at most its last second is lost."""

import signal
import time

from tests.app.jobline import PIN, Jobline
from tests.terminal import Terminal

WORDS = [f"word{i:02}" for i in range(30)]
PAUSE_S = 0.15
"""Between two words: about as fast as somebody types."""


def at_job(jobline: Jobline) -> Terminal:
    """A desk whose administrator has opened the first job and stands in Contents."""
    ours = {k: v for k, v in jobline.variables().items() if k == "HOME" or k.startswith("JOBLINE_")}
    desk = Terminal("desk", environment=ours)
    desk.until("Who are you?")
    desk.until("2 Ann Lee")
    desk.press("2")
    desk.until("its last digit enters")
    desk.press(PIN)
    desk.until("longest waiting first")
    desk.read(0.8)  # Enter at once would be taken for the PIN's
    desk.press("enter")
    desk.until("Send Message")
    return desk


def test_a_killed_desk_keeps_what_was_written_but_for_the_last_second(jobline: Jobline) -> None:
    with at_job(jobline) as desk:
        desk.press("enter")
        desk.until("Search by name")
        desk.press("enter")
        desk.until("by SMS")
        typed: list[tuple[float, str]] = []
        for word in WORDS:
            desk.child.send(f"{word} ".encode())
            typed.append((time.monotonic(), word))
            desk.read(PAUSE_S)
        killed = time.monotonic()
        desk.child.kill(signal.SIGKILL)
    certain = [word for at, word in typed if killed - at > 2.0]
    assert len(certain) > 5
    with at_job(jobline) as desk:
        desk.until("word00")
        shown = " ".join(desk.text.split())
        assert certain[-1] in shown, f"{certain[-1]} is lost: {shown}"
        assert "by SMS" in shown
