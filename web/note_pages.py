"""Writing on a contact's page: Reply, Reply all and Create note, with the people it goes to.

What was typed travels in the forms, never in an address; nothing but Send changes anything.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.errors import Refusal
from domain.messages import NewPhoto
from domain.text import one_line
from messaging.conversation import Crossed
from messaging.job_page import MOST_PHOTOS, JobPage, Typed, Writing
from messaging.page_people import GROUPS, MOST
from web import job_words as words
from web.contact_doors import ContactDoors, Visit
from web.forms import Form, whole
from web.job_pages import JobPages
from web.linked import OFTEN, STALE
from web.live import version
from web.photos import photos_of
from web.shelf import Shelf

_ACT = "note"
_CROSSED = "Somebody wrote meanwhile: read it here, then send your note again or change it first."
_LOST = "Your photos are not here any more. Choose them again."


@dataclass(frozen=True, slots=True)
class Draft:
    """A note as it stands in its form, with what is wrong with it.

    `reply_to` is the note it answers, 0 for none; `seen` the newest feed number that was shown, `since` the
    newest one when it was begun. `said` is told after people were saved.
    """

    body: str = ""
    to: tuple[int, ...] = ()
    reply_to: int = 0
    everyone: bool = False
    form_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    since: int = 0
    seen: int = 0
    error: str = ""
    wrong: str = ""
    said: str = ""

    @property
    def title(self) -> str:
        """What the person is doing."""
        return ("Reply all" if self.everyone else "Reply") if self.reply_to else "Create note"


def draft_of(form: Form) -> Draft:
    """The note in a form that came in."""
    return Draft(
        body=form.one("body"),
        to=tuple(dict.fromkeys(number for number in map(whole, form.all("to")) if number)),
        reply_to=form.number("reply"),
        everyone=form.one("everyone") == "yes",
        form_id=form.one("form"),
        since=form.number("since"),
        seen=form.number("seen"),
    )


class NotePages:
    """The routes of writing; `notes` are the pages that it leads back to."""

    def __init__(self, doors: ContactDoors, page: JobPage, notes: JobPages, shelf: Shelf) -> None:
        self._doors = doors
        self._page = page
        self._notes = notes
        self._shelf = shelf
        self._sending = doors.ground.limit(30)
        self._looking = doors.ground.limit(60)

    def routes(self) -> list[BaseRoute]:
        """Every route of writing; the last one takes whatever stands behind the link."""
        doors, page = self._doors, self._doors.path
        back = doors.get(doors.to)
        return [
            Route(f"{page}/new", doors.get(self._create), methods=["GET"]),
            Route(f"{page}/newer", self._follow, methods=["GET"]),
            *(Route(f"{page}/{step}", back, methods=["GET"]) for step in ("note", "recipients", "send")),
            Route(f"{page}/note", doors.post(self._again, _ACT, self._looking, self._too_often), methods=["POST"]),
            Route(
                f"{page}/recipients",
                doors.post(self._edit, _ACT, self._looking, self._too_often, files=True),
                methods=["POST"],
            ),
            Route(
                f"{page}/send",
                doors.post(self._send, _ACT, self._sending, self._too_often, files=True),
                methods=["POST"],
            ),
            Route(f"{page}/{{message_id}}/all", doors.get(self._reply_all), methods=["GET"]),
            Route(f"{page}/{{message_id}}", doors.get(self._reply), methods=["GET"]),
        ]

    def _create(self, visit: Visit) -> Response:
        return self._begin(visit, Draft())

    def _reply(self, visit: Visit) -> Response:
        return self._answer(visit, everyone=False)

    def _reply_all(self, visit: Visit) -> Response:
        return self._answer(visit, everyone=True)

    def _answer(self, visit: Visit, everyone: bool) -> Response:
        message_id = visit.number("message_id")
        if not message_id:
            return self._doors.ground.gone(visit.address)
        to = self._page.answering(visit.visitor, message_id, everyone)
        if to is None:
            return self._notes.notes(visit, missing=True)
        return self._begin(visit, Draft(to=to, reply_to=message_id, everyone=everyone))

    def _begin(self, visit: Visit, draft: Draft) -> Response:
        """A fresh form: what there is now counts as read."""
        opened = self._page.opened(visit.visitor)
        if opened is None:
            return self._doors.ground.gone(visit.address)
        return self._write_page(visit, replace(draft, since=opened.newest))

    def _again(self, visit: Visit) -> Response:
        """Back from choosing people, with them saved or as they were before."""
        draft = draft_of(visit.form)
        if visit.stale:
            return self._write_page(visit, replace(draft, error=STALE), 403)
        if visit.form.one("as") == "before":
            before = tuple(number for number in map(whole, visit.form.all("before")) if number)
            return self._write_page(visit, replace(draft, to=before))
        if len(draft.to) > MOST:
            return self._people_page(visit, draft, f"{len(draft.to)} people are ticked; {MOST} is the most.", 422)
        return self._write_page(visit, replace(draft, said="Recipients saved."))

    def _edit(self, visit: Visit) -> Response:
        draft = draft_of(visit.form)
        if visit.stale:
            return self._write_page(visit, replace(draft, error=STALE), 403)
        try:
            self._collect(visit, draft)
        except Refusal as refusal:
            return self._refused(visit, draft, refusal)
        return self._people_page(visit, draft)

    def _send(self, visit: Visit) -> Response:
        draft = draft_of(visit.form)
        if visit.stale:
            return self._write_page(visit, replace(draft, error=STALE), 403)
        try:
            photos = self._collect(visit, draft)
            typed = Typed(draft.body, draft.to, draft.form_id, draft.seen, draft.reply_to or None, photos)
            sent = self._page.send(visit.visitor, typed)
        except Refusal as refusal:
            return self._refused(visit, draft, refusal)
        if isinstance(sent, Crossed):
            return self._write_page(visit, replace(draft, error=_CROSSED), 409)
        return self._doors.to(visit, f"?sent={sent.message_id}")

    def _refused(self, visit: Visit, draft: Draft, refusal: Refusal) -> Response:
        again = replace(draft, error=refusal.sentence, wrong=refusal.field or "")
        if refusal.field == "ref":  # the form sent something else before: this is a new one
            again = replace(again, form_id=Draft().form_id)
        return self._write_page(visit, again, 422)

    def _too_often(self, visit: Visit) -> Response:
        return self._write_page(visit, replace(draft_of(visit.form), error=OFTEN), 429)

    def _collect(self, visit: Visit, draft: Draft) -> tuple[NewPhoto, ...]:
        """The photos of a form: those chosen before and still ticked, and those that came with it now."""
        link_id, form = visit.visitor.link.id, visit.form
        kept = self._shelf.of(link_id, draft.form_id)
        if form.one("photos_kept") != "all":
            if form.all("keep") and not kept:
                raise Refusal(_LOST, "photos")
            kept = tuple(photo for place, photo in enumerate(kept) if str(place) in form.all("keep"))
        photos = (*kept, *photos_of(form))
        self._shelf.put(link_id, draft.form_id, photos[: 2 * MOST_PHOTOS])
        if len(photos) > MOST_PHOTOS:
            raise Refusal(f"{len(photos)} photos are too many: {MOST_PHOTOS} fit on one note. Untick some.", "photos")
        return photos

    def _write_page(self, visit: Visit, draft: Draft, status: int = 200) -> Response:
        writing = self._page.writing(visit.visitor, draft.reply_to or None, draft.everyone, draft.to, draft.since)
        if writing is None:
            return self._doors.ground.gone(visit.address)
        part = self._newer_part(visit, writing)
        tell = words.clock(writing.job)
        return self._doors.page(
            "job_write.html",
            visit,
            status,
            title=draft.title,
            draft=draft,
            to=[line.id for line in writing.people],
            people=[words.person(line) for line in writing.people],
            team=one_line(writing.team, 300),
            staff=[one_line(name, 120) for name in writing.staff],
            left_out=[(one_line(name, 120), one_line(why, 200)) for name, why in writing.left_out],
            original=words.note(writing.original, tell) if writing.original else None,
            part=Markup(part),  # noqa: S704
            version=version(part),
            newest=writing.newest,
            photos=self._shelf.of(visit.visitor.link.id, draft.form_id),
            most_photos=MOST_PHOTOS,
            seal=self._doors.seal(visit, _ACT),
        )

    def _people_page(self, visit: Visit, draft: Draft, error: str = "", status: int = 200) -> Response:
        group = visit.form.one("group") if visit.form.one("group") in GROUPS else GROUPS[0]
        typed = visit.form.one("words")[:100]
        picking = self._page.picking(visit.visitor, draft.to, group, typed)
        if picking is None:
            return self._doors.ground.gone(visit.address)
        lines = [words.person(line) for line in picking.found]
        grouped = [(name, [line for line in lines if line["group"] == name]) for name in GROUPS]
        return self._doors.page(
            "job_people.html",
            visit,
            status,
            draft=draft,
            before=self._before(visit, draft),
            groups=GROUPS,
            group=group,
            words=typed,
            team=one_line(picking.team, 300),
            finds_team=words.finds_team(typed, picking.team),
            found=[(name, members) for name, members in grouped if members],
            beside=[words.person(line) for line in picking.beside],
            more=picking.more,
            most=MOST,
            error=error,
            seal=self._doors.seal(visit, _ACT),
        )

    def _before(self, visit: Visit, draft: Draft) -> tuple[int, ...]:
        """Who was ticked when choosing began, for going back without saving."""
        if not visit.form.one("began"):
            return draft.to
        return tuple(number for number in map(whole, visit.form.all("before")) if number)

    def _newer_part(self, visit: Visit, writing: Writing) -> str:
        tell = words.clock(writing.job)
        return self._doors.draw(
            "job_newer_part.html",
            visit,
            notes=[words.note(note, tell) for note in writing.newer],
            newest=writing.newest,
        )

    async def _follow(self, request: Request) -> Response:
        since = whole(request.query_params.get("since", ""))

        def draw(visit: Visit) -> str | None:
            writing = self._page.writing(visit.visitor, None, False, (), since)
            return self._newer_part(visit, writing) if writing else None

        return await self._doors.follow(request, lambda visit: visit.visitor.viewer.job_id, draw)
