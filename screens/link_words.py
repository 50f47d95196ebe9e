"""How a contact stands with their page of a job, in words for the list of links and the Details of a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from domain.text import one_line

if TYPE_CHECKING:
    from messaging.link_acts import Standing

ClockTime = Callable[[datetime], str]


def link_words(standing: Standing, now: datetime, clock_time: ClockTime) -> str:
    """The link in a few words; `clock_time` writes a moment in the viewer's zone."""
    link = standing.link
    if link is not None and link.revoked_at is not None:
        return f"ended {clock_time(link.revoked_at)}"
    if link is not None and not link.works(now):
        return f"expired {clock_time(link.expires_at or now)}"
    if standing.why_no_page:
        return "no web address"
    if link is None:
        return "none yet"
    return f"works until {clock_time(link.expires_at)}" if link.expires_at else "works"


def invited_words(standing: Standing, clock_time: ClockTime) -> str:
    """When a contact was invited; "not yet" where the next text does it."""
    if standing.invited_at is None:
        return "not yet"
    return clock_time(standing.invited_at) if standing.told else "did not arrive"


def more_of(standing: Standing, now: datetime, clock_time: ClockTime) -> list[tuple[str, str]]:
    """What more is known of a contact and their page, each fact with its name."""
    contact = standing.contact
    who = " · ".join(part for part in (contact.name, contact.title, contact.mobile or "", contact.email) if part)
    return [
        ("Contact", who),
        ("Invited", _invited(standing, clock_time)),
        ("Link", _link(standing, now, clock_time)),
        ("Texts", f"{contact.why_no_text() or 'reach them'} · {consent_words(standing, clock_time)}"),
    ]


def short_words(standing: Standing, now: datetime, clock_time: ClockTime) -> str:
    """Everything on one line, for Details."""
    parts = (
        f"invited {invited_words(standing, clock_time)}" if standing.invited_at else "not invited yet",
        f"link {link_words(standing, now, clock_time)}",
        f"consent by {one_line(standing.consent.by, 30)}" if standing.consent else "no consent",
    )
    return " · ".join(parts)


def consent_words(standing: Standing, clock_time: ClockTime) -> str:
    """By whose word this number may be texted (rule 23)."""
    consent = standing.consent
    if consent is None:
        return "nobody has stated that this number may be texted"
    source = f", {one_line(consent.source, 40)}" if consent.source else ""
    return f"consent stated by {one_line(consent.by, 40)}{source}, {clock_time(consent.at)}"


def _invited(standing: Standing, clock_time: ClockTime) -> str:
    if standing.invited_at is None:
        return "not yet: the next text tells them who writes on which job, and how to stop"
    words = f" by “{one_line(standing.invited_by, 80)}”" if standing.invited_by else ""
    again = "" if standing.told else ", which did not arrive: the next text invites again"
    return f"{clock_time(standing.invited_at)}{words}{again}"


def _link(standing: Standing, now: datetime, clock_time: ClockTime) -> str:
    words, link = link_words(standing, now, clock_time), standing.link
    if standing.why_no_page and (link is None or link.works(now)):
        return standing.why_no_page
    if link is None:
        return "none yet: the first text that carries one makes it"
    if link.revoked_at is not None:
        return f"{words}: texts still reach them, and the next one that carries a link brings a new one"
    if not link.works(now):
        return f"{words}, 30 days after the job was closed"
    return words if link.expires_at else "works, until 30 days after the job is closed"
