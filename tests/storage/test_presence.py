"""Who is on a job just now: told once, forgotten soon, and written seldom."""

from hypothesis import given
from hypothesis import strategies as st

from domain.jobs import AT_FIRST
from storage.presence import OnJob
from tests.storage.rows import another, examples, together
from tests.world import World


def told(world: World, since: int) -> list[int]:
    """The jobs of which screens were told that somebody came, left or writes."""
    rows = world.readers.plain.rows(
        "SELECT job_id FROM change WHERE id > :since AND kind = 'presence' ORDER BY id", {"since": since}
    )
    return [row[0] for row in rows]


def test_who_is_there_and_who_writes(world: World) -> None:
    presence, job, other = world.writers.presence, world.job(), world.job()
    presence.here(world.ann.id, job.id, False)
    presence.here(world.marco.id, job.id, False)
    presence.here(world.abe.id, job.id, True)
    assert presence.others(world.ann.id, job.id) == [OnJob("Abe Cole", True), OnJob("Marco Diaz", False)]
    assert presence.others(world.mia.id, other.id) == []
    presence.here(world.abe.id, other.id, False)
    assert presence.others(world.ann.id, job.id) == [OnJob("Marco Diaz", False)]
    presence.left(world.marco.id, job.id)
    presence.left(world.abe.id, job.id)  # the screen that was left says so after the next one came
    assert presence.others(world.ann.id, job.id) == []
    assert presence.others(world.ann.id, other.id) == [OnJob("Abe Cole", False)]


def test_somebody_whose_desk_fell_silent_is_there_no_more_after_45_seconds(world: World) -> None:
    presence, job = world.writers.presence, world.job()
    presence.here(world.abe.id, job.id, True)
    world.clock.advance(seconds=44)
    assert presence.others(world.ann.id, job.id) == [OnJob("Abe Cole", True)]
    assert world.readers.job_list.page(world.ann, AT_FIRST).rows[0].writing == "Abe Cole"
    world.clock.advance(seconds=1)
    assert presence.others(world.ann.id, job.id) == []
    assert world.readers.job_list.page(world.ann, AT_FIRST).rows[0].writing == ""


def test_the_list_marks_a_job_that_a_colleague_writes_on(world: World) -> None:
    presence, job, other = world.writers.presence, world.job(), world.job()

    def writing() -> dict[int, str]:
        return {row.id: row.writing for row in world.readers.job_list.page(world.ann, AT_FIRST).rows}

    presence.here(world.abe.id, job.id, False)
    presence.here(world.ann.id, other.id, True)
    assert writing() == {job.id: "", other.id: ""}, "not who only looks, and not oneself"
    presence.here(world.abe.id, job.id, True)
    assert writing() == {job.id: "Abe Cole", other.id: ""}


def test_saying_the_same_again_disturbs_nobody_and_writes_little(world: World) -> None:
    presence, job = world.writers.presence, world.job()
    newest = world.readers.reads.newest_change()
    written = 0
    for second in range(60):
        at = world.readers.plain.row("SELECT at FROM presence WHERE user_id = :abe", {"abe": world.abe.id})
        presence.here(world.abe.id, job.id, second >= 30)
        now = world.readers.plain.row("SELECT at FROM presence WHERE user_id = :abe", {"abe": world.abe.id})
        written += at != now
        world.clock.advance(seconds=1)
    assert told(world, newest) == [job.id, job.id], "that he came, and that he writes"
    assert written <= 5


def test_coming_back_after_a_silence_is_news(world: World) -> None:
    presence, job = world.writers.presence, world.job()
    presence.here(world.abe.id, job.id, False)
    world.clock.advance(seconds=50)
    newest = world.readers.reads.newest_change()
    assert presence.here(world.abe.id, job.id, False)
    assert told(world, newest) == [job.id]


def test_whatever_happens_what_is_told_is_what_is_there(world: World) -> None:
    """Against a plain book: the last word of each person, unless it is 45 seconds old."""
    jobs = [world.job(), world.job()]
    people = {user.id: user for user in (world.ann, world.abe, world.marco)}
    acts = st.tuples(
        st.sampled_from(sorted(people)),
        st.integers(0, 1),
        st.sampled_from(["look", "write", "leave"]),
        st.sampled_from([0, 1, 14, 16, 30, 46]),
    )

    @examples(world, 40, 8)
    @given(st.lists(acts, max_size=12))
    def holds(happens: list[tuple[int, int, str, int]]) -> None:
        world.clock.advance(minutes=5)
        book: dict[int, tuple[int, bool, float]] = {}
        second = 0.0
        for user_id, which, act, pause in happens:
            job_id, before = jobs[which].id, book.get(user_id)
            if act == "leave":
                world.writers.presence.left(user_id, job_id)
                if before is not None and before[0] == job_id:
                    del book[user_id]
            else:
                world.writers.presence.here(user_id, job_id, act == "write")
                if before is None or before[:2] != (job_id, act == "write") or second - before[2] >= 15:
                    book[user_id] = (job_id, act == "write", second)
            for job in jobs:
                there = [(i, typing) for i, (at, typing, said) in book.items() if at == job.id and second - said < 45]
                expected = [OnJob(people[i].name, typing) for i, typing in there if i != world.ann.id]
                found = world.writers.presence.others(world.ann.id, job.id)
                assert found == sorted(expected, key=lambda who: (not who.typing, who.name))
            world.clock.advance(seconds=pause)
            second += pause

    holds()


def test_many_desks_say_so_at_once(world: World) -> None:
    job, other = world.job(), world.job()

    def say(user_id: int, job_id: int) -> None:
        with another(world) as writers:
            for typing in (False, True, False):
                writers.presence.here(user_id, job_id, typing)

    together(
        lambda: say(world.abe.id, job.id), lambda: say(world.abe.id, other.id), lambda: say(world.marco.id, job.id)
    )
    assert world.writers.presence.others(world.ann.id, job.id)[-1] == OnJob("Marco Diaz", False)
