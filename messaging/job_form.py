"""A job as somebody types it into a form, checked field by field."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain import phone
from domain.account import Location
from domain.errors import Refusal
from domain.jobs import Job, JobForm, Status
from domain.people import Contact, StatedContact

TIME = "%Y-%m-%d %H:%M"


def read_form(
    typed: Mapping[str, str], location: Location, status: Status, worker_id: int | None, job: Job | None = None
) -> JobForm:
    """The form's values, every number and time understood at the location. Raises Refusal with the field's name.

    `job` is the one that is changed: its contacts stay the same people while its customer does.
    """
    values = {name: " ".join(text.split()) for name, text in typed.items()}
    for name, what in (("number", "the job's number"), ("customer", "the customer's name")):
        if not values.get(name):
            raise Refusal(f"Type {what}.", name)
    same = job if job is not None and job.customer == values["customer"] else None
    form = JobForm(
        number=values["number"],
        template=values.get("template", ""),
        title=values.get("title", ""),
        status=status,
        location_id=location.id,
        customer=values["customer"],
        site_contact_id=same.site.id if same and same.site else None,
        billing_contact_id=same.billing.id if same and same.billing else None,
        ad_hoc_mobile=_mobile(values, "ad_hoc_mobile", location),
        worker_id=worker_id,
        window_start=_time(values, "window_start", location),
        window_end=_time(values, "window_end", location),
        asset=values.get("asset", ""),
        address=values.get("address", ""),
        site=_contact(values, "site", location),
        billing=_contact(values, "billing", location),
    )
    if form.window_start and form.window_end and form.window_end < form.window_start:
        raise Refusal("The window ends before it starts.", "window_end")
    return form


def show_form(job: Job) -> dict[str, str]:
    """A job's values as the form shows them."""
    zone = ZoneInfo(job.location.time_zone)
    values = {
        "number": job.number,
        "template": job.template,
        "title": job.title,
        "customer": job.customer,
        "asset": job.asset,
        "address": job.address,
        "ad_hoc_mobile": job.ad_hoc.mobile or "" if job.ad_hoc else "",
        "window_start": job.window_start.astimezone(zone).strftime(TIME) if job.window_start else "",
        "window_end": job.window_end.astimezone(zone).strftime(TIME) if job.window_end else "",
    }
    return {**values, **_shown("site", job.site), **_shown("billing", job.billing)}


def _shown(prefix: str, contact: Contact | None) -> dict[str, str]:
    if contact is None:
        return {}
    return {
        f"{prefix}_name": contact.name,
        f"{prefix}_title": contact.title,
        f"{prefix}_mobile": contact.mobile or "",
        f"{prefix}_email": contact.email,
    }


def _contact(values: Mapping[str, str], prefix: str, location: Location) -> StatedContact:
    mobile = _mobile(values, f"{prefix}_mobile", location)
    name = values.get(f"{prefix}_name", "")
    if not name and (mobile or values.get(f"{prefix}_email")):
        raise Refusal("Type the contact's name too.", f"{prefix}_name")
    return StatedContact(name, values.get(f"{prefix}_title", ""), mobile, values.get(f"{prefix}_email", ""))


def _mobile(values: Mapping[str, str], field: str, location: Location) -> str:
    text = values.get(field, "")
    if not text:
        return ""
    try:
        return phone.parse(text, location.country)
    except Refusal as refusal:
        raise Refusal(refusal.sentence, field) from None


def _time(values: Mapping[str, str], field: str, location: Location) -> datetime | None:
    text = values.get(field, "")
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"“{text[:30]}” is not a time like 2026-03-02 09:00.", field) from None
    return (when if when.tzinfo else when.replace(tzinfo=ZoneInfo(location.time_zone))).astimezone(UTC)
