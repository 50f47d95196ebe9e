"""Who was invited to a job by which text, with which link, and by whose word, as both databases tell it."""

from datetime import timedelta

from domain.jobs import Status
from domain.messages import Kind
from domain.texts import Rejected
from storage.link_standings import KeptStanding
from storage.opt_outs import opt_out
from storage.tables.people import ConsentRow, ContactRow
from tests.desk import Carrier
from tests.linking import reached
from tests.world import ANA, World, dispatcher


def standings(world: World, job_id: int, *also: int | None) -> dict[str, KeptStanding]:
    """Everybody by name."""
    wanted = frozenset(contact for contact in also if contact)
    return {kept.contact.name: kept for kept in world.writers.link_standings.of_job(job_id, wanted)}


def test_nobody_has_a_page_before_the_first_text(world: World) -> None:
    world.strangers = True
    job = world.job()
    assert standings(world, job.id) == {}
    ana = standings(world, job.id, world.ana.contact_id)["Ana Silva"]
    assert (ana.invited_at, ana.invited_by, ana.told, ana.link) == (None, None, False, None)
    assert ana.consent is not None
    assert (ana.consent.by, ana.consent.source, ana.consent.at) == ("Ann Lee", "test", world.clock())


def test_the_first_text_invites_and_brings_a_link(world: World) -> None:
    world.strangers = True
    reached(world)
    job = world.job()
    message = world.text(job, dispatcher(world.ann), world.ana, kind=Kind.ALERT)
    Carrier(world).takes()
    ana = standings(world, job.id)["Ana Silva"]
    assert (ana.invited_at, ana.invited_by, ana.told) == (world.clock(), message, True)
    assert ana.link == world.writers.contact_links.of_job(job.id)[0]
    assert standings(world, world.job().id) == {}, "another job is another page"


def test_an_invitation_that_never_arrived_counts_for_nothing(world: World) -> None:
    world.strangers = True
    reached(world)
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, kind=Kind.ALERT)
    outgoing = world.writers.outbox.claim("test")
    assert outgoing is not None
    world.writers.outbox.record(outgoing, Rejected(30003))
    ana = standings(world, job.id)["Ana Silva"]
    assert (ana.invited_at, ana.told) == (world.clock(), False)


def test_a_number_that_changed_was_not_told(world: World) -> None:
    world.strangers = True
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, kind=Kind.ALERT)
    Carrier(world).takes()
    with world.write() as session:
        session.get_one(ContactRow, world.ana.contact_id).mobile = "+15550102009"
        session.add(
            ConsentRow(
                contact_id=world.ana.contact_id or 0,
                mobile="+15550102009",
                wording="may be texted",
                stated_by="Abe Cole",
                source="her call",
                at=world.clock(),
            )
        )
    ana = standings(world, job.id)["Ana Silva"]
    assert not ana.told
    assert ana.consent is not None
    assert (ana.consent.by, ana.consent.source) == ("Abe Cole", "her call"), "by whose word the number of today stands"


def test_the_newest_link_counts_and_closing_ends_it_in_thirty_days(world: World) -> None:
    job, ana = world.job(), world.ana.contact_id or 0
    links = world.writers.contact_links
    links.issue(ana, job.id)
    links.revoke(ana, job.id)
    second = links.issue(ana, job.id)
    kept = standings(world, job.id)["Ana Silva"].link
    assert kept is not None
    assert (kept.id, kept.revoked_at, kept.closed_at) == (second, None, None)
    world.change(job, status=Status.COMPLETED)
    kept = standings(world, job.id)["Ana Silva"].link
    assert kept is not None
    assert kept.expires_at == world.clock() + timedelta(days=30)


def test_who_opted_out_is_marked_and_who_was_deleted_is_left_out(world: World) -> None:
    job = world.job()
    with world.write() as session:
        opt_out(session, ANA, "STOP", world.clock())
        session.get_one(ContactRow, world.ben.contact_id).removed_at = world.clock()
    found = standings(world, job.id, world.ana.contact_id, world.ben.contact_id)
    assert list(found) == ["Ana Silva"]
    assert found["Ana Silva"].contact.opted_out
