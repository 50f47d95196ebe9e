"""Who sees what: the table of the product as data, every cell of it, and examples that read like the rule."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.jobs import Access
from domain.messages import Kind, Message, Party, Person, Stage
from domain.people import ContactViewer, Role, User
from domain.visibility import can_see, sees_job
from tests.domain.builders import (
    DAY,
    DISPATCH,
    ELSEWHERE,
    HERE,
    INSTANT,
    JOB,
    NOON,
    SYSTEM,
    ann,
    bob,
    gomez,
    job,
    marco,
    message,
    modest,
    okafor,
    person,
    pia,
    silva,
)

# --- The oracle: PRODUCT "The conversation", then RULES 1-16, 32, 34 and 49, as plain data -----------------------


class Stands(Enum):
    """What somebody is to a job."""

    CONTACT = "a contact with a link to this very job"
    ASSIGNED = "its worker, while it is open or within its grace time"
    FORMER = "a worker who handed it over, within the grace time"
    TEAM = "a dispatcher with chat, of its location"
    NOBODY = "anybody else: other location, no chat, gone, other job, grace over"


class Part(Enum):
    """What somebody is to a message."""

    AUTHOR = "wrote it"
    ADDRESSED = "is named as a recipient"
    NEITHER = "neither"


EVERYBODY = frozenset(Part)
NAMED = frozenset({Part.AUTHOR, Part.ADDRESSED})
WRITER = frozenset({Part.AUTHOR})
NONE: frozenset[Part] = frozenset()

CUSTOMER_ROWS = (
    "SMS alert to a contact",
    "dispatcher to contact",
    "contact replies",
    "contact to contact",
    "worker to contact",
    "quick action to a contact",
    "estimate decision",
    "mixed recipients",
)
PRIVATE_ROWS = (
    "dispatcher to worker",
    "worker to dispatcher",
    "note to nobody",
    "note to dispatchers",
    "worker's phone",
)

TABLE: dict[tuple[str, Stands], frozenset[Part]] = {
    **{(row, Stands.CONTACT): NAMED for row in CUSTOMER_ROWS},
    **{(row, Stands.ASSIGNED): EVERYBODY for row in CUSTOMER_ROWS},
    **{(row, Stands.FORMER): NONE for row in CUSTOMER_ROWS},
    **{(row, Stands.TEAM): EVERYBODY for row in CUSTOMER_ROWS},
    **{(row, Stands.CONTACT): NONE for row in PRIVATE_ROWS},
    **{(row, Stands.ASSIGNED): NAMED for row in PRIVATE_ROWS},
    **{(row, Stands.FORMER): NAMED for row in PRIVATE_ROWS},
    **{(row, Stands.TEAM): EVERYBODY for row in PRIVATE_ROWS},
}
"""Which parts in a message let somebody of this standing see it; a pair that is missing lets nobody."""

NOT_OUT: dict[tuple[Stage, Stands], frozenset[Part]] = {
    (Stage.RECALLABLE, Stands.TEAM): WRITER,
    (Stage.RECALLABLE, Stands.ASSIGNED): WRITER,
    (Stage.RECALLABLE, Stands.FORMER): WRITER,
    (Stage.HELD, Stands.TEAM): EVERYBODY,
    (Stage.HELD, Stands.ASSIGNED): WRITER,
    (Stage.HELD, Stands.FORMER): WRITER,
    (Stage.WAITING_RELEASE, Stands.TEAM): EVERYBODY,
    (Stage.WAITING_RELEASE, Stands.ASSIGNED): WRITER,
    (Stage.WAITING_RELEASE, Stands.FORMER): WRITER,
    (Stage.CALLED_BACK, Stands.TEAM): EVERYBODY,
    (Stage.CALLED_BACK, Stands.ASSIGNED): WRITER,
    (Stage.CALLED_BACK, Stands.FORMER): WRITER,
    (Stage.REFUSED, Stands.TEAM): EVERYBODY,
    (Stage.REFUSED, Stands.ASSIGNED): WRITER,
    (Stage.REFUSED, Stands.FORMER): WRITER,
}
"""What is left of the table before a message has gone out; a pair that is missing leaves nobody."""


@dataclass(frozen=True)
class Situation:
    """One message on one job, the row of the table it belongs to, and somebody who looks at it at noon."""

    row: str
    message: Message
    job: Access
    viewer: User | ContactViewer


def allowed(s: Situation) -> bool:
    """What the specification says; shares nothing with the code but the names of the fields."""
    stands, part = standing(s), part_in(s)
    if part not in TABLE.get((s.row, stands), NONE):
        return False
    if s.message.stage is not Stage.OUT and part not in NOT_OUT.get((s.message.stage, stands), NONE):
        return False
    if s.message.dispatch_only and stands is not Stands.TEAM:
        return False
    if stands is not Stands.ASSIGNED or s.row not in CUSTOMER_ROWS:
        return True
    return s.job.three_way and not (s.message.unsure and part is not Part.AUTHOR)


def standing(s: Situation) -> Stands:
    viewer, on = s.viewer, s.job
    if isinstance(viewer, ContactViewer):
        return Stands.CONTACT if viewer.job_id == s.message.job_id else Stands.NOBODY
    if not viewer.active or not viewer.chat or on.location_id not in viewer.location_ids:
        return Stands.NOBODY
    if viewer.role is Role.DISPATCHER:
        return Stands.TEAM
    if viewer.id == on.worker_id:
        over = on.closed_at is not None and NOON - on.closed_at >= on.grace
        return Stands.NOBODY if over else Stands.ASSIGNED
    if viewer.id in on.former and NOON - on.former[viewer.id] < on.grace:
        return Stands.FORMER
    return Stands.NOBODY


def part_in(s: Situation) -> Part:
    def is_viewer(p: Person) -> bool:
        if isinstance(s.viewer, ContactViewer):
            return p.contact_id == s.viewer.contact_id
        return p.user_id == s.viewer.id

    if is_viewer(s.message.author):
        return Part.AUTHOR
    return Part.ADDRESSED if any(is_viewer(p) for p in s.message.recipients) else Part.NEITHER


# --- Every cell, one by one ---------------------------------------------------------------------------------------

MESSAGES: dict[str, Message] = {
    "SMS alert to a contact": message(SYSTEM, gomez, kind=Kind.ALERT),
    "dispatcher to contact": message(ann, gomez, silva),
    "contact replies": message(gomez, ann, marco, kind=Kind.REPLY),
    "contact to contact": message(gomez, silva, DISPATCH, marco, kind=Kind.NOTE),
    "worker to contact": message(marco, gomez),
    "quick action to a contact": message(ann, gomez, kind=Kind.QUICK_ACTION),
    "estimate decision": message(gomez, DISPATCH, kind=Kind.DECISION),
    "mixed recipients": message(ann, marco, gomez),
    "dispatcher to worker": message(ann, marco),
    "worker to dispatcher": message(marco, DISPATCH),
    "note to nobody": message(ann, kind=Kind.NOTE),
    "note to dispatchers": message(ann, bob, DISPATCH, kind=Kind.NOTE),
    "worker's phone": message(marco, DISPATCH, kind=Kind.REPLY),
}

JOBS = {
    "open": job(),
    "open, three-way off": job(three_way=False),
    "closed, within grace": job(closed_at=NOON - 6 * DAY),
    "closed, grace over": job(closed_at=NOON - 7 * DAY),
    "closed, short grace over": job(closed_at=NOON - 2 * DAY, grace=DAY),
    "reassigned, within grace": job(pia, former={3: NOON - 6 * DAY}),
    "reassigned and closed": job(pia, former={3: NOON - 6 * DAY}, closed_at=NOON - DAY),
    "reassigned, grace over": job(pia, former={3: NOON - 7 * DAY}),
    "reassigned there and back": job(former={3: NOON - DAY, 4: NOON - INSTANT}, closed_at=NOON - 8 * DAY),
    "unassigned": job(None),
    "of another location": job(location_id=ELSEWHERE),
}

VIEWERS: dict[str, User | ContactViewer] = {
    "Ann": ann,
    "Bob, another dispatcher": bob,
    "Ann without chat": replace(ann, chat=False),
    "Ann after she left": replace(ann, active=False),
    "Ann moved away": replace(ann, location_ids=frozenset({ELSEWHERE})),
    "an administrator elsewhere": User(5, "Eve", Role.DISPATCHER, admin=True, location_ids=frozenset({ELSEWHERE})),
    "Marco": marco,
    "Marco without chat": replace(marco, chat=False),
    "Marco after he left": replace(marco, active=False),
    "Marco moved away": replace(marco, location_ids=frozenset({ELSEWHERE})),
    "Pia": pia,
    "Gómez": gomez,
    "Silva": silva,
    "Okafor": okafor,
    "Gómez on another job": replace(gomez, job_id=JOB + 1),
    "Silva on another job": replace(silva, job_id=JOB + 1),
}

CONTACT_WRITES = ("contact replies", "contact to contact", "estimate decision")
FLAGS: tuple[dict[str, Any], ...] = (
    {},
    {"dispatch_only": True},
    {"unsure": True, "guessed": True},
    {"guessed": True},
    {"after_closing": True},
)


@pytest.mark.parametrize("row", MESSAGES)
def test_every_cell_of_the_table(row: str) -> None:
    wrong = []
    # Only our own people have an undo window and a release; only what came by SMS can be kept or guessed.
    stages = (Stage.OUT,) if row in CONTACT_WRITES else tuple(Stage)
    flags = FLAGS if row == "contact replies" else FLAGS[:1]
    for stage, flag, (case, on), (name, viewer) in product(stages, flags, JOBS.items(), VIEWERS.items()):
        s = Situation(row, replace(MESSAGES[row], stage=stage, **flag), on, viewer)
        seen = can_see(viewer, s.message, on, NOON)
        if seen is not allowed(s):
            wrong.append(f"{name} {'sees' if seen else 'misses'} it on a job {case} ({stage.value}, {flag})")
    assert wrong == []


def test_every_row_of_the_table_is_seen_by_somebody_and_missed_by_somebody() -> None:
    for row, m in MESSAGES.items():
        answers = {allowed(Situation(row, m, job(), viewer)) for viewer in VIEWERS.values()}
        assert answers == {True, False}, row


# --- Any job, any people, any message -----------------------------------------------------------------------------

ids = st.integers(min_value=1, max_value=4)
moments = st.integers(min_value=-12 * 24, max_value=0).map(lambda hours: NOON + timedelta(hours=hours))
places = st.sets(st.sampled_from((HERE, ELSEWHERE)), max_size=2).map(frozenset)
users = st.builds(
    User,
    id=ids,
    name=st.just("Sam Fox"),
    role=st.sampled_from(Role),
    chat=st.sampled_from((True, True, True, False)),
    alerts=st.booleans(),
    contacts=st.booleans(),
    admin=st.booleans(),
    active=st.sampled_from((True, True, True, False)),
    location_ids=st.one_of(st.just(frozenset({HERE})), places),
)
contact_viewers = st.builds(ContactViewer, contact_id=ids, job_id=st.sampled_from((JOB, JOB, JOB, JOB + 1)))
jobs = st.builds(
    Access,
    location_id=st.sampled_from((HERE, HERE, HERE, ELSEWHERE)),
    worker_id=st.none() | ids,
    closed_at=st.none() | moments,
    three_way=st.sampled_from((True, True, False)),
    grace=st.integers(min_value=1, max_value=10).map(timedelta),
    former=st.dictionaries(ids, moments, max_size=3),
)
contacts = st.builds(Person, st.just(Party.CONTACT), st.just("Contact"), contact_id=ids)
dispatchers = st.builds(Person, st.just(Party.DISPATCHER), st.just("Dispatcher"), user_id=ids)


TO_CONTACTS = ("SMS alert to a contact", "dispatcher to contact", "worker to contact", "quick action to a contact")
BY_WORKERS = ("worker to dispatcher", "worker's phone", "worker to contact")
KINDS = {
    "SMS alert to a contact": Kind.ALERT,
    "quick action to a contact": Kind.QUICK_ACTION,
    "estimate decision": Kind.DECISION,
    "note to nobody": Kind.NOTE,
}
team = st.lists(st.just(DISPATCH) | dispatchers, max_size=2)
some_contacts = st.lists(contacts, min_size=1, max_size=3)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A row of the table, filled with people.

    Workers who are written to, or write, are or were on the job: whether anybody else can be is not decided here.
    """
    on = draw(jobs)
    crew = [Person(Party.WORKER, "Worker", user_id=i) for i in {*on.former, on.worker_id} if i]
    row = draw(st.sampled_from(CUSTOMER_ROWS + PRIVATE_ROWS))
    if not crew and (row in BY_WORKERS or row == "dispatcher to worker"):
        row = "note to nobody"
    by_sms = row == "contact replies"
    entry = message(
        draw(authors(row, crew)),
        *draw(recipients(row, crew)),
        kind=KINDS.get(row, Kind.MESSAGE),
        at=draw(moments),
        stage=Stage.OUT if row in CONTACT_WRITES else draw(st.sampled_from(Stage)),
        dispatch_only=by_sms and draw(st.booleans()),
        unsure=by_sms and draw(st.booleans()),
    )
    return Situation(row, entry, on, draw(somebody_near(entry)))


