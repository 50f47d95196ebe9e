"""Merging two contacts: everything follows, nothing else moves, and undo brings back every row as it was."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.contact_merging import Side, merged_form, proposed
from domain.contacts import ContactForm
from domain.delivery import Channel, State
from domain.errors import Refusal
from domain.jobs import Job, Status
from domain.messages import DISPATCH, Draft, NewDelivery, Person, Stage
from domain.people import StatedContact
from storage.people import customer_named, keep_contact
from storage.tables.estimates import EstimateDecisionRow, EstimateVersionRow
from storage.tables.messages import InvitationRow
from tests.contacting import Rows, boxes, consents, form, made, merge, names, person_id, whole
from tests.storage.rows import deliveries, examples, fresh
from tests.world import World, dispatcher

_ONE, _TWO = "+15550160001", "+15550160002"
_WHO = st.sampled_from(("kept", "gone", "third"))
_MANY = st.lists(_WHO, min_size=1, max_size=3, unique=True)


class Trio:
    """Two contacts who are one person, and a third, at a customer of their own."""

    def __init__(self, world: World, numbers: tuple[str | None, str | None], **gone: Any) -> None:
        self.world = world
        self.customer = fresh("Customer")
        self.kept = made(world, "Ana Silva", numbers[0], self.customer, title="Owner", groups=("Drivers",))
        self.gone = made(world, "A. Silva", numbers[1], self.customer, groups=("Accounts", "Drivers"), **gone)
        self.third = made(world, "Cy Silva", "+15550160003", self.customer)

    def who(self, name: str) -> Person:
        """One of the three."""
        found = getattr(self, name)
        assert isinstance(found, Person)
        return found

    def job(self, *people: str | None, closed: bool = False) -> Job:
        """A job with these as site and billing contact."""
        site, billing = (person_id(self.who(name)) if name else None for name in people)
        status = Status.COMPLETED if closed else Status.ASSIGNED
        return self.world.job(
            customer=self.customer, site_contact_id=site, billing_contact_id=billing, number=fresh("M"), status=status
        )

    def furnish(self, job: Job, wrote: str, got: list[str], waits: list[str], linked: list[str]) -> None:
        """Messages from and to them, one that waits, links, invitations, a decision and a draft."""
        world, now = self.world, self.world.clock()
        world.text(job, self.who(wrote), DISPATCH)
        first = world.text(job, dispatcher(world.ann), *(self.who(name) for name in got))
        self.plan(job, waits)
        with world.write() as session:
            version = EstimateVersionRow(job_id=job.id, number=1, currency="USD", made_by="Ann Lee", made_at=now)
            session.add(version)
            session.flush()
            assert version.id is not None
            session.add(
                EstimateDecisionRow(
                    version_id=version.id,
                    form_id=fresh("form"),
                    by="Somebody",
                    contact_id=self.who(wrote).contact_id,
                    digest="d",
                    approved=1,
                    at=now,
                )
            )
            for name in linked:
                who = person_id(self.who(name))
                session.merge(InvitationRow(contact_id=who, job_id=job.id, message_id=first, at=now))
        for name in linked:
            world.writers.contact_links.issue(person_id(self.who(name)), job.id)
        keys = tuple(f"contact:{self.who(name).contact_id}" for name in got)
        world.writers.conversations.keep_draft(world.abe, job.id, Draft("Not yet", keys))

    def plan(self, job: Job, names: list[str]) -> int:
        """A message for later, one text for each phone."""
        people = [self.who(name) for name in names]
        at = self.world.clock() + timedelta(hours=1)
        phones: dict[str, int] = {}
        for place, person in enumerate(people):
            if person.mobile:
                phones.setdefault(person.mobile, place)
        texts = tuple(NewDelivery(place, Channel.SMS, phone, State.HELD, at) for phone, place in phones.items())
        waits: dict[str, Any] = {"stage": Stage.HELD, "leaves_at": at, "deliveries": texts}
        return self.world.text(job, dispatcher(self.world.ann), *people, **waits)


def model(before: Rows, trio: Trio, after: ContactForm) -> Rows:
    """What the tables should hold after a merge, worked out from what they held; texts that wait apart."""
    kept, gone = person_id(trio.kept), person_id(trio.gone)
    now = trio.world.clock()
    numbers = {kept: trio.kept.mobile, gone: trio.gone.mobile}
    rows: Rows = {name: {key: dict(row) for key, row in table.items()} for name, table in before.items()}
    for table, columns in {
        "job": ("site_contact_id", "billing_contact_id", "ad_hoc_contact_id"),
        "message": ("author_contact_id",),
        "recipient": ("contact_id",),
        "link": ("contact_id",),
        "consent": ("contact_id",),
        "estimate_decision": ("contact_id",),
    }.items():
        for key, row in rows[table].items():
            if table == "link" and row["contact_id"] in numbers and numbers[row["contact_id"]] != after.mobile:
                rows[table][key]["revoked_at"] = row["revoked_at"] or now
            for column in columns:
                row[column] = kept if row[column] == gone else row[column]
    for key in [key for key in rows["invitation"] if key[0] == gone]:
        row = rows["invitation"].pop(key)
        rows["invitation"].setdefault((kept, key[1]), {**row, "contact_id": kept})
    for row in rows["draft"].values():
        keys = [f"contact:{kept}" if each == f"contact:{gone}" else each for each in row["recipients"].split()]
        row["recipients"] = " ".join(dict.fromkeys(keys))
    mine = rows["contact"][(kept,)]
    for name in ("name", "title", "email", "mobile", "sms_on", "email_on", "one_time", "time_zone"):
        mine[name] = getattr(after, name)
    rows["contact"][(gone,)] |= {"removed_at": now, "merged_into": kept}
    rows["contact_group"] |= {(kept, name): {"contact_id": kept, "name": name} for name in after.groups}
    return rows


_DERIVED = {
    "job": {"version", "search_text", "search_numbers"},
    "contact": {"search_text"},
    "recipient": {"mobile"},
}
"""Columns that follow from others: the words that rows are found by, and numbers of texts that wait."""
_WAITING = ("delivery",)


def without(rows: Rows, tables: tuple[str, ...] = (), derived: dict[str, set[str]] | None = None) -> Rows:
    """The tables without some of them, and without some columns of others."""
    skip = derived or {}
    return {
        name: {
            key: {column: value for column, value in row.items() if column not in skip.get(name, set())}
            for key, row in table.items()
        }
        for name, table in rows.items()
        if name not in tables
    }


def check_texts(world: World, trio: Trio, before: Rows, after: Rows, mobile: str | None) -> None:
    """What waits for one of the two goes to the number that was kept, once for each message; the third's stays."""
    kept, gone = person_id(trio.kept), person_id(trio.gone)
    for (recipient,), row in before["recipient"].items():
        if row["contact_id"] not in (kept, gone):
            continue
        message = row["message_id"]
        held = [d for d in after["delivery"].values() if d["message_id"] == message and d["state"] == State.HELD]
        was = [d for d in before["delivery"].values() if d["message_id"] == message and d["state"] == State.HELD]
        phones = [d["to_address"] for d in held]
        assert len(phones) == len(set(phones)), "one text for each phone"
        people = [r for r in after["recipient"].values() if r["message_id"] == message and r["mobile"]]
        assert set(phones) <= {person["mobile"] for person in people}
        if any(d["to_address"] == row["mobile"] for d in was):
            assert (mobile in phones) == (mobile is not None), recipient
    theirs = {
        key: d
        for key, d in before["delivery"].items()
        if d["to_address"] == trio.third.mobile and trio.third.mobile not in (trio.kept.mobile, trio.gone.mobile)
    }
    assert {key: after["delivery"][key]["state"] for key in theirs} == {key: d["state"] for key, d in theirs.items()}


