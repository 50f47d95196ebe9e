"""The estimate at the desk: built by keys, kept whatever happens, shared, followed, given out as evidence."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.idle import Idle
from domain.estimates import Line
from domain.messages import Stage
from domain.people import Role
from messaging.estimate_files import read_lines
from screens import estimate
from screens.ask import Confirm
from screens.ask_line import AskLine
from screens.estimate import EstimateScreen
from screens.estimate_import import ImportPreview
from screens.estimate_words import on_one_line, people
from screens.job import JobScreen
from tests.desk import at_desk, can_sign_in, texted_job
from tests.estimating import APPROVED, DECLINED, DEFERRED, LINES, decided, share_draft, shared
from tests.screens.estimating import at_estimate, keeps, opens_estimate, types_line
from tests.screens.test_hostile import HOSTILE, assert_harmless
from tests.screens.test_keys import cut, each_focus
from tests.world import World


@pytest.fixture(autouse=True)
def keeps_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drafts are kept a tenth of a second after the last key."""
    monkeypatch.setattr(estimate, "KEEP_S", 0.1)


async def test_a_draft_is_built_by_keys_and_kept_as_it_is_typed(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.shows("No lines yet. Press n to add one")
        await types_line(desk, "Replace pump", "1,000.50", "250", "19")
        await types_line(desk, "Discount", "-50")
        await desk.press("tab")
        await desk.types("Two days")
        await desk.shows("net 1,200.50 · tax 228.10 · total USD 1,428.60")
        await desk.says("#versions", "1 draft, kept")
        kept = await keeps(desk, job, "Replace pump", "Discount")
    assert kept.lines[0] == replace(Line("Replace pump", 100_050, 25_000, 1_900), id=kept.lines[0].id)
    assert kept.lines[1].parts == -5_000
    assert kept.note == "Two days"


async def test_what_is_wrong_says_so_and_stays_through_leaving_and_signing_out(small_world: World) -> None:
    job = texted_job(small_world)
    can_sign_in(small_world, small_world.ann, small_world.abe)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await types_line(desk, "Pump", "1.999")
        await desk.shows("! Line 1, parts: “1.999” has more than 2 decimal places")
        await desk.press("q")
        await desk.says("#estimate-said", "Mend what is wrong first")
        stored = small_world.writers.estimates.history(job.id)
        assert [line.parts for each in stored for line in each.version.lines] in ([], [0])
        await desk.press("escape")
        await desk.stands_at(JobScreen)
        await desk.press("v")
        await at_estimate(desk)
        await desk.shows("!1.999")
        await desk.press("ctrl+o")
        await desk.sign_in("Abe Cole")
        await opens_estimate(desk, job)
        await desk.hides("1.999")
        await desk.press("ctrl+o")
        await desk.sign_in("Ann Lee")
        await opens_estimate(desk, job)
        await desk.shows("Pump", "!1.999")
        await desk.press("right", *"2", "escape", "escape")
        await desk.stands_at(JobScreen)
        assert (await keeps(desk, job, "Pump")).lines[0].parts == 200


async def test_the_idle_lock_loses_nothing_of_an_open_cell(small_world: World) -> None:
    job = texted_job(small_world)
    can_sign_in(small_world, small_world.ann)
    account = replace(small_world.readers.reads.account(), lock=timedelta(minutes=2))
    idle = Idle()
    async with at_desk(small_world, account=account, idle=idle) as desk:
        await desk.sign_in("Ann Lee")
        await opens_estimate(desk, job)
        await desk.press("n", *"Pum")
        idle._touched_at -= 121
        await desk.until(lambda: desk.app.user is None, "the desk is locked")
        await keeps(desk, job, "Pum")


async def test_a_file_is_looked_at_before_its_lines_are_added(small_world: World, tmp_path: Path) -> None:
    job = texted_job(small_world)
    file = tmp_path / "lines.csv"
    file.write_text('operation,parts,labour,tax\nPump,"1,000.00",5,19\nSeal,many,,19\nHose,3,4,\n')
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await types_line(desk, "Travel", "20")
        await desk.press("i")
        await desk.stands_at(AskLine)
        await desk.pastes(str(tmp_path / "none.csv"))
        await desk.press("enter")
        await desk.says("#line-said", "There is no file")
        await desk.press(*["backspace"] * len("none.csv"))
        await desk.types("lines.csv")
        await desk.press("enter")
        await desk.stands_at(ImportPreview)
        await desk.shows("2 lines can be added; 1 row cannot be read", "Row 3: “many” is no amount", "1,000.00")
        await desk.press("escape")
        await at_estimate(desk)
        await keeps(desk, job, "Travel")
        await desk.press("i")
        await desk.pastes(str(file))
        await desk.press("enter")
        await desk.stands_at(ImportPreview)
        await desk.press("ctrl+s")
        await at_estimate(desk)
        await desk.says("#estimate-said", "2 lines added")
        await keeps(desk, job, "Travel", "Pump", "Hose")
        await desk.press("u")
        await keeps(desk, job, "Travel")


async def test_request_approval_shares_what_is_typed(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.press("q")
        await desk.says("#estimate-said", "at least one line")
        await types_line(desk, "Pump", "100")
        await desk.press("q")
        await desk.shows("Request approval: job", "USD 100.00")
        await desk.press("escape")
        screen = await at_estimate(desk)
        kept = await keeps(desk, job, "Pump")
        share_draft(small_world, kept)
        await desk.until(lambda: screen.shown is not None, "the shared version is on the screen")
        await desk.says("#estimate-said", "Estimate 1 is shared")
        await desk.says("#versions", "1 shared")
        await desk.says("#story", "to Ana Silva. Nobody has decided yet.")


async def test_versions_are_turned_with_their_decisions(small_world: World) -> None:
    job = texted_job(small_world)
    first = shared(small_world, job, small_world.ana, small_world.ben, note="Two days")
    decided(small_world, small_world.ana, first, APPROVED, DEFERRED, DECLINED, order="PO 7")
    shared(small_world, job, lines=LINES[:2])
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.says("#versions", "1 superseded ▌2 shared")
        await desk.hides("Decision")
        await desk.press("[")
        await desk.shows("✓ approved Replace pump", "… deferred New hose", "✗ declined Discount")
        await desk.shows("all lines: net 325.50", "approved: net 320.00 · tax 60.80 · total USD 380.80")
        await desk.says("#story", "Note: Two days")
        await desk.says("#story", "to Ana Silva and Ben Silva.")
        await desk.says("#story", "Ana Silva approved 1 line, deferred 1, declined 1, USD 380.80, order PO 7.")
        await desk.says("#story", "Superseded")
        await desk.press("T")
        await desk.says("#estimate-said", "Estimate 1 is superseded")
        await desk.press("]", "N")
        await desk.says("#versions", "▌3 draft, kept")
        await keeps(desk, job, *(line.operation for line in LINES[:2]))
        await desk.press("[", "N")
        await desk.says("#estimate-said", "Estimate 3 is a draft already")
        share_draft(small_world, (await keeps(desk, job, "Replace pump", "New hose")), stage=Stage.RECALLABLE)
        await desk.says("#versions", "3 waiting to leave")
        await desk.press("]", "]", "r")
        await desk.says("#estimate-said", "has not left yet")


async def test_a_customer_decides_while_the_estimate_is_looked_at(small_world: World) -> None:
    job = texted_job(small_world)
    version = shared(small_world, job)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.press("T")
        await desk.says("#estimate-said", "Nobody has decided yet")
        decided(small_world, small_world.ana, version, APPROVED, APPROVED, DECLINED)
        await desk.shows("✓ approved Replace pump", "✗ declined Discount")
        await desk.says("#estimate-said", "Ana Silva decided on estimate 1 just now")
        await desk.press("T")
        await desk.stands_at(Confirm)
        await desk.shows("Take over estimate 1? Ana Silva approved 2 lines,", "USD 446.85.")
        await desk.press("T")
        assert isinstance(desk.app.screen, Confirm)
        await desk.press("y")
        await desk.says("#versions", "1 taken over")
        await desk.says("#story", "Taken over by Ann Lee")
    assert small_world.writers.estimates.history(job.id)[0].version.taken_by == "Ann Lee"


async def test_a_colleagues_draft_is_never_written_over_silently(small_world: World) -> None:
    job = texted_job(small_world)
    estimates = small_world.writers.estimates
    begun = estimates.keep_draft(job.id, LINES[:1], "", "Ann Lee")
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        begun = estimates.keep_draft(job.id, LINES[:2], "", "Abe Cole", begun)
        await desk.says("#estimate-said", "Abe Cole changed this draft.")
        await desk.shows("New hose")
        await desk.press("right", "5")
        estimates.keep_draft(job.id, LINES, "", "Abe Cole", begun)
        await desk.says("#estimate-said", "ctrl+s puts yours in its place")
        await desk.press("escape", "escape")
        await desk.stands_at(JobScreen)
        await keeps(desk, job, *(line.operation for line in LINES))
        await desk.press("v")
        await at_estimate(desk)
        await desk.shows("5.00", "148.75")
        await desk.press("ctrl+r")
        await desk.shows("Discount")
        await desk.press("u")
        await desk.hides("Discount")
        assert (await keeps(desk, job, "Replace pump", "New hose")).lines[0].parts == 500


async def test_mine_takes_the_place_of_theirs_when_i_say_so(small_world: World) -> None:
    job = texted_job(small_world)
    begun = small_world.writers.estimates.keep_draft(job.id, LINES[:1], "", "Ann Lee")
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.press("right", "5")
        share_draft(small_world, begun)
        await desk.says("#estimate-said", "was shared or discarded meanwhile")
        await desk.press("escape", "ctrl+s")
        kept = await keeps(desk, job, "Replace pump")
        assert (kept.number, kept.lines[0].parts) == (2, 500)


async def test_a_draft_is_discarded_after_a_second_word(small_world: World) -> None:
    job = texted_job(small_world)
    shared(small_world, job)
    async with at_desk(small_world, small_world.ann) as desk:
        screen = await opens_estimate(desk, job)
        await desk.press("N")
        await desk.says("#versions", "2 draft, kept")
        await desk.press("D", "enter")
        await desk.stands_at(EstimateScreen)
        await desk.press("D", "y")
        await desk.until(lambda: screen.shown is not None, "the shared version is on the screen")
        assert [each.version.number for each in small_world.writers.estimates.history(job.id)] == [1]


async def test_evidence_is_saved_beside_what_is_there(small_world: World, tmp_path: Path) -> None:
    job, folder = texted_job(small_world, number="A/7 ü"), tmp_path / "out"
    folder.mkdir()
    decided(small_world, small_world.ana, shared(small_world, job), APPROVED)
    async with at_desk(small_world, small_world.ann, size=(200, 50)) as desk:
        await opens_estimate(desk, job)
        for _ in range(2):
            await desk.press("x")
            await desk.stands_at(AskLine)
            await desk.press("ctrl+u")
            await desk.pastes(f"{folder}no")
            await desk.press("enter")
            await desk.says("#line-said", "There is no folder")
            await desk.press("backspace", "backspace", "enter")
            await at_estimate(desk)
            await desk.says("#estimate-said", "Saved:")
        await desk.says("#estimate-said", "-2.csv")
    names = sorted(path.name for path in folder.iterdir())
    assert [name[:13] for name in names] == ["estimate-A-7-"] * 4
    assert "396.85" in (folder / names[0]).read_text(encoding="utf-8-sig")
    assert all("Ana Silva" in path.read_text(encoding="utf-8-sig") for path in folder.iterdir())


async def test_details_say_how_it_stands_and_v_opens_the_newest_version_or_the_draft(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("1")
        await desk.says("#details", "none yet: v begins one")
        first = shared(small_world, job)
        await desk.says("#details", "1: USD 396.85, shared, waiting for Ana Silva")
        decided(small_world, small_world.ana, first, APPROVED, DECLINED, DECLINED)
        await desk.says("#details", "1: Ana Silva approved 1 of 3 lines, USD 380.80, take it over with v, T")
        shared(small_world, job, lines=LINES[:1])
        await desk.says("#details", "2: USD 380.80, shared")
        await desk.press("3")
        await desk.settles()
        desk.thread.focus()
        await desk.press("end", "up")
        await desk.until(lambda: desk.thread.selected and "approved" in desk.thread.selected.body, "the decision")
        await desk.press("v")
        screen = await at_estimate(desk)
        assert screen.shown is not None
        assert screen.shown.version.number == 2, "not the one that the selected message is about"
        await desk.press("N")
        await desk.says("#versions", "3 draft, kept")
        await desk.press("left_square_bracket", "left_square_bracket", "escape")
        await desk.stands_at(JobScreen)
        desk.thread.focus()
        await desk.press("v")
        assert (await at_estimate(desk)).shown is None, "the draft, not the version that was looked at last"


async def test_workers_and_dispatchers_without_chat_see_no_estimate(small_world: World) -> None:
    job = texted_job(small_world)
    shared(small_world, job)
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("v", "V")
        await desk.stands_at(JobScreen)
        assert "380" not in desk.text
        desk.app.screen.query_one("#tabs").active = "tab-details"  # type: ignore[attr-defined]
        await desk.shows("Site contact")
        assert "Estimate" not in desk.text
    mute = small_world.user("Moe Mute", Role.DISPATCHER, chat=False)
    async with at_desk(small_world, mute) as desk:
        await desk.opens(job)
        await desk.press("1", "v")
        await desk.until(lambda: desk.toasts, "a sentence")
        assert "Estimates need the Chat box" in desk.toasts[0]
        assert "Estimate" not in desk.part("#details")


async def test_a_dispatcher_who_loses_chat_is_shown_out(small_world: World) -> None:
    job = texted_job(small_world)
    shared(small_world, job)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        with small_world.write() as session:
            from storage import feed
            from storage.tables.people import UserRow

            row = session.get_one(UserRow, small_world.ann.id)
            row.chat = False
            session.add(row)
            feed.append(session, "people", None)
        await desk.stands_at(JobScreen)


async def test_the_footer_fits_and_hostile_words_stay_words(small_world: World) -> None:
    job = texted_job(small_world)
    words = HOSTILE[:200]
    version = shared(small_world, job, lines=(Line(words, 1, 1, 1),), note=HOSTILE)
    decided(small_world, small_world.ana, version, APPROVED, order=words[:60])
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        assert_harmless(desk, "shared")
        assert "owned" in desk.text
        assert await each_focus(desk) == []
        desk.app.screen.query_one("#shown").focus()
        await desk.press("N")
        await desk.says("#versions", "2 draft")
        await desk.press("enter")
        await desk.focuses("#cell")
        assert_harmless(desk, "cell")
        assert cut(desk) == []
        await desk.press("escape")
        assert await each_focus(desk) == []
        assert_harmless(desk, "draft")


def test_names_of_many_are_counted() -> None:
    assert on_one_line([]) == ""
    assert people(("Ana", "Ben", "Cid", "Dee")) == "Ana and 3 more"
    assert people(("Ana", "Ben", "Cid", "Dee"), every=True) == "Ana, Ben, Cid and Dee"
    assert people(()) == "nobody"


def test_the_file_in_the_docs_can_be_imported() -> None:
    example = re.search(r"```csv\n(.*?)```", Path("docs/estimates.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example
    found = read_lines(example[1].encode(), "USD")
    assert found.problems == ()
    assert [(line.operation, line.net) for line in found.lines] == [
        ("Replace water pump", 148_450),
        ("New hose", 5_550),
        ("Discount, as agreed", -5_000),
    ]
