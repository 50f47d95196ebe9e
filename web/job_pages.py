"""The contact's page of one job: its notes, and one note with its photos.

GET and HEAD change nothing. The page is whole without a script; with one it updates itself.
Writing stands in web/note_pages.py.
"""

from __future__ import annotations

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.text import one_line
from messaging.job_page import JobPage, Opened
from web import job_words as words
from web.contact_doors import ContactDoors, Visit
from web.forms import whole
from web.linked import picture
from web.live import version

_MISSING = "The note that you looked for is not here. These are the notes of this job."


class JobPages:
    """The routes of reading."""

    def __init__(self, doors: ContactDoors, page: JobPage) -> None:
        self._doors = doors
        self._page = page

    def routes(self) -> list[BaseRoute]:
        """The notes, their stream, and photos."""
        page, doors = self._doors.path, self._doors
        return [
            Route(page, doors.get(self.notes), methods=["GET"]),
            Route(f"{page}/live", self._follow, methods=["GET"]),
            Route(f"{page}/photos/{{photo_id}}", doors.get(self._photo), methods=["GET"]),
        ]

    def notes(self, visit: Visit, missing: bool = False) -> Response:
        """The page of notes, newest first; `missing` says that the one asked for is not there."""
        before = whole(visit.query.get("before", ""))
        opened = self._page.opened(visit.visitor, before or None)
        if opened is None:
            return self._doors.ground.gone(visit.address)
        part = self._part(visit, opened)
        return self._doors.page(
            "job_notes.html",
            visit,
            404 if missing else 200,
            place="notes",
            part=Markup(part),  # noqa: S704  (drawn by our own template, which escapes)
            version=version(part),
            live=not before,
            missing=_MISSING if missing else "",
            sent=self._sent(visit, opened),
        )

    def _sent(self, visit: Visit, opened: Opened) -> str:
        """What is said after sending: the number in the address is believed only for one's own newest notes."""
        sent = whole(visit.query.get("sent", ""))
        mine = next((note for note in opened.notes if note.id == sent and note.mine), None)
        if mine is None:
            return ""
        return f"Sent to {', '.join(one_line(name, 120) for name in mine.to)}."

    def _photo(self, visit: Visit) -> Response:
        found = self._page.photo(visit.visitor, visit.number("photo_id"))
        return picture(found) if found else self._doors.ground.gone(visit.address)

    def _part(self, visit: Visit, opened: Opened) -> str:
        tell = words.clock(opened.job)
        return self._doors.draw(
            "job_notes_part.html",
            visit,
            has_estimate=self._doors.about(visit)["has_estimate"],
            details=words.details(opened.job),
            notes=[words.note(note, tell) for note in opened.notes],
            older=opened.notes[-1].seq if opened.older else 0,
            newest=opened.newest,
            no_email=not opened.job.contact.email,
            estimate_went_to=words.listed(opened.estimate_went_to) if opened.estimate_went_to else "",
        )

    async def _follow(self, request: Request) -> Response:
        def draw(visit: Visit) -> str | None:
            opened = self._page.opened(visit.visitor)
            return self._part(visit, opened) if opened else None

        return await self._doors.follow(request, lambda visit: visit.visitor.viewer.job_id, draw)
