"""Who is told by text of something new, and who is not (rule 47). On both engines."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import State
from domain.jobs import Job, Status
from domain.messages import DISPATCH, Kind, Message, Stage
from domain.visibility import can_see
from domain.waiting import is_thanks
from messaging.worker_notices import notice, tell_workers
from storage.counters import as_message
from storage.notices import APART, RIPE, News
from storage.opt_outs import opt_out
from storage.tables.jobs import PresenceRow
from storage.tables.messages import DeliveryRow, MessageRow
from storage.tables.people import LocationRow, UserLocationRow
from tests.storage.rows import another, examples, put, together
from tests.web.phone import MARCO, MIA, give_mobile, set_account, set_user
from tests.world import World, dispatcher, worker


@pytest.fixture
def job(world: World) -> Job:
    """Marco's job; Marco and Mia have mobiles."""
    give_mobile(world, world.marco, MARCO)
    give_mobile(world, world.mia, MIA)
    return world.job()


def ripe(world: World) -> None:
    """Let so much time pass that a message is due to be told."""
    world.clock.now += RIPE


def ask(world: World, job: Job, body: str = "Can you come at nine?") -> int:
    """Ann asks Marco something."""
    message = world.text(job, dispatcher(world.ann), worker(world.marco), body=body)
    ripe(world)
    return message


def told(world: World) -> int:
    """One round of telling: how many texts it made."""
    return tell_workers(world.writers.notices, lambda: True)


def notices(world: World) -> list[DeliveryRow]:
    """Every notice there is, oldest first."""
    rows = world.readers.plain.rows("SELECT id FROM delivery WHERE notice_to IS NOT NULL ORDER BY id")
    with world.writers.database.read() as session:
        return [session.get_one(DeliveryRow, row[0]) for row in rows]


def set_state(world: World, state: State) -> None:
    """Let the newest notice be in this state."""
    newest = notices(world)[-1].id
    with world.write() as session:
        session.get_one(DeliveryRow, newest).state = state


def read(world: World, job: Job) -> None:
    """Marco reads everything."""
    world.writers.conversations.see_at_desk(world.marco, job.id, world.readers.reads.newest_change())


def test_a_private_question_is_told_once(world: World, job: Job) -> None:
    message = ask(world, job)
    assert told(world) == 1
    assert told(world) == 0
    (row,) = notices(world)
    assert (row.message_id, row.notice_to, row.recipient_id) == (message, world.marco.id, None)
    assert (row.to_address, row.state, row.due_at) == (MARCO, State.QUEUED, world.clock())
    assert row.use_by == world.clock() + world.readers.reads.account().use_by
    assert row.body == f"New message on job {job.number} (Silva Farms). Read and answer: [link]"
    assert row.link_id is not None


def test_the_customers_text_is_told(world: World, job: Job) -> None:
    world.text(job, world.ana, DISPATCH, worker(world.marco), kind=Kind.REPLY, body="Where are you?")
    ripe(world)
    assert told(world) == 1


@pytest.mark.parametrize("body", ["Thanks!", "ok", "👍", "Liked “We come at ten”"])
def test_thanks_and_reactions_are_not_told(world: World, job: Job, body: str) -> None:
    world.text(job, world.ana, DISPATCH, worker(world.marco), kind=Kind.REPLY, body=body)
    ripe(world)
    assert told(world) == 0


def test_what_is_no_news_to_the_worker_is_not_told(world: World, job: Job) -> None:
    world.text(job, dispatcher(world.ann), world.ana, body="We come at ten", kind=Kind.ALERT)
    world.text(job, dispatcher(world.ann), world.ana, body="Is the gate open?")
    world.text(job, worker(world.marco), DISPATCH, body="I need the ladder")
    world.text(job, dispatcher(world.ann), DISPATCH, body="Marco is slow today")
    world.text(job, dispatcher(world.ann), worker(world.marco), body="Not yet", stage=Stage.HELD)
    world.text(job, world.ana, DISPATCH, body="Which of them?", unsure=True)
    world.text(job, world.ana, DISPATCH, body="Kept", dispatch_only=True)
    ripe(world)
    assert told(world) == 0


