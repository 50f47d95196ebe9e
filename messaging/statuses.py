"""Asking the carrier what became of texts it has, with growing pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.ports import CarrierTrouble

if TYPE_CHECKING:
    from domain.ports import Carrier
    from storage.outbox import Outbox


def refresh(outbox: Outbox, carrier: Carrier, limit: int = 20) -> int:
    """Ask for the texts whose time has come; returns how many were asked for.

    Raises CarrierTrouble at the first that could not be asked for; its turn comes again after the
    others, so that one bad answer holds nobody up.
    """
    due = outbox.to_check(limit)
    for delivery_id, sid in due:
        try:
            report = carrier.status(sid)
        except CarrierTrouble:
            outbox.report(delivery_id, None)
            raise
        outbox.report(delivery_id, report)
    return len(due)
