"""Keys that were typed before the screen they are meant for is there: they wait for it.

Textual hands each key to whatever has the focus when it arrives. What a key does takes a few steps
(the list tells its screen, the screen asks a thread, a new screen is read and drawn), and a key that
comes in between would act on the screen that is about to go: the first word of an answer was taken
for commands of the job list. So one key at a time is let through, when the one before was dealt with.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING

from textual import events

from screens.hold import Hold

if TYPE_CHECKING:
    from textual.app import App

LONGEST_WAIT_S = 2.0
"""A key waits no longer than this, so that a broken screen cannot take the keyboard away."""
DROPPED_WITHIN_S = 0.6
"""A key that confirms what was entered already comes within this time, by habit."""
AT_REST_S = 0.25
"""After so long without a key, nothing that the last one began is still under way unless it is held."""
_QUIET_ROUNDS = 3
_POLL_S = 0.001


class TypingAhead:
    """The keys of one application, in the order they were typed."""

    def __init__(self, app: App[object]) -> None:
        self._app = app
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._holds: list[Hold] = []
        self._let_through: events.Key | events.Paste | None = None
        self._last = 0.0
        self._drop = ("", 0.0)
        self._pump: asyncio.Task[None] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every key that was typed has been let through."""
        return not self._waiting

    def hold(self) -> Hold:
        """Keep keys back until the hold is let go: another screen is about to come."""
        held = Hold(monotonic() + LONGEST_WAIT_S)
        self._holds.append(held)
        return held

    def passes(self, event: events.Key | events.Paste) -> bool:
        """Whether this key may act now; one that may not comes again when its turn is there."""
        if event is self._let_through:
            self._let_through = None
            return True
        if not self._waiting and self._pump is None and self._at_rest():
            self._last = monotonic()
            return not self._dropped(event)
        self._waiting.append(event)
        if self._pump is None:
            self._pump = asyncio.create_task(self._let_in_turn())
        return False

    def drop_next(self, key: str) -> None:
        """Drop this key if it is the next one and comes within that time."""
        self._drop = (key, monotonic() + DROPPED_WITHIN_S)

    def forget(self) -> None:
        """Drop what was typed and not dealt with."""
        self._waiting.clear()

    def _dropped(self, event: events.Key | events.Paste) -> bool:
        (key, until), self._drop = self._drop, ("", 0.0)
        return isinstance(event, events.Key) and event.key == key and event.time <= until

    def _at_rest(self) -> bool:
        return not self._held() and monotonic() - self._last > AT_REST_S

    async def _let_in_turn(self) -> None:
        try:
            while self._waiting:
                await self._quiet()
                if self._waiting and not self._dropped(event := self._waiting.popleft()):
                    self._let_through, self._last = event, monotonic()
                    self._app.post_message(event)
            await self._quiet()
        finally:
            self._pump = None
            if self._waiting:  # typed while the last one was being dealt with
                self._pump = asyncio.create_task(self._let_in_turn())

    async def _quiet(self) -> None:
        """Wait until nothing is held and no part of the screen has anything left to deal with."""
        rounds, end = 0, monotonic() + LONGEST_WAIT_S
        while rounds < _QUIET_ROUNDS and monotonic() < end:
            await asyncio.sleep(_POLL_S if self._held() else 0)
            rounds = rounds + 1 if not self._held() and self._nothing_left() else 0

    def _held(self) -> bool:
        self._holds = [held for held in self._holds if held.lasts(monotonic())]
        return bool(self._holds)

    def _nothing_left(self) -> bool:
        app = self._app
        if app.message_queue_size or self._let_through is not None:
            return False
        return not any(each.message_queue_size for each in app.screen.walk_children(with_self=True))
