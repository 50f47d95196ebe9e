"""Alembic's door: it takes the open connection it is given and knows every table."""

from typing import Any

from alembic import context
from sqlmodel import SQLModel

import storage.tables.alerts
import storage.tables.estimates
import storage.tables.jobs
import storage.tables.messages
import storage.tables.people
import storage.tables.system  # noqa: F401


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave out what no model describes: the counter behind AUTOINCREMENT, and search tables."""
    return not (kind == "table" and (name or "").startswith(("sqlite_", "fts_")))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    include_object=_ours,
)
with context.begin_transaction():
    context.run_migrations()
