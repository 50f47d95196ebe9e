"""Send Message: from Recipient to Submit, and every reason why nothing is sent. Rules 39 to 41."""

import sqlite3

import pytest

from domain.delivery import State
from domain.messages import DISPATCH, Kind
from screens.job import JobScreen
from screens.jobs import JobsScreen
from storage.opt_outs import opt_out
from tests.desk import Desk, at_desk, texted_job
from tests.world import ANA, World, dispatcher, worker
from widgets.contents import LONGEST_PASTE


async def test_the_one_contact_who_waits_is_chosen_and_the_cursor_is_in_contents(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.focuses("#contents")
        assert desk.part("#recipient") == "Ana Silva (Owner)"
        assert desk.part("#audience") == "Ana Silva by SMS; Marco Diaz and Dispatch see it"


async def test_with_nobody_waiting_nobody_is_chosen_and_the_cursor_is_in_recipient(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.focuses("#recipient")
        assert "nobody yet" in desk.part("#recipient")
        assert desk.part("#audience") == "Choose a recipient"


async def test_with_two_waiting_nobody_is_chosen(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    small_world.text(job, dispatcher(small_world.ann), small_world.ben, body="Parts come tomorrow")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.carrier.takes()
        desk.carrier.receives("At what time?", small_world.ben.mobile or "")
        await desk.opens(job)
        await desk.focuses("#recipient")
        assert "nobody yet" in desk.part("#recipient")


async def test_an_answer_is_sent_with_ctrl_s_and_the_desk_stays_on_the_job(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north gate,\nby the pump")
        assert desk.draft == "The north gate,\nby the pump"
        await desk.press("ctrl+s")
        await desk.thread_says("▶ Ann Lee → Ana Silva", "The north gate,", "by the pump", "Waiting to leave")
        assert desk.draft == ""
        assert isinstance(desk.app.screen, JobScreen)
        sent = desk.messages(job)[-1]
        assert sent.recipients == (small_world.ana,)
        assert [d.to for d in sent.deliveries] == [ANA]
        assert "Sent to Ana Silva" in desk.toasts
        await desk.until(lambda: desk.kept_draft(small_world.ann, job) is None, "no draft is left")


async def test_a_text_is_followed_to_the_phone_in_words(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.thread_says("Waiting to leave")
        desk.carrier.takes()
        await desk.thread_says("With the carrier")


async def test_submit_twice_sends_once(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        sending = desk.app.screen.query_one("SendMessage")
        sending.action_submit(False)  # type: ignore[attr-defined]
        sending.action_submit(False)  # type: ignore[attr-defined]
        await desk.press("ctrl+s", "ctrl+s")
        await desk.thread_says("North")
        await desk.settles()
        assert desk.bodies(job).count("North") == 1


async def test_the_button_submits_too(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("tab")
        await desk.focuses("#submit")
        await desk.press("enter")
        await desk.until(lambda: desk.bodies(job)[-1] == "North", "it is sent")


async def test_ctrl_n_sends_and_opens_the_next_who_waits(small_world: World) -> None:
    first = texted_job(small_world, "Which gate?")
    second = texted_job(small_world, "Are you coming?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(first)
        await desk.types("North")
        await desk.press("ctrl+n")
        await desk.at_job(second)
        await desk.thread_says("Are you coming?")
        assert desk.draft == ""
        assert desk.bodies(first)[-1] == "North"
        await desk.until(lambda: desk.kept_draft(small_world.ann, first) is None, "no draft is left")
        await desk.press("escape", "escape")
        await desk.opens(first)
        assert desk.draft == ""


async def test_ctrl_n_with_nobody_left_says_so(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.press("ctrl+n")
        await desk.until(lambda: any("Nobody" in toast for toast in desk.toasts), "nobody waits")
        assert isinstance(desk.app.screen, JobScreen)


async def test_what_arrived_meanwhile_is_shown_first_and_sent_after(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north gate")
        desk.carrier.receives("Never mind, found it")
        await desk.thread_says("Never mind, found it")
        await desk.press("ctrl+s")
        await desk.says("#count", "Somebody wrote meanwhile")
        assert "The north gate" not in desk.bodies(job)
        assert desk.draft == "The north gate"
        await desk.focuses("#contents")
        await desk.press("ctrl+s")
        await desk.thread_says("The north gate")
        assert desk.bodies(job)[-1] == "The north gate"


async def test_what_was_there_before_the_first_letter_does_not_cross(small_world: World) -> None:
    """A note of a colleague is not in Customer Messages, but it is no news either."""
    job = texted_job(small_world, "Which gate?")
    small_world.text(job, dispatcher(small_world.abe), DISPATCH, body="Ask Marco first", kind=Kind.NOTE)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north gate")
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "The north gate", "it is sent")


async def test_a_colleagues_note_that_crosses_can_be_read(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north gate")
        small_world.text(job, dispatcher(small_world.abe), DISPATCH, body="Ask Marco first", kind=Kind.NOTE)
        await desk.press("ctrl+s")
        await desk.says("#count", "Somebody wrote meanwhile")
        await desk.thread_says("Ask Marco first")
        assert desk.draft == "The north gate"
        await desk.press("ctrl+s")
        await desk.until(lambda: "The north gate" in desk.bodies(job), "the second Submit sends")


async def test_the_count_says_encoding_parts_phones_and_the_dear_character(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.pastes("für Gómez")
        await desk.says("#count", "“ó” in “Gómez”: 70 per part · UCS-2 9/70")
        await desk.press("ctrl+u")
        await desk.types("abc")
        await desk.says("#count", "GSM-7 3/160 · 1 part × 1 phone · leaves now")
        await desk.pastes("d" * 160)
        await desk.says("#count", "GSM-7 163/306 · 2 parts × 1 phone")


@pytest.mark.parametrize("way", ["typed", "all spaces", "nothing"])
async def test_an_empty_body_is_refused_at_contents(small_world: World, way: str) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        before = desk.bodies(job)
        if way == "all spaces":
            await desk.types("  \n ")
        elif way == "typed":
            await desk.press("x", "backspace")
        await desk.press("ctrl+s")
        await desk.says("#count", "! There is nothing to send yet")
        await desk.focuses("#contents")
        assert desk.bodies(job) == before


async def test_a_body_over_the_limit_is_refused_before_sending_and_kept(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.pastes("x" * 1601)
        await desk.press("ctrl+s")
        await desk.says("#count", "! 1,601 characters are too many: a text holds 1,600. Shorten it by 1.")
        await desk.focuses("#contents")
        assert desk.draft == "x" * 1601
        await desk.press("backspace", "ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "x" * 1600, "it was sent")


async def test_nobody_chosen_is_refused_at_recipient(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.writes("The north gate")
        await desk.press("ctrl+s")
        await desk.says("#audience", "! Nobody is chosen yet: pick a recipient.")
        await desk.focuses("#recipient")
        assert desk.draft == "The north gate"
        assert "The north gate" not in desk.bodies(job)


async def test_somebody_who_opted_out_meanwhile_is_named_at_recipient(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north gate")
        with small_world.write() as session:
            opt_out(session, ANA, "STOP", small_world.clock())
        await desk.press("ctrl+s")
        await desk.says("#audience", "! Ana Silva cannot be texted: opted out by STOP")
        await desk.focuses("#recipient")
        assert desk.draft == "The north gate"


async def test_a_huge_paste_is_refused_and_the_draft_kept(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("North")
        await desk.pastes("x" * (LONGEST_PASTE + 1))
        await desk.says("#count", "! Nothing was inserted: more than 5,000 characters were pasted.")
        assert desk.draft == "North"


async def test_a_draft_stays_with_its_job(small_world: World) -> None:
    first, second = texted_job(small_world, "Which gate?"), texted_job(small_world, "How much?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(first)
        await desk.types("For the first")
        await desk.press("escape", "escape")
        await desk.opens(second)
        assert desk.draft == ""
        await desk.types("For the second")
        await desk.press("escape", "escape")
        await desk.opens(first)
        assert desk.draft == "For the first"
        assert desk.part("#recipient") == "Ana Silva (Owner)"


async def test_a_draft_stays_with_its_writer(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("Mine alone")
        await desk.press("escape", "escape")
        await desk.stands_at(JobsScreen)
    async with at_desk(small_world, small_world.abe) as desk:
        await desk.opens(job)
        assert desk.draft == ""
        assert "Mine alone" not in desk.text


async def test_a_draft_survives_a_restart(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.types("The north gate")
        await desk.until(lambda: kept(desk) == "The north gate", "the draft is kept by itself")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        assert desk.draft == "The north gate"
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "The north gate", "it is sent")


async def test_reply_answers_the_author_of_the_selected_message(small_world: World) -> None:
    job = texted_job(small_world)
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, small_world.ben, body="Both of you")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.carrier.takes()
        desk.carrier.receives("I will be there", small_world.ben.mobile or "")
        await desk.opens(job)
        await desk.press("escape")
        await desk.focuses("ThreadView")
        await desk.press("r")
        await desk.says("#recipient", "Ben Silva (Foreman)")
        await desk.focuses("#contents")
        await desk.shows("answer to Ben Silva, “I will be there”")
        await desk.types("Good")
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "Good", "it is sent")
        answer = desk.messages(job)[-1]
        assert answer.reply_to == desk.messages(job)[-2].id
        await desk.hides("answer to Ben Silva")


async def test_reply_all_answers_everybody_on_it_without_the_viewer(small_world: World) -> None:
    job = texted_job(small_world)
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, small_world.ben, body="Both of you")
    async with at_desk(small_world, small_world.abe) as desk:
        desk.carrier.takes()
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("R")
        await desk.says("#recipient", "Ana Silva (Owner), Ben Silva (Foreman)")


async def test_reply_all_names_those_left_out_with_the_reason(small_world: World) -> None:
    job = texted_job(small_world)
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, small_world.ben, body="Both of you")
    with small_world.write() as session:
        opt_out(session, small_world.ben.mobile or "", "STOP", small_world.clock())
    async with at_desk(small_world, small_world.ann) as desk:
        desk.carrier.takes()
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("R")
        await desk.says("#recipient", "Ana Silva (Owner)")
        await desk.says("#audience", "Left out: Ben Silva, opted out by STOP")


async def test_an_empty_thread_has_nothing_to_answer(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("r")
        await desk.until(lambda: "There is no message to answer yet." in desk.toasts, "it says so")


async def test_m_goes_to_the_composer(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.press("escape")
        await desk.focuses("ThreadView")
        await desk.press("m")
        await desk.focuses("#contents")


async def test_the_worker_is_written_to_at_the_desk_and_privately(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await desk.picks_recipient("Marco")
        await desk.says(
            "#audience", "Marco Diaz at the desk only (never signed in yet); Dispatch sees it, no customer does"
        )
        await desk.writes("Bring the ladder")
        await desk.says("#count", "no text is sent")
        await desk.press("ctrl+s")
        await desk.thread_says("Ann Lee → Marco Diaz", "Waiting at the desk")
        assert desk.messages(job)[-1].recipients == (worker(small_world.marco),)


async def test_a_failed_text_is_sent_again_with_one_key(small_world: World) -> None:
    job = texted_job(small_world)
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="On our way")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.carrier.refuses(21211)
        await desk.opens(job)
        await desk.thread_says("! Not delivered")
        desk.thread.focus()
        await desk.press("x")
        await desk.thread_says("Waiting to leave")
        assert [d.state for d in desk.messages(job)[-1].deliveries] == [State.FAILED, State.QUEUED]


async def test_an_unconfirmed_text_is_sent_again_only_after_a_second_word(small_world: World) -> None:
    job = texted_job(small_world)
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="On our way")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.carrier.is_silent()
        await desk.opens(job)
        await desk.thread_says("! Not confirmed: may or may not have been sent")
        for keys in (["x", "enter"], ["x", "escape"], ["x", "x", "escape"]):
            desk.thread.focus()
            await desk.press(keys[0])
            await desk.shows("Ana Silva may have got this text already")
            await desk.focuses("#no")
            await desk.press(*keys[1:])
            await desk.stands_at(JobScreen)
            await desk.settles()
            assert len(desk.messages(job)[-1].deliveries) == 1
        await desk.press("x")
        await desk.shows("Send again (s)")
        await desk.press("s")
        await desk.thread_says("Waiting to leave")
        assert [d.state for d in desk.messages(job)[-1].deliveries] == [State.UNCONFIRMED, State.QUEUED]


async def test_a_text_that_arrived_is_not_sent_again(small_world: World) -> None:
    job = texted_job(small_world)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("x")
        await desk.until(lambda: "The selected message has no failed text." in desk.toasts, "it says so")


async def test_the_original_note_is_shown_on_its_own(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?", alert="We come at ten, by the river")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("g")
        await desk.shows("Original note", "Ann Lee → Ana Silva")
        assert desk.text.count("by the river") >= 1
        await desk.press("escape")
        await desk.stands_at(JobScreen)
        await desk.press("up", "g")
        await desk.until(lambda: "This message answers no other." in desk.toasts, "it says so")


async def test_a_database_that_is_locked_keeps_the_draft_and_says_so(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await locked_out(desk, monkeypatch)
        await desk.types("North")
        await desk.press("ctrl+s")
        await desk.says("#count", "is locked by another program")
        assert desk.draft == "North"
        monkeypatch.undo()
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.bodies(job)[-1] == "North", "it is sent")


async def test_a_draft_that_could_not_be_kept_is_kept_later(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = texted_job(small_world, "Which gate?")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        await locked_out(desk, monkeypatch)
        await desk.types("North")
        await desk.until(lambda: any("is locked" in toast for toast in desk.toasts), "it says so")
        monkeypatch.undo()
        await desk.until(lambda: desk.kept_draft(small_world.ann, job), "the draft is kept at last")


def kept(desk: Desk) -> str:
    """The stored draft of Ann on the job that is open."""
    assert isinstance(desk.app.screen, JobScreen)
    draft = desk.world.writers.conversations.draft(desk.world.ann, desk.app.screen.job_id)
    return draft.body if draft else ""


async def locked_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every write finds the database locked."""

    def locked() -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(desk.world.writers.database, "write", locked)
