"""Lines come in from what spreadsheets write, with every wrong row told; evidence goes out whole and harmless."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.estimates import Line, plain_money
from messaging.estimate_evidence import COLUMNS, evidence_csv, evidence_text
from messaging.estimate_files import ReadLines, read_lines
from storage.tables.estimates import EstimateLineRow
from tests.domain.builders import modest
from tests.estimating import APPROVED, DECLINED, DEFERRED, LINES, decided, link_of, shared
from tests.world import World

TABLE = "operation,parts,labour,tax\nReplace pump,200.00,120,19\nDiscount,-50,,\n"
READ = (Line("Replace pump", 20_000, 12_000, 1900), Line("Discount", -5_000))


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.encode("utf-16"),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", ";").replace("200.00", "200,00").encode(),
        b'Tax %;Labor;PARTS; Operation \n19 %;"120";200,00;Replace pump\n;;-50;Discount\n',
        b"\n\ndescription,vat,parts,labour\nReplace pump,19,200,120\n,,,\nDiscount,,-50,\n\n",
    ],
)
def test_what_spreadsheets_write_is_read(data: bytes) -> None:
    assert read_lines(data, "USD") == ReadLines(READ)


def test_a_table_without_labour_has_parts_alone() -> None:
    assert read_lines(b"tax,operation,parts\n7,Hose,1\n", "USD").lines == (Line("Hose", 100, 0, 700),)


def test_letters_of_older_programs_are_read() -> None:
    (line,) = read_lines("operation,parts\nÖlwechsel für Müller,1\n".encode("latin-1"), "EUR").lines
    assert line.operation == "Ölwechsel für Müller"


def test_every_wrong_row_is_told_by_its_number_and_the_others_are_read() -> None:
    rows = [
        "operation,parts,tax",
        "Hose,1",
        ",5",
        "Pump,abc",
        "Plug,1,200",
        "Cap,1.234",
        "Bolt,1,234,7",
        '"Long\nnut",2',
    ]
    read = read_lines("\n".join(rows).encode(), "USD")
    assert [line.operation for line in read.lines] == ["Hose", "Long nut"]
    assert [problem.partition(":")[0] for problem in read.problems] == [f"Row {row}" for row in (3, 4, 5, 6, 7)]
    assert "names no operation" in read.problems[0]
    assert "“abc” is no amount" in read.problems[1]
    assert "without quotes" in read.problems[4]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"operation,parts\n", "no lines under its first row"),
        (b"Hose,1\nPump,2\n", "no column called “hose”"),
        (b"operation,qty,parts\nHose,2,1\n", "no column called “qty”"),
        (b"operation,tax\nHose,7\n", "operation and parts"),
        (b"parts\n7\n", "operation and parts"),
        (b"operation,description,parts\na,b,1\n", "stands twice"),
        (b"operation,parts\n\x00,1\n", "no CSV text"),
        (b"x" * 1_000_001, "larger than 1,000,000 bytes"),
        (b'operation,parts\n"' + b"x" * 140_000 + b'",1\n', "no CSV text"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        read_lines(data, "USD")
    assert refused.value.field == "file"


def test_more_lines_than_an_estimate_holds_are_told() -> None:
    read = read_lines(b"operation,parts\n" + b"Hose,1\n" * 120, "USD")
    assert len(read.lines) == 100
    assert read.problems == ("The file has 120 lines: 100 is the most. What comes after is left out.",)
    many = read_lines(b"operation,parts\n" + b"Hose,x\n" * 50, "USD")
    assert (len(many.problems), many.problems[-1]) == (21, "And 30 more.")


@modest
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"operation,parts,tax\n{text}".encode()))
def test_any_bytes_are_lines_or_a_sentence(data: bytes) -> None:
    try:
        read = read_lines(data, "USD")
    except Refusal:
        return
    assert read.lines or read.problems


_lines = st.builds(
    Line,
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20).filter(
        lambda text: bool(text.split()) and text == " ".join(text.split())
    ),
    st.integers(-(10**9), 10**9),
    st.integers(-(10**9), 10**9),
    st.integers(0, 10_000),
)


@modest
@given(st.lists(_lines, min_size=1, max_size=5), st.sampled_from(["USD", "JPY", "KWD"]))
def test_what_is_written_as_csv_is_read_again(lines: list[Line], currency: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["labour", "operation", "tax", "parts"])
    for line in lines:
        amounts = [plain_money(amount, currency) for amount in (line.labour, line.parts)]
        writer.writerow([amounts[0], line.operation, f"{line.tax // 100}.{line.tax % 100:02}", amounts[1]])
    assert read_lines(out.getvalue().encode(), currency) == ReadLines(tuple(lines))


def rows(text: str) -> list[dict[str, str]]:
    """The rows of an exported table."""
    return list(csv.DictReader(io.StringIO(text)))


def test_evidence_tells_who_when_by_what_link_and_every_line_with_its_amounts(company: World) -> None:
    world, job = company, company.job()
    version = shared(world, job, world.ana, world.ben)
    world.clock.advance(minutes=5)
    decided(world, world.ana, version, APPROVED)
    world.clock.advance(minutes=5)
    last = decided(world, world.ana, version, APPROVED, DEFERRED, DECLINED, order="PO-7").decision
    world.writers.estimates.take_over(job.id, version.id, last.id, "Ann Lee")
    shared(world, job, lines=LINES[:1])
    world.writers.estimates.keep_draft(job.id, LINES, "", "Ann Lee")
    found = rows(evidence_csv(job, world.writers.estimates.history(job.id)))
    assert len(found) == 3 + 3 + 1, "both decisions line by line, the version nobody decided on, and no draft"
    first, counts, newest = found[0], found[3], found[6]
    assert (first["decision"], first["counts"], first["approved_total"]) == ("1", "no, changed later", "396.85")
    expected = {
        "job": job.number,
        "customer": "Silva Farms",
        "estimate": "1",
        "currency": "USD",
        "shared_at": "2026-03-02T12:00:00Z",
        "shared_with": "Ana Silva, Ben Silva",
        "digest": version.digest,
        "digest_fits": "yes",
        "decision": "2",
        "superseded": "yes",
        "counts": "no, superseded",
        "decided_by": "Ana Silva",
        "decided_at": "2026-03-02T12:10:00Z",
        "recorded_by": "",
        "link": str(link_of(world, world.ana, job)),
        "network_address": "192.0.2.7",
        "code_typed": "no",
        "purchase_order": "PO-7",
        "approved_total": "380.80",
        "taken_over_by": "Ann Lee",
        "line": "1",
        "operation": "Replace pump",
        "parts": "200.00",
        "labour": "120.00",
        "tax_percent": "19",
        "tax": "60.80",
        "total": "380.80",
        "choice": "approved",
    }
    assert {name: counts[name] for name in expected} == expected
    assert [row["choice"] for row in found[3:6]] == ["approved", "deferred", "declined"]
    assert (newest["estimate"], newest["decision"], newest["choice"]) == ("2", "", "")
    assert tuple(first) == COLUMNS
    assert (newest["superseded"], newest["counts"]) == ("no", "")


def test_only_the_last_decision_on_the_newest_version_counts(company: World) -> None:
    world, job = company, company.job()
    for lines in (LINES, LINES[:1]):
        version = shared(world, job, lines=lines)
        decided(world, world.ana, version, APPROVED)
        decided(world, world.ana, version, DECLINED)
    histories = world.writers.estimates.history(job.id)
    found = {
        (row["estimate"], row["decision"]): (row["superseded"], row["counts"])
        for row in rows(evidence_csv(job, histories))
    }
    assert found == {
        ("1", "1"): ("yes", "no, changed later"),
        ("1", "2"): ("yes", "no, superseded"),
        ("2", "1"): ("no", "no, changed later"),
        ("2", "2"): ("no", "yes"),
    }
    text = evidence_text(job, histories)
    assert text.count("(counts)") == 1
    assert text.index("Decision 2 (superseded)") < text.index("Decision 2 (counts)")


def test_evidence_for_people_says_the_same(company: World) -> None:
    world, job = company, company.job()
    version = shared(world, job, note="Valid for a week")
    decided(world, world.ana, version, APPROVED, APPROVED, DECLINED, order="PO-7")
    text = evidence_text(job, world.writers.estimates.history(job.id))
    for words in (
        "Estimate 1, shared 2026-03-02 07:00:00 -0500 with Ana Silva",
        f"{version.digest}, fits what stands here",
        "Note: Valid for a week",
        "1. Replace pump: parts USD 200.00, labour USD 120.00, tax 19 %, total USD 380.80",
        "Decision 1 (counts): Ana Silva approved 2 lines, declined 1 of estimate 1.",
        "by link 1, network address 192.0.2.7, no code was asked for",
        "2. New hose: approved, USD 66.05",
        "3. Discount: declined",
        "Approved: USD 375.50, tax USD 71.35, total USD 446.85",
        "Purchase order: PO-7",
    ):
        assert words in text
    assert "No estimate was shared" in evidence_text(world.job(), [])


def test_evidence_shows_where_lines_were_altered_behind_our_back(company: World) -> None:
    world, job = company, company.job()
    version = shared(world, job)
    with world.write() as session:
        row = session.get_one(EstimateLineRow, version.lines[0].id)
        row.parts += 1
        session.add(row)
    histories = world.writers.estimates.history(job.id)
    assert "DOES NOT FIT" in evidence_text(job, histories)
    assert {row["digest_fits"] for row in rows(evidence_csv(job, histories))} == {"no"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(company: World, start: str) -> None:
    world, job = company, company.job()
    version = shared(world, job, lines=(Line(f"{start}1+1", 5_000), Line("Discount", -1_000)))
    decided(world, world.ana, version, order=f"{start}cmd")
    for row in rows(evidence_csv(job, world.writers.estimates.history(job.id))):
        for name, cell in row.items():
            if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
                assert name in ("parts", "labour", "tax", "total", "approved_total")
                float(cell)
