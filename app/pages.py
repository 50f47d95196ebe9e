"""What the engine's web application is made of, over these stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from messaging.ingest import Ingest
from storage.ingest import Ingested
from web.app import Pages

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from app.wiring import Readers, Writers


def pages_of(readers: Readers, writers: Writers, routes: Sequence[BaseRoute] = ()) -> Pages:
    """Everything that is served, each part over the engine's own stores. `routes` are the pages for phones."""
    clock = readers.clock
    return Pages(
        words=lambda: readers.reads.engine(clock()),
        ingest=Ingest(writers.api_tokens, Ingested(writers.database, clock), readers.reads, clock),
        routes=routes,
    )
