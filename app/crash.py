"""The last word on an error that nothing else caught: a sentence, and a report without secrets."""

import logging
import sqlite3
from pathlib import Path

from app import settings


def in_words(error: Exception) -> str:
    """One sentence with the next step. Database errors are explained, others are written to the log."""
    try:
        known = settings.load()
    except Exception:
        return f"Something went wrong that Jobline did not expect ({type(error).__name__})."
    if isinstance(error, sqlite3.Error) or type(error).__module__.split(".")[0] in ("sqlalchemy", "psycopg"):
        from storage.engine import in_words as of_database

        return of_database(error, known.database_url).sentence
    where = _report(error, known.state)
    return f"Something went wrong that Jobline did not expect ({type(error).__name__}). A report is in {where}."


def _report(error: Exception, folder: Path) -> Path:
    from app import log

    path = log.start(folder)
    logging.getLogger("jobline").error("unexpected error", exc_info=error)
    return path