def authors(row: str, crew: list[Person]) -> st.SearchStrategy[Person]:
    if row == "SMS alert to a contact":
        return st.just(SYSTEM)
    if row in BY_WORKERS:
        return st.sampled_from(crew)
    return contacts if row in CONTACT_WRITES else dispatchers


def recipients(row: str, crew: list[Person]) -> st.SearchStrategy[list[Person]]:
    if row in TO_CONTACTS:
        return some_contacts
    if row == "note to nobody":
        return st.just([])
    if row == "dispatcher to worker":
        return joined(st.lists(st.sampled_from(crew), min_size=1, max_size=2), team)
    if row == "mixed recipients":
        return joined(some_contacts, team, st.just(crew)).flatmap(st.permutations)
    if row == "contact to contact":
        return joined(some_contacts, team, st.just(crew[:1]))
    return joined(team, st.just(crew[:1])) if row in CONTACT_WRITES else team


def joined(*parts: st.SearchStrategy[list[Person]]) -> st.SearchStrategy[list[Person]]:
    return st.tuples(*parts).map(lambda lists: [p for part in lists for p in part])


def somebody_near(entry: Message) -> st.SearchStrategy[User | ContactViewer]:
    """Anybody, and more often somebody who stands on the message."""
    anybody = st.one_of(users, contact_viewers)
    named = [p for p in (entry.author, *entry.recipients) if p.user_id or p.contact_id]
    if not named:
        return anybody

    def on_it(p: Person, who: User, contact: ContactViewer) -> User | ContactViewer:
        if p.contact_id is not None:
            return replace(contact, contact_id=p.contact_id)
        return replace(who, id=p.user_id or 0, role=Role.WORKER if p.role is Party.WORKER else Role.DISPATCHER)

    return st.one_of(anybody, st.builds(on_it, st.sampled_from(named), users, contact_viewers))


