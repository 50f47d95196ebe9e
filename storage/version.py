"""The schema this program speaks; kept apart so that a start needs no Alembic to compare it."""

SCHEMA = "0003"
