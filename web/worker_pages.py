"""The worker's own page behind a link: their jobs, one job with its messages, and answering.

GET and HEAD change nothing. Every POST carries the seal of its form; a wrong, ended or expired link is
always the same answer. The page is whole without a script; with one it updates itself.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from domain.errors import Refusal
from domain.links import form_fits, form_token
from domain.messages import Party
from domain.text import one_line
from messaging.choices import Choice
from messaging.conversation import Crossed, Sent
from messaging.links import Visitor, WorkerLinks
from messaging.my_jobs import PAGE, Answer, MyJobs, Opened, Quick
from web import worker_words as words
from web.files import StaticFiles
from web.forms import Form, from_our_page, read_form, whole
from web.limits import Limit
from web.live import Live, version

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_STALE = "This form did not come from this page, or it is too old. Look at your text and send it again."
_OFTEN = "That was very often in a short time. Wait a minute, then send it again."
_CROSSED = "Somebody wrote meanwhile: read it above, then send your text again or change it first."


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by somebody whose link works."""

    visitor: Visitor
    here: str
    path: Mapping[str, Any]
    query: Mapping[str, str]
    form: Form
    stale: bool = False
    """A form that this page did not make."""

    @property
    def job_id(self) -> int:
        """The job in the address, 0 where there is none that could be."""
        return whole(str(self.path.get("job_id", "")))


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form, with what is wrong with it. `to` None ticks what is usual."""

    body: str = ""
    to: tuple[str, ...] | None = None
    error: str = ""
    form_id: str = field(default_factory=lambda: uuid.uuid4().hex)


Work = Callable[[Visit], Response]
T = TypeVar("T")


class WorkerPages:
    """The routes of workers' pages. `key` seals forms; `pool` runs what reads and writes the database."""

    def __init__(
        self, links: WorkerLinks, my_jobs: MyJobs, live: Live, pool: Executor, key: bytes, public_url: str = ""
    ) -> None:
        self._links = links
        self._jobs = my_jobs
        self._live = live
        self._pool = pool
        self._key = key
        self._public_url = public_url
        self._root = urlsplit(public_url).path.rstrip("/")
        self._files = StaticFiles()
        self._templates = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(root=self._root, file=self._files.address)
        self._wrong = Limit(30, 60, time.monotonic)
        self._writing = Limit(30, 60, time.monotonic)
        self._marking = Limit(240, 60, time.monotonic)

    def routes(self) -> list[BaseRoute]:
        """Every route of the page; below its address whatever else is asked for is a link that does not work."""
        page, job = "/w/{token}", "/w/{token}/jobs/{job_id}"
        return [
            self._files.route(),
            Route(page, self._get(self._list), methods=["GET"]),
            Route(f"{page}/live", self._follow_list, methods=["GET"]),
            Route(f"{page}/end", self._get(self._ask_to_end), methods=["GET"]),
            Route(f"{page}/end", self._post(self._end, "end", self._writing), methods=["POST"]),
            Route(job, self._get(self._job), methods=["GET"]),
            Route(f"{job}/live", self._follow_job, methods=["GET"]),
            Route(f"{job}/reply", self._post(self._reply, "reply", self._writing), methods=["POST"]),
            Route(f"{job}/quick", self._post(self._quick, "quick", self._writing), methods=["POST"]),
            Route(f"{job}/seen", self._post(self._seen, "seen", self._marking), methods=["POST"]),
            Route("/w/{rest:path}", self._anything_else, methods=["GET"]),
        ]

    def _list(self, visit: Visit) -> Response:
        start = whole(visit.query.get("start", ""))
        part = self._list_part(visit.visitor, visit.here, start)
        return self._page("worker_jobs.html", visit, part=Markup(part), version=version(part), start=start)  # noqa: S704

    def _job(self, visit: Visit) -> Response:
        opened = self._opened(visit)
        if opened is None:
            return self._no_job(visit)
        known = {quick.id: quick for quick in opened.quick}
        chosen = known.get(whole(visit.query.get("reply", "")))
        return self._job_page(visit, opened, Draft(chosen.body if chosen else ""), focus=chosen is not None)

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
            return self._again(visit, draft, _STALE, 403)
        try:
            sent = send()
        except Refusal as refusal:
            return self._again(visit, draft, refusal.sentence, 422)
        if isinstance(sent, Crossed):
            return self._again(visit, draft, _CROSSED, 409)
        self._links.renew(visit.visitor)
        return self._to(f"{visit.here}/jobs/{visit.job_id}#reply")

    def _again(self, visit: Visit, draft: Draft, why: str, status: int) -> Response:
        opened = self._opened(visit)
        if opened is None:
            return self._no_job(visit, draft.body)
        return self._job_page(visit, opened, Draft(draft.body, draft.to, why), status)

    def _seen(self, visit: Visit) -> Response:
        if not visit.stale:
            self._jobs.seen(visit.visitor.user, visit.job_id, visit.form.number("seq"))
            self._links.renew(visit.visitor)
        return self._to(f"{visit.here}/jobs/{visit.job_id}#reply")

    def _ask_to_end(self, visit: Visit) -> Response:
        return self._end_page(visit, "", 200)

    def _end(self, visit: Visit) -> Response:
        if visit.stale:
            return self._end_page(visit, "This form did not come from this page, or it is too old. Try again.", 403)
        self._links.sign_off(visit.visitor)
        return self._html("ended.html", 200)

    def _end_page(self, visit: Visit, error: str, status: int) -> Response:
        return self._page("worker_end.html", visit, status, error=error, seal=self._seal(visit, "end"))

    def _job_page(self, visit: Visit, opened: Opened, draft: Draft, status: int = 200, focus: bool = False) -> Response:
        before = whole(visit.query.get("before", ""))
        part = self._job_part(visit.visitor, visit.here, opened)
        chosen = draft.to if draft.to is not None else ("dispatch",)
        return self._page(
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
            seals={act: self._seal(visit, act) for act in ("reply", "quick", "seen")},
            form=draft.form_id,
            draft=draft.body,
            error=draft.error,
            focus=focus or bool(draft.error),
        )

    def _no_job(self, visit: Visit, draft: str = "") -> Response:
        return self._page("worker_gone.html", visit, 404, draft=draft)

    def _opened(self, visit: Visit) -> Opened | None:
        before = whole(visit.query.get("before", "")) or None
        return self._jobs.opened(visit.visitor.user, visit.job_id, before) if visit.job_id else None

    def _list_part(self, visitor: Visitor, here: str, start: int) -> str:
        listed = self._jobs.listed(visitor.user, start)
        return self._templates.get_template("worker_jobs_part.html").render(
            here=here,
            mine=[words.job_line(line) for line in listed.mine],
            former=[words.job_line(line) for line in listed.former],
            earlier=max(0, start - PAGE) if start else None,
            later=start + PAGE if start + PAGE < listed.total else None,
        )

    def _job_part(self, visitor: Visitor, here: str, opened: Opened) -> str:
        messages = words.messages(opened, visitor.user)
        return self._templates.get_template("worker_job_part.html").render(
            here=here,
            job_id=opened.job.id,
            details=words.details(opened),
            messages=messages,
            older=opened.older,
            newest=opened.newest,
            first_new=next((message.seq for message in messages if message.new), 0),
        )

    async def _follow_list(self, request: Request) -> Response:
        start = whole(request.query_params.get("start", ""))
        return await self._follow(request, None, lambda visitor, here: self._list_part(visitor, here, start))

    async def _follow_job(self, request: Request) -> Response:
        job_id = whole(request.path_params["job_id"])

        def draw(visitor: Visitor, here: str) -> str | None:
            opened = self._jobs.opened(visitor.user, job_id)
            return self._job_part(visitor, here, opened) if opened is not None else None

        return await self._follow(request, job_id, draw)

    async def _follow(
        self, request: Request, job_id: int | None, draw: Callable[[Visitor, str], str | None]
    ) -> Response:
        """The stream of one page; the link and its owner are looked at again with everything that is sent."""
        token, address = request.path_params["token"], _address(request)
        visitor = await self._pooled(lambda: self._links.visitor(token))
        if visitor is None:
            return self._gone(address)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers=_HEADERS)

        def again() -> str | None:
            now = self._links.visitor(token)
            return draw(now, self._here(token)) if now is not None else None

        shown = request.headers.get("last-event-id") or request.query_params.get("shown", "")
        stream = self._live.follow(visitor.link.id, job_id, shown, again)
        headers = {**_HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    def _get(self, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            token, address = request.path_params["token"], _address(request)

            def read() -> Response:
                visitor = self._links.visitor(token)
                if visitor is None:
                    return self._gone(address)
                return work(Visit(visitor, self._here(token), request.path_params, request.query_params, Form()))

            return await self._pooled(read)

        return answer

    def _post(self, work: Work, act: str, limit: Limit) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            form = await read_form(request)
            token, address = request.path_params["token"], _address(request)
            ours = from_our_page(request.headers, self._public_url)

            def write() -> Response:
                visitor = self._links.visitor(token)
                if visitor is None:
                    return self._gone(address)
                visit = Visit(visitor, self._here(token), request.path_params, {}, form)
                if not limit.take(str(visitor.link.id)):
                    return self._too_often(visit)
                fits = form_fits(self._key, visitor.link.id, _act(act, visit), form.one("seal"))
                return work(visit if ours and fits else Visit(visitor, visit.here, visit.path, {}, form, stale=True))

            return await self._pooled(write)

        return answer

    def _too_often(self, visit: Visit) -> Response:
        if not visit.job_id:
            return self._end_page(visit, _OFTEN, 429)
        return self._again(visit, Draft(visit.form.one("body"), visit.form.all("to") or None), _OFTEN, 429)

    async def _anything_else(self, request: Request) -> Response:
        return self._gone(_address(request))

    def _gone(self, address: str) -> Response:
        """One answer for every link that does not work, whatever the reason; 429 to whoever tries many."""
        return self._html("gone.html", 404 if self._wrong.take(address) else 429)

    def _page(self, template: str, visit: Visit, status: int = 200, **values: Any) -> Response:
        expires = visit.visitor.link.expires_at
        return self._html(
            template,
            status,
            here=visit.here,
            worker=one_line(visit.visitor.user.name, 120),
            practice=self._jobs.account().practice,
            until=f"{expires.day} {expires:%B %Y}" if expires else "it is ended",
            **values,
        )

    def _html(self, template: str, status: int, **values: Any) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(**values), status, _HEADERS)

    def _to(self, address: str) -> Response:
        return RedirectResponse(address, 303, _HEADERS)

    def _here(self, token: str) -> str:
        return f"{self._root}/w/{token}"

    def _seal(self, visit: Visit, act: str) -> str:
        return form_token(self._key, visit.visitor.link.id, _act(act, visit))

    async def _pooled(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _act(act: str, visit: Visit) -> str:
    return f"{act} {visit.job_id}"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


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
