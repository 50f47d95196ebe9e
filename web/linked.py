"""What every page behind a link shares: who opened it, its forms' seals, its headers, and one answer for dead links.

GET and HEAD change nothing. Every POST carries the seal of its form. A wrong, ended, expired or revoked
link is always the same answer, whoever asks and whatever for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from domain.links import Kind, form_fits, form_token
from web.files import StaticFiles
from web.forms import Form, from_our_page, read_form, read_form_with_files, whole
from web.guard import LARGE_BODY
from web.limits import Limit
from web.live import Live

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer behind a link."""

STALE = "This form did not come from this page, or it is too old. Look at your text and send it again."
OFTEN = "That was very often in a short time. Wait a minute, then send it again."


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


class Linked(Protocol):
    """Somebody whose link works."""

    @property
    def link(self) -> _Numbered:
        """The link they came by."""
        ...


V = TypeVar("V", bound=Linked)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit(Generic[V]):
    """One request by somebody whose link works. `here` is the address of their page, without the server."""

    visitor: V
    here: str
    path: Mapping[str, Any]
    query: Mapping[str, str]
    form: Form
    address: str = ""
    """The network address it came from."""
    stale: bool = False
    """A form that this page did not make."""

    def number(self, name: str) -> int:
        """A whole number in the address, 0 where there is none that could be."""
        return whole(str(self.path.get(name, "")))

    @property
    def job_id(self) -> int:
        """The job in the address, 0 where there is none that could be."""
        return self.number("job_id")


Work = Callable[[Visit[V]], Response]
"""Answers one request, on a thread that may read and write the database."""
Endpoint = Callable[[Request], Awaitable[Response]]


