"""Writing: what is stored for whom, and every refusal with the field it belongs to."""

import pytest

from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Job, JobForm, Status
from domain.messages import DISPATCH, SYSTEM, Kind, Message, Party, Person
from domain.people import Contact, Role, User
from domain.texts import Rejected
from messaging.choices import COMPANY, ON_JOB, TEAM, Choice, choices, key_of, reply_recipients
from messaging.conversation import Compose, Conversation, Crossed, Sent, checked_body
from storage.tables.people import ContactRow
from tests.world import ANA, BEN, NOON, World, dispatcher, worker

NEW = "+15550104444"


def writing(world: World) -> Conversation:
    """The use cases over a world."""
    w = world.readers
    return Conversation(w.reads, w.threads, world.writers.conversations, world.clock)


def key(person: Person) -> str:
    """The composer's key for somebody."""
    return key_of(person)


def sends(world: World, author: User, job: Job, *to: str, body: str = "Hello", **more: object) -> Message:
    """Submit a message and read it back as Ann sees it."""
    compose = Compose(job.id, to, body, str(more.pop("compose_id", f"c{world.readers.reads.newest_change()}")), **more)  # type: ignore[arg-type]
    sent = writing(world).send(author, compose)
    assert isinstance(sent, Sent)
    found = world.readers.threads.message(world.ann, job.id, sent.message_id)
    assert found is not None
    return found


def refuses(world: World, author: User, job: Job, *to: str, body: str = "Hello", **more: object) -> Refusal:
    """Submit something that is refused; nothing of it is stored."""
    before = world.readers.reads.newest_change()
    with pytest.raises(Refusal) as refused:
        writing(world).send(author, Compose(job.id, to, body, "refused", **more))  # type: ignore[arg-type]
    assert world.readers.reads.newest_change() == before
    assert refused.value.sentence.endswith((".", "!"))
    return refused.value


def change_contact(world: World, person: Person, **columns: object) -> None:
    """Change a contact's stored columns."""
    with world.write() as session:
        row = session.get_one(ContactRow, person.contact_id)
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)


# --- What a message becomes ---------------------------------------------------------------------------------------


def test_a_text_to_a_contact_waits_to_leave(world: World) -> None:
    job = world.job()
    message = sends(world, world.ann, job, key(world.ana), body="  We come at ten \n")
    (delivery,) = message.deliveries
    assert (message.body, message.kind, message.author.name) == ("We come at ten", Kind.MESSAGE, "Ann Lee")
    assert (delivery.to, delivery.channel, delivery.state) == (ANA, Channel.SMS, State.QUEUED)
    text = world.writers.outbox.claim("engine")
    assert text is not None
    assert text.use_by == world.clock() + world.readers.reads.account().use_by


def test_a_word_to_the_worker_waits_at_the_desk(world: World) -> None:
    job = world.job()
    message = sends(world, world.ann, job, key(worker(world.marco)))
    (delivery,) = message.deliveries
    assert (delivery.channel, delivery.state) == (Channel.DESK, State.WAITING)
    assert world.writers.outbox.claim("engine") is None


def test_a_note_reaches_nobody(small_world: World) -> None:
    job = small_world.job()
    note = sends(small_world, small_world.ann, job, "dispatch")
    assert (note.kind, note.recipients, note.deliveries) == (Kind.NOTE, (DISPATCH,), ())
    assert small_world.readers.threads.message(small_world.marco, job.id, note.id) is None


def test_the_kinds_of_messages(small_world: World) -> None:
    w = small_world
    job = w.job()
    first = sends(w, w.ann, job, key(w.ana))
    assert first.kind is Kind.MESSAGE
    assert sends(w, w.ann, job, key(w.ana), body="again", reply_to=first.id).kind is Kind.REPLY
    assert sends(w, w.ann, job, "dispatch", body="and a note", reply_to=first.id).kind is Kind.NOTE
    assert sends(w, w.ann, job, "dispatch", key(w.ana), body="both").kind is Kind.MESSAGE
    assert sends(w, w.ann, job, key(w.ana), body="alert", kind=Kind.ALERT).kind is Kind.ALERT
    assert sends(w, w.marco, job, "dispatch", body="from Marco").kind is Kind.MESSAGE


