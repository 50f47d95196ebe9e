"""Making and changing jobs: nobody's change is lost, and what follows from a change follows at once."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.wiring import Writers
from domain.errors import Refusal
from domain.jobs import Job, JobFilter, JobForm, Status
from domain.messages import DISPATCH, Kind, NewMessage
from domain.people import StatedContact
from domain.texts import Incoming
from storage import feed
from storage.jobs import Jobs
from storage.tables.jobs import AssignmentRow, JobRow
from storage.tables.people import ConsentRow, ContactRow
from tests.storage.rows import another, fresh, together
from tests.world import ANA, OURS, OURS_TOO, World, dispatcher, worker

AD_HOC = "+15550104001"


def form(world: World, job: Job | None = None, **changes: object) -> JobForm:
    fields: dict[str, object] = {
        "number": job.number if job else fresh("N"),
        "template": "Repair",
        "title": "Pump",
        "status": Status.ASSIGNED,
        "location_id": world.berlin,
        "customer": "Silva Farms",
    }
    return JobForm(**{**fields, **changes})  # type: ignore[arg-type]


def history(world: World, job: Job) -> list[tuple[int, object, object]]:
    """Who held a job, from when until when, oldest first."""
    with world.writers.database.read() as session:
        rows = session.exec(
            select(AssignmentRow).where(AssignmentRow.job_id == job.id).order_by(col(AssignmentRow.id))
        ).all()
        return [(row.worker_id, row.since, row.until) for row in rows]


def test_a_new_job_is_read_back_as_it_was_made(world: World) -> None:
    job = world.job(address="5 Hill Street", template="Service", title="Ölpumpe")
    assert (job.template, job.title, job.asset, job.address) == ("Service", "Ölpumpe", "Pump 7", "5 Hill Street")
    assert (job.customer, job.location.name, job.status) == ("Silva Farms", "North", Status.ASSIGNED)
    assert [p.name for p in job.people()] == ["Ana Silva", "Ben Silva"]
    assert job.worker is not None
    assert job.worker.name == "Marco Diaz"
    assert (job.window_start, job.window_end) == (
        world.clock() + timedelta(hours=1),
        world.clock() + timedelta(hours=3),
    )
    assert (job.created_at, job.closed_at, job.texting_since, job.version) == (world.clock(), None, None, 1)
    assert job.location.numbers == (OURS, OURS_TOO)


def test_a_taken_number_is_refused_at_its_field(world: World) -> None:
    first, second = world.job(number="77"), world.job()
    for attempt in (
        lambda: world.writers.jobs.create(form(world, number="77"), "Ann Lee"),
        lambda: world.writers.jobs.change(second.id, second.version, form(world, number="77"), "Ann Lee"),
    ):
        with pytest.raises(Refusal, match="already a job 77") as refused:
            attempt()
        assert refused.value.field == "number"
    world.writers.jobs.change(first.id, first.version, form(world, number="77"), "Ann Lee")
    assert world.read_job(second.id).number == second.number


def test_two_dispatchers_taking_the_same_number_at_once_get_a_sentence(world: World) -> None:
    """The second one is told that the number is taken, never shown an error of the database."""
    one_form, two_form = form(world, number="77"), form(world, number="77")
    with another(world) as one, another(world) as two:

        def create(writers: Writers, wanted: JobForm) -> str:
            try:
                writers.jobs.create(wanted, "Ann Lee")
            except Refusal as refused:
                return refused.field or ""
            return "made"

        def hold_the_feed() -> str:
            if not world.writers.database.is_sqlite:
                with world.write() as session:
                    feed.hold(session)
                    time.sleep(0.5)
            return "held"

        ends = together(hold_the_feed, lambda: create(one, one_form), lambda: create(two, two_form))
    assert sorted(ends) == ["held", "made", "number"]


def test_somebody_elses_change_is_never_overwritten(world: World) -> None:
    job = world.job()
    world.change(job, title="Changed by Abe")
    with pytest.raises(Refusal, match="Somebody else changed this job"):
        world.writers.jobs.change(job.id, job.version, form(world, job, title="Changed by Ann"), "Ann Lee")
    now = world.read_job(job.id)
    assert (now.title, now.version) == ("Changed by Abe", job.version + 1)


def test_of_two_changes_at_once_one_is_refused(world: World) -> None:
    job = world.job()
    with another(world) as one, another(world) as two:

        def change(jobs: Jobs, title: str) -> str:
            try:
                jobs.change(job.id, job.version, form(world, job, title=title), "Ann Lee")
            except Refusal:
                return "refused"
            return title

        ends = together(lambda: change(one.jobs, "one"), lambda: change(two.jobs, "two"))
    assert ends.count("refused") == 1
    assert world.read_job(job.id).title in ends


def test_a_message_arriving_meanwhile_is_no_conflict(world: World) -> None:
    job = world.job()
    world.text(job, world.ana, DISPATCH)
    world.writers.jobs.change(job.id, job.version, form(world, job, title="Still mine"), "Ann Lee")
    assert world.read_job(job.id).title == "Still mine"


def test_the_next_number_is_one_above_the_highest(world: World) -> None:
    assert world.writers.jobs.next_number() == "1001"
    world.job(number="2005")
    world.job(number="12")
    world.job(number="WO-9000")
    assert world.writers.jobs.next_number() == "2006"


def test_reassigning_a_job_hands_it_over(world: World) -> None:
    job, start = world.job(), world.clock()
    assert history(world, job) == [(world.marco.id, start, None)]
    world.clock.advance(hours=1)
    world.change(job, worker_id=world.mia.id)
    handed = world.clock()
    assert history(world, job) == [(world.marco.id, start, handed), (world.mia.id, handed, None)]
    world.clock.advance(hours=1)
    world.change(job, title="No hand-over")
    world.change(job, worker_id=None)
    ended = world.clock()
    assert history(world, job) == [(world.marco.id, start, handed), (world.mia.id, handed, ended)]
    world.change(job, worker_id=world.marco.id)
    assert history(world, job)[2:] == [(world.marco.id, ended, None)]
    access = world.read_job(job.id).access
    assert (access.worker_id, dict(access.former)) == (world.marco.id, {world.marco.id: handed, world.mia.id: ended})


def test_a_job_without_a_worker_has_no_history(world: World) -> None:
    assert history(world, world.job(worker_id=None)) == []


def test_a_reassigned_job_shows_the_new_worker_the_customers_thread_and_the_old_one_their_own(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="To Ana")
    world.text(job, dispatcher(world.ann), worker(world.marco), body="To Marco")
    world.change(job, worker_id=world.mia.id)
    seen = {u.name: [m.body for m in world.readers.threads.messages(u, job.id)[0]] for u in (world.marco, world.mia)}
    handed = "Handed over from Marco Diaz to Mia Wong, by Ann Lee."
    assert seen == {"Marco Diaz": ["To Marco"], "Mia Wong": ["To Ana", handed]}


@pytest.mark.parametrize("closing", [Status.IN_SERVICE, Status.COMPLETED, Status.CANCELLED])
def test_closing_and_opening_again(small_world: World, closing: Status) -> None:
    world = small_world
    job = world.job()
    world.clock.advance(hours=1)
    assert world.change(job, status=closing).closed_at == world.clock()
    closed = world.clock()
    world.clock.advance(hours=1)
    assert world.change(job, title="Still closed").closed_at == closed
    assert world.change(job, status=Status.CANCELLED).closed_at == closed
    assert world.change(job, status=Status.STARTED).closed_at is None
    world.clock.advance(hours=1)
    assert world.change(job, status=closing).closed_at == world.clock()


@pytest.mark.parametrize("status", [s for s in Status if not s.closes])
def test_other_statuses_leave_a_job_open(small_world: World, status: Status) -> None:
    assert small_world.job(status=status).closed_at is None


# --- The number on the job -------------------------------------------------------------------------------------------


def contacts(world: World) -> list[ContactRow]:
    with world.writers.database.read() as session:
        return list(session.exec(select(ContactRow).order_by(col(ContactRow.id))))


def test_a_number_on_the_job_becomes_a_one_time_contact_there(world: World) -> None:
    job = world.job(ad_hoc_mobile=AD_HOC)
    assert job.ad_hoc is not None
    assert (job.ad_hoc.mobile, job.ad_hoc.one_time) == (AD_HOC, True)
    assert job.ad_hoc.name == f"Ad hoc …{AD_HOC[-4:]}"
    assert len(job.people()) == 3
    assert len(contacts(world)) == 3
    again = world.job(ad_hoc_mobile=AD_HOC)
    assert again.ad_hoc is not None
    assert again.ad_hoc.id == job.ad_hoc.id
    assert len(contacts(world)) == 3


def test_a_number_on_the_job_that_the_customer_has_is_that_contact(world: World) -> None:
    job = world.job(site_contact_id=None, ad_hoc_mobile=ANA)
    assert job.ad_hoc is not None
    assert (job.ad_hoc.id, job.ad_hoc.name, job.ad_hoc.one_time) == (world.ana.contact_id, "Ana Silva", False)


def test_the_same_number_at_another_customer_is_another_person(world: World) -> None:
    job = world.job(customer="Okafor Ltd", site_contact_id=None, billing_contact_id=None, ad_hoc_mobile=ANA)
    assert job.ad_hoc is not None
    assert job.ad_hoc.id != world.ana.contact_id
    assert job.ad_hoc.one_time


def test_typing_a_number_records_consent(world: World) -> None:
    world.job(ad_hoc_mobile=AD_HOC)
    world.clock.advance(hours=1)
    world.job(ad_hoc_mobile=AD_HOC)
    with world.writers.database.read() as session:
        rows = session.exec(select(ConsentRow).where(ConsentRow.mobile == AD_HOC)).all()
    (row,) = rows
    assert (row.wording, row.stated_by) == ("stated by the provider", "Ann Lee")
    assert row.source == "typed on the job"
    assert row.at == world.clock() - timedelta(hours=1)


def test_a_number_on_the_job_can_be_searched_for(world: World) -> None:
    job = world.job(ad_hoc_mobile=AD_HOC)

    for words in (AD_HOC, "104001", "ad hoc"):
        found = world.readers.job_list.page(world.ann, JobFilter(words=words)).rows
        assert [row.id for row in found] == [job.id], words


def test_taking_the_number_off_keeps_the_contact_and_what_was_written(world: World) -> None:
    job = world.job(ad_hoc_mobile=AD_HOC)
    now = world.change(job, ad_hoc_mobile="")
    assert now.ad_hoc is None
    assert len(contacts(world)) == 3


# --- From which of our numbers ---------------------------------------------------------------------------------------


def sender(world: World, message_id: int) -> str:
    (number,) = world.readers.plain.rows(
        "SELECT from_number FROM delivery WHERE message_id = :m AND channel = 'sms'", {"m": message_id}
    )
    return str(number[0])


def test_the_second_open_job_of_a_phone_gets_the_other_number(world: World) -> None:
    """So that replies are exact; a third shares the first number, and another phone starts anew."""
    jobs = [world.job() for _ in range(3)]
    texts = [world.text(job, dispatcher(world.ann), world.ana) for job in jobs]
    assert [sender(world, text) for text in texts] == [OURS, OURS_TOO, OURS]
    assert sender(world, world.text(jobs[1], dispatcher(world.ann), world.ben)) == OURS


def test_a_closed_jobs_number_is_free_again(world: World) -> None:
    first = world.job()
    world.text(first, dispatcher(world.ann), world.ana)
    world.change(first, status=Status.COMPLETED)
    assert sender(world, world.text(world.job(), dispatcher(world.ann), world.ana)) == OURS


def test_a_job_keeps_the_number_it_began_with(world: World) -> None:
    first, second = world.job(), world.job()
    world.text(first, dispatcher(world.ann), world.ana)
    world.text(second, dispatcher(world.ann), world.ana)
    world.change(first, status=Status.COMPLETED)
    assert sender(world, world.text(second, dispatcher(world.ann), world.ana)) == OURS_TOO


def test_answers_go_from_the_number_the_customer_wrote_to(world: World) -> None:
    job = world.job()
    assert sender(world, world.text(job, dispatcher(world.ann), world.ana)) == OURS
    for number in (OURS_TOO, OURS, OURS_TOO):
        world.writers.inbox.keep([Incoming(fresh("SM"), ANA, number, "Hi", world.clock())])
        (kept,) = world.writers.inbox.new()
        reply = NewMessage(job.id, Kind.REPLY, world.ana, (DISPATCH,), "Hi", world.clock(), fresh("reply"))
        assert world.writers.inbox.place(kept, reply, "")
        assert sender(world, world.text(job, dispatcher(world.ann), world.ana)) == number
    assert sender(world, world.text(job, dispatcher(world.ann), world.ben)) == OURS


def test_a_location_without_a_number_says_so_and_stores_nothing(world: World) -> None:

    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    world.ann = replace(world.ann, location_ids=frozenset({world.berlin, south}))
    job = world.job(location_id=south)
    with pytest.raises(Refusal, match=r"no number to text from.*administrator") as refused:
        world.text(job, dispatcher(world.ann), world.ana)
    assert refused.value.field == "recipient"
    assert world.readers.threads.messages(world.ann, job.id) == ([], False)
    world.text(job, dispatcher(world.ann), worker(world.marco))


def test_many_jobs_made_at_once_keep_their_own_keys(world: World) -> None:
    with another(world) as one, another(world) as two:

        def make(jobs: Jobs) -> list[int]:
            return [jobs.create(form(world), "Ann Lee") for _ in range(10)]

        made = together(lambda: make(one.jobs), lambda: make(two.jobs))
    with world.writers.database.read() as session:
        rows = session.exec(select(JobRow)).all()
    assert {row.id for row in rows} == {*made[0], *made[1]}
    for key in ("waiting_key", "window_key", "activity_seq"):
        assert len({getattr(row, key) for row in rows}) == 20
        assert all(getattr(row, key) > 0 for row in rows)


def test_a_location_counts_its_jobs_also_when_one_moves_with_its_contacts_stated(world: World) -> None:
    south = world.writers.people.add_location("South", "US", "America/Denver", ["+15550100009"])
    job = world.job()
    everywhere = replace(world.ann, location_ids=frozenset({world.berlin, south}))
    stated = StatedContact("Ana Silva", "Owner", ANA, "")
    form = JobForm(
        job.number, "Repair", job.title, job.status, south, job.customer, site=stated, worker_id=world.marco.id
    )
    world.writers.jobs.change(job.id, job.version, form, "Ann Lee")
    counted = {row[0]: row[1] for row in world.readers.plain.rows("SELECT id, job_count FROM location")}
    assert (counted[world.berlin], counted[south]) == (0, 1)
    assert world.readers.job_list.page(everywhere, JobFilter()).total == 1
