"""How many parts a text is cut into, against known vectors and a second, slower way of counting."""

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.segments import Count, Encoding, count, dear_word
from tests.domain.builders import modest

GSM, UCS = Encoding.GSM7, Encoding.UCS2
GRIN = "😀"

# 3GPP TS 23.038, default alphabet by code point 0x00 to 0x7F (0x1B is the escape), and its extension table.
BASIC_BY_CODE = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
ESCAPE = "\x1b"
EXTENSION_BY_CODE = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}


@pytest.mark.parametrize(
    ("body", "encoding", "units", "parts", "room"),
    [
        ("", GSM, 0, 0, 160),
        ("a", GSM, 1, 1, 159),
        ("a" * 159, GSM, 159, 1, 1),
        ("a" * 160, GSM, 160, 1, 0),
        ("a" * 161, GSM, 161, 2, 145),
        ("a" * 306, GSM, 306, 2, 0),
        ("a" * 307, GSM, 307, 3, 152),
        ("a" * 459, GSM, 459, 3, 0),
        ("a" * 460, GSM, 460, 4, 152),
        ("one\ntwo", GSM, 7, 1, 153),
        ("\r\n", GSM, 2, 1, 158),
        ("€", GSM, 2, 1, 158),
        ("€" * 80, GSM, 160, 1, 0),
        ("€" * 81, GSM, 162, 2, 143),
        ("a" * 158 + "€", GSM, 160, 1, 0),
        ("a" * 159 + "€", GSM, 161, 2, 145),
        ("ñ" * 160, GSM, 160, 1, 0),
        # Units 153 and 154 of a long text are the two halves of "€": it moves over whole.
        ("a" * 152 + "€" + "a" * 10, GSM, 164, 2, 141),
        ("a" * 151 + "€" + "a" * 10, GSM, 163, 2, 143),
        ("a" * 152 + "€" + "a" * 151, GSM, 305, 2, 0),
        ("a" * 152 + "€" + "a" * 152, GSM, 306, 3, 152),
        ("é" * 70, GSM, 70, 1, 90),
        ("ó" * 70, UCS, 70, 1, 0),
        ("ó" * 71, UCS, 71, 2, 63),
        ("ó" * 134, UCS, 134, 2, 0),
        ("ó" * 135, UCS, 135, 3, 66),
        ("ó€", UCS, 2, 1, 68),
        (GRIN, UCS, 2, 1, 68),
        (GRIN * 35, UCS, 70, 1, 0),
        (GRIN * 36, UCS, 72, 2, 61),
        # Units 67 and 68 are the two halves of an emoji: it moves over whole.
        ("ó" * 66 + GRIN + "a" * 5, UCS, 73, 2, 60),
        ("ó" * 65 + GRIN + "a" * 5, UCS, 72, 2, 62),
        ("ó" * 66 + GRIN + "a" * 65, UCS, 133, 2, 0),
        ("ó" * 66 + GRIN + "a" * 66, UCS, 134, 3, 66),
        ("👩‍🚒", UCS, 5, 1, 65),
        ("👍🏽", UCS, 4, 1, 66),
        # The last character of one UTF-16 unit and the first of two.
        ("\uffff", UCS, 1, 1, 69),
        ("\U00010000", UCS, 2, 1, 68),
    ],
)
def test_known_vectors(body: str, encoding: Encoding, units: int, parts: int, room: int) -> None:
    counted = count(body)
    assert (counted.encoding, counted.units, counted.parts, counted.room) == (encoding, units, parts, room)


def test_the_whole_basic_alphabet_takes_one_unit_each() -> None:
    alphabet = BASIC_BY_CODE.replace(ESCAPE, "")
    assert len(alphabet) == 127
    for character in alphabet:
        assert count(character).units == 1, character
        assert count(character).encoding is GSM, character


@pytest.mark.parametrize("character", EXTENSION_BY_CODE)
def test_the_extension_table_takes_two_units_each(character: str) -> None:
    assert (count(character).encoding, count(character).units) == (GSM, 2)


@pytest.mark.parametrize("character", "ç`“”’–—…\u00a0óáíúâêôőğΑабш中\u200b\ufeff")
def test_the_usual_traps_make_a_text_dear(character: str) -> None:
    counted = count(f"ok {character} ok {character}")
    assert (counted.encoding, counted.dear) == (UCS, character)


