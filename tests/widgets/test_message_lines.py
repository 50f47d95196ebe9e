"""One message as lines."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from domain.delivery import State
from domain.messages import DISPATCH, SYSTEM, Kind, Message, Person, Stage
from domain.text import display_text
from tests.widgets.values import ANA, BOB, DORA, MARCO, clock, delivery, message
from widgets.message_lines import message_lines, plain_name, side


def texts(entry: Message, width: int = 60) -> list[str]:
    return ["".join(span.text for span in line) for line in message_lines(entry, width, clock, plain_name)]


def looks(entry: Message) -> set[str]:
    return {span.look for line in message_lines(entry, 60, clock, plain_name) for span in line}


def test_header_body_and_a_blank_line() -> None:
    header, body, blank = texts(message(3, "On my way"))
    assert header == "◀ Ana Silva → Dispatch, Marco" + " " * 26 + "12:03"
    assert body == "  On my way"
    assert blank == ""


def test_kind_and_flags_stay_when_the_names_must_give_way() -> None:
    entry = message(3, kind=Kind.ALERT, author=SYSTEM, recipients=(ANA,) * 9, guessed=True, after_closing=True)
    header = texts(entry)[0]
    assert header.endswith("Alert · guessed · after closing  12:03")
    assert "…" in header
    assert cell_len(header) == 60


@pytest.mark.parametrize(
    ("author", "recipients", "symbol"),
    [
        (ANA, (DISPATCH,), "◀"),
        (MARCO, (ANA,), "◆"),
        (DORA, (ANA, MARCO), "▶"),
        (SYSTEM, (ANA,), "▶"),
        (DORA, (MARCO,), "·"),
    ],
)
def test_whose_a_message_is_shows_by_symbol(author: Person, recipients: tuple[Person, ...], symbol: str) -> None:
    entry = message(1, author=author, recipients=recipients)
    assert side(entry)[0] == symbol
    assert texts(entry)[0].startswith(f"{symbol} ")


def test_one_recipient_needs_no_name() -> None:
    entry = message(1, author=DORA, recipients=(ANA,), deliveries=(delivery(1, str(ANA.mobile), State.DELIVERED),))
    assert texts(entry)[-2] == "  ✓ Delivered"


def test_several_recipients_are_named_and_a_failure_is_marked() -> None:
    sent = (delivery(1, str(ANA.mobile), State.DELIVERED), delivery(2, str(BOB.mobile), State.UNDELIVERED, 30003))
    entry = message(1, author=DORA, recipients=(ANA, BOB), deliveries=sent)
    lines = texts(entry)
    assert "  ✓ Ana Silva: Delivered" in lines
    assert any(line.startswith("  ! Bob: Not delivered") for line in lines)
    assert {"error", "arrived"} <= looks(entry)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"stage": Stage.WAITING_RELEASE}, "waits for release"),
        ({"dispatch_only": True}, "dispatchers only"),
        ({"kind": Kind.QUICK_ACTION}, "Quick action"),
        ({"unsure": True}, "guessed"),
    ],
)
def test_flags(values: dict[str, object], words: str) -> None:
    assert words in texts(message(1, "", **values))[0]


HOSTILE = [
    "[/] hi",
    "[@click=app.quit]x[/]",
    "\x1b[2J\x1b]0;t\x07\x9b",
    "\u202eabc\u2066",
    "a\u200b\u200cb",
    "e" + "\u0301" * 50,
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_text_is_drawn_as_it_stands(body: str) -> None:
    person = Person(ANA.role, body)
    drawn = "".join(texts(message(1, body, author=person, recipients=(person,))))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u200c]", drawn)
    assert drawn.count("".join(display_text(body).split(" "))[:6]) >= 2 or " " in body


@given(st.text(max_size=300), st.integers(12, 120))
def test_no_line_is_too_wide_and_no_character_is_lost(body: str, width: int) -> None:
    lines = texts(message(1, body), width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines[1:]).split()) == "".join(display_text(body).split())
