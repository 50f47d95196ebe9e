"""Untrusted text on a terminal, and folding for search."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.text import MARK, display_text, fold, one_line
from tests.domain.builders import modest

JOINER, VS16 = "\u200d", "\ufe0f"

C0_AND_DEL = [chr(c) for c in range(0x20)] + ["\x7f"]
C1 = [chr(c) for c in range(0x80, 0xA0)]
BIDI = [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
IGNORABLE_RANGES = [
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
]
"""Unicode's Default_Ignorable_Code_Point: what a terminal draws as nothing at all."""

LINE_BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]

EMOJI = [
    "😀",
    "👍🏽",
    "❤️",
    "☎️",
    "1️⃣",
    "🇪🇸",
    "👩‍🚒",
    "👩🏽‍🚒",
    "👨‍👩‍👧‍👦",
    "❤️‍🔥",
    "🏳️‍🌈",
    "🏴‍☠️",
    "🧑‍⚕️",
    "👩‍❤️‍💋‍👨",
    "🧑🏽‍🤝‍🧑🏿",
    "🏃🏿‍♀️",
    "👁️‍🗨️",
    "🐻‍❄️",
    "🙂‍↔️",
    "🙂‍↕️",
]


def ignorable(c: str) -> bool:
    return any(low <= ord(c) <= high for low, high in IGNORABLE_RANGES)


def is_drawn(c: str) -> bool:
    """Whether a terminal draws something for it that a person can see (a blank counts)."""
    return unicodedata.category(c)[0] not in "CZ" and not ignorable(c)


def in_emoji(c: str) -> bool:
    """Whether a joiner may stand beside it: a picture, a skin tone, or the mark that asks for the picture."""
    return unicodedata.category(c) == "So" or "🏻" <= c <= "🏿" or c in ("↔", VS16)


# --- Commands never get through ------------------------------------------------------------------------------------


@pytest.mark.parametrize("control", [*C0_AND_DEL, *C1], ids=lambda c: f"{ord(c):04x}")
def test_no_control_character_remains(control: str) -> None:
    shown = display_text(f"a{control}b")
    assert shown.startswith("a")
    assert shown.endswith("b")
    assert len(shown) > 2, "something stands where it was"
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c != "\n"]


@pytest.mark.parametrize(
    "command", ["\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;https://x.example\x1b\\a", "\x9b31m", "\x90q"]
)
def test_an_escape_sequence_is_shown_and_not_obeyed(command: str) -> None:
    shown = display_text(command)
    assert "\x1b" not in shown
    assert all(ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0 for c in shown)
    assert [c for c in command if 0x20 <= ord(c) < 0x7F] == [c for c in shown if ord(c) < 0x7F]


def test_escape_and_delete_show_their_pictures() -> None:
    assert display_text("\x1b\x00\x7f") == "␛␀␡"


@pytest.mark.parametrize("mark", BIDI, ids=lambda c: f"{ord(c):04x}")
def test_no_bidirectional_mark_remains(mark: str) -> None:
    assert display_text(f"a{mark}b") == f"a{MARK}b"


@pytest.mark.parametrize(("low", "high"), IGNORABLE_RANGES, ids=lambda c: f"{c:04x}")
def test_no_invisible_character_remains_between_letters(low: int, high: int) -> None:
    kept = [f"{c:04x}" for c in range(low, high + 1) if display_text(f"a{chr(c)}b") != f"a{MARK}b"]
    assert kept == []


@pytest.mark.parametrize("c", ["\ud800", "\ue000", "\uf8ff", "\U000f0000", "\U0010ffff", "\ufff9", "\ufffb"])
def test_what_no_terminal_can_draw_is_marked(c: str) -> None:
    assert display_text(f"a{c}b") == f"a{MARK}b"


@pytest.mark.parametrize(
    "text",
    [
        JOINER,
        f"a{JOINER}b",
        f"👩{JOINER}",
        f"{JOINER}🚒",
        f"👩{JOINER}a",
        f"👩{JOINER}{JOINER}🚒",
        f"^{JOINER}^",
        f"`{JOINER}`",
        f"a{VS16}{JOINER}{VS16}b",
    ],
    ids=ascii,
)
def test_a_joiner_that_joins_no_emoji_is_marked(text: str) -> None:
    assert JOINER not in display_text(text)
    assert MARK in display_text(text)


def test_cutting_leaves_no_joiner_behind() -> None:
    assert JOINER not in display_text("ab👩‍🚒", limit=4)


# --- What is printable stays ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("emoji", EMOJI)
def test_an_emoji_stays_whole(emoji: str) -> None:
    assert display_text(emoji) == emoji
    assert display_text(f"on my way {emoji}, see you") == f"on my way {emoji}, see you"


@pytest.mark.parametrize(
    "text",
    [
        "Gómez",
        "ñandú €15 [ok] {x}",
        "Привет",
        "你好",
        "こんにちは",
        "สวัสดี",
        "नमस्ते",
        "שלום",
        "مرحبا",
        "a\u00a0b",
        "…—“”",
        "\ufffd",
    ],
)
def test_every_script_stays_as_it_is(text: str) -> None:
    assert display_text(text) == text