@settings(modest, max_examples=500)
@given(situations())
def test_the_rule_agrees_with_the_table_for_any_job_people_and_message(s: Situation) -> None:
    assert can_see(s.viewer, s.message, s.job, NOON) is allowed(s)


@modest
@given(situations(), contact_viewers)
def test_a_contact_never_sees_another_job_nor_what_is_neither_to_nor_from_them(
    s: Situation, viewer: ContactViewer
) -> None:
    named = {p.contact_id for p in (s.message.author, *s.message.recipients)}
    if viewer.job_id != s.message.job_id or viewer.contact_id not in named or s.message.stage is not Stage.OUT:
        assert not can_see(viewer, s.message, s.job, NOON)


@modest
@given(situations(), users)
def test_nobody_of_the_provider_sees_messages_without_chat_or_of_another_location(s: Situation, viewer: User) -> None:
    assert not can_see(replace(viewer, chat=False), s.message, s.job, NOON)
    assert not can_see(replace(viewer, active=False), s.message, s.job, NOON)
    away = viewer.location_ids - {s.job.location_id}
    assert not can_see(replace(viewer, location_ids=away), s.message, s.job, NOON)


@modest
@given(situations(), users)
def test_whoever_sees_a_message_has_its_job_in_their_list(s: Situation, viewer: User) -> None:
    for who in (viewer, s.viewer):
        if isinstance(who, User) and can_see(who, s.message, s.job, NOON):
            assert sees_job(who, s.job, NOON)


