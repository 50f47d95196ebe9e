"""A contact in words: one line of a list, everything of one, and what was said about texting them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from domain import phone
from domain.contacts import ContactFile, ContactForm, ContactJob, ContactRecord, Permission
from domain.text import one_line
from screens.times import clock_time
from widgets.wrapping import cut, fit, shown

FIELDS = {
    "name": "Name",
    "title": "Job title",
    "email": "Email",
    "mobile": "Mobile",
    "sms_on": "SMS",
    "email_on": "Email wanted",
    "one_time": "Kind",
    "time_zone": "Time zone",
    "groups": "Groups",
}
SAME_NUMBER = "≈"
"""Marks a number that several contacts have; said in words in the line above the list."""
_NAME, _CUSTOMER, _MOBILE, _JOBS = 22, 17, 17, 5


def columns(width: int) -> str:
    """The heads of the list's columns; a wide list has the email too."""
    more = f"{'Email':<30}" if width > 110 else ""
    return f"{'Name':<{_NAME}}{'Customer':<{_CUSTOMER}}{'Mobile':<{_MOBILE + 2}}{'Jobs':<{_JOBS}}{more}Notes"


def contact_line(record: ContactRecord, width: int) -> Content:
    """One contact in `width` cells at most: who, whose, the number with its mark, open jobs, what is to be known."""
    form = record.form
    mark = SAME_NUMBER if record.twins else " "
    jobs = str(record.open_jobs) if record.open_jobs else ""
    more = f"{fit(shown(form.email), 29)} " if width > 110 else ""
    counts = f"{fit(jobs, _JOBS - 1)} {more}"
    name = f"{fit(shown(form.name), _NAME - 1)} "
    rest = f"{fit(shown(record.customer), _CUSTOMER - 1)} {fit(form.mobile or '—', _MOBILE)}"
    notes = " · ".join(part for part in (_short_why(record), form.title, ", ".join(form.groups)) if part)
    room = width - (_NAME + _CUSTOMER + _MOBILE + 2 + len(counts))
    return Content.assemble(
        (name, "bold"), rest, (f"{mark} ", "$text-warning"), counts, (cut(shown(notes), room), "$foreground 75%")
    )


def value_words(form: ContactForm, name: str) -> str:
    """One value of a contact as people read it."""
    value = getattr(form, name)
    if name == "mobile":
        return phone.show(value) if value else "—"
    if name == "sms_on":
        return "on" if value else "off"
    if name == "email_on":
        return "yes" if value else "no"
    if name == "one_time":
        return "one-time" if value else "ongoing"
    if name == "time_zone":
        return value or "as the location"
    return one_line(", ".join(value) if name == "groups" else value, 80) or "—"


def facts(found: ContactFile) -> Content:
    """Everything about a contact but the jobs."""
    record = found.record
    lines = [("Customer", one_line(record.customer))]
    lines += [(label, value_words(record.form, name)) for name, label in FIELDS.items()]
    lines.insert(5, ("Texts", record.why_no_text or "can be texted"))
    twins = "; ".join(f"{one_line(twin.form.name)} ({one_line(twin.customer)})" for twin in found.twins)
    if twins:
        lines.append(("Same number", f"{SAME_NUMBER} {twins}"))
    about = [each for each in found.permissions if each.mobile == record.form.mobile]
    lines.append(("Consent", said(about[0]) if about else "none on record for this number"))
    return _named(lines)


def jobs(found: Sequence[ContactJob]) -> Content:
    """The jobs of a contact, one a line."""
    if not found:
        return Content("On no job.")
    return Content("\n").join([job_line(job) for job in found])


def job_line(job: ContactJob) -> Content:
    """One job that a contact stands on, and as what."""
    state = "closed" if job.closed else job.status.words
    rest = " · ".join(part for part in (job.title, job.box, state) if part)
    return Content.assemble((f"{one_line(job.number, 20)}  ", "bold"), one_line(rest))


def said(permission: Permission) -> str:
    """One thing that was said about texting somebody: when, what, by whom, how, and about which number."""
    number = phone.show(permission.mobile)
    words = f"{permission.wording}, by {permission.by}, {permission.how}, for {number}"
    return f"{clock_time(permission.at)}  {one_line(words)}"


def history(found: Sequence[Permission]) -> Content:
    """Everything that was said about texting somebody, the newest first."""
    if not found:
        return Content("Nothing is on record: type a number, or switch SMS on, and it is recorded as stated by you.")
    return Content("\n").join([Content(said(each)) for each in found])


def _named(lines: Sequence[tuple[str, str]]) -> Content:
    return Content("\n").join([Content.assemble((f"{name:<14}", "$foreground 75%"), value) for name, value in lines])


def _short_why(record: ContactRecord) -> str:
    if record.opted_out:
        return "opted out"
    one_time = "one-time" if record.form.one_time else ""
    if record.form.mobile and not record.form.sms_on:
        return " · ".join(part for part in ("SMS off", one_time) if part)
    return one_time
