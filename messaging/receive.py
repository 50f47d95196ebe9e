"""What comes in: fetched from the carrier, kept as it came, then placed on a job or in the tray."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.messages import DISPATCH, Kind, Message, NewMessage, Party, Person
from domain.optout import Keyword, keyword, may_mean_the_job
from domain.routing import How, Placement, place, tag_of

if TYPE_CHECKING:
    from domain.ports import Carrier
    from domain.texts import Incoming
    from storage.inbox import Inbox, Kept

LOOK_BACK = timedelta(days=2)
_REASONS = {
    How.UNKNOWN: "we have never texted this phone from that number",
    How.TOO_LATE: "the last text to this phone was too long ago, or its job is closed",
}
_log = logging.getLogger("jobline.receive")


def fetch(inbox: Inbox, carrier: Carrier, now: datetime, to_the_end: bool = False) -> int:
    """Keep what the carrier lists for our numbers; returns how many texts were new.

    Read newest first until a whole page is known (with `to_the_end`, back to two days before the
    newest text we have, whatever is known), but kept oldest first: a round that breaks off must not
    make what it did not reach look known. Raises CarrierTrouble; the numbers before stay kept.
    """
    new = 0
    for number in inbox.our_numbers():
        unknown: list[Incoming] = []
        for page in carrier.inbound(number, _since(inbox, number, now)):
            known = inbox.known(text.sid for text in page)
            unknown += [text for text in page if text.sid not in known]
            if not to_the_end and len(known) == len(page):
                break
        new += inbox.keep(reversed(unknown))
    return new


def place_new(inbox: Inbox, now: datetime) -> int:
    """Make messages of kept texts, oldest first; returns how many were settled. A second run changes nothing.

    A text that cannot be placed stays kept for the next round and does not hold up the others.
    """
    settled = 0
    for kept in inbox.new():
        try:
            settled += _place(inbox, kept, now)
        except Exception:
            _log.exception("text %s could not be placed; it is tried again", kept.text.sid)
    return settled


def _since(inbox: Inbox, number: str, now: datetime) -> date:
    """Two days back, or two days before the newest text we have where we were away for longer."""
    newest = inbox.newest_kept(number)
    return ((min(now, newest) if newest else now) - LOOK_BACK).date()


def _place(inbox: Inbox, kept: Kept, now: datetime) -> bool:
    text = kept.text
    word = keyword(text.body)
    placement = place(_printed_tags(inbox, text), inbox.texted(text.sender, text.to), now, inbox.windows())
    if placement.job_id is None:
        return inbox.place(kept, None, _REASONS[placement.how], word)
    worker = inbox.worker_of_phone(text.sender)
    make = _from_worker if worker is not None and worker.role is Party.WORKER else _from_contact
    return inbox.place(kept, make(inbox, kept, placement, worker), placement.how.value, word)


def _from_contact(inbox: Inbox, kept: Kept, placement: Placement, _worker: Person | None) -> NewMessage:
    """A contact's text goes to the author of the text it answers and to the assigned worker (rule 8)."""
    assert placement.job_id is not None
    answered, people = inbox.answered(kept.text.sender, placement.job_id)
    location, worker = inbox.job_facts(placement.job_id)
    to = _answered_to(answered)
    if worker is not None and location.direct_reply and inbox.three_way():
        to = (*to, worker)
    return NewMessage(
        job_id=placement.job_id,
        kind=Kind.REPLY,
        author=_author(people, kept.text.sender),
        recipients=to,
        body=kept.text.body,
        at=kept.text.at,
        compose_id=f"in:{kept.text.sid}",
        reply_to=answered.id if answered else None,
        dispatch_only=not location.direct_reply,
        unsure=placement.unsure,
        guessed=placement.guessed,
        after_closing=placement.after_closing,
        notice=_notice(kept.text.body),
    )


def _from_worker(_inbox: Inbox, kept: Kept, placement: Placement, worker: Person | None) -> NewMessage:
    """A worker's own phone writes to the dispatcher on the job last texted about."""
    assert placement.job_id is not None
    assert worker is not None
    return NewMessage(
        job_id=placement.job_id,
        kind=Kind.MESSAGE,
        author=worker,
        recipients=(DISPATCH,),
        body=kept.text.body,
        at=kept.text.at,
        compose_id=f"in:{kept.text.sid}",
        after_closing=placement.after_closing,
    )


def _answered_to(answered: Message | None) -> tuple[Person, ...]:
    if answered is None or answered.kind is Kind.ALERT or answered.author.role is not Party.DISPATCHER:
        return (DISPATCH,)
    return (answered.author,)


def _author(people: list[Person], phone: str) -> Person:
    """The contact behind a phone; where several share it, both names, filed under the last addressed (rule 33)."""
    if not people:
        return Person(Party.PHONE, phone, mobile=phone)
    last = people[0]
    if len(people) == 1:
        return Person(Party.CONTACT, last.name, contact_id=last.contact_id, mobile=phone)
    names = " or ".join(p.name for p in people)
    return Person(Party.CONTACT, f"{names} (same phone)", contact_id=last.contact_id, mobile=phone)


def _notice(body: str) -> str:
    word = keyword(body)
    if word is Keyword.STOP and may_mean_the_job(body):
        return "Opted out; may have meant the job: call. Only START from that phone undoes it."
    if word is Keyword.STOP:
        return "Opted out. No more texts to this phone until it sends START."
    return "Takes texts again." if word is Keyword.START else ""


def _printed_tags(inbox: Inbox, text: Incoming) -> str:
    """The job tags in a text that we printed for that phone; "unit #12" is none."""
    printed = (tag_of(job_id) for job_id in inbox.tagged(text.sender, text.to))
    return " ".join(tag for tag in printed if tag.casefold() in text.body.casefold())
