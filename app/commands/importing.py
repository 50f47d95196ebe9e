"""`jobline import`: jobs from a CSV file."""

import io
import sys
from pathlib import Path

from app.commands.session import acting, session
from app.settings import Settings
from domain.errors import Refusal
from domain.imported import LineError
from domain.permissions import Act, demand
from messaging.job_import import read
from storage.job_import import ImportRefused, location_of, store


def run(settings: Settings, file: Path, as_name: str) -> int:
    """Import a file whole, or not at all with every error on standard error."""
    text = _text(file)
    with session(settings) as (readers, writers):
        user = acting(readers, as_name)
        demand(user, Act.IMPORT)
        database = writers.database
        jobs, errors = read(
            io.StringIO(text, newline=""), readers.reads.locations(), lambda number: location_of(database, number)
        )
        if errors:
            return _refuse(file, errors)
        try:
            done = store(database, jobs, readers.clock, user.name, f"import of {file.name}")
        except ImportRefused as refused:
            return _refuse(file, refused.errors)
    print(f"Imported {file}: {done.created} jobs made, {done.changed} changed. Nothing was sent.")  # noqa: T201
    return 0


def _text(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}. Check the name and its rights.") from None
    except UnicodeDecodeError:
        raise Refusal(f"{file} is not a text in UTF-8. Save it as “CSV UTF-8” and import it again.") from None


def _refuse(file: Path, errors: list[LineError]) -> int:
    for error in sorted(errors):
        print(f"{file}:{error.line}: {error.sentence}", file=sys.stderr)  # noqa: T201
    lines = len({error.line for error in errors})
    print(f"jobline: Nothing was imported: mend {lines} line(s) and import the file again.", file=sys.stderr)  # noqa: T201
    return 1
