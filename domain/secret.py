"""The secret that is kept beside the database, and the keys made from it: the database alone opens nothing."""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum

BYTES = 32
"""How long a secret is."""


class Purpose(StrEnum):
    """What a key is for. Each purpose has a key of its own, so that one found out tells nothing of the others."""

    PINS = "pins"
    LINKS = "links"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Secret:
    """32 random bytes that never enter the database. `place` says where they are kept, as "host:file"."""

    value: bytes = field(repr=False)
    place: str = ""

    def key(self, purpose: Purpose) -> bytes:
        """The key for one purpose: 32 bytes."""
        return hmac.digest(self.value, f"jobline/{purpose}".encode(), hashlib.sha256)

    @property
    def mark(self) -> str:
        """What the database keeps to tell this secret from another one, with the place it was first used at."""
        return f"{self._name} {self.place}".strip()

    def fits(self, mark: str) -> bool:
        """Whether a database's mark was made with this secret; "" was made with none yet and fits any."""
        return not mark or hmac.compare_digest(mark.partition(" ")[0], self._name)

    @property
    def _name(self) -> str:
        return self.key(Purpose.MARK).hex()[:16]


def place_of(mark: str) -> str:
    """Where the secret of a database's mark was first used, "" where it does not say."""
    return mark.partition(" ")[2]
