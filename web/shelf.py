"""Photos that were chosen for a note that is not sent yet: a browser forgets them whenever a form is shown again."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from domain.messages import NewPhoto

LASTS_S = 2 * 60 * 60.0
MOST_BYTES = 64 * 1024 * 1024


class _Laid(NamedTuple):
    photos: tuple[NewPhoto, ...]
    size: int
    at: float


class Shelf:
    """Keeps them in memory for a while, each under the form of one link; the oldest make room. Safe from any thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, most: int = MOST_BYTES) -> None:
        self._monotonic = monotonic
        self._most = most
        self._laid: OrderedDict[tuple[int, str], _Laid] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, link_id: int, form_id: str, photos: Sequence[NewPhoto]) -> None:
        """Keep the photos of a form in place of those before."""
        with self._lock:
            self._laid.pop((link_id, form_id), None)
            if photos:
                size = sum(len(photo.data) for photo in photos)
                self._laid[link_id, form_id] = _Laid(tuple(photos), size, self._monotonic())
            self._make_room()

    def of(self, link_id: int, form_id: str) -> tuple[NewPhoto, ...]:
        """The photos of a form, in the order they were chosen."""
        with self._lock:
            self._make_room()
            laid = self._laid.get((link_id, form_id))
            return laid.photos if laid else ()

    def _make_room(self) -> None:
        old = self._monotonic() - LASTS_S
        while self._laid:
            first = next(iter(self._laid.values()))
            if first.at > old and sum(laid.size for laid in self._laid.values()) <= self._most:
                return
            self._laid.popitem(last=False)