def test_everything_follows_nothing_else_moves_and_undo_restores_every_row(world: World) -> None:
    world.strangers = True

    @examples(world, sqlite=10, postgres=2)
    @given(
        numbers=st.sampled_from([(_ONE, _TWO), (_ONE, _ONE), (_ONE, None), (None, _TWO), (None, None)]),
        jobs=st.lists(st.tuples(st.none() | _WHO, st.none() | _WHO, st.booleans()), min_size=1, max_size=3),
        wrote=_WHO,
        got=_MANY,
        waits=_MANY,
        linked=_MANY,
        sides=st.sets(st.sampled_from(("name", "mobile", "sms_on", "title"))),
    )
    @example((_ONE, _TWO), [("gone", "kept", False)], "gone", ["kept", "gone"], ["gone"], ["kept", "gone"], set())
    @example((_ONE, _TWO), [("gone", None, True)], "kept", ["gone"], ["kept", "gone", "third"], ["gone"], {"mobile"})
    def holds(
        numbers: tuple[str | None, str | None],
        jobs: list[tuple[str | None, str | None, bool]],
        wrote: str,
        got: list[str],
        waits: list[str],
        linked: list[str],
        sides: set[str],
    ) -> None:
        trio = Trio(world, numbers, email="a@example.com", sms_on="sms_on" in sides)
        for site, billing, closed in jobs:
            trio.furnish(trio.job(site, billing, closed=closed), wrote, got, waits, linked)
        kept, gone = form(world, trio.kept), form(world, trio.gone)
        choices = proposed(kept, gone) | dict.fromkeys(sides, Side.GONE)
        after = merged_form(kept, gone, choices)
        before = whole(world)
        world.clock.advance(minutes=1)
        done = merge(world, trio.kept, trio.gone, after)
        found = whole(world)
        assert without(found, _WAITING, _DERIVED) == without(model(before, trio, after), _WAITING, _DERIVED)
        check_texts(world, trio, before, found, after.mobile)
        for job_id, row in found["job"].items():
            ids = {row[box] for box in ("site_contact_id", "billing_contact_id")}
            if person_id(trio.kept) in ids:
                assert row["version"] == before["job"][job_id]["version"] + 1, "a form that is open is refused"
        world.writers.contact_merging.undo(done)
        only_grows = {"job": {"version"}}
        assert without(whole(world), derived=only_grows) == without(before, derived=only_grows)

    holds()


