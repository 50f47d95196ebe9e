"""STOP and its kin: the words a carrier acts on before we see them.

Source: carrier facts, section 6. Only when the whole text is the word, in any case.
"""

from enum import StrEnum

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
_MAY_MEAN_THE_JOB = frozenset({"CANCEL", "END"})


class Keyword(StrEnum):
    """What a carrier does on such a text."""

    STOP = "stop"
    START = "start"
    HELP = "help"


def keyword(body: str) -> Keyword | None:
    """The carrier keyword that this whole text is, or None."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return Keyword.STOP
    if word in START_WORDS:
        return Keyword.START
    return Keyword.HELP if word in HELP_WORDS else None


def may_mean_the_job(body: str) -> bool:
    """Whether an opt-out word may have been meant for the job ("Cancel" the visit; rule 28)."""
    return body.strip().upper() in _MAY_MEAN_THE_JOB
