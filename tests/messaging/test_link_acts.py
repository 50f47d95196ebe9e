"""What a dispatcher does with contacts' links: sent again as a message, ended at once, opened in practice alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.account import Account
from domain.errors import Refusal
from domain.jobs import Job, Status
from domain.messages import DISPATCH, Kind, Stage
from domain.people import Role
from messaging.contact_links import ContactLinks
from messaging.link_acts import LinkActs, Page
from storage.feed import append
from storage.tables.people import LocationRow
from tests.alerting import contact, holds
from tests.desk import Carrier, make_app
from tests.linking import KEY, PAGES, address, goes_live, reached
from tests.messaging.test_administration import tick
from tests.world import World, dispatcher


def acts(world: World) -> LinkActs:
    """The use cases as a desk has them."""
    return make_app(world).services.link_acts


def linked_job(world: World) -> Job:
    """A job whose site contact has a link, by the alert that invited them."""
    world.strangers = True
    reached(world)
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="We come at ten", kind=Kind.ALERT)
    Carrier(world).takes()
    return world.read_job(job.id)


def ana(world: World) -> int:
    """Ana's id."""
    return world.ana.contact_id or 0


def opens(world: World, token: str) -> bool:
    """Whether a page opens."""
    pages = ContactLinks(world.writers.contact_links, world.clock, lambda: PAGES, KEY)
    return pages.visitor(token.split("/c/")[1].split("/")[0]) is not None


def send(world: World, job: Job, contact_id: int | None = None, compose_id: str = "again") -> int:
    """Ann sends the link again; the message."""
    return acts(world).send(world.ann, job.id, contact_id or ana(world), compose_id).message_id


# --- How everybody stands --------------------------------------------------------------------------------------------


def test_those_on_the_job_come_first_each_once_with_what_they_are_there(world: World) -> None:
    zoe = world.contact("Zoe Silva", "+15550102009")
    abel = world.contact("Abel Silva", "+15550102008")
    world.strangers = True
    job = world.job(site_contact_id=zoe.contact_id, billing_contact_id=zoe.contact_id)
    world.text(job, dispatcher(world.ann), abel, kind=Kind.ALERT)
    Carrier(world).takes()
    found = acts(world).of_job(world.ann, job.id)
    assert [(each.contact.name, each.place, each.told) for each in found] == [
        ("Zoe Silva", "Site contact, billing contact", False),
        ("Abel Silva", "", True),
    ]
    assert found[1].invited_by == "Hello"


def test_only_dispatchers_of_the_location_with_chat(world: World) -> None:
    job = linked_job(world)
    south = world.writers.people.add_location("South", "US", "America/Denver", [])
    strangers = world.user("Sue Ray", Role.DISPATCHER, locations=(south,))
    use = acts(world)
    without = tick(world, world.abe, chat=False)
    for user, says in ((world.marco, "may not send or end"), (without, "Chat box"), (strangers, "not in your list")):
        tries: list[Callable[[], object]] = [
            lambda user=user: use.of_job(user, job.id),  # type: ignore[misc]
            lambda user=user: use.send(user, job.id, ana(world), "x"),  # type: ignore[misc]
            lambda user=user: use.end(user, job.id, ana(world)),  # type: ignore[misc]
            lambda user=user: use.page(user, job.id, ana(world)),  # type: ignore[misc]
            lambda user=user: use.page_at(user, job.id, 1),  # type: ignore[misc]
        ]
        for attempt in tries:
            with pytest.raises(Refusal, match=says):
                attempt()
    link = world.writers.contact_links.of_job(job.id)[0]
    assert link.works(world.clock())


# --- Sent again ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed_too", [False, True])
def test_the_text_carries_the_link_whatever_the_location_wants_of_typed_messages(world: World, typed_too: bool) -> None:
    job = linked_job(world)
    with world.write() as session:
        session.get_one(LocationRow, world.berlin).links_in_texts = typed_too
    message = send(world, job)
    assert Carrier(world).takes() == [f"Your page for job {job.number}: {address(1, message)}"]
    kept = world.readers.plain.row("SELECT kind, body FROM message WHERE id = :id", {"id": message})
    assert kept == ("message", f"Your page for job {job.number}: [link]")
    assert opens(world, address(1, message))


def test_it_is_a_message_like_any_other(world: World) -> None:
    """Undo, quiet hours and one message however often it is submitted."""
    job = linked_job(world)
    account = world.readers.reads.account()
    world.writers.accounts.change(account, Account(undo=timedelta(seconds=5)))
    sent = acts(world).send(world.ann, job.id, ana(world), "one")
    assert sent.stage is Stage.RECALLABLE
    assert acts(world).send(world.ann, job.id, ana(world), "one").message_id == sent.message_id
    holds(world)
    world.clock.advance(hours=15)  # ten in the evening in New York
    held = acts(world).send(world.ann, job.id, ana(world), "two")
    assert held.stage is Stage.HELD


def test_a_first_text_invites_as_every_first_text_does(world: World) -> None:
    job = linked_job(world)
    message = send(world, job, world.ben.contact_id)
    (text,) = Carrier(world).takes()
    assert text.startswith(f"Your page for job {job.number}: {address(2, message)}")
    assert "text STOP" in text
    assert text.count(PAGES) == 1


