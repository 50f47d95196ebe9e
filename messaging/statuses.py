"""Asking the carrier what became of texts it has, with growing pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.ports import Carrier
    from storage.outbox import Outbox


def refresh(outbox: Outbox, carrier: Carrier, limit: int = 20) -> int:
    """Ask for the texts whose time has come; returns how many were asked for. Raises CarrierTrouble."""
    due = outbox.to_check(limit)
    for delivery_id, sid in due:
        outbox.report(delivery_id, carrier.status(sid))
    return len(due)
