"""The first alert: its three boxes and its words. PRODUCT "Alerts", rules 22 and 24."""

import pytest

from domain.jobs import Job
from domain.segments import count
from messaging.alerts import boxes, first_text
from storage.tables.people import ContactRow
from tests.world import World


def test_the_three_boxes_carry_the_seeds_words(small_world: World) -> None:
    job = small_world.job(ad_hoc_mobile="+15550104444")
    found = boxes(job)
    assert [(box.name, box.label) for box in found] == [
        ("site", "Send to Customer's Site Contact"),
        ("billing", "Send to Customer's Billing Contact"),
        ("ad_hoc", "Ad hoc SMS recipient"),
    ]
    assert [box.contact.name if box.contact else None for box in found] == [
        "Ana Silva",
        "Ben Silva",
        "Ad hoc …4444",
    ]
    assert [box.why_not for box in found] == ["", "", ""]


def test_a_box_without_anybody_says_so(small_world: World) -> None:
    job = small_world.job(site_contact_id=None, billing_contact_id=None)
    assert [box.why_not for box in boxes(job)] == ["nobody on this job"] * 3


@pytest.mark.parametrize(
    ("columns", "reason"), [({"mobile": None}, "no mobile"), ({"sms_on": False}, "SMS is switched off")]
)
def test_a_box_that_cannot_be_texted_says_why(small_world: World, columns: dict[str, object], reason: str) -> None:
    with small_world.write() as session:
        row = session.get_one(ContactRow, small_world.ana.contact_id)
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)
    assert reason in boxes(small_world.job())[0].why_not


@pytest.mark.parametrize(
    "changes",
    [{}, {"worker_id": None}, {"title": ""}, {"asset": ""}, {"title": "", "asset": ""}],
)
def test_the_words_say_who_writes_and_about_what(small_world: World, changes: dict[str, object]) -> None:
    job = small_world.job(**changes)  # type: ignore[arg-type]
    words = first_text(job)
    assert words.startswith(f"{job.location.name}: ")
    assert f"job {job.number}" in words
    assert "STOP" not in words, "the invitation says it"
    assert "Answer this text" in words
    assert ("Marco" in words) == (job.worker is not None)
    assert "Diaz" not in words
    assert not {"YES", "CANCEL", "END"} & set(words.replace(".", " ").split())
    assert "  " not in words
    assert "()" not in words


def test_the_words_cost_two_parts_at_most(small_world: World) -> None:
    job: Job = small_world.job()
    assert count(first_text(job)).parts <= 2
