"""`jobline export --estimates`: what was shared and decided, for who may export and may see estimates."""

import csv
import io

import pytest

from app.commands import estimate_evidence
from domain.errors import Refusal
from domain.people import Role
from tests.estimating import decided, shared
from tests.messaging.test_administration import tick
from tests.messaging.test_permissions import Trial
from tests.world import World


@pytest.fixture
def trial(small_world: World) -> Trial:
    """A machine with two jobs on which an estimate was shared, one of them decided, and one on which none was."""
    first, second = small_world.job(), small_world.job()
    small_world.writers.estimates.keep_draft(small_world.job().id, shared(small_world, second).lines, "", "Ann Lee")
    decided(small_world, small_world.ana, shared(small_world, first))
    return Trial(small_world, small_world.ann)


def jobs(out: str) -> list[str]:
    """The numbers of the jobs in a table, in order, each once."""
    return list(dict.fromkeys(row["job"] for row in csv.DictReader(io.StringIO(out))))


def test_the_estimates_of_one_job_or_of_all_come_as_one_table(trial: Trial, capsys: pytest.CaptureFixture[str]) -> None:
    assert estimate_evidence.run(trial.machine, "", True, "csv", "") == 0
    out = capsys.readouterr().out
    assert jobs(out) == ["1001", "1002"]
    assert out.count("purchase_order") == 1, "one row names the columns"
    assert estimate_evidence.run(trial.machine, "1002", False, "csv", "") == 0
    assert jobs(capsys.readouterr().out) == ["1002"]
    assert estimate_evidence.run(trial.machine, "", True, "text", "") == 0
    assert capsys.readouterr().out.count("Estimate of job") == 2


def test_it_needs_the_admin_box_and_chat_and_the_jobs_location(
    trial: Trial, capsys: pytest.CaptureFixture[str]
) -> None:
    world = trial.world
    with pytest.raises(Refusal, match="admin box"):
        estimate_evidence.run(trial.machine, "", True, "csv", "Ann Lee")
    tick(world, world.ann, chat=False, admin=True)
    with pytest.raises(Refusal, match="Chat box"):
        estimate_evidence.run(trial.machine, "", True, "csv", "Ann Lee")
    elsewhere = world.writers.people.add_location("South", "US", "America/New_York", ["+15550100009"])
    sue = world.user("Sue Park", Role.DISPATCHER, locations=(elsewhere,))
    tick(world, sue, admin=True)
    capsys.readouterr()
    assert estimate_evidence.run(trial.machine, "", True, "csv", "Sue Park") == 0
    assert capsys.readouterr().out == ""
    with pytest.raises(Refusal, match="There is no job 1001"):
        estimate_evidence.run(trial.machine, "1001", False, "csv", "Sue Park")


@pytest.mark.parametrize(
    ("number", "everything", "form", "says"),
    [("", False, "csv", "--job NUMBER"), ("1001", True, "csv", "--job NUMBER"), ("", True, "json", "“json” is no")],
)
def test_an_export_that_cannot_be(trial: Trial, number: str, everything: bool, form: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        estimate_evidence.run(trial.machine, number, everything, form, "")
