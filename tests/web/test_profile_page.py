"""The contact's own details on their phone: looked at, and the email address added, changed and taken off."""

from html import unescape

import pytest
import requests

from domain.jobs import Job
from storage.tables.people import ContactRow, LocationRow, OptOutRow
from tests.web.phone import Side
from tests.world import World


@pytest.fixture
def job(small_world: World) -> Job:
    """A job of Ana's."""
    return small_world.job()


def profile(side: Side, job: Job) -> str:
    """Ana's profile."""
    answer = side.get(f"{side.contact_path(side.world.ana, job)}/profile")
    assert answer.status_code == 200
    return unescape(answer.text)


def types(side: Side, job: Job, email: str) -> requests.Response:
    """Ana types an address and saves."""
    return side.post(
        f"{side.contact_path(side.world.ana, job)}/profile",
        {**side.form(profile(side, job), "/profile"), "email": email},
    )


def on_file(side: Side) -> tuple[str, str]:
    """Ana's address, and the words she is found by."""
    return tuple(side.world.readers.plain.rows("SELECT email, search_text FROM contact ORDER BY id")[0])


def test_it_shows_what_is_on_file_and_whom_to_ask(side: Side, job: Job) -> None:
    with side.world.write() as session:
        session.get_one(LocationRow, side.world.berlin).callback_phone = "+15550109999"
    page = profile(side, job)
    for words in ("Ana Silva", "Owner", "Silva Farms", "…2001", 'value="ana@example.com"', "tel:+15550109999"):
        assert words in page
    assert "5550102001" not in page


def test_an_address_is_added_changed_and_taken_off(side: Side, job: Job) -> None:
    with side.world.write() as session:
        session.get_one(ContactRow, side.world.ana.contact_id).email = ""
    assert "We have no email of you yet." in profile(side, job)
    for typed in (" a.silva@farm.example ", "ana@new.example", ""):
        kept = typed.strip()
        answer = types(side, job, typed)
        assert answer.status_code == 303
        assert on_file(side)[0] == kept
        assert ("ana@new.example" in on_file(side)[1]) == (kept == "ana@new.example")
        page = unescape(side.get(answer.headers["location"]).text)
        assert f"Your email is {kept}." in page if kept else "We have no email of you any more." in page


@pytest.mark.parametrize("typed", ["nonsense", "a@b", "a b@c.example", "x@y.example\nBcc: z@w.example", "e" * 300])
def test_what_is_no_address_stays_in_the_field_and_off_the_file(side: Side, job: Job, typed: str) -> None:
    answer = types(side, job, typed)
    assert answer.status_code == 422
    assert "email address" in answer.text
    assert 'role="alert"' in answer.text
    assert typed.split("\n")[0] in unescape(answer.text)
    assert on_file(side)[0] == "ana@example.com"


def test_desks_hear_of_it_once(side: Side, job: Job) -> None:
    changes = "SELECT count(*) FROM change WHERE kind = 'people'"
    before = side.world.readers.plain.rows(changes)[0][0]
    types(side, job, "ana@new.example")
    types(side, job, "ana@new.example")
    assert side.world.readers.plain.rows(changes)[0][0] == before + 1


def test_a_contact_changes_nobody_elses(side: Side, job: Job) -> None:
    rows = "SELECT id, name, title, email, mobile, sms_on FROM contact WHERE id <> :ana ORDER BY id"
    ana = {"ana": side.world.ana.contact_id}
    before = side.world.readers.plain.rows(rows, ana)
    page = profile(side, job)
    form = {**side.form(page, "/profile"), "email": "x@new.example", "id": "2", "contact_id": "2", "name": "Eve"}
    assert side.post(f"{side.contact_path(side.world.ana, job)}/profile", form).status_code == 303
    assert side.world.readers.plain.rows(rows, ana) == before
    assert "Ana Silva" in profile(side, job)


def test_too_many_changes_wait_and_stay_typed(side: Side, job: Job) -> None:
    for number in range(10):
        assert types(side, job, f"a{number}@new.example").status_code == 303
    answer = types(side, job, "last@new.example")
    assert answer.status_code == 429
    assert 'value="last@new.example"' in answer.text
    assert on_file(side)[0] == "a9@new.example"


def test_who_gets_no_texts_reads_why(side: Side, job: Job) -> None:
    with side.world.write() as session:
        session.get_one(ContactRow, side.world.ana.contact_id).sms_on = False
    assert "Switched off. Ask us to get texts again." in profile(side, job)
    with side.world.write() as session:
        session.add(OptOutRow(phone=side.world.ana.mobile or "", word="STOP", at=side.world.clock()))
    assert "You opted out by STOP. Text START" in profile(side, job)
