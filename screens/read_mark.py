"""How far somebody has read a job, from what they had before their eyes."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from domain.messages import Message

if TYPE_CHECKING:
    from storage.threads import News


class ReadMark:
    """There is one mark for a job; it never passes a message that was not seen."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._marked = 0
        self._newest = 0
        self._unread: Sequence[News] = ()

    def know(self, unread: Sequence["News"], newest: int) -> None:
        """Take in what is unread, and the newest message there is."""
        self._unread, self._newest = unread, newest

    def see(self, messages: Iterable[Message]) -> None:
        """Those were before somebody's eyes."""
        self._seen.update(message.seq for message in messages)

    @property
    def unseen(self) -> list["News"]:
        """What is unread and was not seen since."""
        return [news for news in self._unread if news.seq not in self._seen]

    def move(self) -> int | None:
        """Where the mark can be moved to: just below the oldest unseen message; None where it stands already."""
        unseen = self.unseen
        to = unseen[0].seq - 1 if unseen else self._newest
        if to <= self._marked or not self._newest:
            return None
        self._marked = to
        return to
