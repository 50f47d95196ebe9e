"""The shape of the database: brought up to date once, whole or not at all, and never backwards."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from domain.errors import Refusal
from storage import schema
from storage.engine import Database
from storage.plain import Plain
from storage.reads import Reads
from storage.version import SCHEMA
from tests.storage.rows import together

_names = count(1)
TABLES = {"account", "job", "message", "recipient", "delivery", "inbound", "change", "alembic_version"}

# Says when it is ready, waits for the word, and upgrades: two of these start within a millisecond of each other.
UPGRADE = """
import sys
from storage import schema
from storage.engine import Database
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
schema.upgrade(database)
database.close()
"""


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: Any, tmp_path: Path) -> Iterator[str]:
    """A database that nothing has been made in, once for each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new/jobline.db"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"empty_{os.getpid()}_{next(_names)}"
    server.psql(f"CREATE DATABASE {name}")
    yield str(server.get_uri(name))
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.writer).get_table_names())


def test_a_new_database_gets_every_table_and_the_programs_version(empty_url: str) -> None:
    with closing(Database(empty_url)) as database:
        schema.upgrade(database)
        assert tables(database) >= TABLES
    plain = Plain(empty_url)
    assert Reads(plain).check_schema()
    plain.close()


def test_the_tables_described_in_code_are_the_migrated_ones(empty_url: str) -> None:
    with closing(Database(empty_url)) as database:
        schema.upgrade(database)
        schema.check(database)


def test_a_difference_between_code_and_database_is_found(empty_url: str) -> None:
    with closing(Database(empty_url)) as database:
        schema.upgrade(database)
        with database.writer.begin() as connection:
            connection.execute(sa.text("ALTER TABLE customer ADD COLUMN surprise INTEGER"))
        with pytest.raises(Exception, match="surprise"):
            schema.check(database)


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        with database.writer.begin() as connection:
            connection.execute(sa.text("INSERT INTO customer (name) VALUES ('Silva Farms')"))
        schema.upgrade(database)
        schema.upgrade(database)
        schema.check(database)
        with database.writer.begin() as connection:
            assert connection.execute(sa.text("SELECT name FROM customer")).scalars().all() == ["Silva Farms"]
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [SCHEMA]


def test_a_database_of_a_newer_program_is_refused_with_a_sentence(empty_url: str) -> None:
    with closing(Database(empty_url)) as database:
        schema.upgrade(database)
        with database.writer.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        before = tables(database)
        with pytest.raises(Refusal, match=r"newer Jobline.*Update the program"):
            schema.upgrade(database)
        assert tables(database) == before
        with database.writer.begin() as connection:
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    plain = Plain(empty_url)
    assert not Reads(plain).check_schema()
    plain.close()


def test_a_database_that_is_not_ours_is_told_from_one_that_is(empty_url: str) -> None:
    with closing(Database(empty_url)) as database, database.writer.begin() as connection:
        connection.execute(sa.text("CREATE TABLE something_else (id INTEGER)"))
    plain = Plain(empty_url)
    with pytest.raises(Refusal, match="jobline init"):
        Reads(plain).check_schema()
    plain.close()


def test_two_programs_starting_together_both_find_it_upgraded(empty_url: str) -> None:
    root = Path(schema.__file__).parent.parent
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, empty_url],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    ends = [program.communicate(timeout=60) for program in programs]
    assert [program.returncode for program in programs] == [0, 0], ends
    with closing(Database(empty_url)) as database:
        schema.check(database)


def test_two_threads_of_one_program_upgrading_at_once_both_succeed(empty_url: str) -> None:
    with closing(Database(empty_url)) as one, closing(Database(empty_url)) as two:
        together(lambda: schema.upgrade(one), lambda: schema.upgrade(two))
        schema.check(one)


def test_a_new_file_that_another_program_is_just_making_is_waited_for(tmp_path: Path) -> None:
    """The other one is between making the file and its first commit; nobody reads "database is locked"."""
    path = tmp_path / "jobline.db"

    def make() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE anything (id INTEGER)")
            time.sleep(0.5)
            connection.execute("COMMIT")

    def upgrade() -> None:
        time.sleep(0.2)
        with closing(Database(f"sqlite:///{path}")) as database:
            schema.upgrade(database)

    together(make, upgrade)


def test_a_failed_upgrade_leaves_nothing_half_made(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power goes in the middle: the next start finds the old shape and brings it up to date."""
    from alembic import op

    create = op.create_table

    def fails(name: str, *columns: Any, **options: Any) -> Any:
        if name == "message":
            raise OSError("the power went")
        return create(name, *columns, **options)

    with closing(Database(empty_url)) as database:
        monkeypatch.setattr("alembic.op.create_table", fails)
        with pytest.raises(OSError, match="power"):
            schema.upgrade(database)
        assert tables(database) == set()
        monkeypatch.undo()
        schema.upgrade(database)
        schema.check(database)


def test_an_upgrade_waits_for_a_writer_and_does_not_fail(empty_url: str) -> None:
    with closing(Database(empty_url)) as one, closing(Database(empty_url)) as two:
        schema.upgrade(one)

        def write() -> None:
            with one.writer.begin() as connection:
                connection.execute(sa.text("INSERT INTO customer (name) VALUES ('Silva Farms')"))
                time.sleep(0.3)

        together(write, lambda: schema.upgrade(two))


def test_the_file_is_kept_as_the_design_says(sqlite_url: str) -> None:
    """One file in WAL mode, every commit on the disk, foreign keys checked, readers that cannot write."""
    with closing(Database(sqlite_url)) as database:
        with database.writer.connect() as connection:
            said = {p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "foreign_keys")}
            assert said == {"journal_mode": "wal", "foreign_keys": 1}
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        with pytest.raises(sa.exc.OperationalError, match="readonly"), database.read() as session:
            session.execute(sa.text("INSERT INTO customer (name) VALUES ('x')"))
    plain = Plain(sqlite_url)
    with pytest.raises(Exception, match="readonly"):
        plain.rows("INSERT INTO customer (name) VALUES ('x')")
    plain.close()


def test_a_reader_of_a_server_cannot_write(database_url: str) -> None:
    with (
        closing(Database(database_url)) as database,
        pytest.raises(sa.exc.DBAPIError, match=r"(?i)read-?only"),
        database.read() as session,
    ):
        session.execute(sa.text("INSERT INTO customer (name) VALUES ('x')"))
