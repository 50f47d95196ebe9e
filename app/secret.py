"""The file that holds the secret: made once, for its owner alone, and copied to every machine of one database."""

import os
import secrets
import socket
import stat
from pathlib import Path

from app.settings import Settings
from domain.errors import Refusal
from domain.secret import BYTES, Secret

FILE = "secret.key"


def path_of(settings: Settings) -> Path:
    """The file of the secret: as set, else in the state folder."""
    return Path(settings.secret_file) if settings.secret_file else settings.state / FILE


def load(settings: Settings) -> Secret:
    """The secret of this machine, made where there is none yet. Raises Refusal; safe from any thread and process."""
    path = path_of(settings)
    try:
        if not path.exists():
            _make(path)
        value, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise Refusal(f"The secret file {path} cannot be used: {error.strerror}. Check its owner and rights.") from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise Refusal(f"The secret file {path} is open to everybody on this machine. Run: chmod 600 {path}")
    if len(value) != BYTES:
        raise Refusal(f"The secret file {path} is damaged: it must hold {BYTES} bytes. Put it back from your backup.")
    return Secret(value, f"{socket.gethostname()}:{path.absolute()}")


def _make(path: Path) -> None:
    """Write it whole beside its place, then link it there: of two programs that start at once, one wins for both."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(new, path)
        except FileExistsError:
            return
    finally:
        new.unlink(missing_ok=True)
