"""Quick actions by keys: the menu, the form, what it says before Submit, and that nothing typed is lost."""

from domain.alerts import Event
from domain.jobs import Job, Status
from domain.messages import DISPATCH, Stage
from domain.people import Role
from screens.ask import Confirm
from screens.job import JobScreen
from screens.jobs import JobsScreen
from screens.planned import PlannedScreen
from screens.quick_action import QuickActionForm
from screens.quick_action_menu import QuickActionMenu
from screens.recipients import RecipientPicker
from tests.acting import does, draft, written
from tests.alerting import rule, template
from tests.desk import Desk, at_desk, can_sign_in, texted_job
from tests.screens.departing import UNDO, let_out, settings
from tests.screens.estimating import at_estimate, opens_estimate
from tests.world import ANA, World, dispatcher
from widgets.contents import Contents


async def at_form(desk: Desk, digit: str) -> QuickActionForm:
    """Open the form of one of the four from the job, or the list, that is open."""
    await desk.press("q")
    await desk.stands_at(QuickActionMenu)
    await desk.press(digit)
    await desk.stands_at(QuickActionForm)
    await desk.settles()
    assert isinstance(desk.app.screen, QuickActionForm)
    return desk.app.screen


async def on_job(desk: Desk, job: Job, digit: str) -> QuickActionForm:
    """Open the job, go to its thread, and open the form."""
    await desk.opens(job)
    desk.thread.focus()
    await desk.pilot.pause()
    return await at_form(desk, digit)


async def picks(desk: Desk, name: str) -> None:
    """Choose one person in the picker."""
    await desk.press("ctrl+r")
    await desk.stands_at(RecipientPicker)
    await desk.types(name)
    await desk.press("enter")
    await desk.stands_at(QuickActionForm)
    await desk.settles()


async def test_check_in_from_the_job_says_what_happens_and_does_it(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    template(small_world)
    rule(small_world, Event.CHECK_IN)
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("q")
        await desk.stands_at(QuickActionMenu)
        await desk.shows(
            "1 Check-in", "2 Request approval", "3 Asset ready", "4 Asset in service", "becomes Checked in"
        )
        await desk.press("enter")
        await desk.stands_at(QuickActionForm)
        await desk.focuses("#contents")
        await desk.says("#recipient", "Ana Silva (Owner)")
        await desk.says("#audience", "Status becomes Checked in; Ana Silva gets a text; Marco and Dispatch see it")
        await desk.says("#count", "GSM-7 49/160 · 1 part × 1 phone · leaves in 5 s")
        assert desk.draft == "North: your Pump 7 has arrived with us, job 1001."
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.thread_says("Ann Lee → Ana Silva", "Quick action", "leaves in 5 s · u calls it back")
        await desk.thread_says("Check-in: status Checked in.")
        await desk.says("#summary", "Checked in")
        assert "1001: Checked in. On its way to Ana Silva: u calls it back" in desk.toasts
        let_out(small_world, seconds=6)
        assert desk.carrier.takes() == ["North: your Pump 7 has arrived with us, job 1001."]


async def test_from_the_list_for_the_job_under_the_cursor(small_world: World) -> None:
    job = small_world.job(billing_contact_id=None)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.highlight(job.number)
        await at_form(desk, "4")
        await desk.shows("Asset in service: job 1001")
        await desk.says("#audience", "Status becomes In service and the job closes; Ana Silva gets a text; Marco and")
        await desk.press("ctrl+s")
        await desk.stands_at(JobsScreen)
        (message,) = written(small_world, job)
        assert [d.to for d in message.deliveries] == [ANA]
        assert small_world.read_job(job.id).closed_at is not None


async def test_with_nobody_obvious_it_begins_at_recipient_and_a_note_may_be_enough(small_world: World) -> None:
    job = small_world.job()
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "1")
        await desk.focuses("#recipient")
        await desk.says("#audience", "Status becomes Checked in; a note for Dispatch alone, no text is sent")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.settles()
        assert "1001: Checked in; no text went out" in desk.toasts
    (note,) = written(small_world, job)
    assert (note.recipients, note.deliveries) == ((DISPATCH,), ())


