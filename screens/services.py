"""What a desk can ask and do. Reading works at once; writing waits until its half of the program is loaded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from domain.account import Account

if TYPE_CHECKING:
    from domain.secret import Secret
    from messaging.administration import Administration
    from messaging.alert_setup import AlertSetup
    from messaging.alerting import Alerting
    from messaging.contacts import Contacts
    from messaging.conversation import Conversation
    from messaging.estimates import Estimating
    from messaging.job_editing import JobEditing
    from messaging.leading import Leading
    from messaging.link_acts import LinkActs
    from messaging.links import WorkerLinks
    from messaging.pins import PinMaker
    from messaging.planning import Planning
    from messaging.presence import Presence
    from messaging.quick_actions import QuickActions
    from messaging.saved_replies import SavedReplies
    from messaging.signin import SignIn
    from messaging.tokens import Tokens
    from messaging.tray import Tray
    from storage.accounts import Accounts
    from storage.api_tokens import ApiTokens
    from storage.bell import Rings
    from storage.contact_file import ContactFiles
    from storage.contact_links import ContactLinks
    from storage.contact_list import ContactList
    from storage.contact_merging import ContactMerging
    from storage.contacts import Contacts as KeptContacts
    from storage.conversations import Conversations
    from storage.customers import Customers
    from storage.estimates import Estimates
    from storage.inbox import Inbox
    from storage.job_events import JobEvents
    from storage.job_leads import JobLeads
    from storage.job_list import JobList
    from storage.jobs import Jobs
    from storage.leaving import Leaving
    from storage.link_standings import LinkStandings
    from storage.links import Links
    from storage.locations import Locations
    from storage.notices import Notices
    from storage.people import People
    from storage.pins import Pins
    from storage.placing import Placing
    from storage.presence import Presence as KeptPresence
    from storage.quick_actions import QuickActions as KeptQuickActions
    from storage.reads import Reads
    from storage.rules import Rules
    from storage.saved_replies import SavedReplyStore
    from storage.templates import Templates
    from storage.threads import Threads
    from storage.tray import TrayTexts
    from storage.users import Users

    class Reading(Protocol):
        """The half that is there before the first frame."""

        reads: Reads
        job_list: JobList

        @property
        def threads(self) -> Threads:
            """Reads single jobs."""

        @property
        def rings(self) -> Rings:
            """Reads what rings."""

    class Writing(Protocol):
        """The half that is loaded behind the first frame."""

        people: People
        pins: Pins
        jobs: Jobs
        rules: Rules
        events: JobEvents
        conversations: Conversations
        contact_list: ContactList
        contact_files: ContactFiles
        contacts: KeptContacts
        contact_merging: ContactMerging
        customers: Customers
        leaving: Leaving
        inbox: Inbox
        tray: TrayTexts
        placing: Placing
        users: Users
        locations: Locations
        templates: Templates
        accounts: Accounts
        saved_replies: SavedReplyStore
        job_leads: JobLeads
        presence: KeptPresence
        links: Links
        contact_links: ContactLinks
        link_standings: LinkStandings
        notices: Notices
        api_tokens: ApiTokens
        estimates: Estimates
        quick_actions: KeptQuickActions


class Services:
    """The stores and use cases of one desk.

    Everything under `reads`, `job_list` and `threads` answers in about a millisecond from any thread.
    The others wait for `writers`, so they are for worker threads only. `account` is kept up to date by the desk;
    `public_url` is the address that phones reach.
    """

    public_url = ""

    def __init__(
        self,
        readers: Reading,
        writers: Future[Any],
        clock: Callable[[], datetime],
        account: Account,
        in_words: Callable[[Exception], str],
        secret: Callable[[], Secret],
        terminal: str,
    ) -> None:
        """`secret` reads the secret of this machine, for worker threads; `terminal` names where PINs are typed."""
        self.reads = readers.reads
        self.job_list = readers.job_list
        self._readers = readers
        self.clock = clock
        self.account = account
        self.in_words = in_words
        self.secret = secret
        self.terminal = terminal
        self._writers: Future[Writing] = writers

    @property
    def threads(self) -> Threads:
        """Reads single jobs."""
        return self._readers.threads

    @property
    def rings(self) -> Rings:
        """Reads what rings."""
        return self._readers.rings

    @property
    def leading(self) -> Leading:
        """Owns jobs, hands them on, calls them done."""
        from messaging.leading import Leading

        return Leading(self.threads, self._writers.result().job_leads)

    @property
    def presence(self) -> Presence:
        """Says who has which job open."""
        from messaging.presence import Presence

        return Presence(self.threads, self._writers.result().presence)

    @property
    def sign_in(self) -> SignIn:
        """Judges PINs."""
        from messaging.signin import SignIn

        return SignIn(self.reads, self._writers.result().pins, self._pin_maker, self.terminal)

    @property
    def _pin_maker(self) -> PinMaker:
        from messaging.pins import PinMaker

        return PinMaker(self._writers.result().pins, self.secret)

    @property
    def conversation(self) -> Conversation:
        """Writes to people."""
        from messaging.conversation import Conversation

        return Conversation(self.reads, self.threads, self.conversations, self.clock)

    @property
    def estimating(self) -> Estimating:
        """Builds estimates, records and takes over decisions."""
        from messaging.estimates import Estimating

        return Estimating(self.reads, self.threads, self._writers.result().estimates, self.clock)

    @property
    def quick_actions(self) -> QuickActions:
        """Check-in and its kin: the status and the message that tells of it."""
        from messaging.quick_actions import QuickActions

        stores = self._writers.result()
        return QuickActions(
            self.reads,
            self.threads,
            self.conversation,
            self.alert_setup,
            stores.events,
            stores.estimates,
            stores.quick_actions,
            self.clock,
        )

    @property
    def planning(self) -> Planning:
        """What may be done with messages before they are out."""
        from messaging.planning import Planning

        writers = self._writers.result()
        return Planning(self.reads, self.threads, writers.leaving, self.clock, writers.events)

    @property
    def editing(self) -> JobEditing:
        """Makes and changes jobs in somebody's name."""
        from messaging.job_editing import JobEditing

        return JobEditing(self.reads, self.jobs)

    @property
    def administration(self) -> Administration:
        """Settings: users, locations, numbers, templates, the account."""
        from messaging.administration import Administration

        stores = self._writers.result()
        return Administration(
            self.reads,
            stores.users,
            stores.locations,
            stores.templates,
            stores.accounts,
            stores.pins,
            self._pin_maker,
            self.public_url,
        )

    @property
    def contacts(self) -> Contacts:
        """Customers and their contacts."""
        from messaging.contacts import Contacts

        stores = self._writers.result()
        return Contacts(
            self.reads,
            stores.contact_list,
            stores.contact_files,
            stores.contacts,
            stores.contact_merging,
            stores.customers,
        )

    @property
    def tokens(self) -> Tokens:
        """Lets programs post jobs."""
        from messaging.tokens import Tokens

        return Tokens(self._writers.result().api_tokens)

    @property
    def worker_links(self) -> WorkerLinks:
        """Workers' links to their phone page: sent and ended from here, opened by the engine alone."""
        from messaging.links import WorkerLinks

        stores = self._writers.result()
        return WorkerLinks(
            self.reads, stores.links, stores.notices, self.clock, lambda: self.reads.engine(self.clock()).page_url
        )

    @property
    def link_acts(self) -> LinkActs:
        """Contacts' links to their page of a job: sent again, ended, and opened in practice."""
        from messaging.link_acts import LinkActs

        stores = self._writers.result()
        return LinkActs(
            self.reads,
            self.threads,
            stores.contact_links,
            stores.link_standings,
            self.conversation,
            self.clock,
            self.secret,
        )

    @property
    def saved_replies(self) -> SavedReplies:
        """Texts to begin from."""
        from messaging.saved_replies import SavedReplies

        return SavedReplies(self._writers.result().saved_replies)

    @property
    def alert_setup(self) -> AlertSetup:
        """The rules of automatic texts."""
        from messaging.alert_setup import AlertSetup

        writers = self._writers.result()
        return AlertSetup(self.reads, self.threads, writers.rules, writers.events, self.clock)

    @property
    def alerting(self) -> Alerting:
        """What saving a job would text, and automatic texts that wait."""
        from messaging.alerting import Alerting

        writers = self._writers.result()
        return Alerting(writers.events, writers.jobs)

    @property
    def conversations(self) -> Conversations:
        """Drafts and read marks."""
        return self._writers.result().conversations

    @property
    def jobs(self) -> Jobs:
        """Makes and changes jobs."""
        return self._writers.result().jobs

    @property
    def tray(self) -> Tray:
        """Sorts texts that came in."""
        from messaging.tray import Tray

        stores = self._writers.result()
        return Tray(self.threads, stores.tray, stores.placing)
