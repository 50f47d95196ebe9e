"""A job and its notes in the words of a contact's page. Everything people wrote passes `domain.text` first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.phone import is_e164, show
from domain.text import display_text, fold, one_line
from messaging.page_people import TEAM, PersonLine
from messaging.page_view import Note

if TYPE_CHECKING:
    from storage.job_page import PageJob

_PREVIEW = 90


@dataclass(frozen=True, slots=True)
class PhotoWords:
    """A photo on a note: its number, size in pixels, and what it is called for who cannot see it."""

    id: int
    width: int
    height: int
    about: str


@dataclass(frozen=True, slots=True)
class NoteWords:
    """One note, ready to be drawn. `told` is how one's own note fared with others."""

    id: int
    seq: int
    mine: bool
    side: str
    who: str
    to: str
    time: str
    stamp: str
    body: str
    preview: str
    photos: tuple[PhotoWords, ...]
    everyone: bool
    estimate: bool
    original: NoteWords | None
    told: tuple[str, ...]


def details(job: PageJob) -> list[tuple[str, str, str]]:
    """What the head of the notes tells: name, value, and a number to dial where there is one."""
    phone = job.location.callback_phone
    found = [
        ("Status", job.status.words, ""),
        ("Planned", window(job), ""),
        ("Call", show(phone) if is_e164(phone) else one_line(phone, 40), phone if is_e164(phone) else ""),
    ]
    return [row for row in found if row[1]]


def window(job: PageJob) -> str:
    """The planned window in the location's zone, named where the contact's clocks show another time (rule 42)."""
    if job.window_start is None:
        return ""
    zone = ZoneInfo(job.location.time_zone)
    start, end = job.window_start.astimezone(zone), job.window_end
    words = f"{start:%a} {start.day} {start:%b}, {start:%H:%M}"
    if end is not None:
        last = end.astimezone(zone)
        same = last.date() == start.date()
        words += f" to {last:%H:%M}" if same else f" to {last:%a} {last.day} {last:%b}, {last:%H:%M}"
    return f"{words} {start:%Z} at {one_line(job.location.name, 60)}" if _differs(job, job.window_start) else words


def clock(job: PageJob) -> Callable[[datetime], str]:
    """How moments are written: day and time on the contact's clock, which is named where the location's differs."""
    zone = ZoneInfo(job.zone)

    def tell(moment: datetime) -> str:
        here = moment.astimezone(zone)
        named = f" {here:%Z}" if _differs(job, moment) else ""
        return f"{here:%a} {here.day} {here:%b} {here.year}, {here:%H:%M}{named}"

    return tell


def note(shown: Note, tell: Callable[[datetime], str]) -> NoteWords:
    """A note in words."""
    body = display_text(shown.body)
    told = [f"{_name(name)} gets a text {tell(until)}, after the quiet hours." for name, until in shown.late]
    told += [f"The text to {_name(name)} did not get there." for name in shown.lost]
    return NoteWords(
        id=shown.id,
        seq=shown.seq,
        mine=shown.mine,
        side=shown.side,
        who=_name(shown.author),
        to=", ".join(_name(name) for name in shown.to),
        time=tell(shown.at),
        stamp=shown.at.isoformat(timespec="seconds"),
        body=body,
        preview=one_line(shown.body, _PREVIEW),
        photos=tuple(
            PhotoWords(photo.id, photo.width, photo.height, f"Photo {place} of {len(shown.photos)}")
            for place, photo in enumerate(shown.photos, 1)
        ),
        everyone=shown.everyone,
        estimate=shown.estimate,
        original=note(shown.original, tell) if shown.original else None,
        told=tuple(told),
    )


def person(line: PersonLine) -> dict[str, str | int]:
    """A contact in the list of people."""
    return {
        "id": line.id,
        "name": _name(line.name),
        "about": one_line(line.about, 200),
        "why_not": one_line(line.why_not, 200),
        "group": line.group,
    }


def finds_team(words: str, team: str) -> bool:
    """Whether somebody who types this looks for the team: all words stand in its names."""
    wanted, names = fold(words).split(), fold(f"{TEAM} {team}")
    return bool(wanted) and all(word in names for word in wanted)


def listed(names: tuple[str, ...]) -> str:
    """Names in a row: "Ana, Ben and Cleo"."""
    shown = [_name(name) for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _name(name: str) -> str:
    return one_line(name, 120)


def _differs(job: PageJob, moment: datetime) -> bool:
    """Whether the contact's clocks show another time than the location's at this moment."""
    mine, theirs = (moment.astimezone(ZoneInfo(zone)).utcoffset() for zone in (job.zone, job.location.time_zone))
    return mine != theirs
