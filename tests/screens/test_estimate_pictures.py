"""The estimate as it is drawn. `pytest --snapshot-update` after a change that was meant."""

from collections.abc import Callable

import pytest

from tests.desk import Desk, make_app, texted_job
from tests.estimating import APPROVED, DECLINED, DEFERRED, decided, shared
from tests.screens.estimating import opens_estimate
from tests.screens.test_pictures import of
from tests.world import World

Compare = Callable[..., bool]


@pytest.fixture
def company(small_world: World) -> World:
    """A job whose first estimate was decided and whose second one waits for an answer."""
    job = texted_job(small_world)
    first = shared(small_world, job, note="Two days once the pump is here.")
    decided(small_world, small_world.ana, first, APPROVED, DEFERRED, DECLINED, order="PO 7")
    shared(small_world, job, small_world.ana)
    return small_world


async def decided_version(desk: Desk) -> None:
    """The first version, with what was decided on each line."""
    await opens_estimate(desk, desk.world.read_job(1))
    await desk.press("left_square_bracket")
    await desk.shows("✗ declined Discount")


async def draft(desk: Desk) -> None:
    """A new version with an amount that is wrong, while another one is typed."""
    await opens_estimate(desk, desk.world.read_job(1))
    await desk.press("N")
    await desk.says("#versions", "3 draft")
    await desk.press("right", *"1.999", "tab", *"12")
    await desk.shows("!1.999")


def test_at_eighty_columns(company: World, snap_compare: Compare) -> None:
    app = make_app(company, company.ann)
    assert snap_compare(app, terminal_size=(80, 24), run_before=of(company, decided_version))


def test_wide_and_light(company: World, snap_compare: Compare) -> None:
    app = make_app(company, company.ann)
    app.theme = "textual-light"
    assert snap_compare(app, terminal_size=(120, 40), run_before=of(company, draft))