# --- What a dispatcher relies on -------------------------------------------------------------------------------------


def test_the_one_that_stays_is_found_on_the_jobs_and_the_other_nowhere(world: World) -> None:
    trio = Trio(world, (_ONE, _TWO))
    job, closed = trio.job("gone", "third"), trio.job("gone", None, closed=True)
    merge(world, trio.kept, trio.gone)
    assert boxes(world.read_job(job.id))[:2] == (trio.kept.contact_id, trio.third.contact_id)
    assert boxes(world.read_job(closed.id))[0] == trio.kept.contact_id
    assert names(world, trio.customer) == ["Ana Silva", "Cy Silva"]
    (row,) = world.readers.plain.rows("SELECT search_text, search_numbers FROM job WHERE id = :id", {"id": job.id})
    assert "ana silva" in row[0]
    assert row[1] == f"{_ONE} {trio.third.mobile}"
    assert len(consents(world, trio.kept)) == 2, "what was said of both"


def test_past_notes_keep_the_names_they_were_written_with(world: World) -> None:
    trio = Trio(world, (_ONE, _TWO))
    job = trio.job("gone", None)
    world.text(job, trio.gone, DISPATCH)
    merge(world, trio.kept, trio.gone)
    (message,), _ = world.readers.threads.messages(world.ann, job.id)
    assert (message.author.name, message.author.contact_id) == ("A. Silva", trio.kept.contact_id)


def test_a_form_that_was_open_on_the_job_is_refused(world: World) -> None:
    trio = Trio(world, (_ONE, _TWO))
    job = trio.job("gone", None)
    merge(world, trio.kept, trio.gone)
    assert world.read_job(job.id).version == job.version + 1


def test_whoever_still_names_the_one_that_went_means_the_one_that_stays(world: World) -> None:
    """An import that began before the merge."""
    trio = Trio(world, (_ONE, _TWO))
    merge(world, trio.kept, trio.gone)
    stated = (StatedContact(title="Boss"), ("Abe Cole", "import"), world.clock())
    with world.write() as session:
        found = keep_contact(session, customer_named(session, trio.customer), trio.gone.contact_id, *stated)
    assert found == trio.kept.contact_id


def test_one_person_gets_what_was_planned_for_both_once(world: World) -> None:
    trio = Trio(world, (_ONE, _TWO))
    job = trio.job("kept", "gone")
    first, second = trio.plan(job, ["kept", "gone"]), trio.plan(job, ["gone"])
    done = merge(world, trio.kept, trio.gone)
    assert [(d.to_address, d.state) for d in deliveries(world, first)] == [
        (_ONE, State.HELD),
        (_TWO, State.CANCELLED),
    ]
    assert [(d.to_address, d.state) for d in deliveries(world, second)] == [(_ONE, State.HELD)]
    world.writers.contact_merging.undo(done)
    assert [(d.to_address, d.state) for d in deliveries(world, first)] == [(_ONE, State.HELD), (_TWO, State.HELD)]


# --- When it cannot be ----------------------------------------------------------------------------------------------


