"""Which job an inbound text belongs to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAG = re.compile(r"#([0-9A-Za-z]{2,7})\b")


class How(StrEnum):
    """How a text found its job, or why it did not."""

    TAG = "tag"
    LAST_TEXT = "last_text"
    GUESSED = "guessed"
    AFTER_CLOSING = "after_closing"
    UNKNOWN = "unknown"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Texted:
    """The newest text on one job to that phone from that number. `worker_id` is the job's worker now."""

    job_id: int
    at: datetime
    closed_at: datetime | None = None
    worker_id: int | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a text goes. `job_id` None means the tray.

    `guessed` when another open job qualified too; `unsure` when those jobs have different workers,
    so that the worker waits for a dispatcher (rule 32).
    """

    job_id: int | None
    how: How
    guessed: bool = False
    after_closing: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Windows:
    """Account settings: how long replies follow the last text, and how long a closed job still takes them."""

    reply: timedelta = timedelta(days=14)
    grace: timedelta = timedelta(days=7)


def place(body: str, texted: Sequence[Texted], now: datetime, windows: Windows) -> Placement:
    """Find the job of an inbound text among those that texted this phone from this number.

    In this order: the job tag in the text; the job of the last text within the reply window, marked
    guessed where more than one open job qualifies; a closed job within the grace time, flagged;
    otherwise the tray. A tag only counts for a job that has texted this phone.
    """
    tagged = _tagged(body, texted)
    if tagged is not None and _is_over(tagged, now, windows):
        return Placement(None, How.TOO_LATE)
    if tagged is not None:
        return Placement(tagged.job_id, How.TAG, after_closing=tagged.closed_at is not None)
    recent = sorted((t for t in texted if now - t.at <= windows.reply), key=lambda t: t.at, reverse=True)
    usable = [t for t in recent if not _is_over(t, now, windows)]
    if not usable:
        return Placement(None, How.TOO_LATE if texted else How.UNKNOWN)
    last = usable[0]
    rivals = [t for t in usable if t is last or t.closed_at is None]
    guessed = len(rivals) > 1
    return Placement(
        last.job_id,
        _how(last, guessed),
        guessed=guessed,
        after_closing=last.closed_at is not None,
        unsure=guessed and len({t.worker_id for t in rivals}) > 1,
    )


def tag_of(job_id: int) -> str:
    """The short tag of a job as printed in a text ("#07"): its id in base 32 without I, L, O and U."""
    digits = ""
    while job_id or len(digits) < 2:
        job_id, digit = divmod(job_id, 32)
        digits = _ALPHABET[digit] + digits
    return f"#{digits}"


def job_of_tag(tag: str) -> int | None:
    """The job id in a tag without its "#", or None where it is not one."""
    if not (tag and tag.isascii()):
        return None
    try:
        digits = [_ALPHABET.index(c) for c in tag.upper()]
    except ValueError:
        return None
    job_id = 0
    for digit in digits:
        job_id = job_id * 32 + digit
    return job_id


def _how(last: Texted, guessed: bool) -> How:
    if guessed:
        return How.GUESSED
    return How.AFTER_CLOSING if last.closed_at is not None else How.LAST_TEXT


def _is_over(text: Texted, now: datetime, windows: Windows) -> bool:
    return text.closed_at is not None and now - text.closed_at > windows.grace


def _tagged(body: str, texted: Sequence[Texted]) -> Texted | None:
    for tag in _TAG.findall(body):
        job_id = job_of_tag(tag)
        for text in texted:
            if text.job_id == job_id:
                return text
    return None
