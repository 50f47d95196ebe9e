"""A QR code in half blocks: two rows of modules on each line, with the quiet zone that phones need."""

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

QUIET = 4
"""Modules of quiet zone on each side. Source: ISO/IEC 18004."""
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_LOOK = "#000000 on #ffffff"
"""Dark on light whatever the theme: many phones read no inverted code."""


class Qr(Widget):
    """Shows a text as a QR code, dark on light."""

    DEFAULT_CSS = "Qr { width: 0; height: 0; }"

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def show(self, text: str) -> None:
        """Show the code of another text."""
        self.lines = lines(matrix(text))
        self.styles.width, self.styles.height = len(self.lines[0]), len(self.lines)
        self.refresh(layout=True)

    def render(self) -> Content:
        """The code."""
        return Content.styled("\n".join(self.lines), _LOOK)


def matrix(text: str) -> list[list[bool]]:
    """The modules of a text's code with their quiet zone, row by row; true is dark."""
    import segno

    code = segno.make(text, error="l", micro=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=QUIET)]


def lines(modules: Sequence[Sequence[bool]]) -> list[str]:
    """The modules as lines of half blocks, one character as wide as one module."""
    width = len(modules[0]) if modules else 0
    rows = [*modules, [False] * width] if len(modules) % 2 else list(modules)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_BLOCKS[above, below] for above, below in zip(*pair, strict=True)) for pair in pairs]