async def test_request_approval_shares_the_estimate_with_its_repair_time(small_world: World) -> None:
    job = small_world.job()
    version = draft(small_world, job)
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "2")
        await desk.says("#share", "[x] 1: 3 lines, USD")
        await desk.shows("space ticks, enter opens it", "Submit")
        await desk.says("#audience", "choose who decides on estimate 1")
        await desk.press("ctrl+s")
        await desk.says("#audience", "! An estimate goes to a contact of the customer: pick who is to decide.")
        await picks(desk, "Ana")
        await desk.says("#audience", "Ana Silva gets a text; estimate 1 is theirs to decide; Marco and Dispatch see it")
        desk.app.screen.query_one("#repair").focus()
        await desk.types("soon")
        await desk.says("#repair-said", "! “soon” is no time that can be read")
        await desk.press("ctrl+s")
        await desk.focuses("#repair")
        await desk.press(*["backspace"] * 4)
        await desk.types("fri 16:00, 3 h")
        await desk.says("#repair-said", "adds “Estimated time of repair: Fri 6 Mar, 16:00 (about 3 hours).”")
        assert desk.app.screen.query_one("#quick-form").region.bottom <= 24
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.thread_says("Fri 6 Mar, 16:00 (about 3 hours).", "estimate 1 goes with it.")
    shared = small_world.writers.estimates.version(version.id)
    assert shared is not None
    assert shared.recipients == frozenset({small_world.ana.contact_id})


async def test_shared_from_the_estimate_it_says_where_to_call_it_back(small_world: World) -> None:
    """On the estimate u takes back a change of the draft: the key stands on the job."""
    settings(small_world, undo=UNDO)
    job = texted_job(small_world)
    draft(small_world, job)
    async with at_desk(small_world, small_world.ann) as desk:
        await opens_estimate(desk, job)
        await desk.press("q")
        await desk.stands_at(QuickActionForm)
        await desk.settles()
        await picks(desk, "Ana")
        await desk.press("ctrl+s")
        await at_estimate(desk)
        await desk.until(lambda: any("esc, then u calls it back" in words for words in desk.toasts), "the way back")
        await desk.press("escape", "u")
        await desk.until(lambda: small_world.writers.estimates.history(job.id)[-1].version.is_draft, "a draft again")
        await desk.press("v")
        assert (await at_estimate(desk)).shown is None


async def test_space_leaves_the_estimate_out_and_enter_opens_it(small_world: World) -> None:
    from screens.estimate import EstimateScreen

    job = small_world.job(billing_contact_id=None)
    version = draft(small_world, job)
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "2")
        desk.app.screen.query_one("#share").focus()
        await desk.press("space")
        await desk.says("#share", "[ ] 1:")
        await desk.press("enter")
        await desk.stands_at(EstimateScreen)
        await desk.settles()
        await desk.press("q")  # Request approval: the form stands beneath already
        await desk.stands_at(QuickActionForm)
        await desk.settles()
        assert sum(isinstance(screen, QuickActionForm) for screen in desk.app.screen_stack) == 1
        await desk.says("#share", "[ ] 1:")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.settles()
    kept = small_world.writers.estimates.version(version.id)
    assert kept is not None
    assert kept.is_draft
    assert len(written(small_world, job)) == 1


