"""A new job, a changed one, and every reason why it is not saved."""

import pytest
from textual.widgets import Input, Select

from domain.alerts import Event
from domain.jobs import JobFilter, Status
from domain.people import Role
from screens.job import JobScreen
from screens.job_form import JobForm
from screens.jobs import JobsScreen
from tests.alerting import bodies, rule, tell
from tests.desk import Desk, at_desk
from tests.world import World


async def at_form(desk: Desk, *keys: str) -> JobForm:
    """Open the form and wait until it is filled."""
    await desk.press(*keys)
    await desk.stands_at(JobForm)
    await desk.until(lambda: desk.app.screen.query_one("#number", Input).value, "the form is filled")
    await desk.settles()
    form = desk.app.screen
    assert isinstance(form, JobForm)
    return form


def fill(form: JobForm, **values: str) -> None:
    """Write into fields."""
    for name, value in values.items():
        form.query_one(f"#{name}", Input).value = value


async def test_a_new_job_is_typed_saved_and_opened(small_world: World) -> None:
    small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        form = await at_form(desk, "c")
        assert form.query_one("#number", Input).value == "1002"
        await desk.focuses("#number")
        await desk.press("tab")
        await desk.types("Door jams")
        fill(
            form,
            customer="Oak Yard",
            window_start="2026-03-03 09:00",
            window_end="2026-03-03 11:00",
            site_name="Olga Oak",
            site_mobile="555 010 7001",
        )
        form.query_one("#worker", Select).value = small_world.marco.id
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.says("#summary", "1002 · Oak Yard · Door jams · New · Marco Diaz")
        job = small_world.read_job(2)
        assert job.window_start is not None
        assert job.window_start.isoformat() == "2026-03-03T14:00:00+00:00"
        assert job.site is not None
        assert (job.site.name, job.site.mobile) == ("Olga Oak", "+15550107001")


async def test_a_job_is_changed_and_what_was_not_touched_stays(small_world: World) -> None:
    before = small_world.job(address="Mill Road 1")
    async with at_desk(small_world, small_world.ann) as desk:
        form = await at_form(desk, "e")
        fill(form, title="Pump leaks")
        form.query_one("#status", Select).value = Status.STARTED.value
        await desk.press("ctrl+s")
        await desk.stands_at(JobsScreen)
        await desk.says("#detail", "Started · Pump leaks")
        after = small_world.read_job(before.id)
        for name in (
            "number",
            "customer",
            "asset",
            "address",
            "window_start",
            "window_end",
            "site",
            "billing",
            "worker",
        ):
            assert getattr(after, name) == getattr(before, name), name
        assert after.status is Status.STARTED


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("number", "", "Type the job's number."),
        ("number", "1001", "There is already a job 1001"),
        ("customer", " ", "Type the customer's name."),
        ("window_start", "tomorrow", "“tomorrow” is not a time like 2026-03-02 09:00."),
        ("window_end", "2026-03-02 07:00", "The window ends before it starts."),
        ("site_mobile", "12", ""),
        ("site_name", "", "Type the contact's name too."),
        ("billing_mobile", "abc", ""),
        ("ad_hoc_mobile", "555", ""),
    ],
)
async def test_each_refusal_stands_at_its_field_and_keeps_what_was_typed(
    small_world: World, field: str, value: str, complaint: str
) -> None:
    small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        form = await at_form(desk, "c")
        fill(form, customer="Oak Yard", title="Door jams", window_start="2026-03-02 09:00", site_name="Olga")
        fill(form, **{"site_mobile": "555 010 7001", field: value})
        await desk.press("ctrl+s")
        await desk.says("#said", f"! {complaint}")
        await desk.focuses(f"#{field}")
        assert form.query_one("#title", Input).value == "Door jams"
        assert form.query_one(f"#{field}", Input).value == value
        assert len(small_world.readers.job_list.page(small_world.ann, JobFilter()).rows) == 1


