"""`jobline token` in processes of its own, and the engine that its tokens are for."""

import re

import requests

from tests.app.jobline import Jobline, until


def test_a_token_is_printed_alone_so_that_it_can_be_piped(jobline: Jobline) -> None:
    made = jobline.does("token", "add", "--name", "FleetSoft")
    assert re.fullmatch(r"jl_[\w-]{43}\n", made.out)
    assert "every location" in made.err
    assert "not shown again" in made.err
    listed = jobline.does("token", "list").out
    assert listed.startswith("FleetSoft\tevery location\tmade ")
    assert listed.rstrip().endswith("by command line\tnever used")
    assert made.out.strip() not in listed
    assert made.out.strip()[3:] not in jobline.database.read_bytes().decode("latin-1")


def test_the_engine_takes_what_is_posted_with_it_until_it_is_revoked(jobline: Jobline) -> None:
    token = jobline.does("token", "add", "--name", "FleetSoft", "--location", "north").out.strip()
    with jobline.serving() as engine:
        address = engine.ready()
        assert address.startswith("http://127.0.0.1:")
        until(lambda: requests.get(f"{address}/health", timeout=5).status_code == 200)
        assert _posts(address, token, "J9").status_code == 201
        assert "FleetSoft\tNorth\t" in jobline.does("token", "list").out
        assert "last used" in jobline.does("token", "list").out
        assert "Revoked FleetSoft" in jobline.does("token", "revoke", "--name", "FleetSoft").out
        assert _posts(address, token, "J10").status_code == 401
        assert requests.get(f"{address}/api/openapi.json", timeout=5).json()["info"]["title"] == "Jobline"
    assert "\trevoked " in jobline.does("token", "list").out
    assert "Secret Ltd" in jobline.does("export", "--job", "J9").out
    assert "J10" in jobline.refuses("export", "--job", "J10")
    for secret in (token, "J9", "Secret Ltd"):
        assert secret not in jobline.log


def test_what_cannot_be(jobline: Jobline) -> None:
    jobline.does("token", "add", "--name", "FleetSoft")
    assert "already a token called FleetSoft" in jobline.refuses("token", "add", "--name", " FleetSoft ")
    assert "name of a user" in jobline.refuses("token", "add", "--name", "Ann Lee")
    assert "Give the token a name" in jobline.refuses("token", "add", "--name", " ")
    assert "at most 60" in jobline.refuses("token", "add", "--name", "x" * 61)
    assert "known: North" in jobline.refuses("token", "add", "--name", "Boards", "--location", "South")
    assert "jobline token list" in jobline.refuses("token", "revoke", "--name", "Boards")
    jobline.does("token", "revoke", "--name", "FleetSoft")
    assert "revoked already" in jobline.refuses("token", "revoke", "--name", "FleetSoft")


def test_only_an_administrator_handles_tokens(jobline: Jobline) -> None:
    for command in (("add", "--name", "Boards"), ("list",), ("revoke", "--name", "FleetSoft")):
        assert "admin box" in jobline.refuses("token", *command, "--as", "Abe Cole")
    assert jobline.does("token", "list").err.startswith("There is no token yet")
    jobline.does("token", "add", "--name", "Boards", "--as", "Ann Lee")
    assert "by Ann Lee" in jobline.does("token", "list").out


def _posts(address: str, token: str, number: str) -> requests.Response:
    return requests.post(
        f"{address}/api/jobs",
        json={"number": number, "customer": "Secret Ltd"},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": number, "Connection": "close"},
        timeout=10,
    )
