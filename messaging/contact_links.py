"""Contacts' links to their own page of one job: opened, and their addresses for texts that leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from domain import links
from domain.links import ContactLink, Kind
from domain.people import ContactViewer

if TYPE_CHECKING:
    from storage.contact_links import ContactLinks as KeptLinks


class ContactVisitor(NamedTuple):
    """A contact who opened a link that works."""

    viewer: ContactViewer
    link: ContactLink


class ContactLinks:
    """Makes and checks contacts' links.

    `key` is the one for links, kept outside the database; None on a desk, which opens no page.
    `base` tells under which address phones reach our pages, "" where no link may go out (rule 26).
    """

    def __init__(
        self,
        kept: KeptLinks,
        clock: Callable[[], datetime],
        base: Callable[[], str],
        key: bytes | None = None,
    ) -> None:
        self.kept = kept
        self.clock = clock
        self.base = base
        self.key = key

    def visitor(self, token: str) -> ContactVisitor | None:
        """Whose page a token opens now; None for a wrong, ended or expired one."""
        if self.key is None:
            return None
        link_id = links.link_of(self.key, Kind.CONTACT, token)
        link = self.kept.link(link_id or 0)  # looked for always: a wrong link takes as long as an expired one
        if link is None or not link.works(self.clock()):
            return None
        return ContactVisitor(ContactViewer(link.contact_id, link.job_id), link)

    def address_of(self, link_id: int, message_id: int | None = None) -> str:
        """The whole address of a link, "" where none may go out; for texts that leave, never to be stored."""
        base = self.base()
        if not base or self.key is None:
            return ""
        return links.address(base, self.key, Kind.CONTACT, link_id, message_id)
