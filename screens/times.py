"""Moments as a viewer reads them, in the zone of their own terminal."""

from datetime import datetime


def clock_time(moment: datetime) -> str:
    """A moment for a thread or a status: the time alone today, with the day otherwise."""
    local = moment.astimezone()
    now = datetime.now().astimezone()
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def window(start: datetime | None, end: datetime | None, zone: str) -> str:
    """A planned window in the location's zone, named where it differs from the viewer's (rule 42)."""
    from zoneinfo import ZoneInfo

    if start is None:
        return "no window planned"
    here = start.astimezone(ZoneInfo(zone))
    text = f"{here:%a} {here.day} {here:%b %H:%M}"
    if end is not None:
        text += f"–{end.astimezone(ZoneInfo(zone)):%H:%M}"
    same = here.utcoffset() == start.astimezone().utcoffset()
    return text if same else f"{text} ({zone})"
