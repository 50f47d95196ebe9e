"""Which store stands where: the one place that joins the floors.

Readers come up at once, on the standard driver. Writers need SQLModel, so a desk opens them in a
thread after its first frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from storage.job_list import JobList
from storage.plain import Plain
from storage.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.accounts import Accounts
    from storage.api_tokens import ApiTokens
    from storage.bell import Rings
    from storage.contact_file import ContactFiles
    from storage.contact_links import ContactLinks
    from storage.contact_list import ContactList
    from storage.contact_merging import ContactMerging
    from storage.contacts import Contacts
    from storage.conversations import Conversations
    from storage.customers import Customers
    from storage.engine import Database
    from storage.engines import Engines
    from storage.estimates import Estimates
    from storage.inbox import Inbox
    from storage.job_events import JobEvents
    from storage.job_leads import JobLeads
    from storage.jobs import Jobs
    from storage.leaving import Leaving
    from storage.link_standings import LinkStandings
    from storage.links import Links
    from storage.locations import Locations
    from storage.notices import Notices
    from storage.outbox import Outbox
    from storage.people import People
    from storage.pins import Pins
    from storage.placing import Placing
    from storage.presence import Presence
    from storage.quick_actions import QuickActions
    from storage.rules import Rules
    from storage.saved_replies import SavedReplyStore
    from storage.templates import Templates
    from storage.threads import Threads
    from storage.tray import TrayTexts
    from storage.users import Users


def utc_now() -> datetime:
    """The clock of the real world."""
    return datetime.now(UTC)


class Readers:
    """Everything that can be read before SQLModel is loaded."""

    def __init__(self, url: str, clock: Callable[[], datetime] = utc_now) -> None:
        self.url = url
        self.clock = clock
        self.plain = Plain(url)
        self.reads = Reads(self.plain)
        self.job_list = JobList(self.plain, clock)

    @cached_property
    def threads(self) -> Threads:
        """Single jobs; not needed for the first frame, so not loaded before it."""
        from storage.threads import Threads

        return Threads(self.plain, self.clock)

    @cached_property
    def rings(self) -> Rings:
        """What rings; nothing does before the first frame."""
        from storage.bell import Rings

        return Rings(self.plain, self.clock)

    def close(self) -> None:
        """Close every connection."""
        self.plain.close()


@dataclass
class Writers:
    """Everything that writes. Loading it costs more than a whole start of the screen."""

    database: Database
    people: People
    pins: Pins
    jobs: Jobs
    rules: Rules
    events: JobEvents
    conversations: Conversations
    leaving: Leaving
    outbox: Outbox
    inbox: Inbox
    tray: TrayTexts
    placing: Placing
    engines: Engines
    users: Users
    locations: Locations
    templates: Templates
    accounts: Accounts
    saved_replies: SavedReplyStore
    job_leads: JobLeads
    presence: Presence
    links: Links
    contact_links: ContactLinks
    link_standings: LinkStandings
    contact_list: ContactList
    contact_files: ContactFiles
    contacts: Contacts
    contact_merging: ContactMerging
    customers: Customers
    notices: Notices
    api_tokens: ApiTokens
    estimates: Estimates
    quick_actions: QuickActions

    @classmethod
    def open(cls, readers: Readers, upgrade: bool = True) -> Writers:
        """Open the database for writing, brought up to this program's schema."""
        from storage import schema
        from storage.accounts import Accounts
        from storage.api_tokens import ApiTokens
        from storage.contact_file import ContactFiles
        from storage.contact_links import ContactLinks
        from storage.contact_list import ContactList
        from storage.contact_merging import ContactMerging
        from storage.contacts import Contacts
        from storage.conversations import Conversations
        from storage.customers import Customers
        from storage.engine import Database
        from storage.engines import Engines
        from storage.estimates import Estimates
        from storage.inbox import Inbox
        from storage.job_events import JobEvents
        from storage.job_leads import JobLeads
        from storage.jobs import Jobs
        from storage.leaving import Leaving
        from storage.link_standings import LinkStandings
        from storage.links import Links
        from storage.locations import Locations
        from storage.notices import Notices
        from storage.outbox import Outbox
        from storage.people import People
        from storage.pins import Pins
        from storage.placing import Placing
        from storage.presence import Presence
        from storage.quick_actions import QuickActions
        from storage.rules import Rules
        from storage.saved_replies import SavedReplyStore
        from storage.templates import Templates
        from storage.tray import TrayTexts
        from storage.users import Users

        database = Database(readers.url)
        if upgrade:
            schema.upgrade(database)
        clock = readers.clock
        conversations = Conversations(database, readers.plain, clock)
        contact_list = ContactList(readers.plain)
        return cls(
            database=database,
            people=People(database, clock),
            pins=Pins(database, clock),
            jobs=Jobs(database, clock),
            rules=Rules(database, clock),
            events=JobEvents(database, clock),
            conversations=conversations,
            leaving=Leaving(database, readers.plain, clock),
            outbox=Outbox(database, clock),
            inbox=Inbox(database, readers.plain, clock),
            tray=TrayTexts(readers.plain, clock),
            placing=Placing(database, clock),
            engines=Engines(database, clock),
            users=Users(database, clock),
            locations=Locations(database, clock),
            templates=Templates(database),
            accounts=Accounts(database),
            saved_replies=SavedReplyStore(database),
            job_leads=JobLeads(database, readers.plain, clock),
            presence=Presence(database, readers.plain, clock),
            links=Links(database, readers.plain, clock),
            contact_links=ContactLinks(database, readers.plain, clock),
            link_standings=LinkStandings(readers.plain),
            contact_list=contact_list,
            contact_files=ContactFiles(readers.plain, contact_list),
            contacts=Contacts(database, clock),
            contact_merging=ContactMerging(database, clock),
            customers=Customers(database),
            notices=Notices(database, readers.plain, clock),
            api_tokens=ApiTokens(database, clock),
            estimates=Estimates(database, readers.plain, clock),
            quick_actions=QuickActions(database, conversations, clock),
        )

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
