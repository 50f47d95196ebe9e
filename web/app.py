"""The engine's web application: health, the API and the pages. What stands behind them is handed in by app/serve.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.routing import BaseRoute

from domain.account import EngineWords
from web import api, errors, guard
from web.health import health

if TYPE_CHECKING:
    from messaging.ingest import Ingest


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What the routes call. A part that is None is not served at all."""

    words: Callable[[], EngineWords]
    ingest: Ingest | None = None
    routes: Sequence[BaseRoute] = ()
    """Pages for phones."""


def make(pages: Pages) -> FastAPI:
    """The application. Its documentation pages are off; only the API is described, at /api/openapi.json."""
    described = "/api/openapi.json" if pages.ingest else None
    app = FastAPI(openapi_url=described, docs_url=None, redoc_url=None, redirect_slashes=False)
    errors.install(app)
    app.add_middleware(guard.Guard, large=[route for route in pages.routes if guard.takes_files(route)])
    app.router.routes.append(health(pages.words))
    if pages.ingest is not None:
        api.describe(app)
        app.include_router(api.router(pages.ingest))
    app.router.routes.extend(pages.routes)
    return app