def test_several_contacts_get_a_text_each_and_the_worker_sees_it(small_world: World) -> None:
    w = small_world
    job = w.job()
    message = sends(w, w.ann, job, key(w.ana), key(w.ben))
    assert [d.to for d in message.deliveries] == [ANA, BEN]
    assert w.readers.threads.message(w.marco, job.id, message.id) is not None


def test_a_phone_that_two_share_gets_one_text(small_world: World) -> None:
    w = small_world
    change_contact(w, w.ben, mobile=ANA)
    job = w.job()
    message = sends(w, w.ann, job, key(w.ana), key(w.ben))
    assert [p.name for p in message.recipients] == ["Ana Silva", "Ben Silva"]
    assert [d.to for d in message.deliveries] == [ANA]


def test_somebody_chosen_twice_gets_one_text(small_world: World) -> None:
    message = sends(small_world, small_world.ann, small_world.job(), *[key(small_world.ana)] * 3)
    assert (len(message.recipients), len(message.deliveries)) == (1, 1)


def test_submit_pressed_twice_makes_one_message(world: World) -> None:
    job = world.job()
    first = sends(world, world.ann, job, key(world.ana), compose_id="one")
    again = sends(world, world.ann, job, key(world.ana), compose_id="one")
    assert first.id == again.id
    with pytest.raises(Refusal, match="already used"):
        writing(world).send(world.ann, Compose(job.id, (key(world.ana),), "Other words", "one"))


def test_one_reference_is_not_used_for_another_recipient(small_world: World) -> None:
    """Else the second person would silently get nothing."""
    w = small_world
    job = w.job()
    sends(w, w.ann, job, key(w.ana), compose_id="one")
    with pytest.raises(Refusal, match="already used"):
        writing(w).send(w.ann, Compose(job.id, (key(w.ben),), "Hello", "one"))


# --- Refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["", "   ", "\n\t "])
def test_nothing_to_send(small_world: World, body: str) -> None:
    assert refuses(small_world, small_world.ann, small_world.job(), "dispatch", body=body).field == "contents"


@pytest.mark.parametrize(
    ("fits", "too_long", "by"),
    [("x" * 1600, "x" * 1601, "1"), ("😀" * 800, "😀" * 800 + "x", "1"), ("é" * 1600, "é" * 1700, "100")],
    ids=["plain", "emoji", "accents"],
)
def test_length_is_counted_in_utf_16_units(small_world: World, fits: str, too_long: str, by: str) -> None:
    job = small_world.job()
    refusal = refuses(small_world, small_world.ann, job, key(small_world.ana), body=too_long)
    assert refusal.field == "contents"
    assert f"Shorten it by {by}." in refusal.sentence
    assert sends(small_world, small_world.ann, job, key(small_world.ana), body=fits).body == fits


