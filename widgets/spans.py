"""A piece of a drawn line: plain text and the name of its look."""

from typing import NamedTuple


class Span(NamedTuple):
    """Text that is drawn as it stands, and the component class that colours it ("" for the widget's own)."""

    text: str
    look: str = ""
