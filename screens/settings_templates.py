"""Settings > Templates: the kinds of job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from domain.administration import Template
from screens.settings_parts import AskLines, ListScreen
from widgets.wrapping import fit, shown


class TemplatesScreen(ListScreen[Template]):
    """Jobs name their template; alerts are set up for each."""

    TITLE_WORDS = "Settings > Templates"
    ABOUT = "Enter renames a template; its jobs and alerts follow."
    EMPTY = "No template yet. Press n to add the first kind of job."
    KINDS = frozenset({"template", "people"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New", id="templates.add", tooltip="Add a kind of job"),
        Binding("d", "offer", "Offer or not", id="templates.offer", tooltip="Offer it for new jobs, or no longer"),
    ]

    def read(self) -> Sequence[Template]:
        """Every template."""
        return self.services.administration.templates(self.user)

    def heads(self) -> str:
        """The columns."""
        return f"{'Name':<40}{'Jobs':>8}  Offered"

    def key(self, item: Template) -> str:
        """Its id."""
        return str(item.id)

    def line(self, item: Template) -> Content:
        """Name, how many jobs, whether it is offered."""
        words = "yes" if item.offered else "no longer"
        return Content.assemble(
            (fit(shown(item.name), 40), "bold" if item.offered else "dim"), f"{item.jobs:>8,}  {words}"
        )

    def open_item(self, item: Template) -> None:
        """Another name."""
        by = self.user
        about = f"{item.jobs:,} job{'s' if item.jobs != 1 else ''} and its alerts take the new name."
        self.app.push_screen(
            AskLines(
                f"Rename {item.name}",
                about,
                ("New name, then Enter",),
                lambda name: self.services.administration.rename_template(by, item.id, name),
                value=item.name,
            )
        )

    def action_add(self) -> None:
        """A new kind of job."""
        by = self.user
        self.app.push_screen(
            AskLines(
                "A new template",
                "What kind of job it is; set up its alerts under Alerts > Setup.",
                ("Repair, then Enter",),
                lambda name: self.services.administration.add_template(by, name),
            )
        )

    def action_offer(self) -> None:
        """Offer it, or no longer."""
        template, by = self.chosen, self.user
        if template is None:
            return
        said = "is no longer offered for new jobs." if template.offered else "is offered again."
        self.ask(
            lambda: self.services.administration.offer_template(by, template.id, not template.offered),
            lambda _: self.notify(f"{template.name} {said}", markup=False),
            group="offer",
        )
