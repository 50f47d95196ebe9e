"""Texts that a dispatcher sorts, and the jobs that they may belong to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A job that a text may be placed on; `why` it comes first, "" for one that was only searched for."""

    job_id: int
    number: str
    customer: str
    title: str
    status: str
    worker: str = ""
    closed: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class TrayText:
    """A text that came in, as somebody had it before them: what they do with it is done to that, and to nothing newer.

    `name` is who wrote it, as far as is known. On a job it has `job_id`, `message_id` and `seq`; in the tray
    it has none of them and `why` says why. `sorted_by` decided about it last. `best` is the job offered first.
    """

    id: int
    sender: str
    to: str
    body: str
    at: datetime
    name: str = ""
    why: str = ""
    job_id: int | None = None
    number: str = ""
    customer: str = ""
    title: str = ""
    message_id: int | None = None
    seq: int = 0
    guessed: bool = False
    dispatch_only: bool = False
    sorted_by: str = ""
    sorted_at: datetime | None = None
    best: Offer | None = None

    @property
    def placed(self) -> bool:
        """Whether it stands on a job."""
        return self.message_id is not None
