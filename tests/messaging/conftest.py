"""A company with a carrier: on SQLite alone, or on each engine."""

from collections.abc import Iterator

import pytest

from tests.messaging.line import Line, connected
from tests.simulator.conftest import Front, front
from tests.storage.conftest import Company, sqlite_company
from tests.world import World

__all__ = ["front", "sqlite_company"]


@pytest.fixture
def company(sqlite_company: Company) -> World:
    """The company on SQLite, put back to its first day: ten times quicker than a new one."""
    return sqlite_company.begin_again()


@pytest.fixture
def line(small_world: World, front: Front) -> Iterator[Line]:
    """The company on SQLite, texting through a simulator."""
    with connected(small_world, front) as line:
        yield line


@pytest.fixture
def each_line(world: World, front: Front) -> Iterator[Line]:
    """The same on each engine."""
    with connected(world, front) as line:
        yield line
