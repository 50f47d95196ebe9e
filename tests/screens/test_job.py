"""One job: its tabs, a conversation that grows by itself, and a job that is taken away. Rules 1, 7, 14, 36."""

import sqlite3

import pytest

from domain.jobs import Job
from domain.messages import DISPATCH, Kind
from domain.people import User
from screens.job import JobScreen
from screens.jobs import JobsScreen
from storage import feed
from storage.plain import Plain
from storage.tables.jobs import JobRow
from tests.desk import Desk, at_desk, texted_job
from tests.world import World, dispatcher, worker


def tabs(desk: Desk) -> list[str]:
    """The names of the tabs."""
    return [name for name in ("Details", "Notes", "Customer Messages") if name in desk.part("#tabs")]


def read_all(world: World, user: User, job: Job) -> None:
    """Somebody has read all there is on a job."""
    newest = world.readers.threads.messages(user, job.id, count=1)[0][-1]
    world.writers.conversations.see_at_desk(user, job.id, newest.seq)


async def test_customer_messages_begin_with_the_first_text_the_carrier_took(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        assert tabs(desk) == ["Details", "Notes"]
        await desk.thread_says("No messages on this job yet. Press esc, then a, to send the customer the first alert.")
        desk.thread.focus()
        await desk.press("3")
        await desk.until(lambda: any("begins with the first text" in toast for toast in desk.toasts), "it says so")
        small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="We come at ten", kind=Kind.ALERT)
        await desk.thread_says("We come at ten")
        assert tabs(desk) == ["Details", "Notes"]
        desk.carrier.takes()
        await desk.until(lambda: tabs(desk) == ["Details", "Notes", "Customer Messages"], "the tab")
        await desk.thread_says("We come at ten", "With the carrier")


async def test_a_first_text_that_was_refused_stands_in_notes_with_its_reason(small_world: World) -> None:
    job = small_world.job()
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="We come at ten", kind=Kind.ALERT)
    async with at_desk(small_world, small_world.ann) as desk:
        desk.carrier.refuses(21211)
        await desk.opens(job)
        assert tabs(desk) == ["Details", "Notes"]
        await desk.thread_says("We come at ten", "! Not delivered")


