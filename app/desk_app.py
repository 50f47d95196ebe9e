"""The Textual application: which screen stands when, and what every screen has."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import ModalScreen

from app.idle import Idle
from app.sittings import Sittings
from domain.account import Account
from domain.people import User
from screens.base import Changes, DeskScreen
from screens.services import Services
from widgets.guard import Guard


class DeskApp(Sittings):
    """Opens screens, and passes on what others commit.

    Each screen is imported where it is opened: all of them together cost half a bare start.
    """

    TITLE = "Jobline"
    DEFAULT_MODE = "sitting-0"
    CSS = "ToastRack { dock: top; align-vertical: top; }"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark",
            "help",
            "Help",
            id="app.help",
            key_display="?",
            priority=True,  # in modal windows too; a field that takes letters takes it first all the same
            tooltip="Show the keys that work here",
        ),
        Binding(
            "ctrl+g",
            "go_to_ring",
            "What rang",
            id="app.rang",
            show=False,
            tooltip="Open the job that the bell rang for",
        ),
    ]

    class Heard(Message):
        """Something was committed; posted from the watcher's thread."""

        def __init__(self, changes: Changes) -> None:
            super().__init__()
            self.changes = changes

    @dataclass
    class LookedAgain(Message):
        """Who is signed in and the account were read again; `turn` 0 where they could not be."""

        turn: int
        changes: Changes
        asked: User | None
        found: User | None
        account: Account

    def __init__(
        self,
        services: Services,
        user: User | None,
        shared: bool,
        after_first_frame: Callable[[], None],
        idle: Idle | None = None,
    ) -> None:
        """`user` is whom the operating system vouches for, None to begin at the sign-in list."""
        super().__init__(services, user, shared, idle)
        self._guard = Guard()
        self._after_first_frame = after_first_frame
        self._looks = 0

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters and the guard, which nothing passes."""
        return [*super().get_line_filters(), self._guard]

    def _fatal_error(self) -> None:
        """Leave with one sentence; Textual's own report prints every local variable, secrets and texts included."""
        error = self._exception if isinstance(self._exception, Exception) else RuntimeError("no reason given")
        self.bell()
        self._exit_renderables.append(Text(f"jobline: {self.services.in_words(error)}"))
        self._close_messages_no_wait()

    def on_mount(self) -> None:
        """Leave cleanly on signals; what comes up behind the first frame begins after it."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            self._handle(number)
        self.call_after_refresh(self._after_first_frame)

    def _leave_on_signal(self, number: int) -> None:
        self._leaving()
        self.exit(return_code=128 + number)

    def _handle(self, number: signal.Signals) -> None:
        import asyncio

        try:
            asyncio.get_running_loop().add_signal_handler(number, self._leave_on_signal, number)
        except (RuntimeError, ValueError, NotImplementedError):
            return

    def heard(self, changes: Changes) -> None:
        """Called from the watcher's thread."""
        self.post_message(self.Heard(changes))

    @on(Heard)
    def pass_on(self, event: Heard) -> None:
        """Every screen that stands hears of it, also those beneath; first the desk itself of people and account."""
        if event.changes.kinds & {"people", "account"}:
            self._look_again(event.changes)
        else:
            self._tell_screens(event.changes)

    def _tell_screens(self, changes: Changes) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen) and screen.is_attached:
                screen.changed(changes)

    def _look_again(self, changes: Changes) -> None:
        """Read in a thread who is signed in and what counts now."""
        self._looks += 1
        turn, user = self._looks, self.user

        def read() -> None:
            try:
                found = self.services.reads.user(user.id) if user is not None else None
                look = self.LookedAgain(turn, changes, user, found, self.services.reads.account())
            except Exception:  # the database is locked or gone: the screens say so when they read
                look = self.LookedAgain(0, changes, user, None, self.services.account)
            self.post_message(look)

        self.run_worker(read, thread=True, group="look-again", exit_on_error=False)

    @on(LookedAgain)
    def take_over(self, event: LookedAgain) -> None:
        """What somebody may do changes at once, on every screen; who was deactivated is signed out."""
        if event.turn == self._looks:
            self.services.account = event.account
            if event.asked is not None and self.user is not None and self.user.id == event.asked.id:
                if event.found is None or not event.found.active:
                    self.sign_out()
                    self.notify("This account was deactivated: you are signed out.", severity="warning")
                    return
                before, self.user = self.user, event.found
                if before.role is not event.found.role:
                    self._leaving()
                    self._begin()
                    self.notify(f"An administrator made you a {event.found.role.value}.")
                    return
        self._tell_screens(event.changes)

    def open_job(self, job_id: int) -> None:
        """Show a job, in place of another one."""
        from screens.job import JobScreen

        self.answered_ring(job_id)
        if isinstance(self.screen, JobScreen):
            self.switch_screen(JobScreen(job_id))
        else:
            self.push_screen(JobScreen(job_id))

    def edit_job(self, job_id: int | None) -> None:
        """Change or make a job; a new one is opened."""
        from screens.job_form import JobForm

        def done(saved: int | None) -> None:
            if saved is not None and job_id is None:
                self.open_job(saved)

        self.push_screen(JobForm(job_id), done)

    def open_tray(self) -> None:
        """Show the texts that could not be placed."""
        from screens.tray import TrayScreen

        self.push_screen(TrayScreen())

    def open_phones(self) -> None:
        """Show the practice phones."""
        from screens.phones import PhonesScreen

        self.push_screen(PhonesScreen())

    def open_settings(self) -> None:
        """Show Settings."""
        from screens.settings import SettingsScreen

        self.push_screen(SettingsScreen())

    def open_contacts(self, customer_id: int | None) -> None:
        """Show customers' contacts."""
        from screens.contacts import ContactsScreen

        self.push_screen(ContactsScreen(customer_id))

    def open_alert_setup(self) -> None:
        """Show Alerts > Setup."""
        from screens.alert_setup import AlertSetupScreen

        self.push_screen(AlertSetupScreen())

    def action_go_to_ring(self) -> None:
        """Open the job that the bell rang for; what is being written is kept."""
        if self.rang is None:
            self.notify("Nothing has rung that you have not opened.")
        elif isinstance(self.screen, ModalScreen):
            self.notify("Close this window first: press esc.")
        else:
            self._leaving()
            self.open_job(self.rang.job_id)

    def _everywhere(self, here: Sequence[Binding]) -> Iterable[Binding]:
        """Keys of the desk that work above a modal window, which Textual does not count among its keys."""
        ids = {binding.id for binding in here}
        for _, binding in self._bindings:
            if binding.priority and binding.id not in ids and self.check_action(binding.action, ()):
                yield binding

    def action_help(self) -> None:
        """Show every key that works here now."""
        from screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.action_close()
            return
        keys: dict[tuple[str, str], list[str]] = {}
        here = [active.binding for active in self.active_bindings.values()]
        for binding in (*here, *self._everywhere(here)):
            if binding.tooltip and binding.description:
                keys.setdefault((binding.description, binding.tooltip), []).append(self.get_key_display(binding))
        self.push_screen(HelpScreen((" ".join(each), name, what) for (name, what), each in keys.items()))
