"""Job lists from CSV: every column, what an empty cell means, and nothing half imported (rules 20, 23 and 45)."""

import io
from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from domain.errors import Refusal
from domain.imported import ImportedJob, LineError
from domain.jobs import Job, Status
from messaging.job_import import COLUMNS, read
from storage.job_import import Imported, ImportRefused, location_of, store
from storage.tables.jobs import AssignmentRow, JobRow
from storage.tables.messages import MessageRow
from storage.tables.people import ConsentRow
from tests.world import ANA, BEN, World

CAL = "+15550104444"


def errors_of(world: World, text: str) -> list[LineError]:
    """What is wrong with a file; nothing of it is stored."""
    before = numbers(world)
    jobs, errors = _read(world, text)
    if not errors:
        with pytest.raises(ImportRefused) as refused:
            store(world.writers.database, jobs, world.clock, "Ann Lee", "import of jobs.csv")
        errors = refused.value.errors
    assert numbers(world) == before
    return errors


def imports(world: World, text: str) -> Imported:
    """Import a file that has nothing wrong."""
    jobs, errors = _read(world, text)
    assert errors == []
    return store(world.writers.database, jobs, world.clock, "Ann Lee", "import of jobs.csv")


def numbers(world: World) -> list[str]:
    """The numbers of all jobs."""
    with world.writers.database.read() as session:
        return list(session.exec(select(JobRow.number).order_by(col(JobRow.number))).all())


def job(world: World, number: str) -> Job:
    """The job of this number, as Ann sees it."""
    found = world.readers.threads.job_numbered(world.ann, number)
    assert found is not None
    return found


def test_a_line_that_changes_the_status_alone_changes_it(world: World) -> None:
    number = world.job().number
    imports(world, f"number,status\n{number},completed\n")
    assert job(world, number).status is Status.COMPLETED
    assert job(world, number).closed_at == world.clock()


# --- Columns ------------------------------------------------------------------------------------------------------


