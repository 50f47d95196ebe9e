"""The doors of docs/permissions.md that are neither screen nor command: what a token and a worker's link can reach.

A door that leads to more than its column of the table allows would be a route too many: every route is named here.
"""

from typing import Any

import pytest

from domain.people import Role
from storage.tables.people import UserRow
from tests.messaging.test_permissions import TABLE
from tests.web.caller import calling
from tests.web.phone import MARCO, serving
from tests.world import DISPATCH, World, dispatcher, worker

OF_TOKENS = {("POST", "/api/jobs"), ("POST", "/api/jobs/{number}/events")}
OF_LINKS = {
    ("GET", ""),
    ("GET", "/live"),
    ("GET", "/end"),
    ("POST", "/end"),
    ("GET", "/jobs/{number}"),
    ("GET", "/jobs/{number}/live"),
    ("GET", "/jobs/{number}/photos/{photo_id}"),
    ("POST", "/jobs/{number}/reply"),
    ("POST", "/jobs/{number}/quick"),
    ("POST", "/jobs/{number}/seen"),
}
"""What a worker's link leads to: their own jobs, writing there, marking read there, and ending the link."""
OF_CONTACTS = {
    ("GET", ""),
    ("GET", "/live"),
    ("GET", "/newer"),
    ("GET", "/new"),
    ("GET", "/note"),
    ("GET", "/recipients"),
    ("GET", "/send"),
    ("GET", "/photos/{photo_id}"),
    ("GET", "/{message_id}"),
    ("GET", "/{message_id}/all"),
    ("GET", "/estimate"),
    ("GET", "/estimate/check"),
    ("GET", "/profile"),
    ("POST", "/note"),
    ("POST", "/recipients"),
    ("POST", "/send"),
    ("POST", "/estimate"),
    ("POST", "/profile"),
}
"""What a contact's link leads to: the notes of its one job, writing there, the estimate, and their own email."""


def test_a_token_makes_and_changes_jobs_and_nothing_else(small_world: World) -> None:
    allowed = {act for act, cells in TABLE.items() if cells["API token"] != "no"}
    assert allowed == {"make and change jobs"}
    with calling(small_world) as caller:
        described = caller.ask("GET", "/api/openapi.json").json()["paths"]
        assert {(method.upper(), path) for path, methods in described.items() for method in methods} == OF_TOKENS
        job = small_world.job()
        assert caller.event(job.number, event="started").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_token_reads_nothing(small_world: World, method: str) -> None:
    job = small_world.job()
    small_world.text(job, small_world.ana, DISPATCH, body="Where are you?")
    with calling(small_world) as caller:
        headers = {"Authorization": f"Bearer {caller.token}"}
        for path in ("/api/jobs", f"/api/jobs/{job.number}", f"/api/jobs/{job.number}/events", "/api/messages"):
            answer = caller.ask(method, path, headers=headers)
            assert answer.status_code in (404, 405), path
            assert "Where are you" not in answer.text


def test_a_workers_link_leads_to_their_own_jobs_and_nowhere_else(small_world: World) -> None:
    with serving(small_world) as side:
        found = set()
        for route in side.routes:
            path = str(getattr(route, "path", ""))
            if "{rest" in path or not path.startswith("/w/"):
                continue
            short = path.removeprefix("/w/{token}").replace("{job_id}", "{number}").replace("{job}", "{number}")
            short = short.replace("{number:int}", "{number}").replace("{job_id:int}", "{number}")
            methods = set(getattr(route, "methods", ())) - {"HEAD"}
            found |= {(method, short) for method in methods}
        assert found == OF_LINKS


def test_a_contacts_link_leads_to_its_job_and_nowhere_else(small_world: World) -> None:
    with serving(small_world) as side:
        found = set()
        for route in side.routes:
            path = str(getattr(route, "path", ""))
            if "{rest" not in path and path.startswith("/c/"):
                methods = set(getattr(route, "methods", ())) - {"HEAD"}
                found |= {(method, path.removeprefix("/c/{token}")) for method in methods}
        assert found == OF_CONTACTS


def test_a_worker_acts_on_the_page_on_their_own_jobs_alone(small_world: World) -> None:
    """Reading, answering, a quick reply and marking read of somebody else's job look like a job that is not there."""
    world = small_world
    with world.write() as session:
        session.get_one(UserRow, world.marco.id).mobile = MARCO
    mine, other = world.job(world.marco), world.job(world.mia)
    world.text(mine, dispatcher(world.ann), worker(world.marco), body="For Marco")
    world.text(other, dispatcher(world.ann), worker(world.mia), body="For Mia")
    with serving(world) as side:
        path = side.path(world.marco)
        page = side.get(f"{path}/jobs/{mine.id}").text
        assert "For Marco" in page
        form: dict[str, Any] = side.form(page, "/reply#reply")
        before = [len(side.bodies(job)) for job in (mine, other)]
        assert side.get(f"{path}/jobs/{other.id}").status_code == 404
        followed, nowhere = (side.get(f"{path}/jobs/{job_id}/live") for job_id in (other.id, 9_999))
        assert (followed.status_code, followed.text) == (nowhere.status_code, nowhere.text)
        for act in ("/reply", "/quick", "/seen"):
            answer = side.post(f"{path}/jobs/{other.id}{act}", {**form, "body": "Hello", "to": "dispatch"})
            gone = side.post(f"{path}/jobs/9999{act}", {**form, "body": "Hello", "to": "dispatch"})
            assert answer.status_code == gone.status_code, act
            assert answer.text.replace(f"jobs/{other.id}", "jobs/9999") == gone.text, act
        assert [len(side.bodies(job)) for job in (mine, other)] == before


def test_only_workers_with_chat_come_in_by_a_link(small_world: World) -> None:
    world = small_world
    with serving(world) as side:
        path = side.path(world.marco)
        assert side.get(path).status_code == 200
        for changes in ({"chat": False}, {"chat": True, "active": False}):
            with world.write() as session:
                row = session.get_one(UserRow, world.marco.id)
                for name, value in changes.items():
                    setattr(row, name, value)
            assert side.get(path).status_code == 404, changes
        assert world.ann.role is Role.DISPATCHER
        assert side.get(side.path(world.ann)).status_code == 404
