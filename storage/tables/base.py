"""What every table shares: constraint names that Alembic can drop again, and enums kept by value."""

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The base of every table; it only makes sure that the naming convention is set first."""


def by_value(enum: type[StrEnum], name: str) -> sa.Enum:
    """A text column that holds the enum's values and refuses others, on both engines."""
    return sa.Enum(
        enum,
        native_enum=False,
        values_callable=lambda members: [m.value for m in members],
        length=20,
        create_constraint=True,
        name=name,
    )
