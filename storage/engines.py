"""What each engine says of itself, for every status bar."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import col, delete

from storage import feed
from storage.api_requests import forget_requests
from storage.engine import Database
from storage.tables.system import EngineRow


class Engines:
    """Keeps the engines' own words. Safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def say(
        self, engine: str, pid: int, host: str, state: str, sentence: str, carrier_url: str = "", page_url: str = ""
    ) -> None:
        """Write an engine's state and sentence; screens hear of it only when the words changed."""
        now = self.clock()
        with self.database.write() as session:
            row = session.get(EngineRow, engine)
            if row is None:
                row = EngineRow(
                    id=engine, pid=pid, host=host, started_at=now, beat_at=now, state="", since=now, sentence=""
                )
            new = (state, sentence, carrier_url, page_url)
            changed = (row.state, row.sentence, row.carrier_url, row.page_url) != new
            if row.state != state:
                row.since = now
            row.beat_at = now
            row.state, row.sentence, row.carrier_url, row.page_url = new
            session.add(row)
            if changed:
                feed.append(session, "engine")

    def forget_old(self) -> None:
        """Drop the words of engines silent for a day, changes no reader needs, and answers to old requests."""
        feed.prune(self.database)
        with self.database.write() as session:
            session.exec(delete(EngineRow).where(col(EngineRow.beat_at) < self.clock() - timedelta(days=1)))
            forget_requests(session, self.clock())