@pytest.mark.parametrize("body", ["half \ud83d", "a\x00b"])
def test_what_no_database_keeps_is_refused(body: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked_body(body)
    assert refused.value.field == "contents"


def test_nobody_is_chosen(small_world: World) -> None:
    assert refuses(small_world, small_world.ann, small_world.job()).field == "recipient"


def test_more_than_fifteen(small_world: World) -> None:
    w = small_world
    people = [w.contact(f"Contact {n}", f"+155501060{n:02}") for n in range(16)]
    job = w.job()
    refusal = refuses(w, w.ann, job, *map(key, people))
    assert (refusal.field, "16" in refusal.sentence) == ("recipient", True)
    assert len(sends(w, w.ann, job, *map(key, people[:15])).deliveries) == 15


def test_somebody_who_opted_out(world: World) -> None:
    job = world.job()
    text = sends(world, world.ann, job, key(world.ana))
    assert text.deliveries
    claimed = world.writers.outbox.claim("engine")
    assert claimed is not None
    world.writers.outbox.record(claimed, Rejected(21610))
    refusal = refuses(world, world.ann, job, key(world.ana), key(world.ben))
    assert refusal.field == "recipient"
    assert refusal.sentence.startswith("Ana Silva cannot be texted: opted out")


@pytest.mark.parametrize(
    ("columns", "reason"), [({"mobile": None}, "no mobile"), ({"sms_on": False}, "SMS is switched off")]
)
def test_somebody_who_cannot_be_texted(small_world: World, columns: dict[str, object], reason: str) -> None:
    change_contact(small_world, small_world.ana, **columns)
    refusal = refuses(small_world, small_world.ann, small_world.job(), key(small_world.ana))
    assert refusal.field == "recipient"
    assert reason in refusal.sentence


@pytest.mark.parametrize("wrong", ["contact:999", "worker:999", "nobody", "contact:", "contact:x", ""])
def test_somebody_who_is_not_there(small_world: World, wrong: str) -> None:
    assert refuses(small_world, small_world.ann, small_world.job(), wrong).field == "recipient"


def test_a_contact_of_another_company(small_world: World) -> None:
    stranger = small_world.contact("Sam Else", NEW, customer="Else Ltd")
    assert refuses(small_world, small_world.ann, small_world.job(), key(stranger)).field == "recipient"


def test_another_worker_than_the_jobs(small_world: World) -> None:
    refusal = refuses(small_world, small_world.ann, small_world.job(), key(worker(small_world.mia)))
    assert refusal.field == "recipient"


def test_a_job_that_is_not_in_the_list(small_world: World) -> None:
    w = small_world
    elsewhere = w.writers.people.add_location("South", "US", "America/Chicago", ["+15550100009"])
    sue = w.user("Sue South", Role.DISPATCHER, locations=(elsewhere,))
    here, nowhere = w.job(), 999
    there = refuses(w, sue, here, "dispatch")
    with pytest.raises(Refusal) as missing:
        writing(w).send(w.ann, Compose(nowhere, ("dispatch",), "Hello", "c"))
    assert there.sentence == missing.value.sentence


@pytest.mark.parametrize("role", list(Role))
def test_somebody_without_the_chat_box(small_world: World, role: Role) -> None:
    mute = small_world.user("Max Mute", role, chat=False)
    job = small_world.job(mute if role is Role.WORKER else None)
    assert "Chat" in refuses(small_world, mute, job, "dispatch").sentence


def test_a_former_worker_reads_but_does_not_write(small_world: World) -> None:
    w = small_world
    job = w.job()
    sends(w, w.marco, job, "dispatch")
    w.change(job, worker_id=w.mia.id)
    assert "handed over" in refuses(w, w.marco, job, "dispatch").sentence
    assert sends(w, w.mia, job, "dispatch", body="mine now").author.name == "Mia Wong"


def test_a_worker_writes_to_dispatch_alone(small_world: World) -> None:
    w = small_world
    job = w.job()
    for to in (key(w.ana), key(worker(w.marco)), key(worker(w.mia))):
        assert refuses(w, w.marco, job, to).field == "recipient"
    assert refuses(w, w.marco, job, "dispatch", key(w.ana)).field == "recipient"
    message = sends(w, w.marco, job, "dispatch")
    assert (message.recipients, message.deliveries) == ((DISPATCH,), ())


def test_a_location_without_a_number_cannot_text(small_world: World) -> None:
    w = small_world
    bare = w.writers.people.add_location("Bare", "US", "America/Chicago", [])
    bea = w.user("Bea Bare", Role.DISPATCHER)
    cal = w.contact("Cal Roy", NEW, customer="Else Ltd")
    job = w.readers.threads.job(bea, w.writers.jobs.create(_form(bare), "Bea Bare"))
    assert job is not None
    refusal = refuses(w, bea, job, key(cal))
    assert (refusal.field, "no number" in refusal.sentence) == ("recipient", True)


# --- Crossing (rule 41) -------------------------------------------------------------------------------------------


def test_what_came_meanwhile_is_shown_first_and_the_second_submit_sends(world: World) -> None:
    job = world.job()
    seen = world.readers.reads.newest_change()
    world.text(job, world.ana, DISPATCH, body="Do not come!", kind=Kind.REPLY)
    compose = Compose(job.id, (key(world.ana),), "We come at ten", "one", seen_seq=seen)
    crossed = writing(world).send(world.ann, compose)
    assert isinstance(crossed, Crossed)
    (arrived,) = world.readers.threads.messages(world.ann, job.id)[0]
    assert (arrived.seq, arrived.body) == (crossed.seq, "Do not come!")
    again = Compose(job.id, compose.recipients, compose.body, "one", seen_seq=crossed.seq)
    assert isinstance(writing(world).send(world.ann, again), Sent)


def test_ones_own_message_does_not_cross(small_world: World) -> None:
    w = small_world
    job = w.job()
    seen = w.readers.reads.newest_change()
    sends(w, w.ann, job, "dispatch")
    assert isinstance(writing(w).send(w.ann, Compose(job.id, ("dispatch",), "Two", "two", seen)), Sent)
    crossed = writing(w).send(w.abe, Compose(job.id, ("dispatch",), "Three", "three", seen))
    assert isinstance(crossed, Crossed)


def test_a_message_that_the_author_may_not_see_does_not_cross(small_world: World) -> None:
    w = small_world
    job = w.job()
    seen = w.readers.reads.newest_change()
    sends(w, w.ann, job, "dispatch")
    assert isinstance(writing(w).send(w.marco, Compose(job.id, ("dispatch",), "Hi", "two", seen)), Sent)


def test_a_repeated_submit_is_not_crossed_by_what_came_after_it(small_world: World) -> None:
    w = small_world
    job = w.job()
    compose = Compose(job.id, (key(w.ana),), "Hello", "one", w.readers.reads.newest_change())
    first = writing(w).send(w.ann, compose)
    w.text(job, w.ana, DISPATCH, body="Yes?", kind=Kind.REPLY)
    assert writing(w).send(w.ann, compose) == first


# --- From the command line ----------------------------------------------------------------------------------------


def test_a_program_writes_under_no_persons_name(small_world: World) -> None:
    w = small_world
    job = w.job()
    sent = writing(w).send_as_program(job, w.ana, "Hello", "ref:1")
    assert isinstance(sent, Sent)
    (message,) = w.readers.threads.messages(w.ann, job.id)[0]
    assert (message.author.role, message.author.name) == (Party.SYSTEM, "command line")
    assert [d.to for d in message.deliveries] == [ANA]
    assert writing(w).send_as_program(job, w.ana, "Hello", "ref:1") == sent


# --- Sending again ------------------------------------------------------------------------------------------------


def test_a_failed_text_is_sent_again_once(world: World) -> None:
    job = world.job()
    message = sends(world, world.ann, job, key(world.ana))
    failed = message.deliveries[0].id
    with pytest.raises(Refusal, match="on its way"):
        writing(world).resend(world.ann, job.id, failed)
    claimed = world.writers.outbox.claim("engine")
    assert claimed is not None
    world.writers.outbox.record(claimed, Rejected(30003))
    writing(world).resend(world.ann, job.id, failed)
    with pytest.raises(Refusal):
        writing(world).resend(world.ann, job.id, failed)
    again = world.writers.outbox.claim("engine")
    assert again is not None
    assert (again.to, again.body, again.sender) == (claimed.to, claimed.body, claimed.sender)


@pytest.mark.parametrize("who", ["marco", "elsewhere"])
def test_only_a_dispatcher_of_the_location_sends_again(small_world: World, who: str) -> None:
    w = small_world
    job = w.job()
    failed = sends(w, w.ann, job, key(w.ana)).deliveries[0].id
    claimed = w.writers.outbox.claim("engine")
    assert claimed is not None
    w.writers.outbox.record(claimed, Rejected(30003))
    south = w.writers.people.add_location("South", "US", "America/Chicago", ["+15550100009"])
    sue = w.user("Sue South", Role.DISPATCHER, locations=(south,))
    with pytest.raises(Refusal):
        writing(w).resend(w.marco if who == "marco" else sue, job.id, failed)
    assert w.writers.outbox.claim("engine") is None


def test_a_text_of_another_job_is_not_sent_again_through_this_one(small_world: World) -> None:
    """The job in hand is checked, so the text must be that job's."""
    w = small_world
    south = w.writers.people.add_location("South", "US", "America/Chicago", ["+15550100009"])
    sue = w.user("Sue South", Role.DISPATCHER, locations=(south,))
    job = w.job()
    failed = sends(w, w.ann, job, key(w.ana)).deliveries[0].id
    claimed = w.writers.outbox.claim("engine")
    assert claimed is not None
    w.writers.outbox.record(claimed, Rejected(30003))
    hers = w.writers.jobs.create(_form(south), "Sue South")
    with pytest.raises(Refusal):
        writing(w).resend(sue, hers, failed)
    assert w.writers.outbox.claim("engine") is None


# --- Reply and reply all ------------------------------------------------------------------------------------------


def test_reply_goes_to_the_author_reply_all_to_the_others_too(small_world: World) -> None:
    w = small_world
    job = w.job()
    message = _message(job, w.ana, dispatcher(w.ann), worker(w.marco), w.ben)
    assert reply_recipients(message, w.ann, everyone=False) == (key(w.ana),)
    everyone = reply_recipients(message, w.ann, everyone=True)
    assert everyone[0] == key(w.ana)
    assert key(w.ben) in everyone


def test_reply_to_ones_own_message_goes_to_its_recipients(small_world: World) -> None:
    w = small_world
    message = _message(w.job(), dispatcher(w.ann), w.ana, w.ben)
    assert reply_recipients(message, w.ann, everyone=False) == (key(w.ana), key(w.ben))


def test_reply_to_an_alert_goes_to_whom_it_went(small_world: World) -> None:
    w = small_world
    message = _message(w.job(), SYSTEM, w.ana)
    for everyone in (False, True):
        assert reply_recipients(message, w.ann, everyone) == (key(w.ana),)


def test_a_worker_replies_to_dispatch(small_world: World) -> None:
    w = small_world
    message = _message(w.job(), dispatcher(w.ann), worker(w.marco))
    assert reply_recipients(message, w.marco, everyone=False) == ("dispatch",)


def test_a_bare_phone_has_no_key() -> None:
    assert key_of(Person(Party.PHONE, NEW, mobile=NEW)) == ""
    assert key_of(SYSTEM) == ""


def test_a_reply_can_be_sent_as_proposed(small_world: World) -> None:
    """What Reply and Reply all propose must never be refused (rule 4 keeps the worker's word apart)."""
    w = small_world
    job = w.job()
    w.text(job, w.ana, dispatcher(w.ann), worker(w.marco), body="Hello", kind=Kind.REPLY)
    (message,) = w.readers.threads.messages(w.ann, job.id)[0]
    for n, everyone in enumerate((False, True)):
        proposed = reply_recipients(message, w.abe, everyone)
        assert isinstance(writing(w).send(w.abe, Compose(job.id, proposed, "Answer", f"r{n}")), Sent)


# --- Whom one may write to ----------------------------------------------------------------------------------------


def test_choices_stand_in_groups_those_on_the_job_first(small_world: World) -> None:
    w = small_world
    w.contact("Aaron Far", NEW)
    found = writing(w).choices(w.ann, w.job())
    assert [(c.person.name, c.group) for c in found] == [
        ("Ana Silva", ON_JOB),
        ("Ben Silva", ON_JOB),
        ("Aaron Far", COMPANY),
        ("Marco Diaz", TEAM),
        ("Dispatch", TEAM),
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("ana", ["Ana Silva"]),
        ("OWNER", ["Ana Silva"]),
        ("ben@example.com", ["Ben Silva"]),
        (ANA[-7:], ["Ana Silva"]),
        ("silva foreman", ["Ben Silva"]),
        ("marco", ["Marco Diaz"]),
        ("zzz", []),
    ],
)
def test_choices_are_found_by_name_title_email_and_phone(small_world: World, words: str, names: list[str]) -> None:
    found = writing(small_world).choices(small_world.ann, small_world.job(), words)
    assert [c.person.name for c in found] == names


def test_who_cannot_be_texted_is_listed_with_the_reason(small_world: World) -> None:
    change_contact(small_world, small_world.ana, mobile=None)
    found = writing(small_world).choices(small_world.ann, small_world.job(), "ana")
    assert [c.why_not for c in found] == ["no mobile number on file"]


def test_a_worker_may_choose_dispatch_alone(small_world: World) -> None:
    found = writing(small_world).choices(small_world.marco, small_world.job())
    assert [c.key for c in found] == ["dispatch"]


def test_a_job_without_a_worker_offers_none(small_world: World) -> None:
    found = choices(small_world.ann, small_world.job(worker_id=None), [Contact(1, 1, "Cal")])
    assert [c.key for c in found] == ["contact:1", "dispatch"]
    assert isinstance(found[0], Choice)


def _message(job: Job, author: Person, *to: Person) -> Message:
    return Message(1, job.id, 1, Kind.MESSAGE, author, to, "Hello", NOON)


def _form(location_id: int) -> JobForm:
    return JobForm("S1", "Repair", "Other", Status.NEW, location_id, "Else Ltd")
