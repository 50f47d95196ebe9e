"""What a dispatcher does with contacts' links: how each stands, sent again, ended, opened in practice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain import links
from domain.errors import Refusal
from domain.jobs import Job
from domain.links import PLACE, ContactLink, Kind
from domain.messages import Message
from domain.people import Contact, User
from domain.permissions import Act, demand
from domain.secret import Purpose, Secret
from messaging.conversation import Compose, Sent
from messaging.links import NO_ADDRESS

if TYPE_CHECKING:
    from messaging.conversation import Conversation
    from storage.contact_links import ContactLinks
    from storage.link_standings import Consent, KeptStanding, LinkStandings
    from storage.reads import Reads
    from storage.threads import Threads

_GONE = "This job is not in your list any more. Go back to the list."
_NO_PAGES = "The engine has not said yet where its pages are. Wait a moment, or start one: jobline serve"
_LIVE = "A contact's page is for that contact alone: in live mode nobody of the business can open it."


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contact stands with their page of a job.

    `place` says as what they are on the job, "" where they are not (any more). `invited_by` are the words
    of the text that told them who writes, "" where it was none of ours; `told` is False where it never got
    there, so that the next text invites. `why_no_page` says why texts carry no link at all, "" if they do.
    """

    contact: Contact
    place: str
    invited_at: datetime | None
    invited_by: str
    told: bool
    link: ContactLink | None
    consent: Consent | None
    why_no_page: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A contact's page in practice: whose it is, and its whole address."""

    name: str
    address: str


class LinkActs:
    """The use cases of contacts' links, on jobs of the user's own locations. They raise Refusal.

    `secret` reads the secret of this machine; only practice ever asks for it.
    """

    def __init__(
        self,
        reads: Reads,
        threads: Threads,
        kept: ContactLinks,
        standings: LinkStandings,
        conversation: Conversation,
        clock: Callable[[], datetime],
        secret: Callable[[], Secret],
    ) -> None:
        self.reads = reads
        self.threads = threads
        self.kept = kept
        self.standings = standings
        self.conversation = conversation
        self.clock = clock
        self.secret = secret

    def of_job(self, user: User, job_id: int) -> list[Standing]:
        """Everybody on the job, and whoever was invited to it or has a link; those on the job first."""
        job = self._job(user, job_id)
        places = _places(job)
        why = self._why_no_page()
        found = self.standings.of_job(job_id, frozenset(places))
        found.sort(key=lambda kept: list(places).index(kept.contact.id) if kept.contact.id in places else len(places))
        return [self._standing(user, job_id, kept, places.get(kept.contact.id, ""), why) for kept in found]

    def send(self, user: User, job_id: int, contact_id: int, compose_id: str) -> Sent:
        """Text a contact their link, in a message of its own; it can be called back like any other."""
        job = self._job(user, job_id)
        if why := self._why_no_page():
            raise Refusal(why)
        if job.closed_at is not None and self.clock() >= job.closed_at + links.AFTER_CLOSING:
            raise Refusal(f"Job {job.number} was closed more than 30 days ago: its pages have ended. Write a message.")
        body = f"Your page for job {job.number}: {PLACE}"
        sent = self.conversation.send(user, Compose(job_id, (f"contact:{contact_id}",), body, compose_id))
        assert isinstance(sent, Sent)  # nothing is compared with what the sender had before them
        return sent

    def end(self, user: User, job_id: int, contact_id: int) -> int:
        """End every link of a contact on a job at once, open pages too; returns how many worked."""
        self._job(user, job_id)
        return self.kept.revoke(contact_id, job_id)

    def page(self, user: User, job_id: int, contact_id: int, message_id: int | None = None) -> Page:
        """A contact's page, open at a message where one is named; in practice only (rule 25).

        A refusal names the key that sends a link: from a message the list of links is opened first.
        """
        key_words = "s" if message_id is None else "L, then s"
        job = self._job(user, job_id)
        self._demand_practice()
        found = [kept for kept in self.standings.of_job(job.id) if kept.contact.id == contact_id]
        if not found or found[0].link is None:
            raise Refusal(f"There is no link yet: the next text that carries one makes it. {key_words} sends one.")
        link, name = found[0].link, found[0].contact.name
        if not link.works(self.clock()):
            raise Refusal(f"The link of {name} has ended. {key_words} sends a new one.")
        base = self.reads.engine(self.clock()).page_url
        if not base:
            raise Refusal(_NO_PAGES)
        key = self.secret().key(Purpose.LINKS)
        return Page(name, links.address(base, key, Kind.CONTACT, link.id, message_id))

    def page_at(self, user: User, job_id: int, message_id: int) -> Page:
        """The page of a contact on a message, open at it: of its author, else of the first one who has a link."""
        self._job(user, job_id)
        self._demand_practice()
        message = self.threads.message(user, job_id, message_id)
        people = (message.author, *message.recipients) if message else ()
        ids = [person.contact_id for person in people if person.contact_id is not None]
        if not ids:
            raise Refusal("No contact is on this message. Select one that a customer wrote or got.")
        working = {link.contact_id for link in self.kept.of_job(job_id) if link.works(self.clock())}
        return self.page(user, job_id, next((i for i in ids if i in working), ids[0]), message_id)

    def _job(self, user: User, job_id: int) -> Job:
        demand(user, Act.LINKS)
        job = self.threads.job(user, job_id)
        if job is None:
            raise Refusal(_GONE)
        return job

    def _demand_practice(self) -> None:
        if not self.reads.account().practice:
            raise Refusal(_LIVE)

    def _why_no_page(self) -> str:
        if self.reads.engine(self.clock()).page_url:
            return ""
        return _NO_PAGES if self.reads.account().practice else NO_ADDRESS

    def _standing(self, user: User, job_id: int, kept: KeptStanding, place: str, why: str) -> Standing:
        by: Message | None = None
        if kept.invited_by is not None:
            by = self.threads.message(user, job_id, kept.invited_by)
        return Standing(
            contact=kept.contact,
            place=place,
            invited_at=kept.invited_at,
            invited_by=by.body if by else "",
            told=kept.told,
            link=kept.link,
            consent=kept.consent,
            why_no_page=why,
        )


def _places(job: Job) -> dict[int, str]:
    """As what each contact is on a job, in the order of its boxes."""
    boxes = (("Site contact", job.site), ("Billing contact", job.billing), ("Ad hoc SMS", job.ad_hoc))
    found: dict[int, str] = {}
    for name, contact in boxes:
        if contact is not None:
            found[contact.id] = f"{found[contact.id]}, {name.lower()}" if contact.id in found else name
    return found
