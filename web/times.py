"""How pages write moments."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo


def clock(zone: str) -> Callable[[datetime], str]:
    """Day and time in a zone: "Mon 2 Mar 2026, 07:09"."""

    def tell(moment: datetime) -> str:
        here = moment.astimezone(ZoneInfo(zone))
        return f"{here:%a} {here.day} {here:%b} {here.year}, {here:%H:%M}"

    return tell
