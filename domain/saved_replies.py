"""Texts to begin from, kept by one person or for the whole team."""

from dataclasses import dataclass

NEW = 0
"""The id of a reply that is not kept yet."""


@dataclass(frozen=True, slots=True)
class SavedReply:
    """A text with placeholders. `own`: only its owner has it; otherwise it is the team's.

    `for_workers` are the team's quick replies for workers, in the order of `place`: the first is digit 1 (rule 48).
    """

    id: int
    name: str
    body: str
    own: bool = True
    for_workers: bool = False
    place: int = 0
