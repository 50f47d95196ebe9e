"""The same request twice does nothing twice: with the same words, with others, at the same moment, after a crash."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from domain.errors import Refusal
from domain.ingest import REMEMBERED, Answer, ApiToken, Asked, Busy, KeyTaken, NotAccepted
from storage.api_requests import ApiRequests
from storage.tables.people import CustomerRow
from storage.tables.system import ApiRequestRow
from tests.storage.rows import another, examples, fresh, together
from tests.world import World


def token(world: World) -> ApiToken:
    """A program's token."""
    found = world.writers.api_tokens.holder(world.writers.api_tokens.make(fresh("Program"), "Ann Lee"))
    assert found is not None
    return found


def requests_of(world: World) -> ApiRequests:
    """What answers requests."""
    return ApiRequests(world.writers.database, world.clock)


class Work:
    """Makes a customer each time it is done; the answer is different each time too."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tries = 0

    def __call__(self, session: Session) -> Answer:
        self.tries += 1
        session.add(CustomerRow(name=fresh(self.name)))
        session.flush()
        return Answer(201, f'{{"said":"Grüße {self.tries}"}}')


def done(world: World, work: Work) -> int:
    """How many customers the work left behind."""
    with world.writers.database.read() as session:
        made = select(func.count()).where(col(CustomerRow.name).startswith(f"{work.name} "))
        return session.exec(made).one()


def kept(world: World) -> int:
    """How many answers are kept."""
    with world.writers.database.read() as session:
        return session.exec(select(func.count()).select_from(ApiRequestRow)).one()


def test_the_same_request_gets_the_same_answer_and_is_done_once(world: World) -> None:
    requests, asked, work = requests_of(world), Asked(token(world), "k", "d"), Work("Once")
    assert requests.answered(asked) is None
    first = requests.once(asked, work)
    assert requests.once(asked, work) == first == requests.answered(asked)
    assert (first.status, first.body) == (201, '{"said":"Grüße 1"}')
    assert (done(world, work), work.tries) == (1, 1)


def test_another_request_under_the_same_key_is_refused(world: World) -> None:
    requests, work = requests_of(world), Work("Taken")
    mine = token(world)
    requests.once(Asked(mine, "k", "d"), work)
    for ask in (requests.answered, lambda asked: requests.once(asked, work)):
        with pytest.raises(KeyTaken, match="new key"):
            ask(Asked(mine, "k", "other"))
    assert done(world, work) == 1


def test_keys_of_two_tokens_do_not_meet(world: World) -> None:
    requests, work = requests_of(world), Work("Own")
    for program in (token(world), token(world)):
        requests.once(Asked(program, "k", "d"), work)
    assert done(world, work) == 2


def test_what_is_refused_leaves_nothing_and_keeps_its_key_free(world: World) -> None:
    requests, asked, work = requests_of(world), Asked(token(world), "k", "d"), Work("Refused")

    def refuse(session: Session) -> Answer:
        work(session)
        raise NotAccepted("Never")

    with pytest.raises(NotAccepted, match="Never"):
        requests.once(asked, refuse)
    assert (done(world, work), requests.answered(asked)) == (0, None)
    assert requests.once(Asked(asked.token, "k", "mended"), work).status == 201


def test_a_crash_before_the_end_leaves_neither_the_work_nor_its_answer(world: World) -> None:
    """Both are one transaction: where the program dies, the same request is new again, and done once."""
    requests, asked, work = requests_of(world), Asked(token(world), "k", "d"), Work("Crash")

    class Killed(BaseException):
        """What no handler catches."""

    def die(session: Session) -> Answer:
        work(session)
        raise Killed

    with pytest.raises(Killed):
        requests.once(asked, die)
    assert (done(world, work), requests.answered(asked)) == (0, None)
    requests.once(asked, work)
    requests.once(asked, work)
    assert done(world, work) == 1


def test_a_rehearsal_changes_nothing(world: World) -> None:
    requests, work, before = requests_of(world), Work("Rehearsed"), kept(world)
    assert requests.rehearse(work).status == 201
    assert (done(world, work), kept(world)) == (0, before)


@pytest.mark.parametrize("programs", [2, 6])
def test_of_several_at_the_same_moment_one_is_done_and_all_are_answered_alike(world: World, programs: int) -> None:
    asked, work = Asked(token(world), "k", "d"), Work(f"Race{programs}")
    with another(world) as writers:
        stores = [requests_of(world), ApiRequests(writers.database, world.clock)]
        found = together(*[lambda n=n: stores[n % 2].once(asked, work) for n in range(programs)])
    assert len(set(found)) == 1
    assert done(world, work) == 1


def test_one_that_waits_for_a_refused_one_is_done_itself(world: World) -> None:
    asked, work = Asked(token(world), "k", "d"), Work("Second")
    began, waits = threading.Event(), threading.Event()

    def refuse(_session: Session) -> Answer:
        began.set()
        assert waits.wait(10)
        raise Refusal("Never")

    def first() -> str:
        with pytest.raises(Refusal):
            requests_of(world).once(asked, refuse)
        return "refused"

    def second() -> str:
        assert began.wait(10)
        threading.Timer(0.1, waits.set).start()
        return str(requests_of(world).once(asked, work).status)

    assert together(first, second) == ["refused", "201"]
    assert done(world, work) == 1


def test_two_that_make_the_same_thing_under_two_keys_are_tried_again(world: World) -> None:
    """A name that both make at once: one of them finds it taken, and looks again."""
    mine, name, both = token(world), fresh("Company"), threading.Barrier(2)

    def make(session: Session) -> Answer:
        found = session.exec(select(CustomerRow.id).where(CustomerRow.name == name)).first()
        if found is None:
            if not world.writers.database.is_sqlite and not both.broken:
                with suppress(threading.BrokenBarrierError):
                    both.wait(2)
            session.add(CustomerRow(name=name))
            session.flush()
        return Answer(200 if found else 201, "{}")

    requests = requests_of(world)
    found = together(*[lambda key=key: requests.once(Asked(mine, key, "d"), make).status for key in ("a", "b")])
    assert sorted(found) == [200, 201]


def test_a_database_that_stays_busy_is_said_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def locked(_session: Session) -> Answer:
        raise OperationalError("INSERT", {}, RuntimeError("database is locked"))

    asked = Asked(token(world), "k", "d")
    with pytest.raises(Busy, match="same key"):
        requests_of(world).once(asked, locked)
    assert requests_of(world).answered(asked) is None


def test_answers_are_forgotten_after_a_week_and_not_before(world: World) -> None:
    requests, asked, work = requests_of(world), Asked(token(world), "k", "d"), Work("Week")
    requests.once(asked, work)
    world.clock.advance(seconds=REMEMBERED.total_seconds())
    world.writers.engines.forget_old()
    assert requests.answered(asked) is not None
    world.clock.advance(seconds=1)
    world.writers.engines.forget_old()
    assert requests.answered(asked) is None
    assert timedelta(days=7) == REMEMBERED


def test_any_order_of_requests_is_answered_as_if_each_had_come_once(world: World) -> None:
    """Against a table of first words: for every key the first request wins, for good."""
    requests, mine = requests_of(world), token(world)

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), max_size=12))
    @examples(world, sqlite=40, postgres=15)
    def check(asks: list[tuple[str, str]]) -> None:
        run, work = fresh("run"), Work(fresh("Order"))
        table: dict[str, tuple[str, Answer]] = {}
        for key, words in asks:
            asked = Asked(mine, f"{run} {key}", words)
            if key in table and table[key][0] != words:
                with pytest.raises(KeyTaken):
                    requests.once(asked, work)
                continue
            found = requests.once(asked, work)
            table.setdefault(key, (words, found))
            assert found == table[key][1] == requests.answered(asked)
        assert done(world, work) == len(table)

    check()
