"""One engine at a time on a SQLite file, by a kernel lock that no crash can leave behind."""

import fcntl
import os
from pathlib import Path


class EngineLock:
    """An exclusive lock beside the database; the kernel gives it back when its holder is gone."""

    def __init__(self, database: Path) -> None:
        database.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(f"{database}.engine-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_take(self) -> bool:
        """Take the lock if it is free."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
