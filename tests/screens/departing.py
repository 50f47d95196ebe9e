"""Settings of the account, and the engine's part in letting messages out, for the tests of what is not out yet."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from messaging.leaving import let_out_due
from tests.world import World

UNDO = timedelta(seconds=5)


def settings(world: World, **changes: Any) -> None:
    """Change the account's settings, as an administrator does."""
    before = world.readers.reads.account()
    world.writers.accounts.change(before, replace(before, **changes))


def let_out(world: World, **by: float) -> int:
    """Time passes and the engine lets out what is due; how many moved."""
    world.clock.advance(**by)
    return let_out_due(world.writers.leaving, lambda message_id: world.writers.leaving.let_out(message_id))
