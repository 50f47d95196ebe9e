"""A real browser the size of a phone; where there is none its tests are skipped, and say so loudly."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
SIZE = {"width": 390, "height": 844}
MISSING = "NO BROWSER TESTS: Chromium is missing. Install it (apt-get install chromium) and run them again."

needs_chromium = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=MISSING)
if not Path(CHROMIUM).exists():
    print(f"\n!!! {MISSING}\n")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Phone:
    """One tab of a phone. What its console or a script complained of is in `complaints`."""

    def __init__(self, browser: Any, script: bool = True, scheme: str = "light", width: int = 390) -> None:
        self.context = browser.new_context(
            viewport={**SIZE, "width": width}, java_script_enabled=script, color_scheme=scheme, has_touch=True
        )
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def opens(self, address: str) -> Any:
        """Open an address; the tab."""
        self.page.goto(address)
        return self.page

    def close(self) -> None:
        """Put the phone away; nothing went wrong in it."""
        self.context.close()
        assert [words for words in self.complaints if "net::ERR" not in words] == []