async def test_each_tab_shows_what_belongs_there(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    small_world.text(job, dispatcher(small_world.abe), DISPATCH, body="She pays late", kind=Kind.NOTE)
    small_world.text(job, worker(small_world.marco), DISPATCH, body="I am near")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.thread_says("We come at ten", "Which gate?", "I am near")
        assert "She pays late" not in desk.text
        desk.thread.focus()
        await desk.press("2")
        await desk.thread_says("She pays late", "Which gate?", "I am near")
        await desk.press("1")
        await desk.shows("Site contact Ana Silva", "Billing contact Ben Silva", "Texts from +15550100001")
        assert "Which gate?" not in desk.text
        await desk.press("3")
        await desk.hides("She pays late", "Site contact")
        await desk.thread_says("Which gate?")


async def test_a_message_says_who_to_whom_when_and_how_far(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        drawn = desk.part("ThreadView")
        assert "▶ Ann Lee → Ana Silva Alert 12:00 We come at ten With the carrier" in drawn
        assert "◀ Ana Silva → Dispatch, Marco Diaz 12:01 ▌ Which gate?" in drawn


async def test_a_new_message_appears_by_itself_and_nothing_else_moves(small_world: World) -> None:
    job = texted_job(small_world, *(f"Question {i}" for i in range(12)))
    read_all(small_world, small_world.ann, job)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north ga")
        cursor = desk.app.screen.query_one("#contents").cursor_location  # type: ignore[attr-defined]
        focused = desk.app.focused
        desk.carrier.receives("One thing more")
        await desk.thread_says("One thing more")
        assert desk.draft == "The north ga"
        assert desk.app.focused is focused
        assert desk.app.screen.query_one("#contents").cursor_location == cursor  # type: ignore[attr-defined]
        await desk.types("te")
        assert desk.draft == "The north gate"


async def test_who_reads_further_up_stays_there_and_is_told(small_world: World) -> None:
    job = texted_job(small_world, *(f"Question {i}" for i in range(12)))
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("home")
        await desk.thread_says("We come at ten")
        selected, before = desk.thread.selected, [line[:-1] for line in desk.lines_of("ThreadView")]
        desk.carrier.receives("One thing more")
        await desk.says("StatusBar", "1 new below: press End")
        assert [line[:-1] for line in desk.lines_of("ThreadView")] == before
        assert desk.thread.selected == selected
        await desk.press("end")
        await desk.thread_says("One thing more")
        await desk.until(lambda: "new below" not in desk.status, "nothing is below")


async def test_older_messages_come_when_one_goes_up(small_world: World) -> None:
    job = texted_job(small_world)
    for i in range(60):
        small_world.text(job, dispatcher(small_world.ann), worker(small_world.marco), body=f"Word {i}.")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.thread_says("Word 59.")
        await desk.press("home")
        await desk.settles()
        await desk.press("home")
        await desk.thread_says("We come at ten")


async def test_a_job_of_another_location_now_is_closed_with_a_sentence(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    south = small_world.writers.people.add_location("South", "US", "America/New_York", ["+15550100009"])
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        move(small_world, job.id, south)
        await desk.stands_at(JobsScreen)
        await desk.until(lambda: "This job is not in your list any more." in desk.toasts, "it says so")
        await desk.until(lambda: job.number not in desk.text, "the list does not have it")


async def test_a_job_taken_away_beneath_a_window_goes_with_the_window(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    south = small_world.writers.people.add_location("South", "US", "America/New_York", ["+15550100009"])
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("ctrl+r")
        await desk.shows("Search by name")
        move(small_world, job.id, south)
        await desk.stands_at(JobsScreen)
        await desk.press("down", "up")
        assert isinstance(desk.app.screen, JobsScreen)


def move(world: World, job_id: int, location_id: int) -> None:
    """A job goes to another location."""
    with world.write() as session:
        row = session.get_one(JobRow, job_id)
        row.location_id = location_id
        session.add(row)
        feed.append(session, "job", job_id)


async def test_what_somebody_else_changes_is_shown(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.says("#summary", "Pump 7 · Assigned · Marco Diaz")
        small_world.change(job, asset="Crane 3", worker_id=small_world.mia.id)
        await desk.says("#summary", "Crane 3 · Assigned · Mia Wong")
        await desk.says("#audience", "Mia Wong and Dispatch see it")


async def test_w_opens_the_next_waiting_job_from_within_one(small_world: World) -> None:
    waiting, other = texted_job(small_world, "Which gate?"), small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(other)
        desk.thread.focus()
        await desk.press("w")
        await desk.at_job(waiting)
        desk.thread.focus()
        await desk.press("w")
        await desk.until(lambda: "Nobody else is waiting for an answer." in desk.toasts, "it says so")
        await desk.press("escape")
        await desk.stands_at(JobsScreen)


async def test_marks_do_not_move_while_the_terminal_is_elsewhere(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.app.app_focus = False
        desk.carrier.receives("Hello?")
        await desk.thread_says("Hello?")
        await desk.settles()
        assert small_world.readers.job_list.next_job(small_world.ann, None, unread=True) == job.id
        desk.app.app_focus = True
        await desk.until(
            lambda: small_world.readers.job_list.next_job(small_world.ann, None, unread=True) is None, "it is read"
        )


async def test_a_database_that_breaks_while_a_job_is_open_gives_a_sentence(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        screen = await desk.opens(job)
        await desk.types("North")

        def broken(*_: object) -> None:
            raise sqlite3.DatabaseError("database disk image is malformed")

        with monkeypatch.context() as patch:
            patch.setattr(Plain, "rows", broken)
            screen.refresh_thread()
            await desk.until(lambda: any("is damaged" in toast for toast in desk.toasts), "a sentence")
            assert isinstance(desk.app.screen, JobScreen)
            assert desk.draft == "North"
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "North", "it is sent once the database is back")
