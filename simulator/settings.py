"""What can be changed about a running simulator."""

from dataclasses import dataclass


@dataclass(slots=True)
class Settings:
    """`delay_ms` passes between the acceptance of a create and its answer."""

    delay_ms: int = 0
