"""A worker's phone: the text that tells of something new, the answer typed to it, and the link in it (rules 25, 47)."""

import pytest

from domain.delivery import State
from domain.errors import Refusal
from domain.final_text import LeavingWords
from domain.jobs import Job, Waiting
from domain.links import PLACE
from domain.messages import DISPATCH, Kind, Party
from domain.people import Role, User
from messaging.audience import who_sees
from messaging.choices import choices
from messaging.export import conversation
from messaging.links import WorkerLinks
from messaging.worker_notices import tell_workers
from storage.notices import RIPE
from storage.opt_outs import opt_out
from tests.messaging.fakes import FakeCarrier
from tests.messaging.line import Line, running
from tests.storage.rows import line as row_of
from tests.web.phone import KEY, MARCO, give_mobile, set_account, set_user
from tests.world import ANA, dispatcher, worker

BASE = "https://jobs.example"


@pytest.fixture
def links(each_line: Line) -> WorkerLinks:
    """Links that go out under a public address; Marco has a mobile."""
    world = each_line.world
    w = world.writers
    found = WorkerLinks(world.readers.reads, w.links, w.notices, world.clock, lambda: BASE, KEY)
    w.outbox.leaving_words = LeavingWords(worker_link=found.address_of)
    give_mobile(world, world.marco, MARCO)
    return found


def ask(line: Line, job: Job, body: str = "Can you come at nine?") -> int:
    """Ann asks Marco something privately."""
    world = line.world
    return world.text(job, dispatcher(world.ann), worker(world.marco), body=body)


def tell(line: Line) -> int:
    """Time passes, workers are told, and what may leave leaves."""
    line.world.clock.now += RIPE
    told = tell_workers(line.world.writers.notices, lambda: True)
    line.leaves()
    return told


def inbox(line: Line, phone: str = MARCO) -> list[str]:
    """What a phone got."""
    return [str(text["body"]) for text in line.sim.ledger.truth() if text["to"] == phone]


def test_the_phone_gets_a_link_that_opens_the_workers_page(each_line: Line, links: WorkerLinks) -> None:
    job = each_line.world.job()
    ask(each_line, job, "The gate code is 4711")
    assert tell(each_line) == 1
    (body,) = inbox(each_line)
    start, _, token = body.rpartition(f"{BASE}/w/")
    assert start == f"New message on job {job.number} (Silva Farms). Read and answer: "
    visitor = links.visitor(token)
    assert visitor is not None
    assert visitor.user.id == each_line.world.marco.id
    assert "4711" not in body