def test_where_no_link_may_go_out_nothing_is_sent_and_it_says_why(world: World) -> None:
    job = linked_job(world)
    reached(world, "")
    with pytest.raises(Refusal, match="has not said yet where its pages are"):
        send(world, job)
    goes_live(world)
    with pytest.raises(Refusal, match=r"Set web\.public_url to an https address"):
        send(world, job)
    assert [each.why_no_page[:26] for each in acts(world).of_job(world.ann, job.id)] == [
        "Texts carry no link yet: p"
    ] * 2
    reached(world)
    contact(world, ana(world), sms_on=False)
    with pytest.raises(Refusal, match="Ana Silva cannot be texted: SMS is switched off") as refused:
        send(world, job)
    assert refused.value.field == "recipient"
    assert world.readers.plain.row("SELECT count(*) FROM message") == (1,)


def test_thirty_days_after_closing_its_pages_have_ended(world: World) -> None:
    job = linked_job(world)
    world.change(job, status=Status.COMPLETED)
    world.clock.advance(days=29)
    send(world, job)
    world.clock.advance(days=1)
    with pytest.raises(Refusal, match="closed more than 30 days ago"):
        send(world, job, compose_id="later")


def test_somebody_of_another_customer_is_not_texted(world: World) -> None:
    job = linked_job(world)
    other = world.contact("Olga Other", "+15550102055", customer="Elsewhere")
    with pytest.raises(Refusal, match="not on this job any more"):
        send(world, job, other.contact_id)


# --- Ended -----------------------------------------------------------------------------------------------------------


def test_a_link_ends_at_once_open_pages_hear_of_it_and_texts_go_on(world: World) -> None:
    job = linked_job(world)
    with world.write() as session:
        before = append(session, "test")
    assert opens(world, address(1))
    assert acts(world).end(world.ann, job.id, ana(world)) == 1
    assert not opens(world, address(1))
    changes = world.readers.plain.rows("SELECT kind, job_id FROM change WHERE id > :id", {"id": before})
    assert ("people", job.id) in changes
    assert acts(world).end(world.ann, job.id, ana(world)) == 0
    world.text(job, dispatcher(world.ann), world.ana, body="We are late", kind=Kind.ALERT)
    (text,) = Carrier(world).takes()
    assert address(2) in text, "the next text brings a new link"
    assert not opens(world, address(1))


# --- Opened in practice ----------------------------------------------------------------------------------------------


def test_practice_opens_the_page_of_a_contact_at_a_message(world: World) -> None:
    job = linked_job(world)
    use = acts(world)
    assert use.page(world.ann, job.id, ana(world)) == Page("Ana Silva", address(1))
    (alert,) = world.readers.threads.messages(world.ann, job.id)[0]
    assert use.page_at(world.ann, job.id, alert.id) == Page("Ana Silva", address(1, alert.id))
    assert opens(world, use.page(world.ann, job.id, ana(world)).address)
    both = world.text(job, dispatcher(world.ann), world.ben, world.ana)
    assert use.page_at(world.ann, job.id, both).name == "Ana Silva", "of those on it, one who has a link"


def test_looking_makes_no_link(world: World) -> None:
    job = linked_job(world)
    use = acts(world)
    note = world.text(job, dispatcher(world.ann), DISPATCH, kind=Kind.NOTE)
    tries: list[tuple[Callable[[], Page], str]] = [
        (lambda: use.page(world.ann, job.id, world.ben.contact_id or 0), "There is no link yet"),
        (lambda: use.page_at(world.ann, job.id, note), "No contact is on this message"),
        (lambda: use.page_at(world.ann, job.id, 999), "No contact is on this message"),
    ]
    for attempt, says in tries:
        with pytest.raises(Refusal, match=says):
            attempt()
    use.end(world.ann, job.id, ana(world))
    with pytest.raises(Refusal, match="The link of Ana Silva has ended"):
        use.page(world.ann, job.id, ana(world))
    assert world.readers.plain.row("SELECT count(*) FROM link") == (1,)


def test_live_refuses_and_never_reads_the_secret(world: World) -> None:
    job = linked_job(world)
    goes_live(world)
    use = acts(world)

    def no_secret() -> object:
        raise AssertionError("the secret was read")

    use.secret = no_secret  # type: ignore[assignment]
    (alert,) = world.readers.threads.messages(world.ann, job.id)[0]
    tries: list[Callable[[], Page]] = [
        lambda: use.page(world.ann, job.id, ana(world)),
        lambda: use.page_at(world.ann, job.id, alert.id),
    ]
    for attempt in tries:
        with pytest.raises(Refusal, match="in live mode nobody of the business can open it"):
            attempt()
    assert use.of_job(world.ann, job.id)[0].link is not None


def test_a_message_that_may_not_be_seen_opens_no_page(world: World) -> None:
    job = linked_job(world)
    hidden = world.text(job, dispatcher(world.abe), world.ana, stage=Stage.RECALLABLE)
    with pytest.raises(Refusal, match="No contact is on this message"):
        acts(world).page_at(world.ann, job.id, hidden)
