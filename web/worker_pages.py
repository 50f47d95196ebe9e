"""The worker's own page behind a link: their jobs, one job with its messages, and answering.

GET and HEAD change nothing. Every POST carries the seal of its form; a wrong, ended or expired link is
always the same answer. The page is whole without a script; with one it updates itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.errors import Refusal
from domain.links import Kind
from domain.messages import Party
from domain.text import one_line
from messaging.choices import Choice
from messaging.conversation import Crossed, Sent
from messaging.links import Visitor, WorkerLinks
from messaging.my_jobs import PAGE, Answer, MyJobs, Opened, Quick
from web import linked
from web import worker_words as words
from web.forms import whole
from web.linked import OFTEN, STALE, Doors, Ground
from web.live import version

_CROSSED = "Somebody wrote meanwhile: read it above, then send your text again or change it first."

Visit = linked.Visit[Visitor]


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form, with what is wrong with it. `to` None ticks what is usual."""

    body: str = ""
    to: tuple[str, ...] | None = None
    error: str = ""
    form_id: str = field(default_factory=lambda: uuid.uuid4().hex)


class WorkerPages:
    """The routes of workers' pages."""

    def __init__(self, ground: Ground, links: WorkerLinks, my_jobs: MyJobs) -> None:
        self._links = links
        self._jobs = my_jobs
        self._ground = ground
        self._doors = Doors(ground, Kind.WORKER, links.visitor, self._about)
        self._writing = ground.limit(30)
        self._marking = ground.limit(240)

    def routes(self) -> list[BaseRoute]:
        """Every route of the page; below its address whatever else is asked for is a link that does not work."""
        doors, often, writing = self._doors, self._too_often, self._writing
        page, job = doors.path, f"{doors.path}/jobs/{{job_id}}"
        of_job = {act: f"{act} {{job_id}}" for act in ("reply", "quick", "seen")}
        return [
            Route(page, doors.get(self._list), methods=["GET"]),
            Route(f"{page}/live", self._follow_list, methods=["GET"]),
            Route(f"{page}/end", doors.get(self._ask_to_end), methods=["GET"]),
            Route(f"{page}/end", doors.post(self._end, "end", writing, often), methods=["POST"]),
            Route(job, doors.get(self._job), methods=["GET"]),
            Route(f"{job}/live", self._follow_job, methods=["GET"]),
            Route(f"{job}/photos/{{photo_id}}", doors.get(self._photo), methods=["GET"]),
            Route(f"{job}/reply", doors.post(self._reply, of_job["reply"], writing, often), methods=["POST"]),
            Route(f"{job}/quick", doors.post(self._quick, of_job["quick"], writing, often), methods=["POST"]),
            Route(f"{job}/seen", doors.post(self._seen, of_job["seen"], self._marking, often), methods=["POST"]),
            doors.anything_else(),
        ]

    def _list(self, visit: Visit) -> Response:
        start = whole(visit.query.get("start", ""))
        part = self._list_part(visit, start)
        return self._doors.page("worker_jobs.html", visit, part=Markup(part), version=version(part), start=start)  # noqa: S704

    def _job(self, visit: Visit) -> Response:
        opened = self._opened(visit)
        if opened is None:
            return self._no_job(visit)
        known = {quick.id: quick for quick in opened.quick}
        chosen = known.get(whole(visit.query.get("reply", "")))
        return self._job_page(visit, opened, Draft(chosen.body if chosen else ""), focus=chosen is not None)

    def _photo(self, visit: Visit) -> Response:
        found = self._jobs.photo(visit.visitor.user, visit.job_id, visit.number("photo_id"))
        return linked.picture(found) if found else self._no_job(visit)

    def _reply(self, visit: Visit) -> Response:
        form, user, job_id = visit.form, visit.visitor.user, visit.job_id
        answer = Answer(form.all("to"), form.one("body"), form.one("form"), form.number("seen"))
        draft = Draft(answer.body, answer.recipients)
        return self._write(visit, draft, lambda: self._jobs.reply(user, job_id, answer))

    def _quick(self, visit: Visit) -> Response:
        form, user, job_id = visit.form, visit.visitor.user, visit.job_id
        reply, form_id, seen = form.number("reply"), form.one("form"), form.number("seen")
        return self._write(visit, Draft(), lambda: self._jobs.quick_reply(user, job_id, reply, form_id, seen))

    def _write(self, visit: Visit, draft: Draft, send: Callable[[], Sent | Crossed]) -> Response:
        """Send something, and show the job again: with the new message, or with the text and what is wrong with it."""
        if visit.stale:
            return self._again(visit, draft, STALE, 403)
        try:
            sent = send()
        except Refusal as refusal:
            return self._again(visit, draft, refusal.sentence, 422)
        if isinstance(sent, Crossed):
            return self._again(visit, draft, _CROSSED, 409)
        self._links.renew(visit.visitor)
        return self._doors.to(visit, f"/jobs/{visit.job_id}#reply")

    def _again(self, visit: Visit, draft: Draft, why: str, status: int) -> Response:
        opened = self._opened(visit)
        if opened is None:
            return self._no_job(visit, draft.body)
        return self._job_page(visit, opened, Draft(draft.body, draft.to, why), status)

    def _seen(self, visit: Visit) -> Response:
        if not visit.stale:
            self._jobs.seen(visit.visitor.user, visit.job_id, visit.form.number("seq"))
            self._links.renew(visit.visitor)
        return self._doors.to(visit, f"/jobs/{visit.job_id}#reply")

    def _ask_to_end(self, visit: Visit) -> Response:
        return self._end_page(visit, "", 200)

    def _end(self, visit: Visit) -> Response:
        if visit.stale:
            return self._end_page(visit, "This form did not come from this page, or it is too old. Try again.", 403)
        self._links.sign_off(visit.visitor)
        return self._ground.html("ended.html")

    def _end_page(self, visit: Visit, error: str, status: int) -> Response:
        return self._doors.page("worker_end.html", visit, status, error=error, seal=self._doors.seal(visit, "end"))

    def _job_page(self, visit: Visit, opened: Opened, draft: Draft, status: int = 200, focus: bool = False) -> Response:
        before = whole(visit.query.get("before", ""))
        part = self._job_part(visit, opened)
        chosen = draft.to if draft.to is not None else ("dispatch",)
        return self._doors.page(
            "worker_job.html",
            visit,
            status,
            job_id=opened.job.id,
            number=one_line(opened.job.number, 40),
            title=one_line(opened.job.title, 200),
            closed=opened.job.status.words if opened.job.closed_at else "",
            part=Markup(part),  # noqa: S704  (drawn by our own template, which escapes)
            version=version(part),
            live=not before,
            newer=bool(before),
            newest=opened.newest,
            unread=any(message.new for message in words.messages(opened, visit.visitor.user)),
            can_write=opened.held,
            choices=[_choice(choice, chosen) for choice in sorted(opened.choices, key=_team_first)],
            needs_release=opened.needs_release,
            quick=[_button(quick) for quick in opened.quick],
            seals={act: self._doors.seal(visit, f"{act} {{job_id}}") for act in ("reply", "quick", "seen")},
            form=draft.form_id,
            draft=draft.body,
            error=draft.error,
            focus=focus or bool(draft.error),
        )

    def _no_job(self, visit: Visit, draft: str = "") -> Response:
        return self._doors.page("worker_gone.html", visit, 404, draft=draft)

    def _opened(self, visit: Visit) -> Opened | None:
        before = whole(visit.query.get("before", "")) or None
        return self._jobs.opened(visit.visitor.user, visit.job_id, before) if visit.job_id else None

    def _list_part(self, visit: Visit, start: int) -> str:
        listed = self._jobs.listed(visit.visitor.user, start)
        return self._doors.draw(
            "worker_jobs_part.html",
            visit,
            mine=[words.job_line(line) for line in listed.mine],
            former=[words.job_line(line) for line in listed.former],
            earlier=max(0, start - PAGE) if start else None,
            later=start + PAGE if start + PAGE < listed.total else None,
        )

    def _job_part(self, visit: Visit, opened: Opened) -> str:
        messages = words.messages(opened, visit.visitor.user)
        return self._doors.draw(
            "worker_job_part.html",
            visit,
            job_id=opened.job.id,
            details=words.details(opened),
            messages=messages,
            older=opened.older,
            newest=opened.newest,
            first_new=next((message.seq for message in messages if message.new), 0),
        )

    async def _follow_list(self, request: Request) -> Response:
        start = whole(request.query_params.get("start", ""))
        return await self._doors.follow(request, lambda _: None, lambda visit: self._list_part(visit, start))

    async def _follow_job(self, request: Request) -> Response:
        def draw(visit: Visit) -> str | None:
            opened = self._jobs.opened(visit.visitor.user, visit.job_id)
            return self._job_part(visit, opened) if opened is not None else None

        return await self._doors.follow(request, lambda visit: visit.job_id, draw)

    def _too_often(self, visit: Visit) -> Response:
        if not visit.job_id:
            return self._end_page(visit, OFTEN, 429)
        return self._again(visit, Draft(visit.form.one("body"), visit.form.all("to") or None), OFTEN, 429)

    def _about(self, visit: Visit) -> dict[str, Any]:
        expires = visit.visitor.link.expires_at
        return {
            "worker": one_line(visit.visitor.user.name, 120),
            "practice": self._jobs.account().practice,
            "until": f"{expires.day} {expires:%B %Y}" if expires else "it is ended",
        }


def _team_first(choice: Choice) -> bool:
    return choice.person.role is not Party.DISPATCH


def _choice(choice: Choice, chosen: tuple[str, ...]) -> dict[str, Any]:
    about = choice.why_not or choice.about
    return {
        "key": choice.key,
        "name": one_line(choice.person.name, 120),
        "about": one_line(about, 200),
        "why_not": choice.why_not,
        "ticked": choice.key in chosen and not choice.why_not,
    }


def _button(quick: Quick) -> dict[str, Any]:
    return {
        "id": quick.id,
        "name": one_line(quick.name, 60),
        "body": one_line(quick.body, 300),
        "asks": quick.asks,
        "form": uuid.uuid4().hex,
    }