def test_every_column_reaches_the_job(world: World) -> None:
    cells = {
        "number": "J-1",
        "template": "Repair",
        "title": "Pump leaks, badly",
        "status": "On the way",
        "location": "north",
        "customer": "Okafor Ltd",
        "site_contact": "Cal Roy",
        "site_contact_title": "Chef",
        "site_contact_mobile": "(555) 010-4444",
        "site_contact_email": "cal@example.com",
        "billing_contact": "Dee Roy",
        "billing_contact_title": "Accounts",
        "billing_contact_mobile": "+44 20 7946 0000",
        "billing_contact_email": "dee@example.com",
        "ad_hoc_mobile": "555-010-5555",
        "worker": "marco diaz",
        "window_start": "2026-07-01T09:00",
        "window_end": "2026-07-01T19:00:00+02:00",
        "asset": "Pump 9",
        "address": "1 Main St\nBack door",
    }
    assert set(cells) == set(COLUMNS)
    done = imports(world, ",".join(cells) + "\n" + ",".join(f'"{value}"' for value in cells.values()) + "\n")
    assert done == Imported(1, 0)
    made = job(world, "J-1")
    assert (made.template, made.title, made.status) == ("Repair", "Pump leaks, badly", Status.ON_THE_WAY)
    assert (made.location.name, made.customer, made.asset) == ("North", "Okafor Ltd", "Pump 9")
    assert made.address == "1 Main St\nBack door"
    assert made.site is not None
    assert made.billing is not None
    assert made.ad_hoc is not None
    assert made.worker is not None
    assert (made.site.name, made.site.title, made.site.mobile) == ("Cal Roy", "Chef", CAL)
    assert made.site.email == "cal@example.com"
    assert (made.billing.name, made.billing.mobile) == ("Dee Roy", "+442079460000")
    assert (made.ad_hoc.mobile, made.ad_hoc.one_time) == ("+15550105555", True)
    assert made.worker.id == world.marco.id
    assert made.window_start == datetime(2026, 7, 1, 13, 0, tzinfo=UTC)
    assert made.window_end == datetime(2026, 7, 1, 17, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_the_locations_own(small_world: World) -> None:
    """New York keeps summer time in July and not in January; a written offset stands as it is."""
    rows = ("A,C,2026-07-01T09:00", "B,C,2026-01-15 09:00", "D,C,2026-07-01T09:00+02:00", "E,C,2026-07-01T09:00Z")
    imports(small_world, "\n".join(["number,customer,window_start", *rows]))
    starts = {n: job(small_world, n).window_start for n in "ABDE"}
    assert {n: start.hour for n, start in starts.items() if start} == {"A": 13, "B": 14, "D": 7, "E": 9}


def test_numbers_are_read_in_the_country_of_the_location(small_world: World) -> None:
    w = small_world
    w.writers.people.add_location("Leeds", "GB", "Europe/London", ["+441130000001"])
    rows = ("A,Leeds,C,0113 496 0001", "B,North,C,555 010 4444", "D,Leeds,C,+1 555 010 4445")
    imports(w, "\n".join(["number,location,customer,site_contact_mobile", *rows]))
    mobiles = [contact.mobile for contact in w.readers.threads.candidates(w.ann, job(w, "B"))]
    assert sorted(m for m in mobiles if m) == ["+15550104444", "+15550104445", "+441134960001"]


def test_columns_come_in_any_order_and_case(small_world: World) -> None:
    imports(small_world, "\ufeffCustomer, NUMBER ,title\nC,A,T\n")
    assert (job(small_world, "A").customer, job(small_world, "A").title) == ("C", "T")


def test_empty_lines_are_passed_over(small_world: World) -> None:
    assert imports(small_world, "number,customer\n\nA,C\n,\n  , \nB,C\n") == Imported(2, 0)


def test_a_new_job_with_a_worker_is_assigned(small_world: World) -> None:
    imports(small_world, "number,customer,worker\nA,C,Mia Wong\nB,C,\n")
    assert (job(small_world, "A").status, job(small_world, "B").status) == (Status.ASSIGNED, Status.NEW)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_known_in_words_too(small_world: World, status: Status) -> None:
    imports(small_world, f"number,customer,status\nA,C,{status.words}\nB,C,{status.value.upper()}\n")
    for number in "AB":
        found = job(small_world, number)
        assert found.status is status
        assert (found.closed_at is not None) == status.closes


# --- Keep, change, clear ------------------------------------------------------------------------------------------

FULL = (
    "number,template,title,customer,site_contact,site_contact_title,site_contact_mobile,site_contact_email,"
    "billing_contact,billing_contact_mobile,ad_hoc_mobile,worker,window_start,window_end,asset,address\n"
    f"A,Repair,Pump,Silva Farms,Ana Silva,Owner,{ANA},ana@x.example,Ben Silva,{BEN},{CAL},Marco Diaz,"
    "2026-07-01T09:00Z,2026-07-01T11:00Z,Pump 7,1 Main St\n"
)


def test_an_absent_column_keeps_what_is_stored(world: World) -> None:
    imports(world, FULL)
    before = job(world, "A")
    assert imports(world, "number,title\nA,New title\n") == Imported(0, 1)
    after = job(world, "A")
    assert after.title == "New title"
    same = ("template", "customer", "site", "billing", "ad_hoc", "worker", "window_start", "asset", "address")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]


def test_an_empty_cell_keeps_what_is_stored(world: World) -> None:
    imports(world, FULL)
    before = job(world, "A")
    header = FULL.splitlines()[0]
    imports(world, f"{header}\nA{',' * header.count(',')}\n")
    after = job(world, "A")
    same = ("template", "title", "customer", "site", "billing", "ad_hoc", "worker", "window_start", "asset", "address")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]


@pytest.mark.parametrize(
    ("column", "cleared"),
    [
        ("template", ""),
        ("title", ""),
        ("asset", ""),
        ("address", ""),
        ("window_start", None),
        ("window_end", None),
        ("ad_hoc_mobile", None),
        ("worker", None),
        ("site_contact", None),
        ("billing_contact", None),
    ],
)
def test_a_dash_clears(small_world: World, column: str, cleared: str | None) -> None:
    imports(small_world, FULL)
    imports(small_world, f"number,{column}\nA,-\n")
    name = {"ad_hoc_mobile": "ad_hoc", "site_contact": "site", "billing_contact": "billing"}.get(column, column)
    assert getattr(job(small_world, "A"), name) == cleared