@modest
@given(situations(), st.text(max_size=20), st.sampled_from(Kind), moments)
def test_what_a_message_says_and_when_never_decides_who_sees_it(
    s: Situation, body: str, kind: Kind, at: datetime
) -> None:
    other = replace(s.message, body=body, kind=kind, at=at, id=99, seq=99, reply_to=5)
    assert can_see(s.viewer, other, s.job, NOON) is can_see(s.viewer, s.message, s.job, NOON)


# --- The table, row by row, as a dispatcher would say it -----------------------------------------------------------


def seen_by(m: Message, on: Access | None = None) -> set[str]:
    """The names of all who see a message at noon."""
    everybody: dict[str, User | ContactViewer] = {
        "ann": ann,
        "bob": bob,
        "marco": marco,
        "pia": pia,
        "gomez": gomez,
        "silva": silva,
        "okafor": okafor,
    }
    return {name for name, viewer in everybody.items() if can_see(viewer, m, on or job(), NOON)}


def test_an_alert_is_seen_by_its_contact_the_worker_and_all_dispatchers() -> None:
    assert seen_by(message(SYSTEM, gomez, kind=Kind.ALERT)) == {"gomez", "marco", "ann", "bob"}


def test_an_alert_to_a_fixed_number_is_seen_by_the_worker_and_all_dispatchers() -> None:
    copy = Person(Party.PHONE, "+15550109999", mobile="+15550109999")
    assert seen_by(message(SYSTEM, copy, kind=Kind.ALERT)) == {"marco", "ann", "bob"}


