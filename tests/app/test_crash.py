"""A crash of the screen tells what to do and nothing else."""

import sys
from pathlib import Path

from tests.terminal import Terminal

_CRASHING = """
import screens.jobs
from app.cli import main

def on_mount(self):
    body = "private words"
    number = "+15550102001"
    raise RuntimeError("a fault")

screens.jobs.JobsScreen.on_mount = on_mount
main()
"""


def test_a_crash_leaves_one_sentence_and_no_local_variable(tmp_path: Path) -> None:
    environment = {"JOBLINE_DATABASE_URL": f"sqlite:///{tmp_path}/j.db", "JOBLINE_STATE_DIR": str(tmp_path / "state")}
    made = ("init", "--location", "North", "--country", "US", "--time-zone", "UTC", "--number", "+15550100001")
    with Terminal(*made, "--admin", "Ann Lee", environment={**environment, "JOBLINE_PIN": "123456"}) as init:
        assert init.ended(20) == 0
    program = (sys.executable, "-P", "-c", _CRASHING)
    with Terminal(environment=environment, program=program) as desk:
        assert desk.ended(20) == 1
        assert "Something went wrong" in desk.text.replace("\n", " ")
        assert b"private words" not in desk.raw
    log = (tmp_path / "state" / "jobline.log").read_text()
    assert "a fault" in log
    assert "private words" not in log
    assert "+15550102001" not in log
