"""Workers' links to their own phone page: sent, opened, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from domain import links
from domain.delivery import Channel, Delivery, wording
from domain.errors import Refusal
from domain.links import PLACE, Kind, Link
from domain.people import Role, User
from domain.permissions import Act, demand

if TYPE_CHECKING:
    from storage.links import Links
    from storage.notices import Notices
    from storage.reads import Reads

NO_ADDRESS = (
    "Texts carry no link yet: phones cannot reach this engine. "
    "Set web.public_url to an https address; docs/settings.md tells how."
)


class Visitor(NamedTuple):
    """Somebody who opened a link that works: the worker as they are now, and the link."""

    user: User
    link: Link


class WorkerLinks:
    """Makes, checks and ends workers' links.

    `key` is the one for links, kept outside the database; None on a desk, which opens no page.
    `base` tells under which address phones reach our pages, "" where no link may go out (rule 26).
    """

    def __init__(
        self,
        reads: Reads,
        kept: Links,
        notices: Notices,
        clock: Callable[[], datetime],
        base: Callable[[], str],
        key: bytes | None = None,
    ) -> None:
        self.reads = reads
        self.kept = kept
        self.notices = notices
        self.clock = clock
        self.base = base
        self.key = key

    def visitor(self, token: str) -> Visitor | None:
        """Whose page a token opens now; None for a wrong, ended or expired one, and where its owner has no page."""
        if self.key is None:
            return None
        link_id = links.link_of(self.key, Kind.WORKER, token)
        link = self.kept.link(link_id or 0)  # looked for always: a wrong link takes as long as an expired one
        if link is None or link.user_id is None or not link.works(self.clock()):
            return None
        user = self.reads.user(link.user_id)
        return Visitor(user, link) if user is not None and has_page(user) else None

    def address_of(self, link_id: int) -> str:
        """The whole address of a link, "" where none may go out; for texts that leave, never to be stored."""
        base = self.base()
        if not base or self.key is None or self.kept.link(link_id) is None:
            return ""
        return links.address(base, self.key, Kind.WORKER, link_id)

    def send(self, admin: User, worker_id: int) -> None:
        """Text a worker their link. Raises Refusal where that cannot be."""
        demand(admin, Act.SETTINGS)
        worker = self._worker(worker_id)
        if not self.base():
            raise Refusal(NO_ADDRESS)
        if not worker.mobile:
            raise Refusal(f"{worker.name} has no mobile number on file. Add it first.", "mobile")
        if self.notices.stopped(worker.mobile):
            raise Refusal(f"{worker.name} opted out by STOP; only they can undo it, by texting START.", "mobile")
        self.notices.make_link(worker, self._sender(worker), f"Your jobs and messages, {worker.name}: {PLACE}")

    def revoke(self, admin: User, worker_id: int) -> int:
        """End every link of a worker at once; returns how many worked or would have."""
        demand(admin, Act.SETTINGS)
        return self.kept.revoke_all(worker_id)

    def sign_off(self, visitor: Visitor) -> None:
        """The worker ends the link they came by."""
        self.kept.revoke(visitor.link.id)

    def renew(self, visitor: Visitor) -> None:
        """Let the link last its whole time again, at most once a day; somebody works with it."""
        expires = visitor.link.expires_at
        if expires is not None and expires - self.clock() < links.LASTS - links.RENEWED_EVERY:
            self.kept.renew(visitor.link.id)

    def standing(self, worker_id: int, clock_time: Callable[[datetime], str]) -> str:
        """How it stands with a worker's link, in words for Settings > Users."""
        link = self.kept.working(worker_id)
        text = self.notices.last_link_text(worker_id)
        if link is None or link.expires_at is None:
            return "No link"
        words = f"Link works until {clock_time(link.expires_at)}"
        if text is None:
            return words
        state, reason, at = text
        told = wording(Delivery(0, "", Channel.SMS, state, reason=reason, changed_at=at), clock_time)
        return f"{words} · text {clock_time(at)}: {told}"

    def print_link(self, admin: User, name: str) -> str:
        """The address of a worker's link, for the command line in practice only. Raises Refusal."""
        demand(admin, Act.SETTINGS)
        if not self.reads.account().practice:
            raise Refusal("A worker's link goes to their own phone only. Send it from Settings > Users.")
        user = self.reads.user_named(name)
        if user is None:
            raise Refusal(f"There is no active user called “{name}”. Names are matched letter by letter.")
        return self.address_of(self.kept.issue(self._worker(user.id).id))

    def _worker(self, worker_id: int) -> User:
        worker = self.reads.user(worker_id)
        if worker is None or not has_page(worker):
            name = worker.name if worker else "This user"
            raise Refusal(f"{name} has no phone page: that needs an active worker with the Chat box and a location.")
        return worker

    def _sender(self, worker: User) -> str:
        places = [place for place in self.reads.locations() if place.id in worker.location_ids and place.numbers]
        if not places:
            raise Refusal(f"No location of {worker.name} has a number to text from. Add one to a location first.")
        return places[0].numbers[0]


def has_page(user: User) -> bool:
    """Whether somebody has a phone page at all: active workers with the Chat box and a location."""
    return user.active and user.chat and user.role is Role.WORKER and bool(user.location_ids)
