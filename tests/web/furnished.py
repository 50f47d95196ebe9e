"""A small company with something on every page that a phone can open, and every address that leads there.

The addresses are made from the routes of the application itself: a new route, or a new name in one,
is asked for without being added here, and one that cannot be filled in fails its test.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from PIL import Image
from sqlalchemy import select
from sqlmodel import SQLModel
from starlette.routing import Route

from domain.jobs import Job, Status
from domain.messages import DISPATCH, Kind, Party, Person
from domain.saved_replies import SavedReply
from messaging.saved_replies import SavedReplies
from storage.tables.messages import PhotoRow
from storage.tables.people import ContactGroupRow, LocationRow
from tests.estimating import DEAR, DEFERRED, LINES, decided, shared
from tests.web.phone import MARCO, Side, give_mobile, set_account
from tests.world import World, dispatcher, worker
from web.photos import photo_of

OFFICE = "+15550109999"


@dataclass(frozen=True, slots=True)
class Furnished:
    """What stands there. `ana` and `marco` are paths of links that work; the other job is none of theirs."""

    side: Side
    job: Job
    ana: str
    marco: str
    note: int
    photo: int
    other: Job
    others_note: int
    others_photo: int

    def values(self) -> dict[str, str]:
        """What the names in routes stand for on the job."""
        return {
            "job_id": str(self.job.id),
            "message_id": str(self.note),
            "photo_id": str(self.photo),
            "name": "page.css",
            "rest:path": "x/y",
            "number": self.job.number,
        }

    def foreign(self) -> dict[str, str]:
        """The same on somebody else's job."""
        return {
            **self.values(),
            "job_id": str(self.other.id),
            "message_id": str(self.others_note),
            "photo_id": str(self.others_photo),
        }

    def nowhere(self) -> dict[str, str]:
        """The same where nothing is."""
        return {**self.values(), "job_id": "99999", "message_id": "99999", "photo_id": "99999"}

    def address(self, template: str, values: dict[str, str] | None = None, token: str = "") -> str:
        """The address of a route, by the link of whom it is for unless another token is given."""
        mine = token or (self.marco if template.startswith("/w/") else self.ana).rpartition("/")[2]
        known = {**(values or self.values()), "token": mine}
        return re.sub(r"\{([^}]+)\}", lambda found: known[found[1]], template)


class Door(NamedTuple):
    """One route: its address as it stands in the program, and one method."""

    template: str
    method: str

    @property
    def linked(self) -> bool:
        """Whether it lies behind a link."""
        return self.template.startswith(("/w/", "/c/"))


def doors(side: Side) -> list[Door]:
    """Every route of the application with every method that it takes."""
    found = []
    for route in side.app.routes:
        if isinstance(route, Route):
            found += [Door(route.path, method) for method in sorted(route.methods or ())]
    for path, methods in side.app.openapi()["paths"].items():
        found += [Door(path, method.upper()) for method in methods]
    assert len(found) > 30
    return found


def furnish(side: Side) -> Furnished:
    """Put something on every page: notes of everybody, photos, versions, decisions, groups, quick replies."""
    world = side.world
    give_mobile(world, world.marco, MARCO)
    set_account(world, worker_writes="with_release")
    boss = replace(world.ann, alerts=True)
    replies = SavedReplies(world.writers.saved_replies)
    replies.keep(boss, SavedReply(0, "On my way", "On my way", False, True))
    replies.keep(boss, SavedReply(0, "Late", "{minutes} minutes late", False, True))
    with world.write() as session:
        session.get_one(LocationRow, world.berlin).callback_phone = OFFICE
        session.add(ContactGroupRow(contact_id=world.ben.contact_id or 0, name="Fleet"))
    job = world.job(address="12 Mill Road")
    note = _talk(world, job)
    photo = _photo(world, note)
    _estimates(world, job)
    carla = world.contact("Carla Stone", "+15550102003", customer="Stone Works")
    other = world.job(world.mia, customer="Stone Works", site_contact_id=carla.contact_id, billing_contact_id=None)
    others_note = world.text(other, dispatcher(world.ann), carla, body="For Carla alone")
    return Furnished(
        side=side,
        job=job,
        ana=side.contact_path(world.ana, job),
        marco=side.path(world.marco),
        note=note,
        photo=photo,
        other=other,
        others_note=others_note,
        others_photo=_photo(world, others_note),
    )


def _talk(world: World, job: Job) -> int:
    world.text(job, dispatcher(world.ann), world.ana, body="We come at ten", kind=Kind.ALERT)
    world.text(job, dispatcher(world.ann), worker(world.marco), body="Bring the ladder")
    world.text(job, Person(Party.PHONE, "+15550107777"), DISPATCH, worker(world.marco), body="Who is it?")
    first = world.text(job, dispatcher(world.ann), world.ana, world.ben, body="Which gate?")
    world.text(job, world.ben, DISPATCH, worker(world.marco), world.ana, body="The north one", reply_to=first)
    world.text(job, worker(world.marco), world.ana, body="I am there", kind=Kind.MESSAGE)
    return world.text(job, world.ana, DISPATCH, worker(world.marco), body="See the photo", kind=Kind.REPLY)


def _photo(world: World, note: int) -> int:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(kept, "PNG")
    made = photo_of(kept.getvalue())
    with world.write() as session:
        row = PhotoRow(message_id=note, media_type=made.media_type, width=40, height=30, size=9, data=made.data)
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def _estimates(world: World, job: Job) -> None:
    first = shared(world, job, world.ana, world.ben, note="Until Friday", lines=LINES)
    decided(world, world.ana, first, DEFERRED, order="PO-7")
    world.clock.advance(minutes=5)
    shared(world, job, world.ana, note="Better", lines=DEAR[:2])


def tables(world: World) -> dict[str, list[object]]:
    """Everything that the database holds, byte by byte."""
    found: dict[str, list[object]] = {}
    with world.writers.database.read() as session:
        for table in SQLModel.metadata.sorted_tables:
            columns = list(table.primary_key.columns) or list(table.columns)
            found[table.name] = [tuple(row) for row in session.execute(select(table).order_by(*columns)).all()]
    return found


def ended_links(side: Side, job: Job) -> Iterator[tuple[str, str]]:
    """Dead links of a contact, each with why it is dead; the job closes on the way."""
    world = side.world
    path = side.contact_path(world.ana, job)
    token = path.rpartition("/")[2]
    yield "wrong", token[:-1] + ("A" if token[-1] != "A" else "B")
    yield "of no row", f"9999-{token.partition('-')[2]}"
    yield "of a worker", side.path(world.marco).rpartition("/")[2]
    yield "too short", token[:-4]
    yield "no token", "hello"
    assert world.ana.contact_id is not None
    world.writers.contact_links.revoke(world.ana.contact_id, job.id)
    yield "revoked", token
    fresh = side.contact_path(world.ana, job).rpartition("/")[2]
    assert fresh != token
    world.change(job, status=Status.COMPLETED)
    world.clock.advance(seconds=timedelta(days=30).total_seconds())
    yield "expired", fresh