def test_letters_come_in_their_composed_form() -> None:
    assert display_text("Go\u0301mez") == "Gómez"


def test_markup_is_plain_text() -> None:
    assert display_text("[b]x[/b] [@click=app.quit]y[/]") == "[b]x[/b] [@click=app.quit]y[/]"


@pytest.mark.parametrize("line_break", LINE_BREAKS, ids=ascii)
def test_every_line_break_becomes_one_line_feed(line_break: str) -> None:
    assert display_text(f"one{line_break}two") == "one\ntwo"
    assert display_text(f"one{line_break}{line_break}two") == "one\n\ntwo"


def test_a_tab_is_blanks() -> None:
    assert display_text("a\tb").split() == ["a", "b"]
    assert "\t" not in display_text("a\tb")


# --- Length ---------------------------------------------------------------------------------------------------------


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert display_text("a" * 11, limit=10) == "a" * 10 + "…"
    assert display_text("a" * 10, limit=10) == "a" * 10


def test_there_is_a_cap_by_itself() -> None:
    assert len(display_text("a" * 1_000_000)) == 10_001


# --- Any text at all --------------------------------------------------------------------------------------------------

nasty = st.sampled_from([*C0_AND_DEL, *C1, *BIDI, *LINE_BREAKS, *EMOJI, JOINER, VS16, "\u200b", "\ufeff", "\u00ad"])
untrusted = st.lists(
    st.one_of(
        nasty, st.text(max_size=4), st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "Cn"]), max_size=3)
    ),
    max_size=8,
).map("".join)
harmless_letters = st.text(st.characters(categories=["L", "Nd", "P", "Sc"]), max_size=30).filter(
    lambda text: all(is_drawn(c) for c in text)
)


@settings(modest, max_examples=300)
@given(untrusted, st.integers(0, 30))
@example("ab👩‍🚒", 4)
def test_nothing_shown_is_a_command_or_hidden(raw: str, limit: int) -> None:
    for shown in (display_text(raw), display_text(raw, limit), one_line(raw)):
        for i, c in enumerate(shown):
            assert c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co")
            assert c not in BIDI
            if c == JOINER:
                assert 0 < i < len(shown) - 1
                assert in_emoji(shown[i - 1])
                assert in_emoji(shown[i + 1])
            elif ignorable(c):
                assert c == VS16


@modest
@given(untrusted)
def test_every_character_that_can_be_drawn_is_still_there_in_its_order(raw: str) -> None:
    composed = unicodedata.normalize("NFC", raw)
    invisible = {MARK, *map(chr, range(0x2400, 0x2422))}
    wanted = [c for c in composed if is_drawn(c) and c not in invisible]
    assert [c for c in display_text(raw) if is_drawn(c) and c not in invisible] == wanted


@modest
@given(harmless_letters)
def test_harmless_text_is_only_composed(text: str) -> None:
    assert display_text(text) == unicodedata.normalize("NFC", text)


@modest
@given(untrusted)
def test_what_was_made_harmless_stays_as_it_is(raw: str) -> None:
    once = display_text(raw)
    assert display_text(once) == once


@modest
@given(untrusted, st.integers(1, 40))
def test_a_text_is_never_longer_than_its_limit_and_an_ellipsis(raw: str, limit: int) -> None:
    without_tabs = raw.replace("\t", "")
    assert len(display_text(without_tabs, limit)) <= limit + 1


@modest
@given(untrusted)
def test_one_line_is_one_line(raw: str) -> None:
    shown = one_line(raw)
    assert "\n" not in shown
    assert shown == shown.strip()
    assert "  " not in shown


def test_one_line_joins_the_lines_of_a_text() -> None:
    assert one_line(" one\r\n\r\n two\tthree ") == "one two three"
    assert one_line("a" * 600) == "a" * 500 + "…"


# --- Search -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Gómez", "gomez"),
        ("Go\u0301mez", "gomez"),
        ("GÓMEZ", "gómez"),
        ("Müller", "muller"),
        ("Straße", "strasse"),
        ("Çelik", "celik"),
        ("İstanbul", "istanbul"),
        ("Éloïse", "eloise"),
        ("ｆｕｌｌ", "full"),
        ("Acme™", "acmetm"),
    ],
)
def test_rule_42_search_folds_accents_and_case(stored: str, typed: str) -> None:
    assert fold(typed) in fold(stored)
    assert fold(stored) == typed or fold(stored) == fold(typed)


def test_different_names_stay_different() -> None:
    assert fold("Gómez") != fold("Gámez")
    assert fold("Gómez 7") == "gomez 7"


@modest
@given(st.text(max_size=20))
@example("№ 7")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@modest
@given(st.text(max_size=20))
def test_both_forms_of_a_letter_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
