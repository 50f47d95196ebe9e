"""The provider's account and its locations."""

from dataclasses import dataclass, field
from datetime import timedelta

from domain.routing import Windows

PRACTICE = "PRACTICE"
"""The carrier stamp of a database whose texts never reach a real phone."""


@dataclass(frozen=True, slots=True)
class Account:
    """Settings that belong to the whole database. `carrier` is PRACTICE or a carrier account SID."""

    carrier: str = PRACTICE
    three_way: bool = True
    windows: Windows = field(default_factory=Windows)
    use_by: timedelta = timedelta(hours=4)
    demo_hint: str = ""

    @property
    def practice(self) -> bool:
        """Whether no text of this database can reach a real phone."""
        return self.carrier == PRACTICE


@dataclass(frozen=True, slots=True)
class Location:
    """A branch of the provider. `numbers` are the E.164 numbers it texts from, the first one preferred."""

    id: int
    name: str
    country: str
    time_zone: str
    direct_reply: bool = True
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineWords:
    """What the engine says of itself, for every status bar."""

    state: str
    sentence: str
    alive: bool
    carrier_url: str = ""
