"""The same request twice, also at the same moment, on both engines: done once, answered byte for byte alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from domain.alerts import Event
from storage.tables.jobs import JobRow
from tests.storage.rows import examples, fresh, together
from tests.web.caller import Caller, calling, counts, job, rule, tell, texts
from tests.world import World


@pytest.mark.parametrize("count", [2, 8])
def test_of_many_at_once_one_is_done(world: World, count: int) -> None:
    with calling(world) as api:
        before = counts(world)
        answers = together(*[lambda: api.job(number="J", customer="C", key="k") for _ in range(count)])
        assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
        assert counts(world)["JobRow"] == before["JobRow"] + 1
        assert counts(world)["ApiRequestRow"] == before["ApiRequestRow"] + 1


def test_many_that_make_the_same_job_under_their_own_keys_make_one(world: World) -> None:
    with calling(world) as api:
        answers = together(*[lambda: api.job(number="J", customer="C", title="T") for _ in range(6)])
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
        assert counts(world)["JobRow"] == 1


def test_changes_at_the_same_moment_are_all_kept(world: World) -> None:
    """Each changes another field of one job: none writes over what another one wrote, or what follows from it."""
    fields = {
        "title": "Turbine",
        "asset": "Engine",
        "address": "Somewhere",
        "template": "Repair",
        "site_contact": "Cal",
    }
    with calling(world) as api:
        for number in ("J", "K", "L"):
            api.job(number=number, customer="C")
            before = job(world, number)
            work = [lambda n=number, f=field, v=value: api.job(number=n, **{f: v}) for field, value in fields.items()]
            assert {answer.status_code for answer in together(*work)} == {200}
            found = job(world, number)
            assert (found.title, found.asset, found.address, found.template) == tuple(fields.values())[:4]
            assert found.site is not None
            assert found.site.name == "Cal"
            assert found.version == before.version + len(fields)
            with world.writers.database.read() as session:
                words = session.exec(select(JobRow.search_text).where(JobRow.number == number)).one()
            assert all(value.casefold() in words for value in fields.values())


def test_an_event_posted_by_many_at_once_is_told_once(world: World) -> None:
    with calling(world) as api:
        rule(world, Event.ON_THE_WAY)
        known = world.job()
        answers = together(*[lambda: api.event(known.number, event="on_the_way") for _ in range(5)])
        assert {answer.status_code for answer in answers} == {200}
        tell(world)
        assert len(texts(world, known.number)) == 1


def test_any_mixture_of_requests_is_answered_as_the_first_of_each_key_was(world: World) -> None:
    """Random requests, many of them alike, in waves of four at once; a table of first answers is the judge."""
    requests = st.tuples(st.sampled_from("abc"), st.sampled_from(["T", "U"]), st.booleans())
    waves = st.lists(st.lists(requests, min_size=1, max_size=4), min_size=1, max_size=3)
    with calling(world) as api:

        @given(waves)
        @examples(world, sqlite=25, postgres=12)
        def check(plan: list[list[tuple[str, str, bool]]]) -> None:
            run, first = fresh("run").replace(" ", "-"), dict[str, tuple[tuple[str, bool], bytes]]()
            created = 0
            for wave in plan:
                answers = together(*[lambda r=request: _post(api, run, r) for request in wave])
                for (key, title, wrong), (status, content) in zip(wave, answers, strict=True):
                    if status in (200, 201):
                        said = ((title, wrong), content)
                        created += status == 201 and key not in first
                        assert first.setdefault(key, said) == said
                for (key, title, wrong), (status, _) in zip(wave, answers, strict=True):
                    won = first.get(key, (None, b""))[0]
                    # Either it is what won its key, or the key was taken, or it is wrong in itself.
                    done = won == (title, wrong)
                    assert {200: done, 201: done, 409: not done and won is not None, 422: wrong}[status]
            assert not any(wrong for (_, wrong), _ in first.values())
            assert created == bool(first)

        check()


def _post(api: Caller, run: str, request: tuple[str, str, bool]) -> tuple[int, bytes]:
    key, title, wrong = request
    worker = {"worker": "Nobody"} if wrong else {}
    answer = api.job(number=run, customer="C", title=title, key=f"{run}-{key}", **worker)
    return answer.status_code, answer.content
