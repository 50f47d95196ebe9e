"""How many parts a text is cut into, and which character makes it dear.

GSM-7: 160 units in one part, 153 in each of several; characters of the extension table take two.
UCS-2: 70 and 67 UTF-16 units. A two-unit character is never cut over a part's edge.
Source: carrier facts, section 9; 3GPP TS 23.038 tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_LIMITS = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Count:
    """`units` used in all, `parts` sent, `room` units left in the last part.

    `dear` is the first character that made the whole text UCS-2, None for GSM-7.
    """

    encoding: Encoding
    units: int
    parts: int
    room: int
    dear: str | None = None

    @property
    def per_part(self) -> int:
        """Units that fit one part at the present length."""
        return _LIMITS[self.encoding][0 if self.parts <= 1 else 1]


def count(body: str) -> Count:
    """Count the parts of a text; an empty one has none."""
    dear = next((c for c in body if c not in GSM_BASIC and c not in GSM_EXTENSION), None)
    encoding = Encoding.GSM7 if dear is None else Encoding.UCS2
    widths = [_width(c, encoding) for c in body]
    single, several = _LIMITS[encoding]
    units = sum(widths)
    if units <= single:
        return Count(encoding, units, 1 if body else 0, single - units, dear)
    parts, used = _pack(widths, several)
    return Count(encoding, units, parts, several - used, dear)


def dear_word(body: str) -> tuple[str, str] | None:
    """The first character that made a text UCS-2 and the word it stands in, or None."""
    dear = count(body).dear
    if dear is None:
        return None
    return dear, next((w for w in body.split() if dear in w), dear)


def _width(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return 2 if ord(character) > 0xFFFF else 1
    return 2 if character in GSM_EXTENSION else 1


def _pack(widths: Iterable[int], size: int) -> tuple[int, int]:
    parts, used = 1, 0
    for width in widths:
        if used + width > size:
            parts, used = parts + 1, 0
        used += width
    return parts, used
