"""Where a database lies, told without opening it."""

import sys
from pathlib import Path

from domain.errors import Refusal

_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ncpfs")


def sqlite_path(url: str) -> Path | None:
    """The file behind a SQLite address, or None for a database server."""
    head, _, tail = url.partition("://")
    if not head.startswith("sqlite"):
        return None
    return Path(tail.removeprefix("/"))


def refuse_network_file_system(path: Path) -> None:
    """Raise Refusal where the file lies on a network file system: its locks cannot be trusted there."""
    kind = _file_system(path)
    if kind in _NETWORK:
        raise Refusal(
            f"{path} lies on a network file system ({kind}), where SQLite loses data. "
            "Put it on a local disk, or use PostgreSQL for several machines."
        )


def _file_system(path: Path) -> str:
    """The type of the mount that holds a path, where the system tells (Linux)."""
    mounts = Path("/proc/mounts")
    if not sys.platform.startswith("linux") or not mounts.exists():
        return ""
    target = str(path.resolve())
    best, kind = "", ""
    for line in mounts.read_text().splitlines():
        _, point, name, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind
