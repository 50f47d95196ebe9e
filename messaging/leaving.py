"""Letting messages out when their time has come: after the undo window, as planned, at the end of quiet hours."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.leaving import Leaving

_log = logging.getLogger("jobline.leaving")


def let_out_due(leaving: Leaving, release_automatic: Callable[[int], bool]) -> int:
    """Let out what is due; returns how many messages and held texts moved. A second run changes nothing.

    `release_automatic` makes an alert anew before it leaves (rule 18). One that fails stays and is
    tried again, and does not hold up the others.
    """
    moved = leaving.wake()
    for message_id, automatic in leaving.due():
        try:
            moved += release_automatic(message_id) if automatic else leaving.let_out(message_id)
        except Exception:
            _log.exception("message %s could not be let out; it is tried again", message_id)
    return moved