async def test_a_job_that_somebody_else_changed_meanwhile_is_not_overwritten(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        form = await at_form(desk, "e")
        small_world.change(job, title="Pump explodes")
        fill(form, title="Pump hums")
        await desk.press("ctrl+s")
        await desk.says("#said", "! Somebody else changed this job meanwhile")
        assert small_world.read_job(job.id).title == "Pump explodes"


async def test_escape_changes_nothing(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        form = await at_form(desk, "e")
        fill(form, title="Pump hums")
        await desk.press("escape")
        await desk.stands_at(JobsScreen)
        assert small_world.read_job(job.id) == job


async def test_saving_twice_makes_one_job(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        form = await at_form(desk, "c")
        fill(form, customer="Oak Yard")
        await desk.press("ctrl+s", "ctrl+s")
        await desk.stands_at(JobScreen)
        assert len(small_world.readers.job_list.page(small_world.ann, JobFilter()).rows) == 1


async def test_another_location_has_other_workers(small_world: World) -> None:
    south = small_world.writers.people.add_location("South", "US", "America/New_York", ["+15550100009"])
    zoe = small_world.user("Zoe Ray", Role.WORKER, locations=(south,))
    both = small_world.user("Bo Dale", Role.DISPATCHER)
    async with at_desk(small_world, both) as desk:
        form = await at_form(desk, "c")
        workers = form.query_one("#worker", Select)
        assert [key for _, key in workers._options] == [0, small_world.marco.id, small_world.mia.id]
        form.query_one("#location", Select).value = south
        await desk.until(lambda: [key for _, key in workers._options] == [0, zoe.id], "the workers of South")


async def test_every_field_comes_into_view_when_it_has_the_focus(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        form = await at_form(desk, "c")
        for _ in range(len(form.query("Input, Select")) - 1):
            await desk.press("tab")
            await desk.pilot.pause()
            assert desk.app.focused is not None
            assert form.query_one("#fields").region.contains_region(desk.app.focused.region)


async def _sets_status(desk: Desk, status: Status) -> None:
    form = await at_form(desk, "e")
    form.query_one("#status", Select).value = status.value
    await desk.press("ctrl+s")


async def test_saving_says_who_is_texted_by_it(small_world: World) -> None:
    job = small_world.job()
    rule(small_world, Event.ON_THE_WAY)
    async with at_desk(small_world, small_world.ann) as desk:
        await _sets_status(desk, Status.ON_THE_WAY)
        await desk.stands_at(JobsScreen)
        assert desk.toasts == ["Saved: 1 text to 1 phone (Ana Silva)."]
        assert tell(small_world) == 1
        assert len(bodies(small_world, job)) == 1


async def test_what_was_told_already_is_told_again_only_when_a_person_says_so(small_world: World) -> None:
    job = small_world.job()
    rule(small_world, Event.ON_THE_WAY)
    async with at_desk(small_world, small_world.ann) as desk:
        for status in (Status.ON_THE_WAY, Status.ASSIGNED):
            await _sets_status(desk, status)
            await desk.stands_at(JobsScreen)
            tell(small_world)
        await _sets_status(desk, Status.ON_THE_WAY)
        await desk.shows("The customer has had this text before: On the way.")
        await desk.press("escape")
        await desk.stands_at(JobForm)
        assert small_world.read_job(job.id).status is Status.ASSIGNED
        await desk.press("ctrl+s")
        await desk.shows("Told already")
        await desk.press("enter")
        await desk.stands_at(JobsScreen)
        assert (tell(small_world), small_world.read_job(job.id).status) == (0, Status.ON_THE_WAY)
        await _sets_status(desk, Status.ASSIGNED)
        await desk.stands_at(JobsScreen)
        await _sets_status(desk, Status.ON_THE_WAY)
        await desk.shows("Told already")
        await desk.press("t")
        await desk.stands_at(JobsScreen)
        assert tell(small_world) == 1
        assert len(bodies(small_world, job)) == 2
