"""The Textual application: which screen stands when, and what every screen has."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen

from domain.jobs import JobFilter
from domain.people import User
from screens.base import Changes, DeskScreen
from screens.desk import Desk
from screens.services import Services
from widgets.guard import Guard


class DeskApp(Desk):
    """Signs people in and out, opens screens, and passes on what others commit.

    Each screen is imported where it is opened: all of them together cost half a bare start.
    """

    TITLE = "Jobline"
    DEFAULT_MODE = "sitting-0"
    CSS = "ToastRack { dock: top; align-vertical: top; }"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark", "help", "Help", id="app.help", key_display="?", tooltip="Show the keys that work here"
        ),
        Binding(
            "ctrl+o",
            "sign_out",
            "Sign out",
            id="app.sign-out",
            show=False,
            tooltip="Sign out for somebody else",
        ),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", show=False, tooltip="Leave Jobline"),
    ]

    class Heard(Message):
        """Something was committed; posted from the watcher's thread."""

        def __init__(self, changes: Changes) -> None:
            super().__init__()
            self.changes = changes

    def __init__(
        self, services: Services, user: User | None, shared: bool, after_first_frame: Callable[[], None]
    ) -> None:
        """`user` is whom the operating system vouches for, None to begin at the sign-in list."""
        super().__init__()
        self.services = services
        self.user = user
        self.shared = shared
        self._guard = Guard()
        self._after_first_frame = after_first_frame
        self._sittings = 0
        self.add_mode(self.DEFAULT_MODE, self._first_screen)

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

    async def action_quit(self) -> None:
        """Keep what is unsaved, then leave."""
        self._leaving()
        await super().action_quit()

    def _leaving(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.leaving()

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
        """Every screen that stands hears of it, also those beneath."""
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen) and screen.is_attached:
                screen.changed(event.changes)

    def signed_in(self, user: User) -> None:
        """Show the jobs of whoever signed in."""
        self.user = user
        self._begin()

    def sign_out(self) -> None:
        """Drafts are kept by their screens; nothing of theirs stays on the terminal."""
        self._leaving()
        self.user = None
        self.clear_notifications()
        self._begin()

    def _begin(self) -> None:
        """A sitting has its own stack of screens, which goes with it."""
        before, self._sittings = self.current_mode, self._sittings + 1
        self.add_mode(_sitting(self._sittings), self._first_screen)
        self.switch_mode(_sitting(self._sittings))
        self.remove_mode(before)

    def _first_screen(self) -> Screen[None]:
        """The jobs of whoever is signed in, or the sign-in list."""
        if self.user is None:
            from screens.signin import Name, SignInScreen

            return SignInScreen([Name(*name) for name in self.services.reads.sign_in_names()])
        from screens.jobs import JobsScreen

        return JobsScreen(self.services.job_list.page(self.user, JobFilter()))

    def open_job(self, job_id: int) -> None:
        """Show a job, in place of another one."""
        from screens.job import JobScreen

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

    def action_sign_out(self) -> None:
        """The key for signing out."""
        if self.user is not None:
            self.sign_out()

    def action_help(self) -> None:
        """Show every key that works here now."""
        from screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            return
        keys: dict[tuple[str, str], list[str]] = {}
        for active in self.active_bindings.values():
            binding = active.binding
            if binding.tooltip and binding.description:
                keys.setdefault((binding.description, binding.tooltip), []).append(self.get_key_display(binding))
        self.push_screen(HelpScreen((" ".join(each), name, what) for (name, what), each in keys.items()))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody to sign out on the sign-in list."""
        if action == "sign_out":
            return self.user is not None
        return super().check_action(action, parameters)


def _sitting(number: int) -> str:
    """The name of a sitting's mode."""
    return f"sitting-{number}"
