"""The way in to a contact's pages of one job, and what stands around each of them: whose link it is, on which job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.links import Kind
from domain.page_frame import PageFrame
from domain.people import ContactViewer
from domain.phone import is_e164, show
from domain.text import one_line
from messaging.contact_links import ContactLinks, ContactVisitor
from web import linked
from web.linked import Doors, Ground
from web.times import clock

Visit = linked.Visit[ContactVisitor]
ContactDoors = Doors[ContactVisitor]


def contact_doors(
    ground: Ground, links: ContactLinks, frame: Callable[[ContactViewer], PageFrame]
) -> Doors[ContactVisitor]:
    """The doors of all pages of contacts. Templates extend contact_page.html, which uses what stands here."""

    def about(visit: Visit) -> dict[str, Any]:
        shown, expires = frame(visit.visitor.viewer), visit.visitor.link.expires_at
        return {
            "contact": one_line(shown.contact, 120),
            "customer": one_line(shown.customer, 120),
            "number": one_line(shown.number, 40),
            "job_title": one_line(shown.title, 200),
            "asset": one_line(shown.asset, 120),
            "location": one_line(shown.location, 120),
            "callback": shown.callback_phone if is_e164(shown.callback_phone) else "",
            "callback_words": one_line(show(shown.callback_phone), 40) if shown.callback_phone else "",
            "practice": shown.practice,
            "closed": shown.closed,
            "has_estimate": shown.estimate,
            "clock": clock(shown.time_zone),
            "until": f"{expires.day} {expires:%B %Y}" if expires else "",
        }

    return Doors(ground, Kind.CONTACT, links.visitor, about)
