"""Cutting and wrapping: nothing swallowed, nothing too wide, nothing a terminal obeys."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from domain.text import display_text, one_line
from widgets.wrapping import cut, fit, shown, shown_lines, wrap, wrap_parts

PIECES = st.sampled_from(
    ["a", "bc ", " ", "\n", "漢字", "é", "e\u0301", "👩‍🔧", "👍🏽", "\ufe0f", "1\ufe0f", "שלום", "\u200b", "\x1b[2J"]
)
TEXT = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join))


@given(TEXT, st.integers(2, 30))
def test_wrapped_lines_hold_every_character_and_fit(raw: str, width: int) -> None:
    text = display_text(raw)
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(TEXT, st.integers(2, 30))
def test_only_one_space_is_left_out_at_each_break(raw: str, width: int) -> None:
    text = display_text(raw)
    lines = wrap(text, width)
    assert len(text) - len("".join(lines)) <= len(lines) - 1


def test_line_feeds_indentation_and_empty_lines_stay() -> None:
    assert wrap("a\n\n   b c", 20) == ["a", "", "   b c"]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("on my way", 5, ["on my", "way"]),
        ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]),
        ("漢字漢", 4, ["漢字", "漢"]),
        ("漢字", 1, ["漢", "字"]),
        ("a   b", 2, ["a ", " b"]),
    ],
)
def test_wrap(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@given(TEXT, st.integers(0, 30))
def test_fit_is_exact(raw: str, width: int) -> None:
    assert cell_len(fit(shown(raw), width)) == width


def test_cut_ends_in_an_ellipsis_only_where_something_is_missing() -> None:
    assert cut("Okafor", 6) == "Okafor"
    assert cut("Okafor", 5) == "Okaf…"
    assert cut("漢字漢字", 6) == "漢字…"
    assert cut("Okafor", 0) == ""


@settings(max_examples=200)
@given(st.one_of(TEXT, st.text(st.characters(max_codepoint=127), max_size=700)))
def test_the_short_ways_show_what_the_domain_shows(raw: str) -> None:
    assert shown(raw) == one_line(raw)
    assert shown_lines(raw) == display_text(raw)


def test_parts_stay_together_where_there_is_room() -> None:
    words = "GSM-7 49/160 · 1 part × 1 phone · leaves in 5 s"
    assert wrap_parts(words, 80) == [words]
    assert wrap_parts(words, 45) == ["GSM-7 49/160 · 1 part × 1 phone ·", "leaves in 5 s"]
    assert wrap_parts(words, 8) == ["GSM-7", "49/160 ·", "1 part ×", "1 phone", "·", "leaves", "in 5 s"]