def test_contacts_of_two_customers_stay_two(world: World) -> None:
    trio, other = Trio(world, (_ONE, _TWO)), made(world, "Ana Silva", _ONE, fresh("Customer"))
    with pytest.raises(Refusal, match="Only contacts of one customer can be merged") as refused:
        merge(world, trio.kept, other)
    assert refused.value.field == "second"
    with pytest.raises(Refusal, match="the same contact"):
        merge(world, trio.kept, trio.kept)


def test_what_was_changed_since_it_was_looked_at_is_looked_at_again(world: World) -> None:
    trio = Trio(world, (_ONE, _TWO))
    seen = {person_id(each): form(world, each) for each in (trio.kept, trio.gone)}
    ids = person_id(trio.kept), person_id(trio.gone)
    before = seen[ids[1]]
    world.writers.contacts.change(ids[1], before, ContactForm("Anna"), ("Abe Cole", "x"))
    with pytest.raises(Refusal, match="changed one of the two meanwhile"):
        world.writers.contact_merging.merge(*ids, seen, seen[ids[0]])
    world.writers.contacts.remove(ids[1], "Abe Cole")
    with pytest.raises(Refusal, match="deleted or merged meanwhile"):
        world.writers.contact_merging.merge(*ids, seen, seen[ids[0]])


def written_to(trio: Trio, job: Job) -> None:
    trio.world.text(job, dispatcher(trio.world.ann), trio.kept)


def wrote(trio: Trio, job: Job) -> None:
    trio.world.text(job, trio.kept, DISPATCH)


def changed(trio: Trio, _job: Job) -> None:
    now = form(trio.world, trio.kept)
    other = ContactForm("Somebody else", mobile=now.mobile, title=now.title, groups=now.groups)
    trio.world.writers.contacts.change(person_id(trio.kept), now, other, ("Abe Cole", "x"))


def deleted(trio: Trio, _job: Job) -> None:
    trio.world.writers.contacts.remove(person_id(trio.kept), "Abe Cole")


def taken_off(trio: Trio, job: Job) -> None:
    trio.world.change(job, site_contact_id=trio.third.contact_id)


def linked(trio: Trio, job: Job) -> None:
    trio.world.writers.contact_links.issue(person_id(trio.kept), job.id)


def merged_on(trio: Trio, _job: Job) -> None:
    merge(trio.world, trio.third, trio.kept)


@pytest.mark.parametrize(
    ("came", "why"),
    [
        (written_to, "a message to them was written"),
        (wrote, "a message from them came in"),
        (changed, "one of them was changed or deleted"),
        (deleted, "one of them was changed or deleted"),
        (taken_off, "a job of theirs got other contacts"),
        (linked, "a link was made for them"),
        (merged_on, "one of them was changed or deleted"),
    ],
)
def test_undo_that_cannot_be_exact_is_refused_whole_and_says_why(world: World, came: Any, why: str) -> None:
    trio = Trio(world, (_ONE, _TWO))
    job = trio.job("gone", None)
    done = merge(world, trio.kept, trio.gone, replace(form(world, trio.kept), name="Ana M. Silva"))
    came(trio, world.read_job(job.id))
    before = whole(world)
    with pytest.raises(Refusal, match=rf"The merge of Ana M. Silva cannot be taken back any more: .*({why})"):
        world.writers.contact_merging.undo(done)
    assert whole(world) == before, "or nothing at all"


def test_what_has_nothing_to_do_with_it_does_not_stand_in_the_way(world: World) -> None:
    trio = Trio(world, (_ONE, _TWO))
    job = trio.job("gone", None)
    done = merge(world, trio.kept, trio.gone)
    world.change(world.read_job(job.id), title="Another pump")
    world.text(job, dispatcher(world.ann), DISPATCH)
    world.text(job, trio.third, DISPATCH)
    world.writers.contact_merging.undo(done)
    after = world.read_job(job.id)
    assert (boxes(after)[0], after.title) == (trio.gone.contact_id, "Another pump")
    assert len(world.readers.threads.messages(world.ann, job.id)[0]) == 2


def test_two_merges_are_undone_one_after_the_other(world: World) -> None:
    trio = Trio(world, (_ONE, _TWO))
    before = whole(world)
    first = merge(world, trio.kept, trio.gone)
    second = merge(world, trio.kept, trio.third)
    with pytest.raises(Refusal):
        world.writers.contact_merging.undo(first)
    world.writers.contact_merging.undo(second)
    world.writers.contact_merging.undo(first)
    assert whole(world) == before
