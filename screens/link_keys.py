"""What a dispatcher does with contacts' links from the job: see how they stand, open a page in practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from domain.permissions import Act, may
from screens.link_words import short_words
from screens.on_job import OnJob
from screens.times import clock_time

if TYPE_CHECKING:
    from messaging.link_acts import Page, Standing


class LinkKeys(OnJob):
    """The keys of contacts' pages on a job; workers have none of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("L", "links", "Links", id="job.links", show=False, tooltip="How customers stand with their pages"),
        Binding("o", "open_page", "Open page", id="job.page", show=False, tooltip="Practice: the customer's page here"),
    ]
    link_lines: Mapping[int, str] = {}
    """How each contact stands with their page, by id, for Details."""

    def action_links(self) -> None:
        """Show how every contact stands with their page."""
        from screens.contact_links import ContactLinksScreen

        if self._may() and self.job is not None:
            self.app.push_screen(ContactLinksScreen(self.job), lambda _: self.refresh_thread())

    def action_open_page(self) -> None:
        """Practice: show the page of the contact on the selected message, open at it."""
        from screens.qr import QrScreen, Shown

        message, job = self.selected, self.job
        if not self._may() or job is None:
            return
        if message is None:
            self.notify("There is no message yet.")
            return
        user = self.user

        def show(page: Page) -> None:
            self.app.push_screen(QrScreen([Shown(f"{page.name}'s page of job {job.number}", page.address)]))

        self.ask(
            lambda: self.services.link_acts.page_at(user, job.id, message.id), show, group="open-page", opening=True
        )

    def _may(self) -> bool:
        if not self.leads or self.job is None:
            return False
        if not may(self.user, Act.LINKS):
            self.notify("Contacts' links need the Chat box. Ask the administrator.")
            return False
        return True

    def find_links(self) -> None:
        """Read how contacts stand with their pages, for Details."""
        user, job_id = self.user, self.job_id
        if not (self.leads and may(user, Act.LINKS)):
            self._show_links(())
            return
        self.ask(
            lambda: self.services.link_acts.of_job(user, job_id), self._show_links, lambda _: None, group="link-lines"
        )

    def _show_links(self, found: Sequence[Standing]) -> None:
        now = self.services.clock()
        lines = {standing.contact.id: short_words(standing, now, clock_time) for standing in found}
        if lines != self.link_lines:
            self.link_lines = lines
            self.show_details()

    def show_details(self) -> None:
        """Draw the Details tab anew."""
        raise NotImplementedError
