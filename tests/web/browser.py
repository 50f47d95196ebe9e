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


FAINT = """
(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const found = rgb(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")].filter((e) => e.offsetParent && !e.disabled
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())).map((e) => {
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), e.className || e.tagName, e.textContent.trim().slice(0, 30)];
  }).filter(([ratio]) => ratio < 4.5);
})()
"""
"""Finds words that stand out too little from their ground (WCAG AA)."""