@pytest.mark.parametrize(
    ("body", "per_part"),
    [("a", 160), ("a" * 160, 160), ("a" * 161, 153), ("ó", 70), ("ó" * 70, 70), ("ó" * 71, 67), ("", 160)],
)
def test_how_much_one_part_holds_at_the_present_length(body: str, per_part: int) -> None:
    assert count(body).per_part == per_part


# --- The dear character ---------------------------------------------------------------------------------------------


def test_rule_42_the_counter_names_the_dear_character_and_its_word() -> None:
    assert dear_word("Señor Gómez is waiting") == ("ó", "Gómez")
    assert count("Señor Gómez is waiting").per_part == 70


@pytest.mark.parametrize("body", ["", "plain", "Señor [15 €]", "één\ntwo"])
def test_a_cheap_text_has_no_dear_character(body: str) -> None:
    assert dear_word(body) is None
    assert count(body).dear is None


def test_the_first_dear_character_is_the_one_named() -> None:
    assert dear_word("un café, Gómez: ¿mañana? sí") == ("ó", "Gómez:")
    assert dear_word("on my way 🚐 now") == ("🚐", "🚐")


def test_a_dear_blank_has_no_word_but_itself() -> None:
    assert dear_word("10\u00a0kg") == ("\u00a0", "\u00a0")


# --- A second way of counting: write the bits out and cut them -------------------------------------------------------


def slowly(body: str) -> tuple[Encoding, list[list[int]]]:
    """Encode a text unit by unit and lay whole characters into parts, as a phone does."""
    glyphs: list[list[int]] = []
    encoding = GSM
    for character in body:
        if character in EXTENSION_BY_CODE:
            glyphs.append([BASIC_BY_CODE.index(ESCAPE), EXTENSION_BY_CODE[character]])
        elif character != ESCAPE and character in BASIC_BY_CODE:
            glyphs.append([BASIC_BY_CODE.index(character)])
        else:
            encoding = UCS
    if encoding is UCS:
        raw = [character.encode("utf-16-be") for character in body]
        glyphs = [[int.from_bytes(code[i : i + 2], "big") for i in range(0, len(code), 2)] for code in raw]
    alone, joined = (160, 153) if encoding is GSM else (70, 67)
    flat = [unit for glyph in glyphs for unit in glyph]
    if len(flat) <= alone:
        return encoding, [flat] if flat else []
    parts: list[list[int]] = [[]]
    for glyph in glyphs:
        if len(parts[-1] + glyph) > joined:
            parts.append([])
        parts[-1] = parts[-1] + glyph
    return encoding, parts


def expected(body: str) -> Count:
    encoding, parts = slowly(body)
    alone, joined = (160, 153) if encoding is GSM else (70, 67)
    size = alone if len(parts) <= 1 else joined
    dear = [c for c in body if c == ESCAPE or (c not in BASIC_BY_CODE and c not in EXTENSION_BY_CODE)]
    room = size - (len(parts[-1]) if parts else 0)
    return Count(encoding, sum(map(len, parts)), len(parts), room, dear[0] if dear else None)


cheap = st.text(alphabet="aZ @é\n€[{" + string.digits, max_size=40)
anything = st.text(max_size=40)
long_texts = st.builds(
    lambda filling, times, edge, rest: filling * times + edge + rest,
    st.sampled_from(["a", "ó", "ab", "€", GRIN]),
    st.integers(0, 330),
    st.sampled_from(["", "€", "€€", GRIN, "ó", "\n"]),
    st.one_of(cheap, anything),
)


@settings(modest, max_examples=300)
@given(st.one_of(cheap, anything, long_texts))
@example("a" * 152 + "€" + "a" * 152)
@example(("a" * 152 + "€") * 3)
@example(("ó" * 66 + GRIN) * 3)
def test_counting_agrees_with_writing_the_parts_out(body: str) -> None:
    assert count(body) == expected(body)


@modest
@given(st.one_of(cheap, long_texts))
def test_the_room_left_is_exactly_what_still_fits(body: str) -> None:
    counted = count(body)
    filler = "a" if counted.encoding is GSM else "ó"
    full = max(counted.parts, 1)
    assert count(body + filler * counted.room).parts == (full if counted.room else counted.parts)
    assert count(body + filler * (counted.room + 1)).parts == full + 1


@modest
@given(anything)
def test_the_dear_character_stands_in_the_word_named(body: str) -> None:
    named = dear_word(body)
    assert (named is not None) is (count(body).encoding is UCS)
    if named is not None:
        dear, word = named
        assert dear == count(body).dear
        assert dear in word
        assert word in body