@pytest.mark.parametrize("part", ["title", "mobile", "email"])
def test_a_dash_clears_one_detail_of_a_contact(small_world: World, part: str) -> None:
    imports(small_world, FULL)
    imports(small_world, f"number,site_contact_{part}\nA,-\n")
    site = job(small_world, "A").site
    assert site is not None
    assert site.name == "Ana Silva"
    assert not getattr(site, part)


def test_clearing_a_worker_hands_the_job_over(small_world: World) -> None:
    imports(small_world, FULL)
    imports(small_world, "number,worker\nA,-\n")
    with small_world.writers.database.read() as session:
        (held,) = session.exec(select(AssignmentRow).where(AssignmentRow.worker_id == small_world.marco.id)).all()
    assert held.until == small_world.clock()


# --- Importing again ----------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(world: World) -> None:
    imports(world, FULL)
    before = job(world, "A")
    contacts = world.readers.threads.candidates(world.ann, before)
    assert imports(world, FULL).created == 0
    after = job(world, "A")
    assert numbers(world) == ["A"]
    assert world.readers.threads.candidates(world.ann, after) == contacts
    assert (after.site, after.billing, after.ad_hoc, after.worker) == (
        before.site,
        before.billing,
        before.ad_hoc,
        before.worker,
    )


def test_a_contact_is_known_by_mobile_within_the_customer(world: World) -> None:
    rows = f"A,C,Cal,{CAL}\nB,C,Cal Roy,{CAL}\nD,E,Cal,{CAL}\n"
    imports(world, f"number,customer,site_contact,site_contact_mobile\n{rows}")
    a, b, d = (job(world, n).site for n in "ABD")
    assert a is not None
    assert b is not None
    assert d is not None
    assert (a.id == b.id, a.name) == (True, "Cal Roy")
    assert d.id != a.id


def test_two_people_on_one_line_who_share_a_phone_stay_two(small_world: World) -> None:
    """Rule 33 knows shared phones; an import must not make one person of them."""
    imports(
        small_world,
        "number,customer,site_contact,site_contact_mobile,billing_contact,billing_contact_mobile\n"
        f"A,C,Cal Roy,{CAL},Dee Roy,{CAL}\n",
    )
    found = job(small_world, "A")
    assert found.site is not None
    assert found.billing is not None
    assert {found.site.name, found.billing.name} == {"Cal Roy", "Dee Roy"}


def test_a_new_mobile_makes_a_new_contact_and_leaves_the_old_one(small_world: World) -> None:
    imports(small_world, FULL)
    imports(small_world, f"number,site_contact,site_contact_mobile\nA,Ana Silva,{'+15550107070'}\n")
    site = job(small_world, "A").site
    assert site is not None
    assert site.mobile == "+15550107070"
    mobiles = {c.mobile for c in small_world.readers.threads.candidates(small_world.ann, job(small_world, "A"))}
    assert {ANA, "+15550107070"} <= mobiles


def test_consent_is_recorded_once_as_stated_by_the_provider(world: World) -> None:
    text = f"number,customer,site_contact,site_contact_mobile\nA,C,Cal,{CAL}\n"
    imports(world, text)
    imports(world, text)
    with world.writers.database.read() as session:
        (row,) = session.exec(select(ConsentRow).where(ConsentRow.mobile == CAL)).all()
    assert (row.wording, row.stated_by, row.source) == ("stated by the provider", "Ann Lee", "import of jobs.csv")
    assert row.at == world.clock()


def test_an_import_sends_nothing(world: World) -> None:
    imports(world, FULL)
    with world.writers.database.read() as session:
        assert session.exec(select(MessageRow)).first() is None
    assert world.writers.outbox.due_next() is None