def test_whoever_looks_at_the_job_is_given_time_to_read_it(world: World, job: Job) -> None:
    world.text(job, dispatcher(world.ann), worker(world.marco))
    world.clock.now += RIPE - timedelta(seconds=1)
    assert told(world) == 0
    with world.write() as session:
        session.add(PresenceRow(user_id=world.marco.id, job_id=job.id, at=world.clock()))
    world.clock.advance(seconds=30)
    assert told(world) == 0
    world.clock.advance(seconds=60)
    assert told(world) == 1


def test_one_text_until_it_was_read(world: World, job: Job) -> None:
    ask(world, job)
    assert told(world) == 1
    set_state(world, State.DELIVERED)
    for _ in range(5):
        world.clock.now += APART
        ask(world, job, "Hello?")
        assert told(world) == 0
    read(world, job)
    ask(world, job, "Thank me later: are you there?")
    assert told(world) == 1


def test_at_most_one_in_ten_minutes(world: World, job: Job) -> None:
    ask(world, job)
    assert told(world) == 1
    read(world, job)
    ask(world, job, "And the next thing")
    assert told(world) == 0
    world.clock.now += APART
    assert told(world) == 1


def test_one_text_for_each_job(world: World, job: Job) -> None:
    other = world.job()
    ask(world, job)
    ask(world, other)
    assert told(world) == 2


@pytest.mark.parametrize(
    ("state", "again"),
    [
        (State.FAILED, 1),
        (State.UNDELIVERED, 1),
        (State.EXPIRED, 1),
        (State.UNCONFIRMED, 0),
        (State.DELIVERED, 0),
        (State.QUEUED, 0),
    ],
)
def test_a_text_that_did_not_arrive_is_followed_by_another_with_the_next_message(
    world: World, job: Job, state: State, again: int
) -> None:
    ask(world, job)
    told(world)
    set_state(world, state)
    world.clock.now += APART
    assert told(world) == 0
    ask(world, job, "Still there?")
    assert told(world) == again


def test_without_mobile_chat_or_consent_nobody_is_texted(world: World, job: Job) -> None:
    ask(world, job)
    give_mobile(world, world.marco, None)
    assert told(world) == 0
    give_mobile(world, world.marco, MARCO)
    set_user(world, world.marco, chat=False)
    assert told(world) == 0
    set_user(world, world.marco, chat=True, active=False)
    assert told(world) == 0
    set_user(world, world.marco, active=True)
    with world.write() as session:
        opt_out(session, MARCO, "STOP", world.clock())
    assert told(world) == 0


def test_a_handed_over_job_tells_the_new_worker_alone(world: World, job: Job) -> None:
    ask(world, job)
    world.change(job, worker_id=world.mia.id)
    ripe(world)
    assert told(world) == 1
    assert notices(world)[0].notice_to == world.mia.id


def test_three_way_off_tells_of_private_words_alone(world: World, job: Job) -> None:
    set_account(world, three_way=False)
    world.text(job, world.ana, DISPATCH, worker(world.marco), kind=Kind.REPLY)
    ripe(world)
    assert told(world) == 0
    ask(world, job)
    assert told(world) == 1


def test_a_closed_job_tells_until_its_grace_time_ends(world: World, job: Job) -> None:
    world.change(job, status=Status.COMPLETED)
    ask(world, job)
    assert told(world) == 1
    read(world, job)
    world.clock.advance(days=8)
    ask(world, job)
    assert told(world) == 0


def test_last_weeks_messages_are_no_news(world: World, job: Job) -> None:
    give_mobile(world, world.marco, None)
    ask(world, job)
    world.clock.advance(days=2)
    give_mobile(world, world.marco, MARCO)
    assert told(world) == 0


def test_quiet_hours_hold_it_back_where_texts_are_held(world: World, job: Job) -> None:
    with world.write() as session:
        place = session.get_one(LocationRow, job.location.id)
        place.quiet_begin, place.quiet_end = time(21).isoformat("minutes"), time(8).isoformat("minutes")
    world.clock.now = datetime(2026, 3, 3, 4, tzinfo=UTC)  # 23:00 in New York
    set_account(world, holds_in_practice=True)
    ask(world, job)
    assert told(world) == 0
    world.clock.now = datetime(2026, 3, 3, 13, 1, tzinfo=UTC)
    assert told(world) == 1


def test_nobody_is_told_where_no_link_may_go_out(world: World, job: Job) -> None:
    ask(world, job)
    assert tell_workers(world.writers.notices, lambda: False) == 0


