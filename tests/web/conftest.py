"""What the tests of the web application stand on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.web.browser import Phone, chromium
from tests.web.caller import Caller, calling
from tests.web.phone import Side, serving
from tests.world import World


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all of them."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def side(small_world: World) -> Iterator[Side]:
    """The pages of the small company."""
    with serving(small_world) as side:
        yield side


@pytest.fixture
def phone(browser: Any) -> Iterator[Callable[..., Phone]]:
    """Makes phones, and puts them away."""
    made: list[Phone] = []

    def make(**options: Any) -> Phone:
        made.append(Phone(browser, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def api(small_world: World) -> Iterator[Caller]:
    """A program with a token for every location."""
    with calling(small_world) as caller:
        yield caller