# --- What is wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("customer,title\nC,T\n", "“number” is missing"),
        ("number,customer,colour\nA,C,red\n", "“colour”"),
        ("number,customer,number\nA,C,B\n", "“number” stands twice"),
        ("number;customer\nA;C\n", "number;customer"),
    ],
)
def test_a_wrong_first_line_is_refused(small_world: World, text: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        _read(small_world, text)


@pytest.mark.parametrize(
    ("header", "line", "says"),
    [
        ("number,customer", ",C", "has no number"),
        ("number,customer", "-,C", "has no number"),
        ("number,customer", "A,", "names no customer"),
        ("number,customer", "A,-", "customer cannot be cleared"),
        ("number,customer,location", "A,C,Nowhere", "no location “Nowhere” (known: North)"),
        ("number,customer,status", "A,C,asleep", "no status “asleep”"),
        ("number,customer,status", "A,C,-", "status cannot be cleared"),
        ("number,customer,worker", "A,C,Zoe", "no worker “Zoe”"),
        ("number,customer,worker", "A,C,Ann Lee", "no worker “Ann Lee”"),
        ("number,customer,site_contact_mobile", "A,C,call me", "site_contact_mobile: “call me” is not a phone number"),
        ("number,customer,billing_contact_mobile", "A,C,12", "billing_contact_mobile"),
        ("number,customer,ad_hoc_mobile", "A,C,x", "ad_hoc_mobile"),
        ("number,customer,window_start", "A,C,tomorrow", "window_start: “tomorrow” is not a time"),
        ("number,customer,window_end", "A,C,2026-02-30", "window_end"),
        ("number,customer,window_start,window_end", "A,C,2026-03-02T10:00,2026-03-02T09:00", "before window_start"),
        ("number,customer", "A,C,one too many", "3 cells"),
        ("number,customer,title", "A,C," + "x" * 501, "longer than 500"),
        ("number,customer,title", "A,C,a\x00b", "title"),
    ],
    ids=lambda value: str(value)[:30].replace("\x00", ""),
)
def test_a_wrong_cell_is_told_with_its_line(world: World, header: str, line: str, says: str) -> None:
    (error,) = errors_of(world, f"{header}\nGOOD,C\n{line}\nALSO,C\n")
    assert error.line == 3
    assert says in error.sentence


def test_every_error_is_told_at_once(small_world: World) -> None:
    text = "number,customer,status,window_start\nA,C,asleep,soon\n,C,,\nB,C,new,\nB,C,new,\n"
    assert [error.line for error in errors_of(small_world, text)] == [2, 2, 3, 5]


def test_a_number_that_stands_twice_is_an_error(small_world: World) -> None:
    (error,) = errors_of(small_world, "number,customer\nA,C\nB,C\nA,C\n")
    assert error == LineError(4, "job A stands on line 2 already")


def test_the_first_wrong_line_stores_nothing_of_the_right_ones(world: World) -> None:
    imports(world, "number,customer,title\nA,C,Old\n")
    errors_of(world, "number,customer,title,worker\nA,C,New,\nB,C,New,Zoe\nD,C,New,\n")
    assert numbers(world) == ["A"]
    assert job(world, "A").title == "Old"


def test_with_two_locations_a_new_job_must_name_one(small_world: World) -> None:
    small_world.writers.people.add_location("South", "US", "America/Chicago", ["+15550100009"])
    small_world.job(number="OLD")
    (error,) = errors_of(small_world, "number,customer\nOLD,Silva Farms\nA,C\n")
    assert (error.line, "names no location" in error.sentence) == (3, True)


def test_a_worker_of_another_location_is_an_error(small_world: World) -> None:
    small_world.writers.people.add_location("South", "US", "America/Chicago", ["+15550100009"])
    (error,) = errors_of(small_world, "number,location,customer,worker\nA,South,C,Marco Diaz\n")
    assert "no worker" in error.sentence


def test_hostile_cells_are_only_text(world: World) -> None:
    hostile = "=cmd|'/c calc'!A1 \x1b[31m [@click=app.quit]x[/] '; DROP TABLE job; --"
    imports(world, f'number,customer,title\nA,C,"{hostile}"\n')
    assert job(world, "A").title == hostile


def _read(world: World, text: str) -> tuple[list[ImportedJob], list[LineError]]:
    lines = io.StringIO(text, newline="")
    return read(lines, world.readers.reads.locations(), lambda number: location_of(world.writers.database, number))
