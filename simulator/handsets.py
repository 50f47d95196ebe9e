"""The phones at the other end: what is on each, what people type, and who has opted out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from domain.optout import Keyword, keyword
from simulator.rules import Fate
from simulator.state import State
from simulator.texts import Direction, moment

CARRIER_ANSWERS = {
    Keyword.STOP: "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe.",
    Keyword.START: "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    Keyword.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}

_PHONES = """
SELECT phones.number, phones.attended, latest.body, latest.at, latest.way,
       CASE WHEN phones.attended THEN 0 ELSE (
           SELECT count(*) FROM phone_texts AS new
           WHERE new.phone = phones.number AND new.way = 'in' AND new.at > phones.read_at AND new.at <= :now
       ) END AS unread
FROM phones LEFT JOIN (
    SELECT phone, body, at, way, row_number() OVER (PARTITION BY phone ORDER BY at DESC, n DESC) AS place
    FROM phone_texts WHERE at <= :now
) AS latest ON latest.phone = phones.number AND latest.place = 1
ORDER BY latest.at DESC NULLS LAST, phones.number
"""


class Writer(Protocol):
    """Puts one text into the ledger and returns its SID."""

    def __call__(
        self,
        sender: str,
        recipient: str,
        body: str,
        direction: Direction,
        times: tuple[int, int | None, int],
        end: Fate,
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A text from the account that reached a phone at `at` (microseconds since 1970 UTC)."""

    phone: str
    number: str
    at: int


class UnknownNumber(Exception):
    """Somebody texted a number that is not the account's."""


class Handsets:
    """Every phone the account has ever exchanged a text with."""

    def __init__(self, state: State, owns: Callable[[str], bool], write: Writer) -> None:
        self._state = state
        self._owns = owns
        self._write = write

    def all(self) -> list[dict[str, Any]]:
        """One entry a phone, the newest activity first; phones with nothing on them come last."""
        with self._state.read() as db:
            rows = db.execute(_PHONES, {"now": self._state.now()}).fetchall()
            return [
                {
                    "number": row["number"],
                    "last_body": row["body"],
                    "last_at": None if row["at"] is None else moment(row["at"]).isoformat(),
                    "last_direction": row["way"],
                    "unread": row["unread"],
                    "attended": bool(row["attended"]),
                    "opted_out": self.opted_out_of(row["number"]),
                }
                for row in rows
            ]

    def messages(self, phone: str) -> list[dict[str, Any]]:
        """What is on one phone, oldest first; texts that failed never arrived."""
        with self._state.read() as db:
            rows = db.execute(
                "SELECT * FROM phone_texts WHERE phone = ? AND at <= ? ORDER BY at, n", (phone, self._state.now())
            ).fetchall()
        return [
            {
                "sid": row["sid"],
                "from": row["sender"],
                "to": row["recipient"],
                "body": row["body"],
                "at": moment(row["at"]).isoformat(),
                "direction": row["way"],
                "status": row["status"],
            }
            for row in rows
        ]

    def type(self, phone: str, to: str, body: str) -> str:
        """Somebody texts one of the account's numbers; returns the SID, raises UnknownNumber for any other.

        The carrier acts on STOP, START and HELP and answers the phone itself.
        """
        if not self._owns(to):
            raise UnknownNumber(to)
        with self._state.change() as db:
            now = self._state.now()
            sid = self._write(phone, to, body, Direction.INBOUND, (now, now, now), Fate("received"))
            db.execute("UPDATE phones SET read_at = max(read_at, ?) WHERE number = ?", (now, phone))
            self._act_on(keyword(body), phone, to, now)
            return sid

    def attend(self, phone: str, attended: bool) -> None:
        """Somebody opened this phone, or put it down; either way what was on it has been read."""
        with self._state.change() as db:
            db.execute(
                "INSERT INTO phones (number, attended, read_at) VALUES (:phone, :attended, :now) "
                "ON CONFLICT (number) DO UPDATE SET attended = :attended, read_at = max(read_at, :now)",
                {"phone": phone, "attended": attended, "now": self._state.now()},
            )

    def is_attended(self, phone: str) -> bool:
        """Whether somebody has this phone open."""
        with self._state.read() as db:
            row = db.execute("SELECT attended FROM phones WHERE number = ?", (phone,)).fetchone()
            return row is not None and bool(row["attended"])

    def opt_out(self, phone: str, number: str) -> None:
        """This phone wants no more texts from this number of the account."""
        with self._state.change() as db:
            db.execute("INSERT OR IGNORE INTO phones (number) VALUES (?)", (phone,))
            db.execute("INSERT OR IGNORE INTO optouts (phone, number) VALUES (?, ?)", (phone, number))

    def opt_in(self, phone: str, number: str) -> None:
        """This phone wants texts from this number again."""
        with self._state.change() as db:
            db.execute("DELETE FROM optouts WHERE phone = ? AND number = ?", (phone, number))

    def is_opted_out(self, phone: str, number: str) -> bool:
        """Whether a text from this number to this phone would be refused."""
        return number in self.opted_out_of(phone)

    def opted_out_of(self, phone: str) -> list[str]:
        """The account's numbers that this phone has opted out of."""
        with self._state.read() as db:
            rows = db.execute("SELECT number FROM optouts WHERE phone = ? ORDER BY number", (phone,))
            return [row["number"] for row in rows]

    def arrivals(self, after: int) -> tuple[int, list[Arrival]]:
        """Texts of the account that reached a phone after `after`, and the moment of looking: the next `after`."""
        with self._state.read() as db:
            now = self._state.now()
            rows = db.execute(
                "SELECT phone, sender, at FROM phone_texts "
                "WHERE direction = 'outbound-api' AND at > ? AND at <= ? ORDER BY at, n",
                (after, now),
            ).fetchall()
        return now, [Arrival(row["phone"], row["sender"], row["at"]) for row in rows]

    def _act_on(self, word: Keyword | None, phone: str, number: str, now: int) -> None:
        was_out = self.is_opted_out(phone, number)
        if word is Keyword.STOP:
            self.opt_out(phone, number)
        elif word is Keyword.START:
            self.opt_in(phone, number)
        answered = {Keyword.STOP: not was_out, Keyword.START: was_out, Keyword.HELP: True}
        if word is not None and answered[word]:
            self._write(number, phone, CARRIER_ANSWERS[word], Direction.CARRIER, (now, now, now), Fate())
