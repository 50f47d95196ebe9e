"""Who sits at the desk: signing in and out, the idle lock, and what a shared desk never lets out of its circle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input, TextArea

from app.idle import WARNING_S, Idle
from app.typing_ahead import TypingAhead
from domain.jobs import AT_FIRST, JobPage
from domain.people import Role, User
from screens.base import DeskScreen
from screens.desk import Desk
from screens.hold import Hold
from widgets.idle_line import IdleLine

if TYPE_CHECKING:
    from screens.services import Services

CHECK_S = 0.5
"""So often the desk looks whether somebody is still there."""
HALF_SIGNED_IN = timedelta(minutes=2)
"""A name that was picked, or a new PIN that was asked for, is dropped after so long where no lock time is set."""
_DOES = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)
_SHARED = "This desk is shared: ctrl+o signs you out. Jobline is ended at the list of names."
_END = "End Jobline on this terminal? Nobody can sign in here until somebody starts it again."


class Sittings(Desk):
    """One person after the other at one terminal. Each sitting has a stack of screens that goes with it.

    A desk is in the circle when several people share it: from the start with `jobline desk`, and from the
    first sign-out otherwise. In the circle nobody gets past the sign-in list but the one who ends it there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, since a modal window hides the bindings beneath it from every other key.
        Binding(
            "ctrl+o",
            "sign_out",
            "Sign out",
            id="app.sign-out",
            show=False,
            priority=True,
            tooltip="Sign out for somebody else",
        ),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", show=False, priority=True, tooltip="Leave Jobline"),
    ]

    def __init__(self, services: Services, user: User | None, shared: bool, idle: Idle | None = None) -> None:
        """`user` is whom the operating system vouches for; nobody locks them out of their own terminal."""
        super().__init__()
        self.services = services
        self.user = user
        self.shared = shared
        self.typing = TypingAhead(self)
        self.idle = idle or Idle()
        self._vouched = user is not None and not shared
        self._warning: IdleLine | None = None
        self._sittings = 0
        self._first: JobPage | None = None
        self.add_mode(_sitting(0), self._first_screen)

    def on_mount(self) -> None:
        """Begin to look whether somebody is there."""
        self.set_interval(CHECK_S, self._check_idle)

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is there, and let keys wait for the screen they are meant for."""
        if isinstance(event, _DOES) and not event.is_forwarded:
            warned = self._warning is not None
            self.idle.touched()
            self._warn(None)
            if warned and not self._is_written(event):
                self.typing.drop_next("")  # it was not Enter by habit: the next one is meant
                return
            if isinstance(event, events.Key | events.Paste) and not self.typing.passes(event):
                return
        await super().on_event(event)

    def _is_written(self, event: events.Event) -> bool:
        """Whether this is a letter of somebody's text; any other key only answers the warning."""
        letter = isinstance(event, events.Paste) or (isinstance(event, events.Key) and event.is_printable)
        return letter and isinstance(self.focused, Input | TextArea)

    def hold_keys(self) -> Hold:
        """Keep keys back until another screen is there."""
        return self.typing.hold()

    def drop_enter(self) -> None:
        """Drop Enter if it is the next key and comes at once: what it would confirm was entered already."""
        self.typing.drop_next("enter")

    # Signing in and out

    def signed_in(self, user: User, first: JobPage) -> None:
        """Show the jobs of whoever signed in by PIN; a worker's only unread one opens itself (rule 48)."""
        self.user, self._vouched = user, False
        self.idle.touched()
        self._forget_clipboard()
        self._begin(first)
        unread = [row.id for row in first.rows if row.unread and not row.handed_over]
        if user.role is Role.WORKER and len(unread) == 1:
            self.open_job(unread[0])

    def sign_out(self) -> None:
        """Drafts are kept by their screens; nothing of theirs stays on the terminal."""
        self._leaving()
        self.user, self._vouched, self.shared = None, False, True
        self._warn(None)
        self.clear_notifications()
        self._forget_clipboard()
        self._begin()

    def action_sign_out(self) -> None:
        """The key for signing out."""
        if self.user is not None:
            self.sign_out()

    def _forget_clipboard(self) -> None:
        """What one person copied is not for the next; the terminal is asked to forget it too."""
        if self.clipboard:
            self.copy_to_clipboard("")

    def _begin(self, first: JobPage | None = None) -> None:
        """Clear the screen for the next sitting. `first` is the first page of jobs where it was read already."""
        self.forget_sitting()
        before, self._sittings = self.current_mode, self._sittings + 1
        self._first = first
        self.add_mode(_sitting(self._sittings), self._first_screen)
        self.switch_mode(_sitting(self._sittings))
        self.remove_mode(before)

    def _first_screen(self) -> Screen[None]:
        """The jobs of whoever is signed in, or the sign-in list.

        Read here before the first frame only: later the database may be away, and the screens read for themselves.
        """
        at_start, reads = self._sittings == 0, self.services.reads
        if self.user is None:
            from screens.signin import SignInScreen

            return SignInScreen(reads.sign_in_names() if at_start else None)
        from screens.jobs import JobsScreen

        first = self.services.job_list.page(self.user, AT_FIRST) if at_start else self._first
        self._first = None
        return JobsScreen(first)

    # Leaving

    async def action_quit(self) -> None:
        """Keep what is unsaved, then leave. In the circle only from the sign-in list, and after a second word."""
        if not self.shared or self.services.account.demo_hint:
            await self.leave()
        elif self.user is not None:
            self.notify(_SHARED, severity="warning")
        else:
            self._ask_to_end()

    def _ask_to_end(self) -> None:
        from screens.ask import Confirm

        if not isinstance(self.screen, Confirm):
            self.push_screen(Confirm(_END, "e", "End"), self._end)

    async def _end(self, yes: bool | None) -> None:
        if yes:
            await self.leave()

    async def leave(self) -> None:
        """Keep what is unsaved, and end."""
        self._leaving()
        self.exit()

    def _leaving(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.leaving()

    # The idle lock

    def _check_idle(self) -> None:
        """Warn, then sign out whoever left a shared desk; an open window and a half-written text do not prevent it."""
        lock = self.services.account.lock
        if self.user is None:
            self._drop_half_signed_in(lock)
        elif lock and not self._vouched:
            left = self.idle.left(lock)
            if left:
                self._warn(left if left <= WARNING_S else None)
            else:
                self.typing.forget()
                self.sign_out()

    def _drop_half_signed_in(self, lock: timedelta) -> None:
        from screens.signin import SignInScreen

        if isinstance(self.screen, SignInScreen) and not self.idle.left(lock or HALF_SIGNED_IN):
            self.screen.forget()

    def _warn(self, seconds: int | None) -> None:
        """Say on the screen that stands now how long is left; None takes the line away."""
        if self._warning is not None and (seconds is None or self._warning.parent is not self.screen):
            self._warning.remove()
            self._warning = None
        if seconds is not None:
            if self._warning is None:
                self._warning = IdleLine()
                self.screen.mount(self._warning)
            self._warning.say(seconds)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette's commands; a shared desk leaves no pictures of its screens in a folder."""
        return (each for each in super().get_system_commands(screen) if not (self.shared and each[0] == "Screenshot"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody to sign out on the sign-in list, and nobody to ring for."""
        if action in ("sign_out", "go_to_ring"):
            return self.user is not None
        return super().check_action(action, parameters)


def _sitting(number: int) -> str:
    """The name of a sitting's mode."""
    return f"sitting-{number}"
