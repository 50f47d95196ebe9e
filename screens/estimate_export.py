"""Evidence of what was shared and decided, saved as files: for a bookkeeper as CSV, to be read as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from domain.errors import Refusal
from domain.jobs import Job
from domain.text import one_line
from screens.ask_line import AskLine
from screens.base import Asking

_MOST_OF_A_NAME = 1000


def ask_for_folder(screen: Asking, job: Job, say: Callable[[str], None]) -> None:
    """Ask where to, write both files there, and say where they are."""
    user, services = screen.user, screen.services

    def write(typed: str) -> tuple[Path, Path]:
        folder = folder_of(typed)
        csv, text = (services.estimating.evidence(user, job.id, form) for form in ("csv", "text"))
        return save(folder, job.number, csv, text, services.clock())

    def saved(paths: tuple[Path, Path] | None) -> None:
        if paths is not None:
            say(f"Saved: {paths[0]} and {paths[1].name}")

    question = "Into which folder? Two files are made there, one as CSV and one to read."
    screen.app.push_screen(AskLine("Export evidence", question, write, value=str(Path.home())), saved)


def folder_of(typed: str) -> Path:
    """The folder that was typed. For threads; raises Refusal."""
    if not typed.strip():
        raise Refusal("Type the path of a folder, like ~/Documents.", "line")
    folder = Path(typed.strip()).expanduser()
    try:
        there = folder.is_dir()
    except (OSError, ValueError):
        there = False
    if not there:
        raise Refusal(f"There is no folder “{one_line(str(folder), 100)}”. Type one that is there.", "line")
    return folder.resolve()


def save(folder: Path, number: str, csv: str, text: str, now: datetime) -> tuple[Path, Path]:
    """Write both files under a name that nothing has yet; nothing is ever written over. Raises Refusal."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", number).strip("-")[:40] or "job"
    begin = f"estimate-{safe}-{now.astimezone():%Y-%m-%d-%H%M}"
    names = (begin, *(f"{begin}-{more}" for more in range(2, _MOST_OF_A_NAME)))
    for name in names:
        paths = folder / f"{name}.csv", folder / f"{name}.txt"
        if any(path.exists() for path in paths):
            continue
        try:
            _write(paths[0], csv)
            _write(paths[1], text)
        except FileExistsError:
            continue
        except OSError as error:
            reason = error.strerror or "the folder takes no files"
            raise Refusal(f"Nothing could be saved in “{one_line(str(folder), 100)}”: {reason}.", "line") from None
        return paths
    raise Refusal("This folder has a thousand of these files already. Choose another.", "line")


def _write(path: Path, words: str) -> None:
    """The byte order mark lets spreadsheets read accents; line ends stay as they were made."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        file.write(words)
