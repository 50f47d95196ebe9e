"""A code in half blocks is read back module by module: a wrong one sends a customer nowhere."""

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.strip import Strip

from domain.links import address_like
from tests.domain.builders import modest
from widgets.qr import QUIET, Qr, lines, matrix

UPPER, LOWER = "▀█", "▄█"
"""The characters whose upper, or lower, half is drawn."""
PRACTICE = address_like("http://127.0.0.1:49152", 99_999, 9_999_999)


def modules_of(drawn: list[str]) -> list[list[bool]]:
    """What a camera reads: each line is two rows of modules."""
    rows = []
    for line in drawn:
        assert set(line) <= set(" ▀▄█")
        rows += [[character in UPPER for character in line], [character in LOWER for character in line]]
    return rows


def within(rows: list[list[bool]], side: int) -> list[list[bool]]:
    """The modules inside the quiet zone, which must be light all round."""
    inner = [row[QUIET : QUIET + side] for row in rows[QUIET : QUIET + side]]
    dark = sum(map(sum, rows))
    assert sum(map(sum, inner)) == dark, "something is drawn in the quiet zone"
    assert all(len(row) == side + 2 * QUIET for row in rows)
    assert len(rows) >= side + 2 * QUIET
    return inner


@modest
@given(st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=130))
def test_what_is_drawn_is_the_very_code(text: str) -> None:
    wanted = [[bool(module) for module in row] for row in segno.make(text, error="l", micro=False).matrix]
    assert within(modules_of(lines(matrix(text))), len(wanted)) == wanted


def test_a_practice_address_fits_a_small_terminal_beside_its_words() -> None:
    drawn = lines(matrix(PRACTICE))
    assert len(drawn) <= 24
    assert len(drawn[0]) <= 45


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "nord"])
async def test_it_is_dark_on_light_in_every_theme(theme: str) -> None:
    class Shows(App[None]):
        def compose(self) -> ComposeResult:
            yield Qr()

    app = Shows()
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = theme
        code = app.query_one(Qr)
        code.show(PRACTICE)
        await pilot.pause()
        assert code.region.height == len(code.lines) <= 24
        update = app.screen._compositor.render_update(full=True)
        strips = [Strip.join(pieces) for pieces in update.strips]  # type: ignore[union-attr]
        cells = [strip.crop(0, len(code.lines[0])) for strip in strips[: len(code.lines)]]
        assert [strip.text for strip in cells] == code.lines
        looks = {(str(s.style.color.triplet.hex), str(s.style.bgcolor.triplet.hex)) for strip in cells for s in strip}  # type: ignore[union-attr]
        assert looks == {("#000000", "#ffffff")}
