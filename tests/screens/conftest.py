"""Every screen is tested at noon of one day, in one zone, with nothing that moves by itself."""

import time
from collections.abc import Iterator
from datetime import datetime, tzinfo

import pytest
import textual.constants
from textual.app import App
from textual.widgets import Input, TextArea

from screens import times
from tests.world import NOON


class _Noon(datetime):
    """A clock on the wall that stands at noon."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Noon":
        return cls.fromtimestamp(NOON.timestamp(), tz)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One zone, one moment, one theme; no blinking, no animation, colours on."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(times, "datetime", _Noon)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(textual.constants, "TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr(App.__dict__["theme"], "_default", "textual-dark")
    for widget in (Input, TextArea):
        monkeypatch.setattr(widget.__dict__["cursor_blink"], "_default", False)
    yield
    monkeypatch.undo()
    time.tzset()
