"""What may be done with a message before it is out: call it back, change it, send it now, release or refuse it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from domain.account import WorkerWrites
from domain.delivery import Channel
from domain.errors import Refusal
from domain.hours import leaves_at
from domain.messages import NOT_OUT, Draft, Message, Party, Person, Stage
from domain.people import Role, User
from domain.permissions import Act, demand
from messaging.choices import Choice, key_of
from messaging.conversation import checked_body, checked_time, filled
from messaging.departure import Wish, hour_of

if TYPE_CHECKING:
    from storage.job_events import JobEvents
    from storage.leaving import Leaving
    from storage.reads import Reads
    from storage.threads import PlannedMessage, Threads

_TOO_LATE = "It is too late: this message has left, or somebody took it back."


class Planning:
    """The use cases of messages that are not out yet. They raise Refusal."""

    def __init__(
        self,
        reads: Reads,
        threads: Threads,
        leaving: Leaving,
        clock: Callable[[], datetime],
        events: JobEvents | None = None,
    ) -> None:
        """`events` makes alerts anew before they leave (rule 18)."""
        self.reads = reads
        self.threads = threads
        self.leaving = leaving
        self.clock = clock
        self.events = events

    def planned(self, viewer: User) -> list[PlannedMessage]:
        """Everything that is not out yet and that this user may see, over all jobs, the soonest first."""
        return self.threads.not_out(viewer)

    def call_back(self, user: User, job_id: int, message_id: int) -> Draft:
        """Take a message back before it leaves; returns its words and recipients, to write on."""
        message = self._message(user, job_id, message_id)
        if message.stage not in NOT_OUT:
            raise Refusal(_TOO_LATE)
        mine = message.author.user_id == user.id
        if not mine:
            demand(user, Act.RELEASE)
            if message.stage is not Stage.HELD:
                raise Refusal("Only its author can call this message back.")
        why = "Called back." if mine else f"Called back by {user.name}."
        self._done(self.leaving.take_back(message_id, Stage.CALLED_BACK, why, (message.stage,)))
        keys = tuple(key for key in map(key_of, message.recipients) if key)
        later = message.leaves_at if message.stage is Stage.HELD else None
        return Draft(message.body, keys, message.reply_to, message.passes_on, later)

    def send_now(self, user: User, job_id: int, message_id: int, reason: str = "") -> None:
        """Send what is planned or held at once; Refusal (field "reason") where quiet hours ask for a reason."""
        message = self._message(user, job_id, message_id)
        self._demand_hand(user, message)
        if message.stage not in (Stage.HELD, Stage.RECALLABLE) and not self.leaving.has_held(message_id):
            raise Refusal(_TOO_LATE)
        reason = " ".join(reason.split())
        if not reason and self._opens(user, job_id, message) > self.clock():
            raise Refusal("It is quiet hours for somebody. Say why this text cannot wait.", "reason")
        notice = f"Sent before its time by {user.name}" + (f": {reason}" if reason else "") + "."
        if message.stage is Stage.OUT:
            self._done(self.leaving.send_held(message_id, notice))
        elif message.author.role is Party.SYSTEM and self.events is not None:
            self._done(self.events.release(message_id, at_once=True, notice=notice))
        else:
            self._done(self.leaving.let_out(message_id, notice, at_once=True))

    def change_planned(self, user: User, job_id: int, message_id: int, body: str, leave_at: datetime) -> None:
        """Give a planned message other words or another time. Refusal with field "contents" or "time"."""
        message = self._message(user, job_id, message_id)
        if message.author.role is Party.SYSTEM:
            raise Refusal("An alert is written anew when it leaves. Change its rule, or call it back.")
        self._demand_hand(user, message)
        time = checked_time(leave_at, self.clock())
        assert time is not None
        hours = self._hours(user, job_id, message, time)
        self._done(self.leaving.plan_anew(message_id, filled(checked_body(body)), time, hours))

    def release(self, user: User, job_id: int, message_id: int, body: str | None = None) -> None:
        """Let a worker's message to the customer out, with other words where `body` is given (rule 49)."""
        demand(user, Act.RELEASE)
        message = self._message(user, job_id, message_id)
        if message.stage is not Stage.WAITING_RELEASE:
            raise Refusal(_TOO_LATE)
        words = None if body is None else filled(checked_body(body))
        changed = words is not None and words != message.body
        notice = f"Released by {user.name}{', who changed its words' if changed else ''}."
        opens = self._opens(user, job_id, message)
        if opens > self.clock():
            self._done(self.leaving.hold(message_id, opens, f"{notice} Held for quiet hours.", words))
        else:
            self._done(self.leaving.let_out(message_id, notice, words))

    def refuse_release(self, user: User, job_id: int, message_id: int, why: str) -> None:
        """Refuse a worker's message to the customer, with a reason that the worker reads."""
        demand(user, Act.RELEASE)
        self._message(user, job_id, message_id)
        why = " ".join(why.split())
        if not why:
            raise Refusal("Say why, so that the worker knows.", "reason")
        words = f"Refused by {user.name}: {why}"
        self._done(self.leaving.take_back(message_id, Stage.REFUSED, words, (Stage.WAITING_RELEASE,)))

    def _demand_hand(self, user: User, message: Message) -> None:
        """Who may change or hasten a message: its author, unless a dispatcher must read what a worker writes."""
        watched = (
            user.role is Role.WORKER
            and message.is_contact_message
            and self.reads.account().worker_writes is not WorkerWrites.ON
        )
        if watched or message.author.user_id != user.id:
            demand(user, Act.RELEASE)

    def _hours(self, user: User, job_id: int, message: Message, begin: datetime) -> dict[str, tuple[datetime, str]]:
        """For each phone, when a text may leave from a moment on, and why later."""
        job = self.threads.job(user, job_id)
        assert job is not None
        ids = [person.contact_id for person in message.recipients if person.contact_id]
        wish, account = Wish(heard=self.threads.last_heard(job_id, ids)), self.reads.account()
        people = [
            Choice(
                "", Person(Party.CONTACT, c.name, contact_id=c.id, mobile=c.mobile), "", Channel.SMS, zone=c.time_zone
            )
            for c in self.threads.to_text(job, ids)
        ]
        return {p.person.mobile: hour_of(p, wish, account, job.location, begin) for p in people if p.person.mobile}

    def _opens(self, user: User, job_id: int, message: Message) -> datetime:
        """When nobody among the recipients has quiet hours any more; now where that is so, or nothing is held."""
        now, job = self.clock(), self.threads.job(user, job_id)
        assert job is not None
        if not self.reads.account().holds:
            return now
        ids = [person.contact_id for person in message.recipients if person.contact_id]
        zones = [contact.time_zone or job.location.time_zone for contact in self.threads.to_text(job, ids)]
        return max((leaves_at(now, zone, job.location.quiet) for zone in zones), default=now)

    def _message(self, user: User, job_id: int, message_id: int) -> Message:
        message = self.threads.message(user, job_id, message_id)
        if message is None or not self._writes(user, job_id):
            raise Refusal("This message is not there for you any more. Go back to the list.")
        return message

    def _writes(self, user: User, job_id: int) -> bool:
        """Whether this user may still write on the job: a former worker reads only."""
        job = self.threads.job(user, job_id)
        return job is not None and (user.role is Role.DISPATCHER or job.access.worker_id == user.id)

    def _done(self, done: bool) -> None:
        if not done:
            raise Refusal(_TOO_LATE)