def test_a_location_without_a_number_holds_up_nobody_else(world: World, job: Job) -> None:
    place = world.writers.people.add_location("South", "US", "America/New_York", [])
    with world.write() as session:
        session.add(UserLocationRow(user_id=world.marco.id, location_id=place))
        session.add(UserLocationRow(user_id=world.ann.id, location_id=place))
    ann = world.readers.reads.user(world.ann.id)
    assert ann is not None
    world.ann = ann
    ask(world, world.job(location_id=place))
    ask(world, job)
    assert told(world) == 1


def test_two_engines_at_once_text_once(world: World, job: Job) -> None:
    ask(world, job)
    with another(world) as second:
        (news,) = world.writers.notices.due()
        made = together(
            lambda: world.writers.notices.make(news, notice(news)), lambda: second.notices.make(news, notice(news))
        )
    assert sorted(made) == [False, True]
    assert len(notices(world)) == 1


def test_what_was_read_or_handed_over_between_finding_and_texting_is_left(world: World, job: Job) -> None:
    ask(world, job)
    (news,) = world.writers.notices.due()
    read(world, job)
    assert not world.writers.notices.make(news, notice(news))
    other = world.job()
    ask(world, other)
    (news,) = world.writers.notices.due()
    world.change(other, worker_id=world.mia.id)
    assert not world.writers.notices.make(news, notice(news))


def test_a_notice_moves_nothing_on_the_job(world: World, job: Job) -> None:
    ask(world, job)
    before = world.readers.plain.rows("SELECT * FROM job WHERE id = :id", {"id": job.id})
    told(world)
    assert world.readers.plain.rows("SELECT * FROM job WHERE id = :id", {"id": job.id}) == before


@pytest.mark.parametrize("name", ["[link]", "A\nB", "x" * 300, "a [link] b"])
def test_a_customers_name_cannot_pass_for_a_link(name: str) -> None:
    body = notice(News(1, 1, 1, 1, "1001", name))
    assert body.count("[link]") == 1
    assert body.endswith("Read and answer: [link]")
    assert len(body) < 160


def test_nobody_is_told_of_what_they_may_not_see(world: World) -> None:
    """Whatever stands on a job: a notice names a message that its worker may see, and they hear of every one."""
    give_mobile(world, world.marco, MARCO)
    give_mobile(world, world.mia, MIA)
    authors = [dispatcher(world.ann), worker(world.marco), worker(world.mia), world.ana]
    others = [worker(world.marco), worker(world.mia), world.ana, DISPATCH]

    @examples(world, sqlite=60, postgres=15)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(authors),
                st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True),
                st.sampled_from(list(Stage)),
                st.booleans(),
                st.booleans(),
                st.sampled_from(["Where?", "Thanks"]),
            ),
            min_size=1,
            max_size=6,
        ),
        st.booleans(),
        st.booleans(),
    )
    def holds(written: list[tuple[object, ...]], three_way: bool, reassigned: bool) -> None:
        set_account(world, three_way=three_way)
        job = world.job()
        with world.write() as session:
            for author, to, stage, unsure, kept, body in written:
                put(
                    session,
                    world,
                    job.id,
                    author,  # type: ignore[arg-type]
                    *to,  # type: ignore[misc]
                    stage=stage,  # type: ignore[arg-type]
                    unsure=unsure,  # type: ignore[arg-type]
                    dispatch_only=kept,  # type: ignore[arg-type]
                    body=body,  # type: ignore[arg-type]
                )
        if reassigned:
            world.change(job, worker_id=world.mia.id)
        ripe(world)
        access = world.readers.threads.access(job.id)
        holder = world.mia if reassigned else world.marco
        expected = {
            holder.id
            for message in _all(world, job)
            if can_see(holder, message, access, world.clock())
            and message.author.user_id != holder.id
            and not is_thanks(message.body)
            and (
                not message.is_contact_message
                or message.author == world.ana
                or any(person.user_id == holder.id for person in message.recipients)
            )
        }
        found = [news for news in world.writers.notices.due() if news.job_id == job.id]
        assert {news.user_id for news in found} == expected
        for news in found:
            assert world.writers.notices.make(news, notice(news))

    holds()


def _all(world: World, job: Job) -> list[Message]:
    rows = world.readers.plain.rows("SELECT id FROM message WHERE job_id = :job", {"job": job.id})
    with world.writers.database.read() as session:
        return [as_message(session, session.get_one(MessageRow, row[0])) for row in rows]
