"""What other programs post: jobs, and what happened to them. One use case for each; RULES 17, 20, 45."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.account import Location
from domain.alerts import Event
from domain.ingest import Answer, ApiToken, Asked, Saved, no_such_job, wrong_fields
from domain.text import one_line
from messaging.job_reading import FIELDS, JobReading, read_time
from messaging.stated import Stated, read_object

if TYPE_CHECKING:
    from storage.api_tokens import ApiTokens
    from storage.ingest import Ingested
    from storage.reads import Reads

LONGEST_KEY = 200
"""Characters of an Idempotency-Key."""
REPORTED = tuple(event for event in Event if event is not Event.REMINDER)
"""What can be posted: reminders come by the clock."""
_AHEAD = timedelta(minutes=5)
"""How far the clock of another program may be ahead of ours."""


class Ingest:
    """Takes what is posted. Refuses with NotAccepted, all of it at once; nothing was changed then."""

    def __init__(self, tokens: ApiTokens, store: Ingested, reads: Reads, clock: Callable[[], datetime]) -> None:
        self.tokens = tokens
        self.store = store
        self.reads = reads
        self.clock = clock

    def holder(self, token: str) -> ApiToken | None:
        """Whose token this is; None for one that is wrong or revoked."""
        return self.tokens.holder(token)

    def post_job(self, token: ApiToken, key: str, body: bytes) -> Answer:
        """Create a job, or change the one of this number: an absent field keeps what is stored, null clears it.

        Nothing is sent unless `notify` asks for it; `dry_run` tells what would happen and changes nothing.
        """
        asked = Asked(token, key, _digest("jobs", body))
        kept = self.store.answered(asked)
        if kept is not None:
            return kept
        stated = Stated(read_object(body), FIELDS, ("notify", "dry_run"))
        notify, dry_run = stated.flags["notify"], stated.flags["dry_run"]
        reading = JobReading(stated.texts, self._locations(token), self.store.location_of)
        job = reading.job()
        errors = [*stated.errors, *reading.errors]
        if errors:
            # What only the store can tell is told with the rest, so that a caller mends everything at once.
            more = self.store.check_job(token, job) if job else []
            raise wrong_fields(errors, more)
        assert job is not None
        return self.store.save_job(asked, job, notify, dry_run, lambda saved: _job_answer(job.number, saved, dry_run))

    def post_event(self, token: ApiToken, key: str, number: str, body: bytes) -> Answer:
        """Record what happened to a job: its status follows, and the alert goes out by its rule.

        Told already, it is not told twice, unless `again` asks for it.
        """
        number = number.strip()
        asked = Asked(token, key, _digest(f"jobs/{number}/events", body))
        kept = self.store.answered(asked)
        if kept is not None:
            return kept
        place = self._place(token, number)
        stated = Stated(read_object(body), ("event", "at"), ("again", "dry_run"))
        again, dry_run = stated.flags["again"], stated.flags["dry_run"]
        event, at = _event(stated), self._at(stated, place)
        if stated.errors or event is None:
            raise wrong_fields(stated.errors)
        return self.store.save_event(
            asked, number, event, at, again, dry_run, lambda saved: _event_answer(number, event, saved, dry_run)
        )

    def _locations(self, token: ApiToken) -> Sequence[Location]:
        return [place for place in self.reads.locations() if token.works_at(place.id)]

    def _place(self, token: ApiToken, number: str) -> Location:
        where = self.store.location_of(number) if "\x00" not in number else None
        found = next((place for place in self._locations(token) if place.id == where), None)
        if found is None:
            raise no_such_job(number)
        return found

    def _at(self, stated: Stated, place: Location) -> datetime:
        """When it happened; now where nothing is said."""
        now = self.clock()
        text = stated.texts.get("at", "")
        if not text:
            return now
        try:
            at = read_time(text, place)
        except ValueError:
            at = None
        if at is None:
            stated.wrong("at", f"“{one_line(text, 40)}” is not a time like 2026-03-02T09:00")
        elif at > now + _AHEAD:
            stated.wrong("at", "lies in the future; post the event when it has happened")
        return min(at, now) if at else now


def _event(stated: Stated) -> Event | None:
    text = stated.texts.get("event", "")
    if text not in REPORTED:
        if not any(error.field == "event" for error in stated.errors):
            said = f"there is no event “{one_line(text, 40)}” to post" if text else "is missing"
            stated.wrong("event", f"{said} (known: {', '.join(REPORTED)})")
        return None
    return Event(text)


def _digest(place: str, body: bytes) -> str:
    return hashlib.sha256(place.encode("utf-8", "surrogatepass") + b"\0" + body).hexdigest()


def _job_answer(number: str, saved: Saved, dry_run: bool) -> Answer:
    status = 201 if saved.created and not dry_run else 200
    # Whether anything changed is not told: by trying values out, a token could read what is stored.
    result = "created" if saved.created else "updated"
    return _json(status, {"number": number, "result": result, "dry_run": dry_run, **_told(saved)})


def _event_answer(number: str, event: Event, saved: Saved, dry_run: bool) -> Answer:
    return _json(200, {"number": number, "event": event.value, "dry_run": dry_run, **_told(saved)})


def _told(saved: Saved) -> dict[str, Any]:
    events = [{"event": each.event.value, "told": each.told, "why": each.why} for each in saved.events]
    return {"texts": saved.texts, "phones": saved.phones, "events": events}


def _json(status: int, value: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")))
