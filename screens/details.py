"""The Details tab: a job's facts, one a line."""

from collections.abc import Mapping

from textual.content import Content

from domain.jobs import Job
from domain.people import Contact
from domain.text import one_line
from screens.times import clock_time, window


def details(job: Job, estimate: str = "", links: Mapping[int, str] | None = None) -> Content:
    """Every fact with its name; empty ones say so. `estimate` is how it stands, "" for who may not know of it.

    `links` says how each contact stands with their page, by id.
    """
    facts = [
        ("Number", job.number),
        ("Title", job.title),
        ("Template", job.template),
        ("Status", job.status.words),
        *([("Estimate", estimate)] if estimate else []),
        ("Location", job.location.name),
        ("Customer", job.customer),
        ("Asset", job.asset),
        ("Address", job.address),
        ("Planned", window(job.window_start, job.window_end, job.location.time_zone)),
        ("Worker", job.worker.name if job.worker else ""),
        ("Site contact", _contact(job.site)),
        *_page(job.site, links),
        ("Billing contact", _contact(job.billing)),
        *_page(job.billing if job.billing != job.site else None, links),
        ("Ad hoc SMS", job.ad_hoc.mobile or "" if job.ad_hoc else ""),
        *_page(job.ad_hoc, links),
        ("Texts from", ", ".join(job.location.numbers)),
        ("Direct reply", "on" if job.location.direct_reply else "off: answers are kept for dispatchers"),
        ("Made", clock_time(job.created_at)),
        ("Closed", clock_time(job.closed_at) if job.closed_at else ""),
    ]
    lines = [Content.assemble((f"{name:<16}", "$foreground 75%"), one_line(value) or "—") for name, value in facts]
    return Content("\n").join(lines)


def _page(contact: Contact | None, links: Mapping[int, str] | None) -> list[tuple[str, str]]:
    """How somebody stands with their page, on a line of its own below them."""
    line = (links or {}).get(contact.id, "") if contact else ""
    return [("", line)] if line else []


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    parts = [contact.name, contact.title, contact.mobile or "", contact.email]
    reason = contact.why_no_text()
    return " · ".join(part for part in parts if part) + (f" ({reason})" if reason else "")
