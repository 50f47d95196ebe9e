"""An estimate is a draft until it is shared; a share that is called back gives the draft back as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Refusal
from domain.estimates import Line, digest_of
from domain.jobs import Status
from domain.messages import Stage
from tests.estimating import APPROVED, LINES, decided, share_draft, shared
from tests.storage.rows import together
from tests.world import DISPATCH, World

HOSE = (Line("Hose", 100, 50, 700),)


def numbers(world: World, job_id: int) -> list[tuple[int, bool, bool]]:
    """Every version: its number, whether it is a draft, and whether another took its place."""
    return [(h.version.number, h.version.is_draft, h.superseded) for h in world.writers.estimates.history(job_id)]


def test_a_job_has_one_draft_which_is_kept_again_and_again(world: World) -> None:
    estimates, job = world.writers.estimates, world.job()
    first = estimates.keep_draft(job.id, LINES, " Valid for a week ", "Ann Lee")
    assert (first.number, first.note, first.currency, first.made_by) == (1, "Valid for a week", "USD", "Ann Lee")
    assert [replace(line, id=0) for line in first.lines] == list(LINES)
    again = estimates.keep_draft(job.id, HOSE, "", "Abe Cole", opened=first)
    assert (again.id, again.number, again.made_by) == (first.id, 1, "Abe Cole")
    (history,) = estimates.history(job.id)
    assert history.version == again == estimates.version(first.id)
    assert not history.is_open
    assert estimates.history(world.job().id) == []


def test_a_colleagues_changes_are_never_written_over(world: World) -> None:
    estimates, job = world.writers.estimates, world.job()
    opened = estimates.keep_draft(job.id, LINES, "", "Ann Lee")
    estimates.keep_draft(job.id, HOSE, "", "Abe Cole", opened)
    with pytest.raises(Refusal, match="Abe Cole changed this draft meanwhile"):
        estimates.keep_draft(job.id, LINES, "new", "Ann Lee", opened)
    with pytest.raises(Refusal, match="Abe Cole has begun estimate 1"):
        estimates.keep_draft(job.id, LINES, "", "Ann Lee")
    estimates.discard_draft(job.id)
    with pytest.raises(Refusal, match="shared or discarded meanwhile"):
        estimates.keep_draft(job.id, LINES, "", "Ann Lee", opened)


def test_a_discarded_draft_is_gone_and_its_number_free(world: World) -> None:
    estimates, job = world.writers.estimates, world.job()
    draft = estimates.keep_draft(job.id, LINES, "", "Ann Lee")
    assert estimates.discard_draft(job.id)
    assert not estimates.discard_draft(job.id)
    assert estimates.version(draft.id) is None
    assert estimates.keep_draft(job.id, HOSE, "", "Ann Lee").number == 1


def test_what_was_shared_never_changes(world: World) -> None:
    estimates, job = world.writers.estimates, world.job()
    first = shared(world, job, world.ana, world.ben)
    assert first.shared_at == world.clock()
    assert first.digest == digest_of(first) != ""
    assert first.recipients == {world.ana.contact_id, world.ben.contact_id}
    assert first.sent_to == ("Ana Silva", "Ben Silva")
    assert not estimates.discard_draft(job.id)
    with pytest.raises(Refusal, match="shared or discarded"):
        estimates.keep_draft(job.id, HOSE, "", "Ann Lee", opened=first)
    second = estimates.keep_draft(job.id, HOSE, "", "Ann Lee")
    assert second.number == 2
    assert estimates.version(first.id) == first
    with pytest.raises(Refusal, match="shared or discarded meanwhile"):
        share_draft(world, first)
    assert numbers(world, job.id) == [(1, False, False), (2, True, False)]


def test_a_newer_version_that_has_left_takes_the_older_ones_place(world: World) -> None:
    job = world.job()
    shared(world, job)
    shared(world, job, lines=HOSE)
    assert numbers(world, job.id) == [(1, False, True), (2, False, False)]
    assert [h.is_open for h in world.writers.estimates.history(job.id)] == [False, True]


def test_an_estimate_goes_to_a_contact(world: World) -> None:
    job = world.job()
    draft = world.writers.estimates.keep_draft(job.id, HOSE, "", "Ann Lee")
    with pytest.raises(Refusal) as refused:
        share_draft(world, draft, DISPATCH)
    assert refused.value.field == "recipient"
    assert numbers(world, job.id) == [(1, True, False)]


def test_another_jobs_draft_cannot_be_shared(world: World) -> None:
    job, other = world.job(), world.job()
    draft = world.writers.estimates.keep_draft(job.id, HOSE, "", "Ann Lee")
    with pytest.raises(Refusal) as refused:
        share_draft(world, replace(draft, job_id=other.id))
    assert refused.value.field == "estimate"


@pytest.mark.parametrize("stage", [Stage.RECALLABLE, Stage.HELD])
def test_a_share_that_is_called_back_gives_the_draft_back(world: World, stage: Stage) -> None:
    estimates, job = world.writers.estimates, world.job()
    first = shared(world, job)
    draft = estimates.keep_draft(job.id, HOSE, "Cheaper", "Ann Lee")
    message = share_draft(world, draft, stage=stage)
    leaving = estimates.history(job.id)[-1]
    assert leaving.version.on_its_way
    assert not leaving.is_open
    assert numbers(world, job.id) == [(1, False, False), (2, False, False)], "nobody sees the second one yet"
    with pytest.raises(Refusal, match="Estimate 2 is on its way"):
        estimates.keep_draft(job.id, LINES, "", "Ann Lee")
    assert world.writers.leaving.take_back(message, Stage.CALLED_BACK, "Called back.")
    assert estimates.version(draft.id) == draft
    changed = estimates.keep_draft(job.id, LINES, "", "Ann Lee", draft)
    share_draft(world, changed)
    now = estimates.version(draft.id)
    assert now is not None
    assert now.digest == digest_of(now) != first.digest


def test_a_share_that_leaves_is_seen_from_then_on(world: World) -> None:
    estimates, job = world.writers.estimates, world.job()
    shared(world, job)
    message = share_draft(world, estimates.keep_draft(job.id, HOSE, "", "Ann Lee"), stage=Stage.RECALLABLE)
    assert world.writers.leaving.let_out(message)
    assert numbers(world, job.id) == [(1, False, True), (2, False, False)]
    assert estimates.history(job.id)[-1].is_open


def test_a_held_share_is_withdrawn_with_its_job(world: World) -> None:
    job = world.job()
    draft = world.writers.estimates.keep_draft(job.id, HOSE, "", "Ann Lee")
    share_draft(world, draft, stage=Stage.HELD)
    world.change(job, status=Status.CANCELLED)
    assert numbers(world, job.id) == [(1, True, False)]


def test_what_is_taken_over_stands_and_says_who_and_when(world: World) -> None:
    estimates, job = world.writers.estimates, world.job()
    version = shared(world, job)
    first = decided(world, world.ana, version, APPROVED).decision
    world.clock.advance(minutes=5)
    assert not estimates.take_over(job.id, version.id, first.id + 1, "Ann Lee"), "not the decision that counts"
    assert not estimates.take_over(world.job().id, version.id, first.id, "Ann Lee")
    assert estimates.take_over(job.id, version.id, first.id, "Ann Lee")
    assert not estimates.take_over(job.id, version.id, first.id, "Abe Cole"), "once"
    (history,) = estimates.history(job.id)
    assert (history.version.taken_by, history.version.taken_at) == ("Ann Lee", world.clock())
    assert not history.is_open


def test_two_dispatchers_who_begin_at_once_make_one_draft(world: World) -> None:
    job = world.job()

    def keep(by: str) -> str:
        try:
            return f"kept {world.writers.estimates.keep_draft(job.id, HOSE, '', by).number}"
        except Refusal as refusal:
            return refusal.sentence

    found = sorted(together(lambda: keep("Ann Lee"), lambda: keep("Abe Cole")))
    assert found[1] == "kept 1"
    assert "has begun estimate 1" in found[0]
    assert numbers(world, job.id) == [(1, True, False)]


def test_a_draft_is_shared_once_however_many_try(world: World) -> None:
    job = world.job()
    draft = world.writers.estimates.keep_draft(job.id, HOSE, "", "Ann Lee")

    def send() -> bool:
        try:
            share_draft(world, draft)
        except Refusal:
            return False
        return True

    assert sorted(together(send, send)) == [False, True]


def test_an_estimate_that_is_a_year_old_is_read_as_it_was(world: World) -> None:
    job = world.job()
    version = shared(world, job, note="Ä\n漢")
    world.clock.now += timedelta(days=365)
    assert world.writers.estimates.version(version.id) == version
