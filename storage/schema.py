"""The shape of the database: bringing it up to date, and refusing one from a newer program."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from domain.errors import Refusal
from storage.engine import Database
from storage.version import SCHEMA

_UPGRADE_LOCK = 5_177_001


def upgrade(database: Database) -> None:
    """Bring the database to this program's schema; two programs starting together take turns.

    Raises Refusal where the database is newer than the program.
    """
    with database.writer.connect() as connection:
        _suspend_foreign_keys(connection, database.is_sqlite)
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
            _bring_up(connection)
        connection.invalidate()


def _suspend_foreign_keys(connection: Connection, is_sqlite: bool) -> None:
    """SQLite changes a table by copying it; with its keys in force the old one could not be dropped.

    The switch works outside of a transaction only, and goes with the connection.
    """
    if is_sqlite:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")


def _bring_up(connection: Connection) -> None:
    config = _config(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise Refusal("This database was made by a newer Jobline. Update the program; nothing was changed.")
    if current == SCHEMA:
        return
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise Refusal("This database holds rows that belong to nothing. Restore a backup; nothing was changed.")


def check(database: Database) -> None:
    """Raise if the tables described in code and the migrated database differ (for tests)."""
    with database.writer.begin() as connection:
        command.check(_config(connection))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    config.attributes["connection"] = connection
    return config