def test_a_dispatchers_text_to_two_contacts_is_seen_by_both_and_by_no_third() -> None:
    assert seen_by(message(ann, gomez, silva)) == {"gomez", "silva", "marco", "ann", "bob"}


def test_a_contacts_reply_reaches_worker_and_dispatchers_at_once() -> None:
    assert seen_by(message(gomez, ann, marco, kind=Kind.REPLY)) == {"gomez", "marco", "ann", "bob"}


def test_a_contacts_reply_is_seen_by_the_worker_even_where_it_does_not_name_him() -> None:
    assert "marco" in seen_by(message(gomez, DISPATCH, kind=Kind.REPLY))


def test_a_contact_writing_to_another_contact_is_seen_by_no_third() -> None:
    assert seen_by(message(gomez, silva, DISPATCH)) == {"gomez", "silva", "marco", "ann", "bob"}


def test_a_dispatchers_word_to_the_worker_is_seen_by_that_worker_only() -> None:
    assert seen_by(message(ann, marco)) == {"marco", "ann", "bob"}


def test_a_dispatchers_word_to_the_former_worker_is_hidden_from_the_new_one() -> None:
    assert seen_by(message(ann, marco), job(pia, former={marco.id: NOON - DAY})) == {"marco", "ann", "bob"}


def test_a_workers_word_to_dispatch_is_seen_by_the_author_and_all_dispatchers() -> None:
    assert seen_by(message(marco, DISPATCH)) == {"marco", "ann", "bob"}


def test_a_workers_text_to_a_contact_is_seen_by_that_contact_and_all_dispatchers() -> None:
    assert seen_by(message(marco, gomez)) == {"gomez", "marco", "ann", "bob"}


def test_a_former_workers_text_to_a_contact_is_seen_by_the_new_worker_and_no_longer_by_its_author() -> None:
    on = job(pia, former={marco.id: NOON - DAY})
    assert seen_by(message(marco, gomez), on) == {"gomez", "pia", "ann", "bob"}


def test_a_quick_action_is_seen_by_its_contacts_the_worker_and_dispatchers() -> None:
    assert seen_by(message(ann, gomez, kind=Kind.QUICK_ACTION)) == {"gomez", "marco", "ann", "bob"}


def test_an_estimate_decision_is_seen_by_its_author_the_worker_and_dispatchers() -> None:
    assert seen_by(message(gomez, DISPATCH, kind=Kind.DECISION)) == {"gomez", "marco", "ann", "bob"}


def test_mixed_recipients_make_it_a_contact_message_that_the_worker_sees() -> None:
    assert seen_by(message(ann, bob, gomez)) == {"gomez", "marco", "ann", "bob"}


def test_a_note_to_nobody_is_for_dispatchers() -> None:
    assert seen_by(message(ann, kind=Kind.NOTE)) == {"ann", "bob"}


def test_a_note_to_dispatchers_is_for_dispatchers() -> None:
    assert seen_by(message(ann, bob, kind=Kind.NOTE)) == {"ann", "bob"}


def test_a_workers_own_note_is_seen_by_its_author() -> None:
    assert seen_by(message(marco, kind=Kind.NOTE)) == {"marco", "ann", "bob"}


