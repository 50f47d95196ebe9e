"""The last wall before the terminal: no control character of a customer's text passes it."""

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Guard(LineFilter):
    """Replaces what could move the cursor, hide text or talk to the terminal, in every segment drawn."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, harmless."""
        return [_harmless(segment) for segment in segments]


def _harmless(segment: Segment) -> Segment:
    text, style, control = segment
    if control:
        return segment
    if style is not None and style.link:
        style = style.update_link(None)
    if _HARMFUL.search(text) is None:
        return segment if style is segment.style else Segment(text, style, control)
    return Segment(_HARMFUL.sub("␣", text), style, control)
