"""The Details tab: a job's facts, one a line."""

from textual.content import Content

from domain.jobs import Job
from domain.people import Contact
from domain.text import one_line
from screens.times import clock_time, window


def details(job: Job) -> Content:
    """Every fact with its name; empty ones say so."""
    facts = [
        ("Number", job.number),
        ("Title", job.title),
        ("Template", job.template),
        ("Status", job.status.words),
        ("Location", job.location.name),
        ("Customer", job.customer),
        ("Asset", job.asset),
        ("Address", job.address),
        ("Planned", window(job.window_start, job.window_end, job.location.time_zone)),
        ("Worker", job.worker.name if job.worker else ""),
        ("Site contact", _contact(job.site)),
        ("Billing contact", _contact(job.billing)),
        ("Ad hoc SMS", job.ad_hoc.mobile or "" if job.ad_hoc else ""),
        ("Texts from", ", ".join(job.location.numbers)),
        ("Direct reply", "on" if job.location.direct_reply else "off: answers are kept for dispatchers"),
        ("Made", clock_time(job.created_at)),
        ("Closed", clock_time(job.closed_at) if job.closed_at else ""),
    ]
    lines = [Content.assemble((f"{name:<16}", "$foreground 75%"), one_line(value) or "—") for name, value in facts]
    return Content("\n").join(lines)


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    parts = [contact.name, contact.title, contact.mobile or "", contact.email]
    reason = contact.why_no_text()
    return " · ".join(part for part in parts if part) + (f" ({reason})" if reason else "")
