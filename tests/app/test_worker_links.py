"""The whole way with the real commands: something new, a text with a link, the page behind it (rules 25, 26, 47)."""

import re

import requests

from simulator.server import Simulator
from tests.app.jobline import OURS, Jobline, until

PIA = "+15550103007"


def with_pia(jobline: Jobline) -> Jobline:
    """Pia works on J2, and has a mobile."""
    jobline.does(
        "user", "add", "--name", "Pia Holm", "--role", "worker", "--mobile", PIA, "--pin-stdin", given="135790"
    )
    jobline.imports("J2,Silva Farms,Pia Holm", header="number,customer,worker")
    return jobline


def test_a_worker_is_texted_a_link_and_reads_and_answers_behind_it(jobline: Jobline) -> None:
    with_pia(jobline)
    jobline.sends(("J2", "worker", "The gate code is 4711", "w1"))
    with Simulator([OURS]) as sim, jobline.at(sim).serving() as engine:
        address = engine.ready()
        until(sim.ledger.truth, 40)
        (text,) = sim.ledger.truth()
        assert text["to"] == PIA
        found = re.fullmatch(r"New message on job J2 \(Silva Farms\)\. Read and answer: (http\S+)", str(text["body"]))
        assert found is not None
        link = found[1]
        assert link.startswith(f"{address}/w/")
        until(lambda: requests.get(link, timeout=5).ok)
        job = re.search(r'href="(/w/[^"]+/jobs/\d+)', requests.get(link, timeout=5).text)
        assert job is not None
        page = requests.get(address + job[1], timeout=5).text
        assert "The gate code is 4711" in page
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition('id="write"')[2]))
        answer = requests.post(f"{address}{job[1]}/reply", data={**form, "body": "Thank you"}, timeout=5)
        assert "<strong>You</strong> to Dispatch" in answer.text
        token = link.rpartition("/")[2]
        assert jobline.does("user", "link", "--name", "Pia Holm").out == f"{link}\n"
        assert engine.stop()[0] == 0
    assert token not in jobline.log
    exported = jobline.does("export", "--all").out
    assert "Thank you" in exported
    assert token not in exported
    assert token.partition("-")[2].encode() not in jobline.database.read_bytes()


def test_the_secret_file_is_for_its_owner_alone(jobline: Jobline) -> None:
    with_pia(jobline).does("user", "link", "--name", "Pia Holm")
    (key,) = jobline.folder.rglob("secret.key")
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_bytes()) == 32


def test_whoever_has_no_page_has_no_link(jobline: Jobline) -> None:
    assert "no phone page" in jobline.refuses("user", "link", "--name", "Ann Lee")
    assert "no active user" in jobline.refuses("user", "link", "--name", "Nobody")
    assert "admin box" in jobline.refuses("user", "link", "--name", "Marco Diaz", "--as", "Abe Cole")


def test_a_text_carries_the_public_address(jobline: Jobline) -> None:
    public = with_pia(jobline).with_(WEB__PUBLIC_URL="https://texts.example.com/")
    printed = public.does("user", "link", "--name", "Pia Holm").out
    assert printed.startswith("https://texts.example.com/w/")
