"""What a contact is answered by the program itself, at most once an hour for each phone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.account import Account, Location
from domain.delivery import Channel, State
from domain.hours import leaves_at
from domain.inbound import asks_for_link, says_yes
from domain.links import PLACE
from domain.messages import SYSTEM, Kind, NewDelivery, NewMessage, Party, Person, Stage
from domain.optout import Keyword, keyword
from domain.phone import is_e164, show

if TYPE_CHECKING:
    from domain.texts import Incoming
    from storage.inbox import JobFacts


def words_for(body: str, facts: JobFacts, links_out: bool, stopped: bool = False) -> str:
    """The words that answer a text on a job, "" where a person answers it.

    In this order: the text asks for the link; it says yes where an approval is awaited, which decides
    nothing (rule 35); the location takes no direct replies. Carrier keywords are the carrier's to
    answer; a yes is one only for a phone that had opted out (`stopped`). `links_out`: texts carry links now.
    """
    place = facts.location
    word = keyword(body)
    yes = facts.awaits_approval and says_yes(body)
    if word is not None and not (word is Keyword.START and yes and not stopped):
        return ""
    if asks_for_link(body):
        own = f"{place.name}: your page for job {facts.number}: {PLACE}"
        return own if links_out else f"{place.name} has no page for job {facts.number} just now. {_call(place)}"
    if yes:
        decides_nothing = f"{place.name}: thank you. A text on job {facts.number} approves nothing yet."
        return f"{decides_nothing} {_page('decide', place, links_out)}"
    if not place.direct_reply:
        return f"{place.name} does not take direct replies by text. {_page('write to us', place, links_out)}"
    return ""


def answer_to(
    text: Incoming,
    placed: NewMessage,
    contact: Person | None,
    facts: JobFacts,
    account: Account,
    now: datetime,
    links_out: bool,
    zone: str = "",
    stopped: bool = False,
) -> NewMessage | None:
    """The automatic answer to a text that was placed on a job, None where it gets none.

    `contact` wrote it, as a recipient; `zone` is theirs, "" for the location's. What the contact asked
    for leaves at once, the rest is held for the hour like any automatic text (rule 27). A text that was
    under way longer than a text of ours may be is left to people.
    """
    words = words_for(text.body, facts, links_out, stopped)
    if not words or contact is None or contact.role is not Party.CONTACT or now - text.at > account.use_by:
        return None
    due = now
    if account.holds and not asks_for_link(text.body):
        due = leaves_at(now, zone or facts.location.time_zone, facts.location.quiet)
    held = due > now
    why = f"quiet hours for {contact.name}" if held else ""
    state = State.HELD if held else State.QUEUED
    return NewMessage(
        job_id=placed.job_id,
        kind=Kind.ALERT,
        author=SYSTEM,
        recipients=(contact,),
        body=words,
        at=now,
        compose_id=f"auto:{text.sid}",
        dispatch_only=placed.dispatch_only,
        deliveries=(NewDelivery(0, Channel.SMS, text.sender, state, due, due + account.use_by, why),),
        stage=Stage.HELD if held else Stage.OUT,
        leaves_at=due if held else None,
    )


def _page(what: str, place: Location, links_out: bool) -> str:
    """Where to turn instead: the page, or a call where no link goes out."""
    return f"Please {what} on your page: {PLACE}" if links_out else _call(place)


def _call(place: Location) -> str:
    number = place.callback_phone
    if not number:
        return "Please call us."
    return f"Please call us: {show(number) if is_e164(number) else number}"
