"""Untrusted text cut and wrapped to terminal cells; every width here counts cells, not characters."""

from functools import lru_cache

from rich.cells import cell_len, split_graphemes

from domain.text import display_text, one_line

ELLIPSIS = "…"
_PART = " · "
NARROWEST = 2
"""The least width that any character fits in."""


def shown(raw: str) -> str:
    """`one_line`, at once for plain ASCII, which is nearly everything a list draws."""
    if raw.isascii() and raw.isprintable() and len(raw) <= 500:
        return " ".join(raw.split())
    return _shown(raw)


@lru_cache(1024)
def _shown(raw: str) -> str:
    return one_line(raw)


def shown_lines(raw: str) -> str:
    """`display_text`, at once for plain ASCII; line feeds stay."""
    if raw.isascii() and len(raw) <= 10_000 and raw.replace("\n", "").isprintable():
        return raw
    return display_text(raw)


def cut(text: str, width: int) -> str:
    """The text, ending in "…" where it is wider than `width` cells."""
    if cell_len(text) <= width:
        return text
    return _head(text, width - 1) + ELLIPSIS if width > 0 else ""


def fit(text: str, width: int) -> str:
    """The text in exactly `width` cells: cut, or filled up with spaces."""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else cut(text, width)
    text = cut(text, width)
    return text + " " * (width - cell_len(text))


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces; line feeds are kept, longer words are broken.

    Nothing but the one space at each break is left out. Widths below NARROWEST count as NARROWEST.
    """
    width = max(width, NARROWEST)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrapped(paragraph, width))
    return lines


def wrap_parts(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at " · " where the parts have room: "leaves in 5 s" stays together."""
    width = max(width, NARROWEST)
    lines: list[str] = []
    first, *parts = text.split(_PART)
    line = first
    for part in parts:
        longer = line + _PART + part
        if cell_len(longer) <= width - (len(_PART) - 1):
            line = longer
        else:
            lines.extend(wrap(line + _PART.rstrip(), width))
            line = part
    return [*lines, *wrap(line, width)]


def _wrapped(paragraph: str, width: int) -> list[str]:
    length = len if paragraph.isascii() else cell_len
    if length(paragraph) <= width:
        return [paragraph]
    lines: list[str] = []
    words: list[str] = []
    used = -1
    for word in paragraph.split(" "):
        cells = length(word)
        if words and used + 1 + cells > width:
            lines.append(" ".join(words))
            words, used = [], -1
        if cells > width:
            *full, word = _broken(word, width)
            lines.extend(full)
            cells = length(word)
        words.append(word)
        used += 1 + cells
    lines.append(" ".join(words))
    return lines


def _broken(word: str, width: int) -> list[str]:
    if word.isascii():
        return [word[i : i + width] for i in range(0, len(word), width)]
    pieces: list[str] = []
    begin = used = 0
    for start, _end, cells in split_graphemes(word)[0]:
        if used + cells > width:
            pieces.append(word[begin:start])
            begin, used = start, 0
        used += cells
    return [*pieces, word[begin:]]


def _head(text: str, width: int) -> str:
    if text.isascii():
        return text[:width]
    used = 0
    for start, _end, cells in split_graphemes(text)[0]:
        used += cells
        if used > width:
            return text[:start]
    return text
