"""Untrusted text made harmless for a terminal, and folded for search."""

import re
import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ZERO_WIDTH = frozenset("\u200b\u200c\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\u180e\u034f\u115f\u1160\u3164\uffa0")
_JOINER = "\u200d"
_BREAKS = re.compile("\r\n|[\r\n\u0085\u2028\u2029\x0b\x0c]")
MARK = "\u2423"
"""Stands where an invisible character was, so that nothing of a text is hidden."""


def display_text(raw: str, limit: int = 10_000) -> str:
    """The form of an untrusted text that may be shown: every character visible, none of it a command.

    Control characters become their visible pictures, bidirectional and zero-width marks become MARK
    (a joiner between two emoji stays), line breaks become line feeds. Longer than `limit` characters
    is cut with an ellipsis. The stored text is never changed by this.
    """
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", raw))
    shown = "".join(_visible(text, i) for i in range(min(len(text), limit)))
    return shown if len(text) <= limit else shown + "…"


def one_line(raw: str, limit: int = 500) -> str:
    """`display_text` on a single line, for lists and titles."""
    return " ".join(display_text(raw[: limit * 2], limit).split())


def fold(text: str) -> str:
    """Lower case without accents, for search ("Gómez" is found by "gomez")."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _visible(text: str, i: int) -> str:
    c = text[i]
    code = ord(c)
    if c == "\n" or 0x20 <= code < 0x7F:
        return c
    if c == "\t":
        return "    "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if c == _JOINER:
        return c if _joins_emoji(text, i) else MARK
    if c in _BIDI or c in _ZERO_WIDTH or 0x80 <= code < 0xA0 or _is_hidden(code):
        return MARK
    return c


def _is_hidden(code: int) -> bool:
    """Tags, lone surrogates, private use and noncharacters: nothing a terminal can draw."""
    return 0xD800 <= code <= 0xF8FF or 0xE0000 <= code <= 0x10FFFF or 0xFFF0 <= code <= 0xFFFB


def _joins_emoji(text: str, i: int) -> bool:
    return 0 < i < len(text) - 1 and _is_symbol(text[i - 1]) and _is_symbol(text[i + 1])


def _is_symbol(c: str) -> bool:
    return c == "\ufe0f" or unicodedata.category(c) in ("So", "Sk")
