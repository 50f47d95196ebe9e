"""A box that is ticked by a symbol first, by colour second."""

from textual.content import Content
from textual.widgets import Checkbox


class TickBox(Checkbox):
    """Like Textual's check box, which tells ticked from unticked by colour alone."""

    @property
    def _button(self) -> Content:
        return Content.assemble(("[x]" if self.value else "[ ]", "bold"))
