"""A conversation as data: exactly what the viewer may see, oldest first."""

import json
from typing import Any

from domain.delivery import State
from domain.jobs import Job
from domain.messages import DISPATCH, Kind, NewMessage
from domain.people import User
from domain.texts import Accepted
from messaging.export import conversation
from storage.conversations import store_message
from tests.world import ANA, World, dispatcher, worker


def exported(world: World, viewer: User, job: Job) -> Any:
    """A job as somebody exports it, through JSON and back."""
    return json.loads(json.dumps(conversation(world.readers.threads, viewer, world.read_job(job.id))))


def test_the_job_and_everybody_on_it(world: World) -> None:
    job = world.job(ad_hoc_mobile="+15550104444", address="1 Main St")
    assert exported(world, world.ann, job)["job"] == {
        "number": job.number,
        "template": "Repair",
        "title": "Pump does not start",
        "status": "assigned",
        "location": "North",
        "customer": "Silva Farms",
        "site_contact": {"name": "Ana Silva", "title": "Owner", "mobile": ANA, "email": "ana@example.com"},
        "billing_contact": {
            "name": "Ben Silva",
            "title": "Foreman",
            "mobile": "+15550102002",
            "email": "ben@example.com",
        },
        "ad_hoc_mobile": "+15550104444",
        "worker": "Marco Diaz",
        "window_start": "2026-03-02T13:00:00Z",
        "window_end": "2026-03-02T15:00:00Z",
        "asset": "Pump 7",
        "address": "1 Main St",
    }


def test_what_is_not_there_is_null(small_world: World) -> None:
    job = small_world.job(site_contact_id=None, billing_contact_id=None, window_start=None, window_end=None)
    shown = exported(small_world, small_world.ann, job)["job"]
    names = ("site_contact", "billing_contact", "ad_hoc_mobile", "window_start")
    assert [shown[name] for name in names] == [None] * 4


def test_a_message_with_its_delivery(world: World) -> None:
    job = world.job()
    message_id = world.text(job, dispatcher(world.ann), world.ana, body="Grüße 👍\nfrom us")
    claimed = world.writers.outbox.claim("engine")
    assert claimed is not None
    world.writers.outbox.record(claimed, Accepted("SM1", "queued", State.ACCEPTED))
    assert exported(world, world.ann, job)["messages"] == [
        {
            "id": message_id,
            "kind": "message",
            "author": {"role": "dispatcher", "name": "Ann Lee", "mobile": None},
            "recipients": [{"role": "contact", "name": "Ana Silva", "mobile": ANA}],
            "body": "Grüße 👍\nfrom us",
            "at": "2026-03-02T12:00:00Z",
            "deliveries": [{"to": ANA, "channel": "sms", "state": "accepted", "sid": "SM1", "error": None}],
        }
    ]


def test_a_long_thread_is_whole_and_in_order(small_world: World) -> None:
    w = small_world
    job = w.job()
    with w.write() as session:
        for n in range(503):
            note = NewMessage(
                job.id, Kind.NOTE, dispatcher(w.ann), (DISPATCH,), f"note {n}", w.clock(), compose_id=f"note {n}"
            )
            store_message(session, note)
    assert [m["body"] for m in exported(w, w.ann, job)["messages"]] == [f"note {n}" for n in range(503)]


def test_everybody_exports_what_they_may_see(small_world: World) -> None:
    w = small_world
    job = w.job()
    w.text(job, dispatcher(w.ann), DISPATCH, body="note", kind=Kind.NOTE)
    w.text(job, dispatcher(w.ann), worker(w.marco), body="to Marco")
    w.text(job, dispatcher(w.ann), w.ana, body="to Ana")
    shown = {u.name: [m["body"] for m in exported(w, u, job)["messages"]] for u in (w.ann, w.marco, w.mia)}
    assert shown == {
        "Ann Lee": ["note", "to Marco", "to Ana"],
        "Marco Diaz": ["to Marco", "to Ana"],
        "Mia Wong": [],
    }
