"""Who may do what, at the keys: every cell of docs/permissions.md that has a key in the job list or on a job.

A key that may not act is away or explains itself, and nothing is stored by pressing it.
"""

from typing import NamedTuple

import pytest
from sqlmodel import col, update

from domain.jobs import Job
from domain.messages import DISPATCH, Stage
from domain.people import Role, User
from storage.tables.messages import MessageRow
from storage.tables.people import ContactRow
from tests.desk import Carrier, Desk, at_desk
from tests.messaging.test_administration import tick
from tests.messaging.test_permissions import TABLE, USERS, somebody
from tests.world import ANA, World, dispatcher, worker
from widgets.contents import Contents


class Key(NamedTuple):
    """A key, the row of the table that it belongs to, and on what: the list, or a job with a message selected."""

    act: str
    key: str
    message: str = ""


KEYS = (
    Key("make and change jobs", "c"),
    Key("make and change jobs", "e"),
    Key("sort the tray", "t"),
    Key("see customers and contacts", "C"),
    Key("change customers and contacts", "c", "failed"),
    Key("set up alerts", "A"),
    Key("own a job, call it done", "d"),
    Key("send alerts", "a", "failed"),
    Key("make and change jobs", "e", "failed"),
    Key("send a failed text again", "x", "failed"),
    Key("release a worker's text", "s", "waiting"),
    Key("pass a message on", "f", "private"),
    Key("own a job, call it done", "i", "failed"),
    Key("sort the tray", "M", "guess"),
    Key("use quick actions", "q"),
    Key("use quick actions", "q", "failed"),
    Key("build estimates, record decisions", "v", "failed"),
    Key("send or end a contact's link", "L", "failed"),
)


def prepared(world: World, user: User, message: str) -> Job:
    """A job of theirs whose newest message is of a kind: a failed text, one that waits for release, a private one."""
    job = world.job(worker=user if user.role is Role.WORKER else None)
    author = worker(user if user.role is Role.WORKER else world.marco)
    world.text(job, dispatcher(world.ann), world.ana)
    Carrier(world).takes()
    if message == "failed":
        world.text(job, dispatcher(world.ann), world.ana, body="Are you there?")
        Carrier(world).refuses(30003)
    elif message == "waiting":
        world.text(job, author, world.ana, body="May I?", stage=Stage.WAITING_RELEASE)
    elif message == "guess":
        Carrier(world).receives("Which gate?")
        with world.write() as session:
            session.exec(update(MessageRow).where(col(MessageRow.body) == "Which gate?").values(guessed=True))
            session.get_one(ContactRow, world.ben.contact_id).mobile = ANA
    elif message == "private":
        world.text(job, author, DISPATCH, body="Tell her")
    return world.read_job(job.id)


def stored(world: World) -> list[object]:
    """Everything that a key could have changed: jobs, messages, deliveries, rules, users."""
    plain = world.readers.plain
    tables = {
        "job": "number, version, owner_id, done_seq, waiting_on",
        "message": "id, stage, body, guessed, author_name",
        "delivery": "id, state",
        "alert_rule": "id, version",
        "location": "id, name",
        "user_account": "id, name, active, admin, chat",
    }
    return [tuple(row) for name, columns in tables.items() for row in plain.rows(f"SELECT {columns} FROM {name}")]


def seen(desk: Desk) -> list[object]:
    """What a key could have changed: what is stored, where one is, and what is written in the composer."""
    written = [contents.text for contents in desk.app.screen.query(Contents)]
    return [stored(desk.world), desk.app.screen, written]


async def press(desk: Desk, job: Job, key: Key) -> bool:
    """Press the key where it belongs; whether something came of it."""
    if key.message:
        await desk.opens(job)
        if desk.app.screen.query("ThreadView"):
            desk.app.screen.query_one("ThreadView").focus()
        await desk.pilot.pause()
    else:
        await desk.highlight(job.number)
    before = seen(desk)
    await desk.press(key.key)
    await desk.settles()
    return seen(desk) != before


@pytest.mark.parametrize("column", [column for column in USERS if column != "deactivated"])
async def test_every_key_does_what_its_cell_says(small_world: World, column: str) -> None:
    tick(small_world, small_world.abe, admin=True)
    found, wanted = {}, {}
    for key in KEYS:
        user = somebody(small_world, column)
        job = prepared(small_world, user, key.message)
        async with at_desk(small_world, user) as desk:
            found[key] = await press(desk, job, key)
        wanted[key] = TABLE[key.act][column] == "yes"
    assert found == wanted
