"""Who else is on a job just now, and who is writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.people import User

if TYPE_CHECKING:
    from storage.presence import Presence as Kept
    from storage.threads import Threads


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has a job open."""

    name: str
    typing: bool


class Presence:
    """Says where people are and tells dispatchers. It refuses nothing: who may not know sees nobody."""

    def __init__(self, threads: Threads, kept: Kept) -> None:
        self.threads = threads
        self.kept = kept

    def here(self, user: User, job_id: int, typing: bool) -> None:
        """This user has the job before them; said again every 20 seconds while it is open."""
        if user.active and user.chat and self.threads.job(user, job_id) is not None:
            self.kept.here(user.id, job_id, typing)

    def left(self, user: User, job_id: int) -> None:
        """This user looks at something else now."""
        self.kept.left(user.id, job_id)

    def others(self, user: User, job_id: int) -> list[Present]:
        """Who else has this job open, writers first; for dispatchers who take part in its messages."""
        if not user.dispatches or self.threads.job(user, job_id) is None:
            return []
        return [Present(*other) for other in self.kept.others(user.id, job_id)]


def in_words(others: list[Present]) -> str:
    """ "Abe Cole is writing · Bea is looking", "" where nobody else is there."""
    return " · ".join(f"{other.name} is {'writing' if other.typing else 'looking'}" for other in others)
