"""The small company, opened once for each engine and put back to its first day before every test.

Opening one anew takes longer than most of these tests; a test that spoils a database takes `database_url`.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from storage.place import sqlite_path
from tests.world import NOON, World


class Company:
    """A world with a copy of all its rows, to begin again from."""

    def __init__(self, url: str) -> None:
        self.world = World(url)
        self._people = dict(vars(self.world))
        self._path = sqlite_path(url)
        if self._path is None:
            self._save_postgres()
        else:
            self.world.readers.close()
            with closing(sqlite3.connect(self._path)) as now, closing(sqlite3.connect(f"{self._path}.seed")) as seed:
                now.backup(seed)

    def begin_again(self) -> World:
        """The world as it was when it was made."""
        self.world.readers.close()
        if self._path is None:
            self._restore_postgres()
        else:
            self._restore_sqlite(self._path)
        vars(self.world).update(self._people)
        self.world.clock.now = NOON
        return self.world

    def _restore_sqlite(self, path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("ATTACH ? AS seed", (f"{path}.seed",))
            connection.execute("BEGIN IMMEDIATE")
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                connection.execute(f"DELETE FROM main.{table}")
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM seed.{table}")
            connection.execute("COMMIT")

    def _save_postgres(self) -> None:
        with psycopg.connect(self.world.readers.url, autocommit=True) as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            self._tables = [sql.Identifier(row[0]) for row in found]
            found = connection.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
            self._sequences = [(row[0], row[1]) for row in found]
            connection.execute("CREATE SCHEMA seed")
            for table in self._tables:
                connection.execute(sql.SQL("CREATE TABLE seed.{0} AS TABLE public.{0}").format(table))

    def _restore_postgres(self) -> None:
        with psycopg.connect(self.world.readers.url) as connection:
            # A test that left a transaction open is told so instead of standing still.
            connection.execute("SET LOCAL lock_timeout = '10s'")
            connection.execute("SET LOCAL session_replication_role = replica")
            for table in self._tables:
                connection.execute(sql.SQL("DELETE FROM public.{0}").format(table))
                connection.execute(sql.SQL("INSERT INTO public.{0} SELECT * FROM seed.{0}").format(table))
            for sequence, last in self._sequences:
                again = (sequence, last or 1, last is not None)
                connection.execute("SELECT setval(format('public.%%I', %s::text)::regclass, %s, %s)", again)


@pytest.fixture(scope="session")
def sqlite_company(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The company in a file."""
    path = tmp_path_factory.mktemp("company") / "jobline.db"
    shutil.copy(migrated_file, path)
    company = Company(f"sqlite:///{path}")
    yield company
    company.world.close()


@pytest.fixture(scope="session")
def postgres_company(postgres_server: Any) -> Iterator[Company]:
    """The company on a server."""
    name = f"company_{os.getpid()}"
    postgres_server.psql(f"CREATE DATABASE {name} TEMPLATE migrated")
    postgres_server.psql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    company = Company(str(postgres_server.get_uri(name)))
    yield company
    company.world.close()
    postgres_server.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: Any) -> World:
    """The small company, on each engine."""
    company: Company = request.getfixturevalue(f"{request.param}_company")
    return company.begin_again()


@pytest.fixture
def small_world(sqlite_company: Company) -> World:
    """The small company on SQLite alone, for tests that are not about the database."""
    return sqlite_company.begin_again()
