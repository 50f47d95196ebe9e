"""Sorting as dispatchers do it: what they are told, what is refused, and where a text belongs by the rules."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import Account
from domain.errors import Refusal
from domain.jobs import Job, Status
from domain.messages import DISPATCH, Kind, NewMessage, Party
from domain.people import Role
from domain.placing import TrayText
from domain.texts import Incoming
from messaging.tray import Tray
from tests.messaging.line import Line
from tests.storage.rows import examples, fresh
from tests.storage.test_placing import comes, now, send_all, texted
from tests.world import ANA, OURS, World, dispatcher

STRANGER = "+15550107777"


def tray_of(world: World) -> Tray:
    """The use cases over this company."""
    return Tray(world.readers.threads, world.writers.tray, world.writers.placing)


def offered(world: World, text: TrayText, words: str = "") -> list[tuple[str, str]]:
    """The jobs offered for a text, each with the reason."""
    return [(offer.number, offer.why) for offer in tray_of(world).offers(world.ann, text, words)]


# --- Where it may belong ------------------------------------------------------------------------------------------


def test_the_jobs_that_texted_the_phone_come_first_then_those_whose_people_have_it(small_world: World) -> None:
    world = small_world
    company = world.job(site_contact_id=world.ben.contact_id, billing_contact_id=None)
    world.job(customer="Others", site_contact_id=None, billing_contact_id=None)
    site, older, closed = world.job(), world.job(), world.job()
    texted(world, older)
    texted(world, closed)
    world.change(closed, status=Status.COMPLETED)
    world.clock.advance(days=20)
    text = comes(world)
    assert not text.placed
    assert offered(world, text)[:4] == [
        (older.number, "texted this phone"),
        (site.number, "Ana Silva is on it"),
        (company.number, "Ana Silva is of this customer"),
        (closed.number, "texted this phone"),
    ]
    (shown,) = tray_of(world).waiting(world.ann)
    assert shown.best is not None
    assert (shown.best.number, shown.name) == (older.number, "Ana Silva (Silva Farms)")


def test_words_find_any_job_by_number_customer_title_and_phone(small_world: World) -> None:
    world = small_world
    other = world.job(customer="Übersee Ltd", title="Broken gate", site_contact_id=None, billing_contact_id=None)
    world.job()
    text = comes(world, phone=STRANGER)
    for words in (other.number, "ubersee", "broken gate"):
        assert offered(world, text, words) == [(other.number, "")], words
    ad_hoc = world.job(customer="Nobody", site_contact_id=None, billing_contact_id=None, ad_hoc_mobile="+15550104321")
    assert offered(world, text, "5550104321") == [(ad_hoc.number, "")]
    assert offered(world, text, "nothing like it") == []


def test_only_jobs_of_ones_own_locations_are_offered_and_taken(small_world: World) -> None:
    world = small_world
    south = world.writers.people.add_location("South", "US", "America/Denver", ["+15550100009"])
    sue = world.user("Sue South", Role.DISPATCHER, locations=(south,))
    job = world.job()
    texted(world, job)
    world.clock.advance(days=20)
    text = comes(world)
    tray = tray_of(world)
    assert tray.waiting(sue) == []
    deeds: list[Callable[[], object]] = [
        lambda: tray.place(sue, text, job.id),
        lambda: tray.dismiss(sue, text),
        lambda: tray.name_sender(sue, text, "Joe", "Silva Farms"),
    ]
    for deed in deeds:
        with pytest.raises(Refusal, match="not in your tray any more"):
            deed()
    theirs = comes(world, to="+15550100009", phone=STRANGER, seen_by=sue)
    assert tray.offers(sue, theirs) == []
    with pytest.raises(Refusal, match="not in your tray"):
        tray.place(world.user("Nat North", Role.DISPATCHER, locations=(world.berlin,)), theirs, job.id)
    with pytest.raises(Refusal, match="This job is not in your list any more"):
        tray.place(sue, theirs, job.id)


# --- What they are told -------------------------------------------------------------------------------------------


def test_each_decision_says_what_was_done_and_what_is_left_to_do(small_world: World) -> None:
    world, tray = small_world, tray_of(small_world)
    job, other = world.job(), world.job()
    text = comes(world, phone=STRANGER)
    said = tray.place(world.ann, text, job.id)
    assert said.sentence == (
        f"Placed: the text is on {job.number}, Silva Farms. "
        "Nobody at Silva Farms has this number yet: b on the message makes a contact."
    )
    text = now(world, text.id)
    with pytest.raises(Refusal, match=f"is on {job.number} already"):
        tray.place(world.ann, text, job.id)
    made = tray.name_sender(world.ann, text, "  Joe   Hill ", "Silva Farms")
    assert made.sentence == "Joe Hill is a contact of Silva Farms now, with +1 555-010-7777."
    assert tray.place(world.ann, now(world, text.id), other.id).sentence.startswith("Moved: the text is on")
    with pytest.raises(Refusal, match="nothing to decide"):
        tray.decide(world.ann, now(world, text.id))
    with pytest.raises(Refusal, match="no guess"):
        tray.confirm(world.ann, now(world, text.id))
    with pytest.raises(Refusal, match="a message already"):
        tray.take_in(world.ann, now(world, text.id))
    with pytest.raises(Refusal, match="this one is on a job"):
        tray.dismiss(world.ann, now(world, text.id))


@pytest.mark.parametrize(
    ("name", "customer", "field"),
    [("", "Silva Farms", "name"), ("Joe", "  ", "customer"), ("x" * 101, "y", "name"), ("J\x1boe", "y", "name")],
)
def test_a_contact_needs_a_name_and_a_customer(small_world: World, name: str, customer: str, field: str) -> None:
    text = comes(small_world, phone=STRANGER)
    with pytest.raises(Refusal) as refused:
        tray_of(small_world).name_sender(small_world.ann, text, name, customer)
    assert refused.value.field == field


def test_what_did_not_come_by_text_cannot_be_sorted(small_world: World) -> None:
    job = small_world.job()
    note = small_world.text(job, small_world.ana, body="By the page")
    with pytest.raises(Refusal, match="Only what came in by text"):
        tray_of(small_world).of_message(small_world.ann, job.id, note)


def test_one_key_takes_in_a_guess_that_was_kept_for_dispatchers(line: Line) -> None:
    world, tray = line.world, tray_of(line.world)
    first = world.job()
    line.texts(first, world.ana)
    world.change(first, status=Status.COMPLETED)
    second = world.job()
    line.texts(second, world.ana)
    world.change(first, status=Status.STARTED)
    world.writers.people.set_direct_reply(world.berlin, on=False)
    line.answers("Which gate?")
    text = tray.waiting(world.ann)[0]
    assert (text.guessed, text.dispatch_only) == (True, True)
    tray.decide(world.ann, text)
    assert tray.waiting(world.ann) == []
    assert "Which gate?" in line.bodies(second, world.marco)


def test_what_is_answered_after_a_move_goes_to_where_the_customer_wrote_from(line: Line) -> None:
    """The next text of the new job leaves from the number that was written to (rule 29)."""
    world = line.world
    first, second = world.job(), world.job(world.mia)
    line.texts(first, world.ana)
    line.answers("For the other pump", to=OURS)
    tray_of(world).place(world.ann, tray_of(world).of_message(world.ann, first.id, line.newest(first).id), second.id)
    line.texts(second, world.ana, body="Understood")
    assert line.sim.ledger.truth()[-1]["from"] == OURS


# --- The rules of filing, against a table of their own ------------------------------------------------------------

ASKED_BY = ("nobody", "ann", "abe", "alert")
"""What Ana was texted last on the job before she wrote: nothing, a dispatcher's text, or an alert."""


