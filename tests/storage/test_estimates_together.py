"""Somebody decides while somebody else shares other amounts: nobody ever approves amounts they were not shown.

A thousand decisions over both engines. One program shares version after version, each with another
price; two pages with connections of their own decide all the time on the newest that they were shown,
and now and then send their form twice.
"""

import random
import threading
import time
from dataclasses import replace
from itertools import count, pairwise
from typing import NamedTuple

from domain.deciding import Decided, DecidedMeanwhile, Superseded
from domain.estimates import Decision, Line, Version, digest_of
from domain.messages import Kind
from storage.estimates import Estimates
from tests.estimating import APPROVED, DECLINED, by_link, counting, deciding, form_id, share_draft, shared
from tests.storage.rows import another, together
from tests.storage.test_counters import check
from tests.world import World

BY_EACH = {True: 400, False: 100}
"""How many decisions each of the two pages sends on SQLite, and on PostgreSQL."""


PAUSE_S = 0.005
"""Between two decisions: SQLite gives its one writer's place to whoever asks, not to who has waited longest."""


class Sent(NamedTuple):
    """A form that was sent: the version it showed, and the decision that came of it."""

    shown: Version
    made: Decision | None


class Story:
    """One job whose estimate is shared and decided on all the time."""

    def __init__(self, world: World) -> None:
        self.world, self.job = world, world.job()
        self.prices = count(100)
        self.shown = [shared(world, self.job, lines=(Line("Work", next(self.prices)),))]
        self.form = by_link(world, world.ana, self.shown[0])
        self.over = threading.Event()

    def edit(self) -> list[Sent]:
        """Share the next version, and the next, until every page is done."""
        estimates = self.world.writers.estimates
        while not self.over.wait(0.05):
            draft = estimates.keep_draft(self.job.id, (Line("Work", next(self.prices)),), "", "Ann Lee")
            share_draft(self.world, draft)
            found = estimates.version(draft.id)
            assert found is not None
            self.shown.append(found)
        return []

    def decide(self, page: Estimates, seed: int) -> list[Sent]:
        """Decide on the newest version that is known here, which may not be the newest any more."""
        chance, sent = random.Random(seed), []
        try:
            for _ in range(BY_EACH[self.world.writers.database.is_sqlite]):
                sent.append(self._send(page, chance))
                time.sleep(PAUSE_S)
        finally:
            self.over.set()
        return sent

    def _send(self, page: Estimates, chance: random.Random) -> Sent:
        version = self.shown[-1]
        filled = deciding(version, chance.choice((APPROVED, DECLINED)), seen=counting(self.world, version))
        form = replace(self.form, deciding=filled, form_id=form_id())
        outcome = page.decide(form)
        assert isinstance(outcome, Decided | Superseded | DecidedMeanwhile)
        if not isinstance(outcome, Decided):
            return Sent(version, None)
        if not outcome.repeated and chance.random() < 0.1:
            assert page.decide(form) == replace(outcome, repeated=True)
        return Sent(version, outcome.decision)


def test_nobody_approves_amounts_that_were_not_shown(world: World) -> None:
    story = Story(world)
    with another(world) as one, another(world) as two:
        sent = together(story.edit, lambda: story.decide(one.estimates, 1), lambda: story.decide(two.estimates, 2))
    forms = [form for each in sent for form in each]
    assert 0 < sum(form.made is None for form in forms) < len(forms), "one side always won: nothing was tried"
    for form in forms:
        if form.made is not None:
            assert (form.made.version_id, form.made.digest) == (form.shown.id, form.shown.digest)
            priced = form.shown.lines[0].parts if APPROVED in form.made.choices.values() else 0
            assert form.made.approved == priced
    judge(world, story, {form.made.id: form.made for form in forms if form.made})


def judge(world: World, story: Story, made: dict[int, Decision]) -> None:
    """What is kept is what was sent, each with one message, and none after a newer version had gone out."""
    histories = world.writers.estimates.history(story.job.id)
    assert {d.id: d for h in histories for d in h.decisions} == made
    rows = world.readers.plain.rows("SELECT id, seq, kind FROM message WHERE job_id = :job", {"job": story.job.id})
    places = {row[0]: row[1] for row in rows}
    for history, newer in pairwise(histories):
        assert digest_of(history.version) == history.version.digest
        assert all(places[d.message_id] < places[newer.version.message_id] for d in history.decisions)
    assert [row[2] for row in rows].count(Kind.DECISION.value) == len(made)
    check(world, story.job.id)