def test_a_text_from_the_workers_own_phone_is_private_to_worker_and_dispatchers() -> None:
    assert seen_by(message(marco, DISPATCH, kind=Kind.REPLY)) == {"marco", "ann", "bob"}


# --- The rules in between -----------------------------------------------------------------------------------------


def test_rule_5_a_dispatcher_without_chat_sees_no_message_not_even_their_own() -> None:
    mute = replace(ann, chat=False)
    assert not any(can_see(mute, m, job(), NOON) for m in MESSAGES.values())


def test_rule_14_a_dispatcher_of_another_location_sees_nothing() -> None:
    away = replace(ann, location_ids=frozenset({ELSEWHERE}), admin=True)
    assert not any(can_see(away, m, job(), NOON) for m in MESSAGES.values())


def test_a_worker_without_chat_has_no_messages() -> None:
    mute = replace(marco, chat=False)
    assert not any(can_see(mute, m, job(), NOON) for m in MESSAGES.values())


def test_rule_7_the_new_worker_sees_the_customer_thread_from_the_start() -> None:
    before_the_hand_over = message(gomez, ann, marco, at=NOON - 30 * DAY)
    assert can_see(pia, before_the_hand_over, job(pia, former={marco.id: NOON - DAY}), NOON)


def test_rule_7_the_former_worker_keeps_private_words_until_grace_ends() -> None:
    private, on = message(ann, marco), job(pia, former={marco.id: NOON})
    assert can_see(marco, private, on, NOON + 7 * DAY - INSTANT)
    assert not can_see(marco, private, on, NOON + 7 * DAY)


def test_rule_7_the_former_worker_loses_the_customer_thread_at_once() -> None:
    assert not can_see(marco, message(gomez, ann, marco), job(pia, former={marco.id: NOON}), NOON)


def test_rule_7_after_closing_the_worker_keeps_the_thread_until_grace_ends() -> None:
    on = job(closed_at=NOON)
    for m in (message(gomez, ann), message(ann, marco)):
        assert can_see(marco, m, on, NOON + 7 * DAY - INSTANT)
        assert not can_see(marco, m, on, NOON + 7 * DAY)


def test_a_closed_job_is_never_closed_to_dispatchers() -> None:
    assert can_see(ann, message(gomez, ann), job(closed_at=NOON - 4000 * DAY), NOON)


def test_rule_13_a_contact_keeps_what_was_addressed_to_them_after_closing() -> None:
    assert can_see(gomez, message(ann, gomez), job(closed_at=NOON - 20 * DAY), NOON)


def test_rule_15_three_way_off_hides_every_customer_message_from_the_worker() -> None:
    off = job(three_way=False)
    for row in CUSTOMER_ROWS:
        assert not can_see(marco, MESSAGES[row], off, NOON), row
    assert can_see(marco, message(ann, marco), off, NOON)
    assert can_see(gomez, message(ann, gomez), off, NOON)
    assert can_see(ann, message(gomez, ann), off, NOON)


def test_rule_15_three_way_off_hides_from_the_worker_even_what_he_is_just_sending() -> None:
    assert seen_by(message(marco, gomez, stage=Stage.RECALLABLE), job(three_way=False)) == set()


def test_rule_7_handing_over_in_the_undo_window_ends_the_customer_thread_all_the_same() -> None:
    leaving = message(marco, gomez, stage=Stage.RECALLABLE)
    assert seen_by(leaving, job(pia, former={marco.id: NOON})) == set()


def test_rule_7_a_text_stuck_in_the_undo_window_does_not_outlive_the_grace_time() -> None:
    stuck = message(marco, DISPATCH, stage=Stage.RECALLABLE)
    assert seen_by(stuck, job(closed_at=NOON - 8 * DAY)) == set()


def test_rule_16_in_the_undo_window_only_the_author_sees_it() -> None:
    assert seen_by(message(ann, gomez, marco, bob, stage=Stage.RECALLABLE)) == {"ann"}
    assert seen_by(message(marco, gomez, stage=Stage.RECALLABLE)) == {"marco"}
    assert seen_by(message(marco, DISPATCH, stage=Stage.RECALLABLE)) == {"marco"}


