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
    with database.writer.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        config = _config(connection)
        current = MigrationContext.configure(connection).get_current_revision()
        known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
        if current is not None and current not in known:
            raise Refusal("This database was made by a newer Jobline. Update the program; nothing was changed.")
        if current != SCHEMA:
            command.upgrade(config, "head")


def check(database: Database) -> None:
    """Raise if the tables described in code and the migrated database differ (for tests)."""
    with database.writer.begin() as connection:
        command.check(_config(connection))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    config.attributes["connection"] = connection
    return config
