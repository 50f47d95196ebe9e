"""A start to be timed: `python -m bench.start_app bare|desk|heavy STORE`.

`desk` is the program itself up to its first frame, without what comes up behind it; `heavy` is the
same with every dependency imported at the top; `bare` is Textual with two lines of text.
"""

import sys
from pathlib import Path

if sys.argv[1] == "heavy":
    import alembic.command
    import apscheduler.schedulers.background
    import phonenumbers
    import sqlmodel
    import starlette.applications
    import twilio.rest
    import typer
    import uvicorn

    HEAVY = (alembic, apscheduler, phonenumbers, sqlmodel, starlette, twilio, typer, uvicorn)


def bare() -> None:
    """Two lines of text."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Bare(App[None]):
        """Nothing else."""

        def compose(self) -> ComposeResult:
            yield Static("One line")
            yield Static("longest waiting first")

    Bare().run()


def desk(path: Path) -> None:
    """The desk, signed in, with its first page of jobs."""
    from app.desk import DeskProcess
    from app.settings import load
    from app.wiring import Readers

    url = f"sqlite:///{path}"
    readers = Readers(url)
    user = readers.reads.user_of_system("bench")
    readers.close()
    environment = {"JOBLINE_DATABASE_URL": url, "HOME": str(path.parent), "JOBLINE_STATE_DIR": str(path.parent)}
    process = DeskProcess(load(environment=environment), shared=False, user=user, alone=True)
    process.app.run()
    process.close()


if __name__ == "__main__":
    bare() if sys.argv[1] == "bare" else desk(Path(sys.argv[2]))
