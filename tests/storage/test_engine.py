"""Where the database may lie, and what a person reads when it cannot be used."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from domain.errors import Refusal
from storage import engine as engine_module
from storage.engine import Database, in_words
from storage.place import refuse_network_file_system, sqlite_path
from storage.plain import Plain

NEXT_STEP = re.compile(
    r"\b(close|wait|try|run|restore|move|free|check|start|ask|make|choose|put|use|correct|see)\b", re.IGNORECASE
)


def sentence(url: str, use: Callable[[], object]) -> str:
    """What a person reads when using the database goes wrong."""
    try:
        use()
    except Refusal as refused:
        return refused.sentence
    except Exception as error:
        return in_words(error, url).sentence
    pytest.fail("nothing went wrong")


def is_advice(said: str) -> bool:
    """One reading of the matter and a next step; no codes, no traceback, no SQL."""
    first, _, rest = said.partition(". ")
    parts = [first.partition(": ")[0], rest, first.partition("; ")[2]]
    return bool(NEXT_STEP.search(" ".join(parts[1:]))) and "SELECT" not in said and "sqlalche.me" not in said


def read(url: str) -> None:
    with closing(Database(url)) as database, database.read() as session:
        session.execute(sa.text("SELECT name FROM customer"))


def write(url: str) -> None:
    with closing(Database(url)) as database, database.write() as session:
        session.execute(sa.text("INSERT INTO customer (name) VALUES ('x')"))


def read_plain(url: str) -> None:
    with closing(Plain(url)) as plain:
        plain.rows("SELECT name FROM customer")


def path_of(url: str) -> Path:
    path = sqlite_path(url)
    assert path is not None
    return path


# --- In words --------------------------------------------------------------------------------------------------------


def test_a_locked_database_is_said_to_be_locked(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(path_of(sqlite_url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = sentence(sqlite_url, lambda: write(sqlite_url))
    assert "locked by another program" in said
    assert str(path_of(sqlite_url)) in said
    assert is_advice(said)


@pytest.mark.parametrize("use", [read, read_plain])
def test_a_missing_database_says_what_makes_one(tmp_path: Path, use: Callable[[str], None]) -> None:
    url = f"sqlite:///{tmp_path}/none.db"
    said = sentence(url, lambda: use(url))
    assert "no Jobline database" in said
    assert "jobline init" in said
    assert str(tmp_path) in said


def test_looking_for_a_missing_database_makes_none(tmp_path: Path) -> None:
    sentence(f"sqlite:///{tmp_path}/none.db", lambda: read_plain(f"sqlite:///{tmp_path}/none.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("use", [read, write, read_plain])
def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path, use: Callable[[str], None]) -> None:
    (tmp_path / "bad.db").write_bytes(b"Not a database at all. " * 400)
    url = f"sqlite:///{tmp_path}/bad.db"
    said = sentence(url, lambda: use(url))
    assert "damaged or is not a database" in said
    assert "Restore a backup" in said


@pytest.mark.parametrize("use", [read, read_plain])
def test_a_file_with_damaged_pages_is_said_to_be_damaged(sqlite_url: str, use: Callable[[str], None]) -> None:
    path = path_of(sqlite_url)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(bytes(content))
    assert "damaged" in sentence(sqlite_url, lambda: use(sqlite_url))


def test_a_folder_in_the_place_of_the_file_has_a_next_step(tmp_path: Path) -> None:
    (tmp_path / "jobline.db").mkdir()
    url = f"sqlite:///{tmp_path}/jobline.db"
    said = sentence(url, lambda: write(url))
    assert str(tmp_path) in said
    assert is_advice(said), said


def test_a_read_only_file_and_a_full_disk_have_words(sqlite_url: str) -> None:
    words = {
        "attempt to write a readonly database": "cannot be written",
        "database or disk is full": "is full",
        "disk I/O error": "",
        "unable to open database file": "",
    }
    for reason, expected in words.items():
        said = in_words(sqlite3.OperationalError(reason), sqlite_url).sentence
        assert expected in said
        assert is_advice(said), said


@pytest.mark.parametrize("ended", [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure])
def test_two_who_save_at_the_same_moment_are_told_so(ended: type[psycopg.Error]) -> None:
    said = in_words(sa.exc.OperationalError("UPDATE", {}, ended("deadlock detected")), "postgresql://here/x")
    assert "at the same moment" in said.sentence
    assert is_advice(said.sentence)


def test_a_server_without_the_database_says_what_makes_one(postgres_server: object) -> None:
    url = str(postgres_server.get_uri("nowhere_at_all"))  # type: ignore[attr-defined]
    for use in (read, read_plain):
        said = sentence(url, lambda use=use: use(url))  # type: ignore[misc]
        assert "no Jobline database" in said
        assert "jobline init" in said


def test_a_server_without_our_tables_says_what_makes_them(postgres_server: object) -> None:
    url = str(postgres_server.get_uri("postgres"))  # type: ignore[attr-defined]
    assert "jobline init" in sentence(url, lambda: read(url))


@pytest.mark.parametrize("use", [read, read_plain])
def test_a_server_that_does_not_answer_has_a_next_step_and_tells_no_password(use: Callable[[str], None]) -> None:
    url = "postgresql://jobline:swordfish@127.0.0.1:1/jobline"
    said = sentence(url, lambda: use(url))
    assert "swordfish" not in said
    assert is_advice(said), said


def test_an_error_without_words_still_makes_a_sentence() -> None:
    assert in_words(RuntimeError(), "sqlite:////tmp/x.db").sentence.endswith(".")


# --- Where the file may lie ------------------------------------------------------------------------------------------


@pytest.fixture
def mounts(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Replace the system's table of mounts."""
    real = Path.read_text

    def mounted(table: str) -> None:
        def read_text(self: Path, *args: object, **options: object) -> str:
            return table if str(self) == "/proc/mounts" else real(self, *args, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(Path, "read_text", read_text)
        monkeypatch.setattr("sys.platform", "linux")

    return mounted


LOCAL = "/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n"


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"])
def test_a_network_file_system_is_refused_with_a_way_out(
    mounts: Callable[[str], None], tmp_path: Path, kind: str
) -> None:
    mounts(f"{LOCAL}server:/share {tmp_path} {kind} rw 0 0\n")
    with pytest.raises(Refusal, match=rf"network file system \({kind}\).*local disk.*PostgreSQL"):
        Database(f"sqlite:///{tmp_path}/jobline.db")
    assert not (tmp_path / "jobline.db").exists()


def test_a_local_disk_inside_or_beside_a_network_one_is_taken(mounts: Callable[[str], None], tmp_path: Path) -> None:
    mounts(
        f"{LOCAL}server:/share {tmp_path}/net nfs4 rw 0 0\n"
        f"/dev/sdb1 {tmp_path}/net/local ext4 rw 0 0\n"
        f"server:/other {tmp_path}/net\\040two nfs rw 0 0\n"
    )
    for place in ("here.db", "network.db", "net/local/here.db"):
        refuse_network_file_system(tmp_path / place)
    for place in ("net/here.db", "net/deeper/here.db", "net two/here.db"):
        with pytest.raises(Refusal):
            refuse_network_file_system(tmp_path / place)


def test_a_link_to_a_network_file_system_is_refused_too(mounts: Callable[[str], None], tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "net")
    mounts(f"{LOCAL}server:/share {tmp_path}/net nfs4 rw 0 0\n")
    with pytest.raises(Refusal, match="network file system"):
        refuse_network_file_system(tmp_path / "data" / "jobline.db")


def test_a_system_that_tells_nothing_of_its_mounts_is_taken(mounts: Callable[[str], None], tmp_path: Path) -> None:
    mounts("")
    refuse_network_file_system(tmp_path / "jobline.db")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////var/lib/jobline.db", Path("/var/lib/jobline.db")),
        ("sqlite:///jobline.db", Path("jobline.db")),
        ("sqlite+pysqlite:////tmp/a b.db", Path("/tmp/a b.db")),
        ("postgresql://localhost/jobline", None),
        ("postgresql+psycopg://localhost/jobline", None),
    ],
)
def test_the_file_behind_an_address(url: str, path: Path | None) -> None:
    assert sqlite_path(url) == path