def test_a_text_is_filed_by_the_rules_whatever_job_it_is_put_on(small_world: World) -> None:
    world = small_world
    account = world.readers.reads.account()

    @examples(world, 20, 0)
    @given(
        st.sampled_from(ASKED_BY),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["", "before", "after"]),
        st.booleans(),
    )
    def holds(
        asked: str, later: bool, direct: bool, three_way: bool, has_worker: bool, closed: str, from_tray: bool
    ) -> None:
        world.writers.people.set_direct_reply(world.berlin, on=True)
        _switch(world, account, three_way)
        world.clock.advance(days=30)
        source, target = world.job(), world.job(worker_id=world.marco.id if has_worker else None)
        _ask(world, target, asked)
        if closed == "before":
            world.change(target, status=Status.COMPLETED)
        world.clock.advance(minutes=1)
        text = _comes_on(world, source, from_tray)
        world.clock.advance(minutes=1)
        if later:
            _ask(world, target, "ann")
        if closed == "after":
            world.change(target, status=Status.COMPLETED)
        world.writers.people.set_direct_reply(world.berlin, on=direct)
        tray_of(world).place(world.ann, text, target.id)
        (filed,) = [
            m for m in world.readers.threads.messages(world.ann, target.id)[0] if m.author.role is Party.CONTACT
        ]
        to = {"ann": "Ann Lee", "abe": "Abe Cole"}.get(asked, "Dispatch")
        worker_too = has_worker and three_way and direct
        assert [p.name for p in filed.recipients] == [to, *(["Marco Diaz"] if worker_too else [])]
        assert filed.dispatch_only == (not direct)
        assert filed.after_closing == (closed == "before")
        assert (filed.reply_to is None) == (asked == "nobody")
        assert (filed.author.contact_id, filed.guessed, filed.unsure) == (world.ana.contact_id, False, False)
        assert filed.at == text.at

    holds()


def _switch(world: World, account: Account, three_way: bool) -> None:
    world.writers.people.set_up(replace(account, three_way=three_way))


def _ask(world: World, job: Job, asked: str) -> None:
    """Somebody texts Ana on a job, or nobody does; a minute passes."""
    by = {"ann": world.ann, "abe": world.abe, "alert": world.abe}
    if asked in by:
        kind = Kind.ALERT if asked == "alert" else Kind.MESSAGE
        world.text(job, dispatcher(by[asked]), world.ana, body="Which pump?", kind=kind)
    send_all(world)
    world.clock.advance(minutes=1)


def _comes_on(world: World, job: Job, from_tray: bool) -> TrayText:
    """Ana's text, in the tray or on this job as a guess."""
    inbox, sid = world.writers.inbox, fresh("SM")
    inbox.keep([Incoming(sid, ANA, OURS, "Which gate?", world.clock())])
    kept = inbox.new()[-1]
    guess = NewMessage(
        job.id, Kind.REPLY, world.ana, (DISPATCH,), "Which gate?", world.clock(), f"in:{sid}", guessed=True, unsure=True
    )
    inbox.place(kept, None if from_tray else guess, "")
    return now(world, kept.id)
