"""What a contact's page says of its owner and around its content, on both engines."""

from domain.messages import Stage
from domain.page_frame import PageFrame
from domain.people import ContactViewer
from domain.profile import Profile
from storage.page_frames import PageFrames
from storage.profiles import Profiles
from storage.tables.people import ContactRow, OptOutRow
from tests.estimating import shared
from tests.world import ANA, World


def test_an_email_is_kept_once_and_found_by(world: World) -> None:
    profiles = Profiles(world.writers.database, world.readers.plain)
    ana = world.ana.contact_id or 0
    assert profiles.profile(ana) == Profile("Ana Silva", "Owner", "Silva Farms", "ana@example.com", f"…{ANA[-4:]}")
    assert profiles.set_email(ana, "Ána@new.example")
    assert not profiles.set_email(ana, "Ána@new.example")
    assert profiles.profile(ana).email == "Ána@new.example"
    job = world.job()
    assert [contact.id for contact in world.readers.threads.candidates(world.ann, job, "ana@new")] == [ana]
    assert world.readers.threads.candidates(world.ann, job, "ana@example") == []


def test_who_gets_no_texts_is_told_apart(world: World) -> None:
    profiles = Profiles(world.writers.database, world.readers.plain)
    ana = world.ana.contact_id or 0
    with world.write() as session:
        session.get_one(ContactRow, ana).sms_on = False
        session.add(OptOutRow(phone=ANA, word="STOP", at=world.clock()))
    assert (profiles.profile(ana).opted_out, profiles.profile(ana).sms_on) == (True, False)


def test_a_page_says_whose_it_is_and_whether_there_is_an_estimate(world: World) -> None:
    frames = PageFrames(world.readers.plain)
    job = world.job()
    viewer = ContactViewer(world.ana.contact_id or 0, job.id)
    expected = PageFrame(
        contact="Ana Silva",
        customer="Silva Farms",
        number=job.number,
        title="Pump does not start",
        asset="Pump 7",
        location="North",
        callback_phone="",
        time_zone="America/New_York",
        practice=True,
        closed=False,
        estimate=False,
    )
    assert frames.frame(viewer) == expected
    shared(world, job, world.ben, stage=Stage.HELD)
    assert not frames.frame(viewer).estimate
    other = world.job()
    shared(world, other, world.ben)
    assert frames.frame(ContactViewer(viewer.contact_id, other.id)).estimate
    with world.write() as session:
        session.get_one(ContactRow, viewer.contact_id).time_zone = "Europe/Berlin"
    assert frames.frame(viewer).time_zone == "Europe/Berlin"
