"""New messages that may ring at somebody's terminal."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from domain.people import Bell, Role, User
from domain.phone import masked
from domain.waiting import is_thanks
from storage.plain import Plain
from storage.reads import Reads
from storage.visible import visible

_LIMIT = 200
"""A desk that was away is told of the newest; more at once ring no louder."""
_OWNED = (
    "EXISTS (SELECT 1 FROM user_account o JOIN user_location p ON p.user_id = o.id WHERE o.id = j.owner_id"
    " AND p.location_id = j.location_id AND o.active AND o.chat AND o.role = 'dispatcher')"
)
_MINE = f"(j.owner_id = :me OR NOT {_OWNED})"


class Rang(NamedTuple):
    """What rang: the newest such message's job, and who wrote."""

    job_id: int
    number: str
    name: str


class Rings:
    """Reads what is new for the bell. Safe from any thread."""

    def __init__(self, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.plain = plain
        self.reads = Reads(plain)
        self.clock = clock

    def since(self, user_id: int, seq: int) -> tuple[int, Rang | None]:
        """The newest message that rings for this user after a feed number, and up to which number was looked.

        Customers' messages ring for dispatchers, of their own jobs and those that nobody owns or of all,
        as they chose; for a worker everything new that they may see. Thanks and reactions never ring
        (rule 36), nor do one's own words.
        """
        newest = self.reads.newest_change()
        user = self.reads.user(user_id)
        if newest <= seq or user is None or user.bell is Bell.NONE:
            return max(seq, newest), None
        for number, job_id, name, body in self._new(user, seq, newest):
            if not is_thanks(body):
                return newest, Rang(job_id, number, name if user.role is Role.DISPATCHER else masked(name))
        return newest, None

    def _new(self, user: User, seq: int, newest: int) -> list[tuple[str, int, str, str]]:
        where, parameters = visible(user, self.reads.account(), self.clock())
        if user.role is Role.DISPATCHER:
            rings = "m.author_role IN ('contact', 'phone')" + (f" AND {_MINE}" if user.bell is Bell.MINE else "")
        else:
            rings = "(m.author_role <> 'system' OR m.kind = 'hand_over')"
        rows = self.plain.rows(
            "SELECT j.number, j.id, m.author_name, m.body FROM message m JOIN job j ON j.id = m.job_id"
            f" WHERE m.seq > :seq AND m.seq <= :newest AND {where} AND {rings}"
            " AND (m.author_user_id IS NULL OR m.author_user_id <> :me)"
            f" ORDER BY m.seq DESC LIMIT {_LIMIT}",
            {**parameters, "seq": seq, "newest": newest, "me": user.id},
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]
