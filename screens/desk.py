"""What the application is to its screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from domain.people import User
    from screens.services import Services


class Desk(App[Any]):
    """The part of the application that screens may use."""

    services: Services
    user: User | None = None
    shared: bool = False

    def signed_in(self, user: User) -> None:
        """Somebody signed in: show their jobs."""
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

    def sign_out(self) -> None:
        """Clear the screen and go back to the sign-in list."""
        raise NotImplementedError
