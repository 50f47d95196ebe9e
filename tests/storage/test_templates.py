"""Templates: jobs follow a new name, and one that is not offered any more stays on its jobs."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from domain.administration import Template
from domain.errors import Refusal
from storage import job_search
from storage.tables.alerts import TemplateRow
from tests.storage.rows import another, listed, together
from tests.world import World


def ids(world: World) -> dict[str, int]:
    return {template.name: template.id for template in world.writers.templates.all()}


def test_templates_are_listed_with_their_jobs_those_offered_first(world: World) -> None:
    store = world.writers.templates
    for name in ("Zebra", "Tow", "Repair"):
        if name not in ids(world):
            store.add(name)
    world.job()
    world.job()
    store.offer(ids(world)["Repair"], on=False)
    found = store.all()
    assert [(each.name, each.offered, each.jobs) for each in found] == [
        ("Tow", True, 0),
        ("Zebra", True, 0),
        ("Repair", False, 2),
    ]
    store.offer(ids(world)["Repair"], on=True)
    assert Template(ids(world)["Repair"], "Repair", True, 2) in store.all()


@pytest.mark.parametrize("name", ["Tow", "tow", "TÓW"])
def test_a_name_is_taken_in_any_spelling(world: World, name: str) -> None:
    store = world.writers.templates
    store.add("Tow")
    other = store.add("Check")
    attempts: list[Callable[[], object]] = [lambda: store.add(name), lambda: store.rename(other, name)]
    for wrong in attempts:
        with pytest.raises(Refusal, match=r"already a template called .*another name") as refused:
            wrong()
        assert refused.value.field == "name"
    store.rename(other, "CHECK")


def test_two_desks_adding_the_same_template_add_one(world: World) -> None:
    with another(world) as one, another(world) as two:

        def add(store: object) -> bool:
            try:
                store.add("Tow")  # type: ignore[attr-defined]
            except Refusal:
                return False
            return True

        assert sorted(together(lambda: add(one.templates), lambda: add(two.templates))) == [False, True]


def test_jobs_follow_a_new_name_and_are_found_by_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_search, "BATCH", 2)
    jobs = [world.job() for _ in range(5)]
    other = world.job(template="Tow")
    store = world.writers.templates
    known = ids(world)
    repair = known.get("Repair") or store.add("Repair")
    assert store.rename(repair, "Überholung") == 5
    assert {world.read_job(job.id).template for job in jobs} == {"Überholung"}
    assert world.read_job(other.id).template == "Tow"
    assert {row.id for row in listed(world, world.ann, words="uberholung")} == {job.id for job in jobs}
    assert listed(world, world.ann, words="repair") == ()
    assert {row.id for row in listed(world, world.ann, words="silva pump north marco")} == {
        *(job.id for job in jobs),
        other.id,
    }


def test_a_form_that_was_open_does_not_bring_the_old_name_back(world: World) -> None:
    job = world.job()
    store = world.writers.templates
    store.rename(ids(world).get("Repair") or store.add("Repair"), "Overhaul")
    assert world.read_job(job.id).version == job.version + 1


def test_a_template_keeps_its_row_so_that_its_alerts_follow(world: World) -> None:
    store = world.writers.templates
    tow = store.add("Tow")
    store.rename(tow, "Towing")
    with world.writers.database.read() as session:
        rows = session.exec(select(TemplateRow).where(TemplateRow.id == tow)).all()
    assert [row.name for row in rows] == ["Towing"]