def test_rule_16_locking_or_losing_chat_shows_nothing_to_the_author() -> None:
    assert not can_see(replace(ann, chat=False), message(ann, gomez, stage=Stage.RECALLABLE), job(), NOON)


def test_rule_49_a_text_waiting_for_release_is_seen_by_its_author_and_dispatchers_not_by_the_contact() -> None:
    assert seen_by(message(marco, gomez, stage=Stage.WAITING_RELEASE)) == {"marco", "ann", "bob"}
    assert seen_by(message(ann, gomez, stage=Stage.HELD)) == {"ann", "bob"}


def test_rule_49_a_refused_text_stays_with_its_author_and_dispatchers() -> None:
    assert seen_by(message(marco, gomez, stage=Stage.REFUSED)) == {"marco", "ann", "bob"}


def test_rule_1_a_text_called_back_stands_in_the_notes_of_dispatchers_and_nowhere_else() -> None:
    assert seen_by(message(ann, gomez, marco, stage=Stage.CALLED_BACK)) == {"ann", "bob"}


def test_rule_32_an_unsure_guess_waits_for_a_dispatcher_before_the_worker_sees_it() -> None:
    assert seen_by(message(gomez, ann, marco, guessed=True, unsure=True)) == {"gomez", "ann", "bob"}


def test_rule_32_a_guess_between_jobs_of_the_same_worker_is_shown_at_once() -> None:
    assert "marco" in seen_by(message(gomez, ann, marco, guessed=True))


def test_rule_34_a_text_kept_where_direct_reply_is_off_is_for_dispatchers_only() -> None:
    assert seen_by(message(gomez, ann, marco, dispatch_only=True)) == {"ann", "bob"}


def test_a_text_of_an_unknown_phone_is_seen_like_a_customers_but_by_no_contact() -> None:
    stranger = Person(Party.PHONE, "+15550107777", mobile="+15550107777")
    assert seen_by(message(stranger, DISPATCH)) == {"marco", "ann", "bob"}


def test_a_contact_is_not_taken_for_the_user_of_the_same_number() -> None:
    same_number = ContactViewer(contact_id=ann.id, job_id=JOB)
    assert not can_see(same_number, message(ann, marco), job(), NOON)
    lone_worker = replace(marco, id=gomez.contact_id)
    assert not can_see(lone_worker, message(gomez, ann), job(), NOON)


def test_only_a_contact_among_the_recipients_is_reached_by_a_link() -> None:
    odd = replace(person(marco), contact_id=gomez.contact_id)
    assert not can_see(gomez, message(ann, odd), job(), NOON)


# --- Whose list a job is in -----------------------------------------------------------------------------------------


def test_dispatchers_have_every_job_of_their_locations_with_or_without_chat() -> None:
    assert sees_job(ann, job(None, closed_at=NOON - 400 * DAY), NOON)
    assert sees_job(replace(ann, chat=False), job(), NOON)
    assert not sees_job(ann, job(location_id=ELSEWHERE), NOON)
    assert sees_job(replace(ann, active=False), job(), NOON) is False


def test_a_worker_has_the_jobs_assigned_to_them() -> None:
    assert sees_job(marco, job(), NOON)
    assert sees_job(replace(marco, chat=False), job(), NOON)
    assert not sees_job(pia, job(), NOON)
    assert not sees_job(marco, job(None), NOON)
    assert not sees_job(marco, job(location_id=ELSEWHERE), NOON)
    assert not sees_job(replace(marco, active=False), job(), NOON)


def test_rule_48_a_closed_job_stays_in_the_workers_list_until_grace_ends() -> None:
    on = job(closed_at=NOON, grace=DAY)
    assert sees_job(marco, on, NOON + DAY - INSTANT)
    assert not sees_job(marco, on, NOON + DAY)


def test_rule_7_a_job_handed_over_stays_in_the_former_workers_list_until_grace_ends() -> None:
    on = job(pia, former={marco.id: NOON}, grace=DAY)
    assert sees_job(marco, on, NOON + DAY - INSTANT)
    assert not sees_job(marco, on, NOON + DAY)
    assert sees_job(pia, on, NOON + DAY)


def test_a_worker_who_got_the_job_back_is_its_worker_and_not_a_former_one() -> None:
    on = job(former={marco.id: NOON - DAY}, closed_at=NOON - 8 * DAY)
    assert not sees_job(marco, on, NOON)
