"""A first alert by hand: who should be notified, and the text."""

import pytest

from domain.messages import Kind
from screens.alert import AlertScreen
from screens.job import JobScreen
from storage.opt_outs import opt_out
from tests.desk import Desk, at_desk
from tests.screens.departing import UNDO, settings
from tests.world import ANA, World


async def at_alert(desk: Desk, world: World, **job: object) -> None:
    """Open the alert of a new job."""
    made = world.job(**job)  # type: ignore[arg-type]
    await desk.opens(made)
    desk.thread.focus()
    await desk.press("a")
    await desk.stands_at(AlertScreen)
    await desk.settles()


def newest(world: World) -> tuple[Kind, list[str], str]:
    """Kind, numbers texted and body of the newest message of the first job."""
    message = world.readers.threads.messages(world.ann, 1)[0][-1]
    return message.kind, [d.to for d in message.deliveries], message.body


async def test_the_site_contact_is_ticked_and_the_text_is_proposed(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        await desk.focuses("#site")
        for words in (
            "Who should we notify by SMS?",
            "[x] Send to Customer's Site Contact Ana Silva +15550102001",
            "[ ] Send to Customer's Billing Contact Ben Silva +15550102002",
            "[ ] Ad hoc SMS recipient type a number below",
            "North: job 1001, Pump does not start (Pump 7), is planned.",
        ):
            assert words in desk.part("#alert").replace("│ ", "")
        await desk.says("#alert-said", "GSM-7")
        await desk.says("#alert-said", "× 1 phone")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.thread_says("Ann Lee → Ana Silva", "Alert", "Waiting to leave")
        kind, numbers, body = newest(small_world)
        assert (kind, numbers) == (Kind.ALERT, [ANA])
        assert body.startswith("North: job 1001")


async def test_space_ticks_and_both_are_told_once(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        await desk.press("tab", "space")
        await desk.says("#alert-said", "× 2 phones")
        await desk.press("ctrl+s", "ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.settles()
        assert newest(small_world)[1] == [ANA, small_world.ben.mobile]
        assert len(small_world.readers.threads.messages(small_world.ann, 1)[0]) == 1


async def test_one_person_in_both_roles_gets_one_text(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world, billing_contact_id=small_world.ana.contact_id)
        await desk.press("tab", "space", "ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.until(lambda: newest(small_world)[1] == [ANA], "one text")


async def test_nobody_ticked_is_refused(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        await desk.press("space", "ctrl+s")
        await desk.says("#alert-said", "! Nobody is ticked: choose who should be notified.")
        assert isinstance(desk.app.screen, AlertScreen)
        await desk.press("space", "ctrl+s")
        await desk.stands_at(JobScreen)


async def test_an_ad_hoc_number_is_read_and_kept_on_the_job(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        await desk.press("space", "tab", "tab", "tab")
        await desk.focuses("#number")
        await desk.types("555 010 4321")
        await desk.says("#alert", "[x] Ad hoc SMS recipient")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.until(lambda: newest(small_world)[1] == ["+15550104321"], "the number is texted")
        job = small_world.read_job(1)
        assert job.ad_hoc is not None
        assert job.ad_hoc.one_time


@pytest.mark.parametrize("typed", ["12", "nonsense", "+999999"])
async def test_an_unreadable_number_is_said_at_its_field_before_sending(small_world: World, typed: str) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        desk.app.screen.query_one("#number").focus()
        await desk.types(typed)
        await desk.press("ctrl+s")
        await desk.says("#alert-said", "! ")
        await desk.focuses("#number")
        assert typed in desk.part("#number")
        assert small_world.readers.threads.messages(small_world.ann, 1)[0] == []
        assert small_world.read_job(1).ad_hoc is None


async def test_a_ticked_ad_hoc_box_without_a_number_is_refused(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        await desk.press("tab", "tab", "space", "ctrl+s")
        await desk.says("#alert-said", "! Type the ad hoc number, or untick its box.")
        await desk.focuses("#number")


async def test_who_cannot_be_texted_has_no_box_to_tick_and_the_reason(small_world: World) -> None:
    nora = small_world.contact("Nora Pine", None)
    with small_world.write() as session:
        opt_out(session, ANA, "STOP", small_world.clock())
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world, billing_contact_id=nora.contact_id)
        await desk.says("#site", "[ ] Send to Customer's Site Contact opted out by STOP")
        await desk.says("#billing", "[ ] Send to Customer's Billing Contact no mobile number on file")
        await desk.focuses("#ad_hoc")


async def test_an_empty_and_an_endless_text_are_refused_and_kept(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        text = desk.app.screen.query_one("#text")
        text.text = ""  # type: ignore[attr-defined]
        await desk.press("ctrl+s")
        await desk.says("#alert-said", "! There is nothing to send yet")
        await desk.focuses("#text")
        text.text = "y" * 1601  # type: ignore[attr-defined]
        await desk.press("ctrl+s")
        await desk.says("#alert-said", "! 1,601 characters are too many: a text holds 1,600. Shorten it by 1.")
        assert text.text == "y" * 1601  # type: ignore[attr-defined]


async def test_escape_sends_nothing(small_world: World) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        await desk.press("escape")
        await desk.stands_at(JobScreen)
        assert desk.messages(small_world.read_job(1)) == []


async def test_it_says_when_it_leaves(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    async with at_desk(small_world, small_world.ann) as desk:
        await at_alert(desk, small_world)
        await desk.says("#alert-said", "× 1 phone · leaves in 5 s")
        await desk.press("escape")
        settings(small_world, holds_in_practice=True)
        small_world.clock.advance(hours=20)
        desk.thread.focus()
        await desk.press("a")
        await desk.says("#alert-said", "held until Tue 3 Mar 13:00 (quiet hours for")
