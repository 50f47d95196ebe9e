"""INSERT with ON CONFLICT, which both engines have and each spells in its own module."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert(session: Session, table: Any) -> Any:
    """The engine's own INSERT into a table, with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    spelling = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return spelling.insert(table)
