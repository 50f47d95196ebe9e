"""Untrusted text made harmless for a terminal, and folded for search."""

import re
import unicodedata

_HIDDEN = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xD800, 0xF8FF)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    *((0xE0000, 0x10FFFF),),
)
"""Characters that draw nothing: bidirectional and zero-width marks, fillers, tags, surrogates, private use.

Source: Unicode's Default_Ignorable_Code_Point and Bidi_Control, without joiners and selectors, which
count within an emoji.
"""
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
    cut = text[:limit]
    shown = "".join(_visible(cut, i) for i in range(len(cut)))
    return shown if len(text) <= limit else shown + "…"


def one_line(raw: str, limit: int = 500) -> str:
    """`display_text` on a single line, for lists and titles."""
    return " ".join(display_text(raw[: limit * 2], limit).split())


def fold(text: str) -> str:
    """Lower case without accents, for search ("Gómez" is found by "gomez").

    Folding twice changes nothing more: a decomposed sign can hold a capital again ("™" is "TM").
    """
    for _ in range(3):
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return text


def _visible(text: str, i: int) -> str:
    c = text[i]
    code = ord(c)
    if c == "\n" or 0x20 <= code < 0x7F:
        return c
    if code <= 0x7F:
        return _control(code)
    if c == _JOINER:
        return c if _joins_emoji(text, i) else MARK
    if 0xFE00 <= code <= 0xFE0F:
        return c if _selects_emoji(text, i) else MARK
    return MARK if 0x80 <= code < 0xA0 or _is_hidden(code) else c


def _control(code: int) -> str:
    """A control character's visible picture; a tab becomes blanks."""
    if code == 0x09:
        return "    "
    return "\u2421" if code == 0x7F else chr(0x2400 + code)


def _is_hidden(code: int) -> bool:
    return any(first <= code <= last for first, last in _HIDDEN)


def _joins_emoji(text: str, i: int) -> bool:
    before = text[i - 1] if i else ""
    if before == "\ufe0f" and i > 1:
        before = text[i - 2]
    return bool(before) and i + 1 < len(text) and _is_symbol(before) and _is_symbol(text[i + 1])


def _selects_emoji(text: str, i: int) -> bool:
    """The two selectors that choose between a sign's text and emoji form, after a sign that has both."""
    return text[i] in "\ufe0e\ufe0f" and i > 0 and (_is_symbol(text[i - 1]) or text[i - 1] in "0123456789#*‼⁉©®")


def _is_symbol(c: str) -> bool:
    return unicodedata.category(c) == "So" or "\U0001f3fb" <= c <= "\U0001f3ff" or c in "↔↕"
