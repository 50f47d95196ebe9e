"""What comes in: fetched from the carrier, kept as it came, then placed on a job or in the tray."""

from __future__ import annotations

import logging
import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.inbound import addressed_to, author_of, notice_of
from domain.messages import DISPATCH, Kind, NewMessage, Party, Person
from domain.optout import keyword
from domain.routing import How, Placement, place, tag_of
from messaging.auto_answers import answer_to

if TYPE_CHECKING:
    from domain.ports import Carrier
    from domain.texts import Incoming
    from storage.inbox import Inbox, Kept

LOOK_BACK = timedelta(days=2)
_REASONS = {
    How.UNKNOWN: "we have never texted this phone from that number",
    How.TOO_LATE: "the last text to this phone was too long ago, or its job is closed",
}
_TAG = re.compile(r"#[0-9A-Za-z]+")
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
    if worker is not None and worker.role is Party.WORKER:
        return inbox.place(kept, _from_worker(kept, placement, worker), placement.how.value, word)
    message, answer = _from_contact(inbox, kept, placement, now)
    return inbox.place(kept, message, placement.how.value, word, answer)


def _from_contact(
    inbox: Inbox, kept: Kept, placement: Placement, now: datetime
) -> tuple[NewMessage, NewMessage | None]:
    """A contact's text as a message on its job (rule 8), and the automatic answer to it, if there is one."""
    assert placement.job_id is not None
    text = kept.text
    answered, people = inbox.answered(text.sender, placement.job_id)
    facts, account, stopped = inbox.job_facts(placement.job_id), inbox.account(), inbox.stopped(text.sender)
    message = NewMessage(
        job_id=placement.job_id,
        kind=Kind.REPLY,
        author=author_of(people, text.sender),
        recipients=addressed_to(answered, facts.worker if facts.location.direct_reply and account.three_way else None),
        body=text.body,
        at=text.at,
        compose_id=f"in:{text.sid}",
        reply_to=answered.id if answered else None,
        dispatch_only=not facts.location.direct_reply,
        unsure=placement.unsure,
        guessed=placement.guessed,
        after_closing=placement.after_closing,
        notice=notice_of(text.body, facts.awaits_approval, stopped),
    )
    contact = people[0] if people else None
    zone = inbox.zone_of(contact.contact_id) if contact else ""
    return message, answer_to(text, message, contact, facts, account, now, inbox.links_out(), zone, stopped)


def _from_worker(kept: Kept, placement: Placement, worker: Person) -> NewMessage:
    """A worker's own phone writes to the dispatcher on the job last texted about."""
    assert placement.job_id is not None
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


def _printed_tags(inbox: Inbox, text: Incoming) -> str:
    """The job tags in a text that we printed for that phone; "unit #12" is none."""
    printed = (tag_of(job_id) for job_id in inbox.tagged(text.sender, text.to))
    written = {tag.casefold() for tag in _TAG.findall(text.body)}
    return " ".join(tag for tag in printed if tag.casefold() in written)
