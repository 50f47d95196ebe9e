"""What the tests of the web application stand on."""

from collections.abc import Iterator

import pytest

from tests.web.caller import Caller, calling
from tests.world import World


@pytest.fixture
def api(small_world: World) -> Iterator[Caller]:
    """A program with a token for every location."""
    with calling(small_world) as caller:
        yield caller