def test_nothing_that_is_stored_or_exported_holds_the_link(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    job = world.job()
    ask(each_line, job)
    tell(each_line)
    link = world.writers.links.working(world.marco.id)
    assert link is not None
    seal = links.address_of(link.id).rpartition("-")[2]
    for (table,) in _tables(each_line):
        assert seal not in str(world.readers.plain.rows(f"SELECT * FROM {table}"))
    assert seal not in str(conversation(world.readers.threads, world.ann, world.read_job(job.id)))
    assert seal not in str(each_line.thread(job))


def _tables(line: Line) -> list[tuple[str]]:
    plain = line.world.readers.plain
    names = "SELECT name FROM sqlite_master WHERE type = 'table'"
    found = plain.rows(names if plain.is_sqlite else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [(row[0],) for row in found]


def test_the_answer_typed_to_it_reaches_dispatch_on_that_job(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    world.job()
    job = world.job()
    ask(each_line, job)
    tell(each_line)
    each_line.answers("At half past nine", MARCO)
    newest = each_line.newest(job)
    assert newest.body == "At half past nine"
    assert (newest.author.role, newest.author.user_id) == (Party.WORKER, world.marco.id)
    assert newest.recipients == (DISPATCH,)
    assert not newest.is_contact_message
    assert row_of(world, world.ann, job).waiting_on is Waiting.DISPATCHER
    assert "At half past nine" not in each_line.bodies(job, world.mia)


def test_an_answer_to_the_text_about_a_customers_message_stays_with_the_team(
    each_line: Line, links: WorkerLinks
) -> None:
    world = each_line.world
    job = world.job()
    each_line.texts(job, world.ana)
    each_line.answers("Where are you?")
    assert tell(each_line) == 1
    each_line.answers("Ten minutes", MARCO)
    newest = each_line.newest(job)
    assert (newest.author.role, newest.recipients) == (Party.WORKER, (DISPATCH,))
    assert not newest.is_contact_message


def test_two_jobs_ask_for_two_numbers_so_that_answers_are_exact(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    first, second = world.job(), world.job()
    ask(each_line, first)
    tell(each_line)
    ask(each_line, second)
    tell(each_line)
    numbers = {text["to"] + text["from"] for text in each_line.sim.ledger.truth()}
    assert len(numbers) == 2
    ours = [str(text["from"]) for text in each_line.sim.ledger.truth()]
    each_line.answers("Yes to the first", MARCO, ours[0])
    assert each_line.newest(first).body == "Yes to the first"


def test_dispatch_sees_that_the_worker_was_told_and_the_contact_does_not(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    job = world.job()
    ask(each_line, job)
    tell(each_line)
    notice = each_line.newest(job).deliveries[-1]
    assert (notice.name, notice.notice, notice.state) == ("Marco Diaz", True, State.ACCEPTED)


def test_a_told_worker_is_no_reached_customer(each_line: Line, links: WorkerLinks) -> None:
    """Neither does the notice open Customer Messages, nor does it hide that the customer's text failed."""
    world = each_line.world
    job = world.job()
    world.text(job, world.ana, DISPATCH, worker(world.marco), kind=Kind.REPLY, body="Where are you?")
    tell(each_line)
    assert world.read_job(job.id).texting_since is None
    with world.write() as session:
        opt_out(session, ANA, "STOP", world.clock())
    other = world.job()
    world.text(other, dispatcher(world.ann), world.ana, worker(world.marco), body="Both of you: nine o'clock?")
    assert tell(each_line) == 1
    assert [d.state for d in each_line.newest(other).deliveries if d.name != "Marco Diaz"] == [State.BLOCKED]
    assert row_of(world, world.ann, other).waiting_on is Waiting.NOBODY


def test_what_was_read_meanwhile_does_not_leave(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    job = world.job()
    ask(each_line, job)
    world.clock.now += RIPE
    tell_workers(world.writers.notices, lambda: True)
    world.writers.conversations.see_at_desk(world.marco, job.id, world.readers.reads.newest_change())
    each_line.leaves()
    assert inbox(each_line) == []
    notice = each_line.newest(job).deliveries[-1]
    assert (notice.state, notice.reason) == (State.CANCELLED, "read before it left")


@pytest.mark.parametrize(
    ("change", "state"),
    [("stop", State.BLOCKED), ("number", State.CANCELLED), ("chat", State.CANCELLED), ("revoke", State.CANCELLED)],
)
def test_what_changed_before_it_left_stops_it(each_line: Line, links: WorkerLinks, change: str, state: State) -> None:
    world = each_line.world
    job = world.job()
    ask(each_line, job)
    world.clock.now += RIPE
    tell_workers(world.writers.notices, lambda: True)
    if change == "stop":
        each_line.answers("STOP", MARCO)
    elif change == "number":
        give_mobile(world, world.marco, "+15550103099")
    elif change == "chat":
        set_user(world, world.marco, chat=False)
    else:
        world.writers.links.revoke_all(world.marco.id)
    each_line.leaves()
    assert inbox(each_line) == []
    assert each_line.newest(job).deliveries[-1].state is state


def test_a_failed_notice_can_be_sent_again_with_its_link(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    job = world.job()
    ask(each_line, job)
    world.clock.now += RIPE
    tell_workers(world.writers.notices, lambda: True)
    world.clock.advance(hours=5)
    each_line.leaves()
    notice = each_line.newest(job).deliveries[-1]
    assert notice.state is State.EXPIRED
    each_line.conversation.resend(world.ann, job.id, notice.id)
    each_line.leaves()
    (body,) = inbox(each_line)
    assert f"{BASE}/w/" in body


def test_the_administrator_sends_and_ends_a_link(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    boss = _boss(each_line)
    assert links.standing(world.marco.id, str) == "No link"
    links.send(boss, world.marco.id)
    each_line.leaves()
    (body,) = inbox(each_line)
    token = body.rpartition("/w/")[2]
    assert body.startswith("Your jobs and messages, Marco Diaz: https://")
    assert links.visitor(token) is not None
    assert "With the carrier" in links.standing(world.marco.id, str)
    each_line.asks()
    assert links.revoke(boss, world.marco.id) == 1
    assert links.visitor(token) is None
    assert links.standing(world.marco.id, str) == "No link"


def test_an_answer_to_a_text_that_belongs_to_no_job_waits_in_the_tray(each_line: Line, links: WorkerLinks) -> None:
    links.send(_boss(each_line), each_line.world.marco.id)
    each_line.leaves()
    each_line.answers("Who is this?", MARCO)
    assert each_line.tray() == [(MARCO, "Who is this?")]


def test_a_link_goes_only_where_it_can_work(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    boss = _boss(each_line)
    with pytest.raises(Refusal, match="admin box"):
        links.send(world.ann, world.marco.id)
    with pytest.raises(Refusal, match="admin box"):
        links.revoke(world.marco, world.marco.id)
    with pytest.raises(Refusal, match="no mobile number"):
        links.send(boss, world.mia.id)
    with pytest.raises(Refusal, match="no phone page"):
        links.send(boss, world.ann.id)
    each_line.answers("STOP", MARCO)
    with pytest.raises(Refusal, match="opted out"):
        links.send(boss, world.marco.id)
    nowhere = WorkerLinks(world.readers.reads, world.writers.links, world.writers.notices, world.clock, lambda: "", KEY)
    with pytest.raises(Refusal, match="public_url"):
        nowhere.send(boss, world.marco.id)
    assert PLACE not in str(inbox(each_line))


def test_the_command_line_prints_a_link_in_practice_alone(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    boss = _boss(each_line)
    printed = links.print_link(boss, "Marco Diaz")
    assert links.visitor(printed.rpartition("/w/")[2]) is not None
    with pytest.raises(Refusal, match="no phone page"):
        links.print_link(boss, "Ann Lee")
    with pytest.raises(Refusal, match="admin box"):
        links.print_link(world.ann, "Marco Diaz")
    set_account(world, carrier="AC" + "0" * 32)
    with pytest.raises(Refusal, match="own phone only"):
        links.print_link(boss, "Marco Diaz")


def test_the_composer_says_whether_a_text_tells_the_worker(each_line: Line, links: WorkerLinks) -> None:
    world = each_line.world
    job = world.job()

    def says() -> str:
        now = world.read_job(job.id)
        chosen = [choice for choice in choices(world.ann, now, []) if choice.person.role is Party.WORKER]
        return who_sees(now, world.readers.reads.account(), world.ann, chosen)

    assert says().startswith("Marco Diaz at the desk only (never signed in yet)")
    world.writers.engines.say("engine", 1, "host", "running", "well", page_url=BASE)
    assert says().startswith("Marco Diaz gets a text with a link;")
    each_line.answers("STOP", MARCO)
    assert says().startswith("Marco Diaz at the desk only")


def test_the_engine_says_that_no_links_go_out(each_line: Line) -> None:
    """Live without a public https address (rule 26)."""
    world = each_line.world
    for page_url, practice, words in (
        ("", False, "Sending and receiving; no links: web.public_url is not set"),
        (BASE, False, "Sending and receiving"),
        (BASE, True, "Practice carrier: no text reaches a real phone"),
    ):
        with running(world, FakeCarrier(), page_url=page_url, practice=practice):
            said = world.readers.reads.engine(world.clock())
        assert (said.sentence, said.page_url) == (words, page_url)
        world.clock.advance(seconds=1)


def _boss(line: Line) -> User:
    set_user(line.world, line.world.abe, admin=True)
    found = line.world.readers.reads.user(line.world.abe.id)
    assert found is not None
    assert found.role is Role.DISPATCHER
    return found
