"""What the application is to its screens."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.reactive import reactive

from domain.jobs import Order

if TYPE_CHECKING:
    from domain.jobs import JobPage
    from domain.people import User
    from screens.hold import Hold
    from screens.services import Services
    from storage.bell import Rang
    from storage.contact_journal import Merge
    from storage.job_leads import Done

RING_PAUSE_S = 2.0
"""Messages that come one upon the other ring once."""


class Desk(App[Any]):
    """The part of the application that screens may use."""

    services: Services
    user: User | None = None
    shared: bool = False
    order: Order = Order.WAITING
    """How the job list is sorted now; the next job is the next in it."""
    last_done: tuple[float, int, Done] | None = None
    """What was called done last: when (`time.monotonic`) and up to which feed number; `d` takes it back for a while."""
    merges: tuple[Merge, ...] = ()
    """Contacts that were merged since the sign-in, the last one at the end: it can be undone."""
    rang: reactive[Rang | None] = reactive(None)
    """What the bell rang for, until that job is opened."""
    _rang_at = -RING_PAUSE_S

    def ring(self, rang: Rang) -> None:
        """Ring once, however many messages came together, and say whose the newest is."""
        if monotonic() - self._rang_at >= RING_PAUSE_S:
            self._rang_at = monotonic()
            self.bell()
        self.rang = rang

    def answered_ring(self, job_id: int) -> None:
        """A job is opened; if the bell rang for it, that was found."""
        if self.rang is not None and self.rang.job_id == job_id:
            self.rang = None

    def forget_sitting(self) -> None:
        """Nothing of the one who sat here is left for the next."""
        self.rang, self.last_done, self.order, self.merges = None, None, Order.WAITING, ()

    def signed_in(self, user: User, first: JobPage) -> None:
        """Somebody signed in: show their jobs, of which `first` is the first page."""
        raise NotImplementedError

    def open_job(self, job_id: int) -> None:
        """Show one job."""
        raise NotImplementedError

    def edit_job(self, job_id: int | None) -> None:
        """Change a job, or make one with None."""
        raise NotImplementedError

    def open_tray(self) -> None:
        """Show the texts that could not be placed."""
        raise NotImplementedError

    def open_phones(self) -> None:
        """Show the customers' phones (practice only)."""
        raise NotImplementedError

    def open_settings(self) -> None:
        """Show Settings."""
        raise NotImplementedError

    def open_contacts(self, customer_id: int | None) -> None:
        """Show the contacts of a customer, or of all with None."""
        raise NotImplementedError

    def open_alert_setup(self) -> None:
        """Show Alerts > Setup."""
        raise NotImplementedError

    def hold_keys(self) -> Hold:
        """Keep keys back until the hold is let go: another screen is about to come, and they are meant for it."""
        raise NotImplementedError

    def drop_enter(self) -> None:
        """Drop Enter if it is the next key and comes at once: what it would confirm was entered already."""
        raise NotImplementedError

    def sign_out(self) -> None:
        """Clear the screen and go back to the sign-in list."""
        raise NotImplementedError
