"""Send later: when a message should leave, and what clocks show then where it arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.errors import Refusal
from domain.jobs import Job
from domain.moments import EXAMPLES, read_moment
from messaging.choices import Choice
from messaging.conversation import checked_time
from screens.ask_line import AskLine
from screens.times import clock_time

NOW = datetime.min.replace(tzinfo=UTC)
"""Returned for an empty line: send at once after all."""


def ask_when(now: datetime, job: Job, chosen: Sequence[Choice], planned: datetime | None) -> AskLine[datetime]:
    """The window that asks when; it returns the moment, or NOW for an empty line."""

    def make(typed: str) -> datetime:
        if not typed.strip():
            return NOW
        moment = checked_time(read_moment(typed, now), now)
        assert moment is not None
        return moment

    def hint(typed: str) -> str:
        if not typed.strip():
            return f"Now planned for {clock_time(planned)}; empty sends at once." if planned else "Empty sends at once."
        try:
            return said(make(typed), job, chosen)
        except Refusal as refusal:
            return refusal.sentence

    return AskLine("Send later", f"When should it leave? {EXAMPLES}", make, hint=hint)


def said(moment: datetime, job: Job, chosen: Sequence[Choice]) -> str:
    """A moment on the viewer's clock, and on the recipients' where those differ (rule 42)."""
    shown = clock_time(moment)
    words = f"Leaves {shown}" if " " in shown else f"Leaves today {shown}"
    contacts = [choice for choice in chosen if choice.person.contact_id]
    there: dict[str, str] = {}
    for choice in contacts:
        zone = choice.zone or job.location.time_zone
        local = moment.astimezone(ZoneInfo(zone))
        if local.utcoffset() != moment.astimezone().utcoffset():
            there[zone] = f"{local:%a %H:%M} for {choice.person.name} ({zone})"
    return "; ".join([words, *there.values()])
