"""The account's side of the carrier: its messages, its numbers, and the record of what it accepted."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from domain.errors import Refusal
from domain.phone import is_e164
from simulator.credentials import DEFAULT_NUMBER, PRACTICE_ACCOUNT
from simulator.handsets import Handsets
from simulator.rules import Fate, Refused, checked, fate, may_send_from, opted_out
from simulator.state import State, text_of, utc_now
from simulator.texts import Direction, Pace, Text, micros, moment

_NEW_TEXT = """
INSERT INTO texts (sid, sender, recipient, body, direction, created_at, sent_at, final_at, outcome, error)
VALUES (:sid, :sender, :recipient, :body, :direction, :created_at, :sent_at, :final_at, :outcome, :error)"""
_COLUMNS = "n, sid, sender, recipient, body, direction, created_at, sent_at, final_at, outcome, error, edited_at"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts a list asks for. Times are microseconds, `sent_before` is exclusive; None asks for all."""

    to: str | None = None
    sender: str | None = None
    sent_from: int | None = None
    sent_before: int | None = None


class Ledger:
    """Everything the carrier knows. Safe to use from several threads."""

    def __init__(self, state: State, numbers: Iterable[str], account: str, pace: Pace) -> None:
        self._state = state
        self.account = account
        self.pace = pace
        self.opened_at = state.now()
        self.carry: Callable[[str, str, str], object] = lambda _sender, _recipient, _body: None
        """Told the sender, recipient and body of every text that was accepted."""
        self._own(numbers)
        self.phones = Handsets(state, self.owns, self._write)

    @classmethod
    def open(
        cls,
        path: Path | None = None,
        *,
        numbers: Iterable[str] = (),
        account: str = PRACTICE_ACCOUNT,
        pace: Pace | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Open the state file, or a state in memory where `path` is None.

        `numbers` are added to those the file knows; a new state without any gets one practice number.
        `now` gives aware times. Raises Refusal for a number or account that cannot be one, and
        sqlite3.Error where the file is none of ours.
        """
        numbers = [_checked_number(number) for number in numbers]
        if not re.fullmatch("AC[0-9a-f]{32}", account):
            raise Refusal(f"“{account}” is not an account; write AC and 32 digits from 0 to f.")
        return cls(State(path, now), numbers, account, pace or Pace())

    def close(self) -> None:
        """Let go of the state; a second call does nothing."""
        self._state.close()

    def now(self) -> int:
        """The carrier's time, in microseconds since 1970 UTC."""
        return self._state.now()

    @property
    def numbers(self) -> tuple[str, ...]:
        """The account's own numbers, in the order they were given."""
        with self._state.read() as db:
            return tuple(row["number"] for row in db.execute("SELECT number FROM numbers ORDER BY rowid"))

    def owns(self, number: str) -> bool:
        """Whether people can text this number and the account can text from it."""
        return may_send_from(number, self.numbers)

    def create(self, form: Mapping[str, str]) -> Text:
        """Accept one text from the account, or raise Refused; when this returns, it is on disk."""
        sender, recipient, body = checked(form, self.numbers)
        with self._state.change() as db:
            if self.phones.is_opted_out(recipient, sender):
                raise opted_out(recipient)
            now = self._state.now()
            sent_at, final_at = (now + int(s * 1_000_000) for s in (self.pace.sent_s, self.pace.delivered_s))
            sid = self._write(sender, recipient, body, Direction.OUTBOUND, (now, sent_at, final_at), fate(recipient))
            db.execute(
                "INSERT INTO truth (sid, sender, recipient, body, at) VALUES (?, ?, ?, ?, ?)",
                (sid, sender, recipient, body, now),
            )
            accepted = self.fetch(sid)
        self.carry(sender, recipient, body)
        return accepted

    def fetch(self, sid: str) -> Text:
        """One text by its SID; raises Refused where the account has none such."""
        with self._state.read() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM account_texts WHERE sid = ?", (sid,)).fetchone()  # noqa: S608
        if row is None:
            raise Refused(20404, f"The requested resource {sid} was not found", 404)
        return text_of(row)

    def newest(self, wanted: Wanted, limit: int, before: tuple[int, int] | None = None) -> list[Text]:
        """At most `limit` texts, newest first, all older than the position `before` (created_at, n)."""
        given: dict[str, Any] = {"now": self._state.now(), "limit": limit}
        conditions = ["TRUE"]
        for value, name, condition in (
            (wanted.to, "to", "recipient = :to"),
            (wanted.sender, "sender", "sender = :sender"),
            (wanted.sent_from, "sent_from", "sent_at <= :now AND sent_at >= :sent_from"),
            (wanted.sent_before, "sent_before", "sent_at <= :now AND sent_at < :sent_before"),
        ):
            if value is not None:
                given[name] = value
                conditions.append(condition)
        if before is not None:
            given["created_at"], given["n"] = before
            conditions.append("(created_at, n) < (:created_at, :n)")
        query = (
            f"SELECT {_COLUMNS} FROM account_texts WHERE {' AND '.join(conditions)} "  # noqa: S608
            "ORDER BY created_at DESC, n DESC LIMIT :limit"
        )
        with self._state.read() as db:
            return [text_of(row) for row in db.execute(query, given)]

    def cancel(self, sid: str) -> Text:
        """Stop a text that is still queued; any other raises Refused."""
        with self._state.change() as db:
            now = self._state.now()
            if self.fetch(sid).status(now) != "queued":
                raise Refused(30409, "This message cannot be canceled.")
            db.execute(
                "UPDATE texts SET outcome = 'canceled', error = NULL, sent_at = NULL, final_at = ? WHERE sid = ?",
                (now, sid),
            )
            return self.fetch(sid)

    def redact(self, sid: str) -> Text:
        """Empty the account's copy of a text; the phone keeps its own."""
        with self._state.change() as db:
            self.fetch(sid)
            db.execute("UPDATE texts SET redacted = 1, edited_at = ? WHERE sid = ?", (self._state.now(), sid))
            return self.fetch(sid)

    def delete(self, sid: str) -> None:
        """Remove a text from the account's list; one still on its way raises Refused."""
        with self._state.change() as db:
            if self.fetch(sid).final_at > self._state.now():
                raise Refused(20009, "Cannot delete this resource before it is complete", 409)
            db.execute("UPDATE texts SET deleted = 1 WHERE sid = ?", (sid,))

    def truth(self, after: int = 0) -> list[dict[str, Any]]:
        """Every create that was accepted, in order, from the one after `after` on."""
        with self._state.read() as db:
            rows = db.execute("SELECT * FROM truth WHERE n > ? ORDER BY n", (after,)).fetchall()
        return [
            {
                "n": row["n"],
                "sid": row["sid"],
                "from": row["sender"],
                "to": row["recipient"],
                "body": row["body"],
                "at": moment(row["at"]).isoformat(),
            }
            for row in rows
        ]

    def record(
        self,
        from_: str,
        to: str,
        body: str,
        at: datetime,
        direction: str,
        status: str,
        error: int | None = None,
    ) -> str:
        """Write one text of the past and return its SID: it has been in `status` since `at`.

        `direction` is "inbound" or "outbound-api". No rule is applied: an inbound STOP opts nobody out.
        """
        when = micros(at)
        sent_at = None if status in ("queued", "accepted", "scheduled", "failed", "canceled") else when
        with self._state.change() as db:
            sid = self._write(from_, to, body, Direction(direction), (when, sent_at, when), Fate(status, error))
            phone = from_ if direction == Direction.INBOUND else to
            db.execute("UPDATE phones SET read_at = max(read_at, ?) WHERE number = ?", (when, phone))
            return sid

    def bulk(self) -> AbstractContextManager[Any]:
        """Many records written as one: `with ledger.bulk(): …` waits for the disk once."""
        return self._state.change()

    def own(self, numbers: Iterable[str]) -> None:
        """Give the account these numbers too; those it has stay."""
        with self._state.change() as db:
            for number in numbers:
                db.execute("INSERT OR IGNORE INTO numbers (number, since) VALUES (?, ?)", (number, self.now()))

    def _own(self, numbers: Iterable[str]) -> None:
        with self._state.change() as db:
            for number in list(numbers) or ([] if self.numbers else [DEFAULT_NUMBER]):
                db.execute("INSERT OR IGNORE INTO numbers (number, since) VALUES (?, ?)", (number, self.opened_at))

    def _write(
        self,
        sender: str,
        recipient: str,
        body: str,
        direction: Direction,
        times: tuple[int, int | None, int],
        end: Fate,
    ) -> str:
        sid = f"SM{secrets.token_hex(16)}"
        created_at, sent_at, final_at = times
        with self._state.change() as db:
            phone = sender if direction is Direction.INBOUND else recipient
            db.execute("INSERT OR IGNORE INTO phones (number) VALUES (?)", (phone,))
            db.execute(
                _NEW_TEXT,
                {
                    "sid": sid,
                    "sender": sender,
                    "recipient": recipient,
                    "body": body,
                    "direction": direction,
                    "created_at": created_at,
                    "sent_at": sent_at,
                    "final_at": final_at,
                    "outcome": end.outcome,
                    "error": end.error,
                },
            )
        return sid


def _checked_number(number: str) -> str:
    if not is_e164(number):
        raise Refusal(f"“{number}” is not a phone number we can use; write it like +15550101234.")
    return number
