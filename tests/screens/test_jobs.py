"""The job list: order, columns, filter, marks, and a cursor that stays on its job. Rules 37, 38."""

import re
from dataclasses import replace

from domain.jobs import Status
from domain.messages import DISPATCH
from domain.people import Role
from screens.job import JobScreen
from screens.jobs import JobsScreen
from tests.desk import at_desk, texted_job
from tests.world import World, dispatcher, worker


def numbers(rows: list[str]) -> list[str]:
    """The job numbers of the rows, top to bottom."""
    return [next(word for word in re.sub("[▌◆◇✎]", " ", row).split() if word != "●") for row in rows]


async def test_who_waits_longest_comes_first_then_by_window(small_world: World) -> None:
    later = small_world.job(window_start=small_world.clock().replace(hour=20), window_end=None)
    sooner = small_world.job(window_start=small_world.clock().replace(hour=15), window_end=None)
    long_waiting = texted_job(small_world, "Which gate?")
    small_world.clock.advance(minutes=7)
    waiting = texted_job(small_world, "How much?")
    async with at_desk(small_world, small_world.ann) as desk:
        assert numbers(desk.rows) == [job.number for job in (long_waiting, waiting, sooner, later)]
        assert "waits 8m" in desk.rows[0]
        assert "waits 0m" in desk.rows[1]
        assert desk.part("#heading") == "All open: 4 jobs, longest waiting first"


async def test_a_row_has_its_columns_at_eighty(small_world: World) -> None:
    job = texted_job(small_world, "Which gate is it?")
    async with at_desk(small_world, small_world.ann) as desk:
        (row,) = desk.rows
        assert row.startswith(f"▌● {job.number}")
        for words in ("Silva Farms", "Marco Diaz", "08:00–10:00", "waits 0m", "Which gate is i…"):
            assert words in row
        assert len(row) == 80
        assert desk.part("#detail") == "Assigned · Pump does not start · Pump 7 · North · Mon 2 Mar 08:00–10:00 (Amer…"


async def test_o_goes_round_the_orders(small_world: World) -> None:
    first = small_world.job(window_start=small_world.clock().replace(hour=20), window_end=None)
    second = small_world.job(window_start=small_world.clock().replace(hour=15), window_end=None)
    async with at_desk(small_world, small_world.ann) as desk:
        for heading, order in (
            ("newest message first", (second, first)),
            ("by number", (first, second)),
            ("by planned time", (second, first)),
            ("longest waiting first", (second, first)),
        ):
            await desk.press("o")
            await desk.says("#heading", heading)
            await desk.until(lambda order=order: numbers(desk.rows) == [j.number for j in order], heading)  # type: ignore[misc]


async def test_the_filter_narrows_with_every_letter_and_escape_shows_all(small_world: World) -> None:
    for asset in ("Pump Gómez", "Lift", "Boiler"):
        small_world.job(asset=asset)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("/")
        await desk.focuses("#filter")
        await desk.types("GOMEZ")
        await desk.says("#heading", "1 job found, closed ones too")
        await desk.press("enter")
        await desk.focuses("JobList")
        await desk.says("#detail", "Pump Gómez")
        await desk.press("escape")
        await desk.says("#heading", "3 jobs")
        await desk.hides("Number, customer")
        await desk.press("/")
        await desk.types("zebra")
        await desk.says("JobList", "No job has these words. Press escape to see all jobs.")


async def test_a_job_is_found_by_number_customer_worker_asset_and_contact(small_world: World) -> None:
    job = small_world.job(asset="Crane 12")
    small_world.job(customer="Oak Yard", site_contact_id=None, billing_contact_id=None, worker_id=None)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("/")
        for words in (job.number, "farms", "marco", "crane 12", "ana sil", "0102001"):
            await desk.types(words)
            await desk.says("#heading", "1 job found, closed ones too")
            assert numbers(desk.rows) == [job.number]
            await desk.press(*["backspace"] * len(words))
            await desk.says("#heading", "2 jobs")


async def test_an_empty_list_says_what_to_do(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.shows("No open jobs. Press c to make one")
        await desk.press("enter", "e")
        assert isinstance(desk.app.screen, JobsScreen)


async def test_news_appear_by_themselves_and_the_cursor_stays_on_its_job(small_world: World) -> None:
    top, others = texted_job(small_world, "Which gate?"), [small_world.job() for _ in range(3)]
    quiet = texted_job(small_world, window_start=small_world.clock().replace(hour=20), window_end=None)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.highlight(others[1].number)
        desk.jobs.rest_s = 60
        await desk.press("up", "down")
        before = numbers(desk.rows)
        desk.carrier.receives("Hello? Anybody?")
        await desk.until(lambda: any("Hello?" in row for row in desk.rows), "the new text")
        assert numbers(desk.rows) == before
        assert others[1].number in desk.highlighted
        await desk.says("StatusBar", "1 moved")
        desk.jobs.rest_s = 0.05
        desk.carrier.receives("Are you there?")
        await desk.until(lambda: numbers(desk.rows)[:2] == [top.number, quiet.number], "the rows moved")
        assert others[1].number in desk.highlighted
        await desk.until(lambda: "moved" not in desk.status, "nothing waits any more")
        await desk.press("enter")
        await desk.at_job(others[1])


async def test_enter_opens_what_is_drawn_there_while_rows_wait_to_move(small_world: World) -> None:
    jobs = [texted_job(small_world) for _ in range(3)]
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.highlight(jobs[1].number)
        desk.jobs.rest_s = 60
        await desk.press("up", "down")
        drawn = numbers([desk.highlighted])[0]
        desk.carrier.receives("Hello?")
        await desk.says("StatusBar", "1 moved")
        assert numbers([desk.highlighted])[0] == drawn
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, JobScreen), "a job is open")
        await desk.says("#summary", drawn)


