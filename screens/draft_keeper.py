"""Keeping an unsent text as it is written, so that at most the last second of it can be lost."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.messages import Draft

if TYPE_CHECKING:
    from screens.base import Asking


class DraftKeeper:
    """Writes down what changed; it belongs to one job and one person.

    A thread that comes late must not bring back what was sent meanwhile: only the last turn writes.
    """

    def __init__(self, asking: Asking, job_id: int) -> None:
        self._asking = asking
        self._job_id = job_id
        self._kept = Draft("")
        self._turn, self._lock = 0, Lock()

    def found(self, draft: Draft) -> None:
        """This one is kept already."""
        self._kept = draft

    def keep(self, now: Draft) -> None:
        """Keep what is written, if it changed; an empty text leaves no draft."""
        if now == self._kept or (not now.body and not self._kept.body):
            return
        before, self._kept = self._kept, now
        user, services = self._asking.user, self._asking.services
        self._turn = turn = self._turn + 1

        def keep() -> None:
            with self._lock:
                if turn == self._turn:
                    services.conversations.keep_draft(user, self._job_id, now if now.body else None)

        def failed(refusal: Refusal) -> None:
            self._kept = before
            self._asking.tell(refusal)

        self._asking.ask(keep, lambda _: None, failed, "draft", lasting=True)
