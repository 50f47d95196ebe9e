"""The crash test: killed at random moments, no text is lost and none goes out twice (RELIABILITY A-01).

JOBLINE_KILL_RUNS sets how many runs there are; the seed of a run is in its name.
"""

import os

import pytest

from simulator.server import Simulator
from tests.app.jobline import OURS, Jobline
from tests.app.killing import PHONES, Victim, judge, run

RUNS = int(os.environ.get("JOBLINE_KILL_RUNS", "2"))
TEXTS, KILLS = 200, 3 if RUNS == 2 else 5


@pytest.fixture
def forty(jobline: Jobline) -> Jobline:
    """Forty jobs, each with a phone."""
    jobline.imports(*(f"K{n:02},Kill Ltd,Contact {n:02},{phone}" for n, phone in enumerate(PHONES)))
    return jobline


@pytest.mark.parametrize("seed", range(1, RUNS + 1))
def test_an_engine_killed_at_random_moments(forty: Jobline, seed: int) -> None:
    _kill(forty, seed, Victim.ENGINE, TEXTS, KILLS)


@pytest.mark.parametrize("seed", range(1, max(1, RUNS // 5) + 1))
@pytest.mark.parametrize("victim", [Victim.DESK, Victim.DESKS_ENGINE, Victim.BOTH] if RUNS > 2 else [Victim.BOTH])
def test_a_desk_killed_at_random_moments(forty: Jobline, victim: Victim, seed: int) -> None:
    _kill(forty, seed, victim, 60, 2)


def _kill(jobline: Jobline, seed: int, victim: Victim, texts: int, kills: int) -> None:
    with Simulator([OURS], delay_ms=50) as sim:
        killed = run(jobline, sim, seed, victim, texts, kills)
        figures = judge(jobline, sim, killed, texts)
    print(f"seed {seed}, {victim.value}: {figures} in {killed.seconds:.1f} s")
