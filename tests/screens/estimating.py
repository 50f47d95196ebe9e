"""How the tests of screens come to an estimate, and wait for what they typed to be kept."""

from domain.estimates import Version
from domain.jobs import Job
from screens.estimate import EstimateScreen
from screens.estimate_record import RecordScreen
from tests.desk import Desk


async def opens_estimate(desk: Desk, job: Job) -> EstimateScreen:
    """Open a job from the list, and its estimate by its key."""
    await desk.opens(job)
    desk.thread.focus()
    await desk.press("v")
    return await at_estimate(desk)


async def at_estimate(desk: Desk) -> EstimateScreen:
    """Wait until the estimate is on top and read."""
    await desk.stands_at(EstimateScreen)
    screen = desk.app.screen
    assert isinstance(screen, EstimateScreen)
    await desk.until(lambda: screen.job is not None, "the estimate is read")
    await desk.settles()
    return screen


async def at_record(desk: Desk) -> RecordScreen:
    """Wait until the form for an answer is on top."""
    await desk.stands_at(RecordScreen)
    screen = desk.app.screen
    assert isinstance(screen, RecordScreen)
    await desk.settles()
    return screen


async def types_line(desk: Desk, operation: str, parts: str, labour: str = "", tax: str = "") -> None:
    """Add a line below the cursor and type its cells."""
    await desk.press("n")
    await desk.pastes(operation)
    for cell in (parts, labour, tax):
        await desk.press("tab")
        if cell:
            await desk.pastes(cell)
    await desk.press("escape")


async def keeps(desk: Desk, job: Job, *operations: str) -> Version:
    """Wait until the stored draft has these operations, and no others."""

    def draft() -> Version | None:
        found = desk.world.writers.estimates.history(job.id)
        return found[-1].version if found and found[-1].version.is_draft else None

    def same() -> bool:
        kept = draft()
        return kept is not None and [line.operation for line in kept.lines] == list(operations)

    await desk.until(same, f"the draft has {operations}")
    await desk.settles()
    kept = draft()
    assert kept is not None
    return kept
