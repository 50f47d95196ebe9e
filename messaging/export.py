"""A job's conversation as data, in the words of the product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from domain.delivery import Delivery
from domain.jobs import Job
from domain.messages import Message, Person
from domain.people import Contact, User

if TYPE_CHECKING:
    from storage.threads import Threads


def conversation(threads: Threads, viewer: User, job: Job) -> dict[str, Any]:
    """One job with every message that this viewer may see, oldest first."""
    return {"job": _job(job), "messages": [_message(m) for m in _all(threads, viewer, job.id)]}


def _all(threads: Threads, viewer: User, job_id: int) -> Iterator[Message]:
    pages: list[list[Message]] = []
    before, more = None, True
    while more:
        page, more = threads.messages(viewer, job_id, before=before, count=500)
        pages.append(page)
        before = page[0].seq if page else None
    for page in reversed(pages):
        yield from page


def _job(job: Job) -> dict[str, Any]:
    return {
        "number": job.number,
        "template": job.template,
        "title": job.title,
        "status": job.status.value,
        "location": job.location.name,
        "customer": job.customer,
        "site_contact": _contact(job.site),
        "billing_contact": _contact(job.billing),
        "ad_hoc_mobile": job.ad_hoc.mobile if job.ad_hoc else None,
        "worker": job.worker.name if job.worker else None,
        "window_start": _time(job.window_start),
        "window_end": _time(job.window_end),
        "asset": job.asset,
        "address": job.address,
    }


def _contact(contact: Contact | None) -> dict[str, Any] | None:
    if contact is None:
        return None
    return {"name": contact.name, "title": contact.title, "mobile": contact.mobile, "email": contact.email}


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "kind": message.kind.value,
        "author": _person(message.author),
        "recipients": [_person(person) for person in message.recipients],
        "body": message.body,
        "at": _time(message.at),
        "deliveries": [_delivery(delivery) for delivery in message.deliveries],
    }


def _person(person: Person) -> dict[str, Any]:
    return {"role": person.role.value, "name": person.name, "mobile": person.mobile}


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "to": delivery.to,
        "channel": delivery.channel.value,
        "state": delivery.state.value,
        "sid": delivery.sid,
        "error": delivery.error,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
