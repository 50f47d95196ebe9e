"""The log: one rotating file, no bodies and no numbers in it; the terminal belongs to the screen."""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

_NUMBER = re.compile(r"(\+|%2B)\d{6,15}")


class _Redacting(logging.Formatter):
    """Masks phone numbers, also inside tracebacks and query strings."""

    def format(self, record: logging.LogRecord) -> str:
        return _NUMBER.sub(lambda m: f"{m[1]}…{m[0][-2:]}", super().format(record))


def start(folder: Path, level: int = logging.INFO) -> Path:
    """Send every logger to `jobline.log` in this folder; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "jobline.log"
    handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8", delay=True)
    handler.setFormatter(_Redacting("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("twilio.http_client", "urllib3", "apscheduler", "alembic", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return path
