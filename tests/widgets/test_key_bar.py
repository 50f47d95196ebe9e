"""The line of keys: what it draws, what gives way where it is narrow, and what a click does."""

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from widgets.key_bar import BarKey, KeyBar, fitting


class Keys(App[None]):
    """An app with a few keys, one of which cannot act, one is away, and one is not for the bar."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "say('a')", "Alert", tooltip="Send an alert"),
        Binding("b", "say('b')", "Bell"),
        Binding("c", "nothing", "Cannot"),
        Binding("x", "away", "Away"),
        Binding("h", "say('h')", "Hidden", show=False),
        Binding("question_mark", "say('?')", "Help", key_display="?"),
        Binding("z", "say('z')", "Zebra"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self.can = False

    def compose(self) -> ComposeResult:
        yield Input()
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return {"nothing": True if self.can else None, "away": False}.get(action, True)

    def action_say(self, what: str) -> None:
        """Remember what was pressed."""
        self.said += what

    def action_nothing(self) -> None:
        """Pressed although it could not act."""
        self.said += "!"


def drawn(app: Keys) -> str:
    """What stands on the bar."""
    return app.query_one(KeyBar).render_line(0).text


async def test_it_draws_the_keys_that_work_with_help_at_the_end() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)):
        app.set_focus(None)
        assert drawn(app) == " a Alert  b Bell  c Cannot  z Zebra  ? Help ".ljust(60)
        assert [key.enabled for key in app.query_one(KeyBar).keys] == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (44, " a Alert  b Bell  c Cannot  z Zebra  ? Help "),
        (43, " a Alert  b Bell  c Cannot  ? Help "),
        (30, " a Alert  b Bell  ? Help "),
        (12, " ? Help "),
    ],
)
async def test_what_does_not_fit_is_left_out_from_the_right_but_never_help(width: int, words: str) -> None:
    app = Keys()
    async with app.run_test(size=(width, 5)):
        app.set_focus(None)
        assert drawn(app) == words.ljust(width)
        assert len(app.query_one(KeyBar).left_out) == 5 - words.count("  ") - 1


async def test_it_follows_the_focus_and_what_can_act() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        app.set_focus(None)
        await pilot.pause()
        assert not app.query_one(KeyBar).keys[2].enabled
        app.can = True
        app.refresh_bindings()
        await pilot.pause()
        assert app.query_one(KeyBar).keys[2].enabled


async def test_a_click_is_the_key_and_one_that_cannot_act_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    app, rang = Keys(), []
    async with app.run_test(size=(60, 5)) as pilot:
        app.set_focus(None)
        monkeypatch.setattr(app, "bell", lambda: rang.append(True))
        for column in (0, 8, 9, 16, 40, 59):
            await pilot.click(KeyBar, offset=(column, 0))
            await pilot.pause()
        assert app.said == "aabb?"
        assert rang == []
        await pilot.click(KeyBar, offset=(20, 0))
        await pilot.pause()
        assert (app.said, rang) == ("aabb?", [True])


async def test_the_mouse_is_told_what_a_key_does() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        app.set_focus(None)
        await pilot.hover(KeyBar, offset=(2, 0))
        assert app.query_one(KeyBar).tooltip == "Send an alert"
        await pilot.hover(KeyBar, offset=(58, 0))
        assert app.query_one(KeyBar).tooltip is None


@given(st.lists(st.text("abcé漢", min_size=1, max_size=9), max_size=8), st.integers(0, 90), st.booleans())
def test_nothing_ever_overflows(names: list[str], width: int, with_help: bool) -> None:
    keys = [BarKey("k", "k", name, "", True) for name in names]
    last = BarKey("?", "?", "Help", "", True)
    shown = fitting([*keys[:1], last, *keys[1:]] if with_help else keys, width)
    taken = sum(cell_len(f" {key.shown} {key.name} ") for key in shown)
    assert taken <= max(width, last.width if with_help else 0)
    assert (last in shown) is with_help
    rest = [key for key in shown if key is not last]
    assert rest == keys[: len(rest)]