async def test_what_is_typed_is_there_again_after_escape_and_after_the_idle_lock(small_world: World) -> None:
    can_sign_in(small_world, small_world.ann, small_world.abe)
    job = small_world.job(billing_contact_id=None)
    async with at_desk(small_world) as desk:
        await desk.sign_in("Ann Lee")
        await on_job(desk, job, "2")
        await desk.types(" Please hurry")
        desk.app.screen.query_one("#repair").focus()
        await desk.types("3 h")
        await desk.press("escape")
        await desk.stands_at(JobScreen)
        assert any("What you typed is here" in toast for toast in desk.toasts)
        await at_form(desk, "2")
        assert desk.draft.endswith(" Please hurry")
        desk.app.sign_out()
        await desk.sign_in("Abe Cole")
        await on_job(desk, job, "2")
        assert "hurry" not in desk.text, "what somebody typed is for nobody else"
        desk.app.sign_out()
        await desk.sign_in("Ann Lee")
        await on_job(desk, job, "2")
        assert desk.draft.endswith(" Please hurry")
        await desk.says("#repair", "3 h")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await at_form(desk, "2")
        assert "hurry" not in desk.draft, "what was sent is no draft any more"


async def test_what_comes_meanwhile_stops_the_first_submit(small_world: World) -> None:
    job = texted_job(small_world, "Which gate?", billing_contact_id=None)
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "3")
        desk.carrier.receives("I sold it!")
        await desk.press("ctrl+s")
        await desk.says("#count", "! Meanwhile Ana Silva: “I sold it!”. Submit again to go on.")
        assert written(small_world, job) == []
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        assert len(written(small_world, job)) == 1


async def test_somebody_else_changed_the_job_and_nothing_typed_is_lost(small_world: World) -> None:
    job = small_world.job(billing_contact_id=None)
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "3")
        await desk.types(" at gate 2")
        small_world.change(job, worker_id=small_world.mia.id, status=Status.STARTED)
        await desk.press("ctrl+s")
        await desk.says("#count", "! Somebody else changed this job meanwhile")
        await desk.says("#count", "Now: Started, Mia Wong.")
        assert desk.draft.endswith(" at gate 2")
        await desk.press("ctrl+s")  # the hand-over stands in the thread
        await desk.says("#count", "Submit again to go on")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        assert small_world.read_job(job.id).status is Status.READY


async def test_the_same_told_again_asks_first(small_world: World) -> None:
    job = small_world.job(billing_contact_id=None)
    does(small_world, job, Event.ASSET_READY, small_world.ana, by=small_world.abe)
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("q")
        await desk.shows("3 Asset ready done 12:00 by Abe Cole")
        await desk.press("3")
        await desk.stands_at(QuickActionForm)
        await desk.says("#audience", "Status stays Ready")
        await desk.press("ctrl+s")
        await desk.stands_at(Confirm)
        await desk.shows("Asset ready was told 12:00 by Abe Cole already. Tell it")
        await desk.press("escape")
        await desk.stands_at(QuickActionForm)
        assert len(written(small_world, job)) == 1
        await desk.press("ctrl+s")
        await desk.stands_at(Confirm)
        await desk.press("t")
        await desk.stands_at(JobScreen)
        assert len(written(small_world, job)) == 2


async def test_called_back_the_screen_says_that_the_status_stays(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = small_world.job(billing_contact_id=None)
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "3")
        await desk.types(" Gate 2")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        await desk.thread_says("leaves in 5 s")
        desk.thread.focus()
        await desk.press("u")
        await desk.thread_says("called back", "Asset ready: status Ready. Called back.")
        assert any("The job's status stays as it is" in toast for toast in desk.toasts)
        await desk.says("#summary", "Ready")
        assert desk.draft == "", "the composer is left alone"
        await desk.press("u")
        await desk.stands_at(QuickActionForm)
        assert desk.draft.endswith(" Gate 2")
        await desk.says("#recipient", "Ana Silva")
        let_out(small_world, seconds=9)
        assert desk.carrier.takes() == []


