"""Which carrier a database may be used with: practice and real phones never mix."""

from app.settings import Settings
from domain.account import PRACTICE
from domain.errors import Refusal
from simulator.credentials import PRACTICE_ACCOUNT


def stamp(settings: Settings) -> str:
    """What a database of these settings is stamped with: PRACTICE or the carrier account's SID."""
    account = settings.twilio.account_sid
    return PRACTICE if account in ("", PRACTICE_ACCOUNT) else account


def refuse_mismatch(settings: Settings, carrier: str) -> None:
    """Raise Refusal where the settings name another carrier than the database was made for."""
    ours = stamp(settings)
    if ours == carrier:
        return
    if carrier == PRACTICE:
        raise Refusal(
            "This is a practice database: its texts must never reach real phones. Take the carrier account out of "
            "the settings, or run jobline init on a new database to go live."
        )
    raise Refusal(
        f"This database belongs to carrier account {carrier}, the settings name {ours}. "
        "Correct twilio.account_sid, or use the database of that account."
    )