async def test_reading_a_job_takes_its_mark(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        assert "●" in desk.rows[0]
        await desk.opens(job)
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
        await desk.until(lambda: "●" not in desk.rows[0], "the mark is gone")
        assert "waits" in desk.rows[0]


async def test_n_and_w_open_the_next_that_needs_somebody(small_world: World) -> None:
    texted, private = texted_job(small_world, "Which gate?"), small_world.job()
    small_world.text(private, worker(small_world.marco), DISPATCH, body="The key is missing")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.highlight(texted.number)
        await desk.press("n")
        await desk.at_job(private)
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
        await desk.press("w")
        await desk.at_job(texted)


async def test_with_nothing_unread_n_says_so(small_world: World) -> None:
    small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("n")
        await desk.until(lambda: "Nothing unread: you have seen it all." in desk.toasts, "it says so")
        await desk.press("w")
        await desk.until(lambda: "Nobody is waiting for an answer." in desk.toasts, "it says so")


async def test_a_dispatcher_of_another_location_sees_none_of_it(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    south = small_world.writers.people.add_location("South", "US", "America/New_York", ["+15550100009"])
    sam = small_world.user("Sam Orr", Role.DISPATCHER, locations=(south,))
    async with at_desk(small_world, sam) as desk:
        await desk.shows("No open jobs")
        small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="More")
        desk.carrier.receives_at("+15550100001", "Stray", "+15550107777")
        await desk.settles()
        assert job.number not in desk.text
        assert "tray" not in desk.header


async def test_texts_that_found_no_job_are_counted_and_listed(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        assert "tray" not in desk.header
        desk.carrier.receives_at("+15550100001", "Is this the plumber?", "+15550107777")
        await desk.says("TopBar", "1 in the tray · Ann Lee")
        await desk.press("t")
        await desk.shows("Is this the plumber?", "We have never texted this phone", "12:00")
        desk.carrier.receives_at("+15550100001", "Hello?", "+15550107777")
        await desk.shows("Hello?")
        await desk.press("escape")
        await desk.says("TopBar", "2 in the tray")


async def test_an_empty_tray_says_so(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.press("t")
        await desk.shows("The tray is empty: every text found its job. Press esc to go back.")
        await desk.press("t")
        await desk.stands_at(JobsScreen)


async def test_the_header_says_practice_or_live_on_every_screen(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    live = replace(small_world.readers.reads.account(), carrier="AC00000000000000000000000000000001")
    for account, word in ((None, "PRACTICE"), (live, "LIVE")):
        async with at_desk(small_world, small_world.ann, account=account) as desk:
            assert desk.header.startswith(word)
            assert ("Phones" in " ".join(desk.footer)) is (word == "PRACTICE")
            await desk.opens(job)
            assert desk.header.startswith(word)
            desk.thread.focus()
            await desk.press("e")
            await desk.shows("Edit job")
            assert desk.header.startswith(word)


async def test_no_phones_in_a_live_desk(small_world: World) -> None:
    live = replace(small_world.readers.reads.account(), carrier="AC00000000000000000000000000000001")
    async with at_desk(small_world, small_world.ann, account=live) as desk:
        await desk.press("p")
        assert isinstance(desk.app.screen, JobsScreen)


async def test_the_status_bar_shows_what_the_engine_says(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.says("StatusBar", "Starting: nothing is sent or received yet")
        small_world.writers.engines.say("e", 1, "host", "running", "Running: sending and receiving")
        await desk.says("StatusBar", "Running: sending and receiving")
        assert "!" not in desk.status
        small_world.writers.engines.say("e", 1, "host", "trouble", "The carrier cannot be reached; texts wait")
        await desk.says("StatusBar", "! The carrier cannot be reached; texts wait")
        small_world.clock.advance(seconds=40)
        screen = desk.app.screen
        assert isinstance(screen, JobsScreen)
        screen.ask_engine()
        await desk.says("StatusBar", "! No engine is running: texts wait, nothing is received")


async def test_closed_jobs_are_away_until_they_are_asked_for_and_stand_last(small_world: World) -> None:
    closed, still_open = small_world.job(status=Status.COMPLETED), small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        assert numbers(desk.rows) == [still_open.number]
        await desk.press("7")
        await desk.says("#heading", "Closed ones too: 2 jobs")
        assert numbers(desk.rows) == [still_open.number, closed.number]