async def test_called_back_from_planned_its_words_go_to_the_form(small_world: World) -> None:
    settings(small_world, undo=UNDO)
    job = small_world.job(billing_contact_id=None)
    does(small_world, job, Event.CHECK_IN, small_world.ana, body="It is here")
    async with at_desk(small_world, small_world.ann) as desk:
        await desk.opens(job)
        desk.thread.focus()
        await desk.press("l")
        await desk.stands_at(PlannedScreen)
        await desk.settles()
        await desk.press("u")
        await desk.until(lambda: any("under q, Check-in" in toast for toast in desk.toasts), "what became of it")
        assert [m.stage for m in written(small_world, job)] == [Stage.CALLED_BACK]
        assert desk.kept_draft(small_world.ann, job) is None
        await desk.press("escape")
        await desk.stands_at(JobScreen)
        await at_form(desk, "1")
        assert desk.draft == "It is here"


async def test_a_gap_in_the_text_is_pointed_at(small_world: World) -> None:
    job = small_world.job(asset="", billing_contact_id=None)
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "3")
        await desk.press("ctrl+s")
        await desk.says("#count", "! Put something in the place of {asset}")
        assert desk.one(Contents).selected_text == "{asset}"
        await desk.types("pump")
        await desk.press("ctrl+s")
        await desk.stands_at(JobScreen)
        assert [m.body for m in written(small_world, job)] == ["North: your pump is ready, job 1001."]


async def test_the_picker_offers_no_ad_hoc_number(small_world: World) -> None:
    job = small_world.job(ad_hoc_mobile="+15550107777")
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "1")
        await desk.press("enter")
        await desk.stands_at(RecipientPicker)
        await desk.shows("Ana Silva", "Ben Silva", "Marco Diaz", "Dispatch")
        assert "7777" not in desk.part("#people")


async def test_without_chat_the_status_alone_changes(small_world: World) -> None:
    mute = small_world.user("Cy Mute", Role.DISPATCHER, chat=False)
    job = small_world.job()
    small_world.text(job, dispatcher(small_world.ann), small_world.ana, body="secret")
    async with at_desk(small_world, mute) as desk:
        await desk.highlight(job.number)
        await at_form(desk, "1")
        await desk.shows("nobody is told", "Status becomes Checked in")
        for word in ("Recipient", "Ana", "secret"):
            assert word not in desk.part("#quick-form")
        await desk.press("enter")
        await desk.stands_at(JobsScreen)
        await desk.until(lambda: small_world.read_job(job.id).status is Status.CHECKED_IN, "the status changed")
    assert written(small_world, job) == []


async def test_a_worker_has_no_such_key_and_sees_what_was_told(small_world: World) -> None:
    job = small_world.job()
    does(small_world, job, Event.CHECK_IN, small_world.ana, body="It is here")
    async with at_desk(small_world, small_world.marco) as desk:
        await desk.opens(job)
        await desk.thread_says("It is here", "Quick action")
        desk.thread.focus()
        await desk.press("q")
        await desk.settles()
        assert isinstance(desk.app.screen, JobScreen)


async def test_the_form_has_room_on_a_wide_screen(small_world: World) -> None:
    job = small_world.job()
    draft(small_world, job)
    async with at_desk(small_world, small_world.ann, size=(200, 50)) as desk:
        form = await on_job(desk, job, "2")
        await desk.shows("Estimate", "Repair time", "Recipient", "Contents", "Submit")
        assert form.query_one("#quick-form").region.width > 100
        assert form.query_one("#contents").region.height > 8


async def test_the_picker_opens_from_every_field_and_what_a_text_costs_breaks_between_its_parts(
    small_world: World,
) -> None:
    settings(small_world, undo=UNDO)
    job = small_world.job(billing_contact_id=None)
    draft(small_world, job)
    async with at_desk(small_world, small_world.ann) as desk:
        await on_job(desk, job, "2")
        for field in ("#share", "#repair", "#recipient", "#contents"):
            desk.app.screen.query_one(field).focus()
            await desk.press("ctrl+r")
            await desk.stands_at(RecipientPicker)
            await desk.press("escape")
            await desk.stands_at(QuickActionForm)
        await desk.says("#count", "leaves in 5 s")
        assert any("leaves in 5 s" in line for line in desk.lines_of("#count"))
