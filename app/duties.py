"""The engine's further duties, each one round of work over its stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from messaging.alerting import Alerting
from messaging.engine import Duty
from messaging.leaving import let_out_due
from messaging.worker_notices import tell_workers

if TYPE_CHECKING:
    from app.wiring import Writers


def duties(writers: Writers, links_go_out: Callable[[], bool] = lambda: False) -> list[Duty]:
    """What an engine does beside sending and receiving. `links_go_out`: phones can reach its pages."""

    alerting = Alerting(writers.events, writers.jobs)

    def telling() -> bool:
        tell_workers(writers.notices, links_go_out)
        return False

    return [
        Duty("alerting", 1.0, lambda: alerting.tell_due(writers.events.clock()) > 0, frozenset({"event", "job"})),
        Duty("leaving", 1.0, lambda: let_out_due(writers.leaving, alerting.release) > 0, frozenset({"planned"})),
        Duty("telling workers", 3.0, telling),
    ]