class Ground:
    """What the pages of one engine stand on. `key` seals forms; `pool` runs what reads and writes the database."""

    def __init__(
        self,
        live: Live,
        pool: Executor,
        key: bytes,
        public_url: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.live = live
        self.key = key
        self.public_url = public_url
        self.root = urlsplit(public_url).path.rstrip("/")
        self.files = StaticFiles()
        self.monotonic = monotonic
        self._pool = pool
        self._wrong = Limit(30, 60, monotonic)
        self._wrong_in_all = Limit(600, 60, monotonic)
        self._templates = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(root=self.root, file=self.files.address)

    def draw(self, template: str, **values: Any) -> str:
        """A template, filled in; whatever people wrote is made harmless."""
        return self._templates.get_template(template).render(**values)

    def html(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page with the headers of every page."""
        return HTMLResponse(self.draw(template, **values), status, HEADERS)

    def to(self, address: str) -> Response:
        """Lead the browser on by GET."""
        return RedirectResponse(address, 303, HEADERS)

    def gone(self, address: str) -> Response:
        """One answer for every link that does not work, whatever the reason; 429 to whoever tries many."""
        seldom = self._wrong.take(address) and self._wrong_in_all.take("")
        return self.html("gone.html", 404 if seldom else 429)

    def limit(self, count: int, seconds: float = 60) -> Limit:
        """How often something may be done, by this ground's clock."""
        return Limit(count, seconds, self.monotonic)

    async def pooled(self, work: Callable[[], T]) -> T:
        """Do something that reads or writes the database."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


class Doors(Generic[V]):
    """The way in to one kind of page: `visitor` tells whose page a token opens now, None for every dead link.

    `about` gives what each of these pages shows around its content.
    """

    def __init__(
        self,
        ground: Ground,
        kind: Kind,
        visitor: Callable[[str], V | None],
        about: Callable[[Visit[V]], Mapping[str, Any]],
    ) -> None:
        self.ground = ground
        self.kind = kind
        self.visitor = visitor
        self.about = about

    @property
    def path(self) -> str:
        """What the addresses of these pages begin with, for routes."""
        return f"/{self.kind.value}/{{token}}"

    def get(self, work: Work[V]) -> Endpoint:
        """An endpoint that shows something."""

        async def answer(request: Request) -> Response:
            def read() -> Response:
                visit = self._visit(request, Form())
                return work(visit) if visit is not None else self.ground.gone(_address(request))

            return await self.ground.pooled(read)

        return answer

    def post(self, work: Work[V], act: str, limit: Limit, often: Work[V], files: bool = False) -> Endpoint:
        """An endpoint that takes a form sealed for `act`, in which names in braces stand for parts of the address.

        Each link may use it as often as `limit` allows, else `often` answers. `work` looks at `visit.stale`
        before it changes anything. With `files` the form may carry pictures; then a dead link is told so
        before any of them is read.
        """

        async def answer(request: Request) -> Response:
            if files and await self.ground.pooled(lambda: self._visit(request, Form())) is None:
                return self.ground.gone(_address(request))
            form = await (read_form_with_files if files else read_form)(request)

            def write() -> Response:
                visit = self._visit(request, form)
                if visit is None:
                    return self.ground.gone(_address(request))
                fits = form_fits(self.ground.key, visit.visitor.link.id, act.format(**visit.path), form.one("seal"))
                ours = from_our_page(request.headers, self.ground.public_url)
                if not limit.take(str(visit.visitor.link.id)):
                    return often(visit)
                return work(visit if ours and fits else _stale(visit))

            return await self.ground.pooled(write)

        if files:
            answer.max_body = LARGE_BODY  # type: ignore[attr-defined]
        return answer

    async def follow(
        self, request: Request, job_id: Callable[[Visit[V]], int | None], draw: Callable[[Visit[V]], str | None]
    ) -> Response:
        """The stream of one page; the link and its owner are looked at again with everything that is sent.

        `job_id` is the job whose changes wake the page, None for all jobs.
        """
        visit = await self.ground.pooled(lambda: self._visit(request, Form()))
        if visit is None:
            return self.ground.gone(_address(request))
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers=HEADERS)

        def again() -> str | None:
            now = self._visit(request, Form())
            return draw(now) if now is not None else None

        shown = request.headers.get("last-event-id") or request.query_params.get("shown", "")
        stream = self.ground.live.follow(visit.visitor.link.id, job_id(visit), shown, again)
        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    def page(self, template: str, visit: Visit[V], status: int = 200, **values: Any) -> Response:
        """A page of this visitor."""
        return self.ground.html(template, status, here=visit.here, **self.about(visit), **values)

    def draw(self, template: str, visit: Visit[V], **values: Any) -> str:
        """A part of a page of this visitor, for the page and for its stream alike."""
        return self.ground.draw(template, here=visit.here, **values)

    def to(self, visit: Visit[V], rest: str = "") -> Response:
        """Lead the browser to another address of this visitor's page."""
        return self.ground.to(visit.here + rest)

    def seal(self, visit: Visit[V], act: str) -> str:
        """What a form of this page carries in its field `seal`; `act` as `post` has it."""
        return form_token(self.ground.key, visit.visitor.link.id, act.format(**visit.path))

    def anything_else(self) -> Route:
        """The last route: below these addresses whatever else is asked for is a link that does not work."""

        async def answer(request: Request) -> Response:
            return self.ground.gone(_address(request))

        return Route(f"/{self.kind.value}/{{rest:path}}", answer, methods=["GET"])

    def _visit(self, request: Request, form: Form) -> Visit[V] | None:
        token = request.path_params["token"]
        visitor = self.visitor(token)
        if visitor is None:
            return None
        here = f"{self.ground.root}/{self.kind.value}/{token}"
        return Visit(visitor, here, request.path_params, request.query_params, form, _address(request))


def picture(found: tuple[str, bytes]) -> Response:
    """A photo as it is kept: its media type and bytes."""
    media_type, data = found
    return Response(data, media_type=media_type, headers={**HEADERS, "Content-Disposition": "inline"})


def _stale(visit: Visit[V]) -> Visit[V]:
    return Visit(visit.visitor, visit.here, visit.path, visit.query, visit.form, visit.address, stale=True)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
