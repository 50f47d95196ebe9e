"""A page's address and code: links on the practice phones, several of them, small windows, and no browser."""

import subprocess
import webbrowser
from collections.abc import Sequence

import pytest

from domain.errors import Refusal
from screens import phones
from screens.browser import open_page
from screens.handset import PhoneText
from screens.phones import PhonesScreen
from screens.qr import QrScreen, Shown
from tests.desk import Desk, at_desk
from tests.linking import address
from tests.screens.tour import FakePhones
from tests.world import NOON, OURS, World
from widgets.qr import Qr


def text(body: str, received: bool = True) -> PhoneText:
    """A text on a phone."""
    return PhoneText(OURS, body, NOON, received)


FIRST = f"We come at ten. {address(1, 5)}"
SECOND = f"Your page: {address(2, 6)}. North writes to you"


def shown_address(desk: Desk) -> str:
    """The address on the screen, however it is wrapped."""
    return "".join(desk.lines_of("#address")).replace(" ", "")


async def open_phone(desk: Desk, monkeypatch: pytest.MonkeyPatch, texts: Sequence[PhoneText]) -> None:
    """Open the first practice phone, with these texts on it."""
    monkeypatch.setattr(phones, "Handsets", FakePhones)
    monkeypatch.setattr(FakePhones, "texts", lambda *_: list(texts))
    await desk.press("p")
    await desk.stands_at(PhonesScreen)
    await desk.says("#phones", "Ana Silva")
    await desk.press("ctrl+l")
    await desk.until(lambda: any("Open a phone first" in toast for toast in desk.toasts), "it says what to do")
    await desk.press("enter")
    await desk.focuses("#typing")
    await desk.until(lambda: desk.part("#texts"), "its texts are there")


async def test_a_text_with_a_link_is_opened_with_one_key_while_typing(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await open_phone(desk, monkeypatch, [text(FIRST), text("On my way", received=False), text(SECOND)])
        await desk.says("#texts", "→ ctrl+l opens the page")
        await desk.press("ctrl+l")
        await desk.stands_at(QrScreen)
        await desk.shows("Ana Silva, text of", "the link before (1 of 2)")
        await desk.until(lambda: shown_address(desk) == address(2, 6), "the newest, without the full stop after it")
        await desk.press("left")
        await desk.until(lambda: shown_address(desk) == address(1, 5), "the one before")
        await desk.press("left", "right", "right")
        await desk.until(lambda: shown_address(desk) == address(2, 6), "it stops at both ends")
        await desk.press("escape")
        await desk.focuses("#typing")


@pytest.mark.parametrize(
    "other",
    [
        text("See https://example.com/c/nothing"),
        text(f"I typed {address(1, 5)}", received=False),
        text("See https://evil.example.com/login"),
    ],
)
async def test_only_pages_of_ours_that_came_to_this_phone_are_opened(
    small_world: World, monkeypatch: pytest.MonkeyPatch, other: PhoneText
) -> None:
    async with at_desk(small_world, small_world.ann) as desk:
        await open_phone(desk, monkeypatch, [other])
        assert "ctrl+l opens" not in desk.part("#texts")
        await desk.press("ctrl+l")
        await desk.until(lambda: "No text on this phone holds a link." in desk.toasts, "there is none")
        await desk.stands_at(PhonesScreen)


def test_a_page_is_found_in_a_text_wherever_it_stands() -> None:
    behind_a_path = address(3, None, "https://example.com/texts/here")
    worker = address(4).replace("/c/", "/w/")
    found = text(f"({address(1, 5)}), {address(2)}. {behind_a_path} {worker}").pages
    assert found == (address(1, 5), address(2), behind_a_path, worker)


async def test_a_code_too_large_for_the_window_leaves_the_address(small_world: World) -> None:
    long = address(1, None, f"https://{'a' * 63}.{'b' * 63}.example.com")
    async with at_desk(small_world, small_world.ann) as desk:
        desk.app.push_screen(QrScreen([Shown("Ana Silva", long)]))
        await desk.stands_at(QrScreen)
        await desk.shows("The code needs a larger window", "esc closes this")
        assert not desk.one(Qr).display
        assert shown_address(desk) == long
        await desk.pilot.resize_terminal(120, 40)
        await desk.shows("Hold a phone's camera to the code")
        assert desk.one(Qr).region.height == len(desk.one(Qr).lines)


async def test_without_a_browser_it_says_what_to_do(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> object:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    async with at_desk(small_world, small_world.ann) as desk:
        desk.app.push_screen(QrScreen([Shown("Ana Silva", address(1))]))
        await desk.stands_at(QrScreen)
        await desk.press("o")
        await desk.says("#said", "no browser with a window on this machine")


def test_a_browser_that_would_take_the_terminal_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("lynx", "/usr/bin/w3m", "www-browser"):
        monkeypatch.setattr(webbrowser, "get", lambda name=name: webbrowser.GenericBrowser(name))
        with pytest.raises(Refusal, match="no browser with a window"):
            open_page(address(1))


def test_a_browser_is_started_quietly_and_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[list[str], dict[str, object]]] = []
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.BackgroundBrowser(["xdg-open", "%s"]))
    monkeypatch.setattr(subprocess, "Popen", lambda command, **how: started.append((command, how)))
    open_page(address(1))
    ((command, how),) = started
    assert command == ["xdg-open", address(1)]
    assert how["start_new_session"]
    assert {how["stdin"], how["stdout"], how["stderr"]} == {subprocess.DEVNULL}
    monkeypatch.undo()
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.BackgroundBrowser(["/no/such/browser", "%s"]))
    with pytest.raises(Refusal, match="no browser"):
        open_page(address(1))
