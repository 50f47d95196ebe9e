"""What a program reads about the whole database: its schema, account, people and engine."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from domain.account import Account, EngineWords, Location, WorkerWrites
from domain.errors import Refusal
from domain.hours import QuietHours
from domain.people import Bell, Role, User
from domain.routing import Windows
from storage.plain import Plain, Row, at, numbers
from storage.version import SCHEMA

ENGINE_GONE_AFTER = timedelta(seconds=30)
_USER = "SELECT id, name, role, chat, alerts, contacts, admin, mobile, active, bell FROM user_account"
_LOCATION = (
    "SELECT id, name, country, time_zone, direct_reply, quiet_begin, quiet_end, callback_phone, currency,"
    " worker_sees_numbers, links_in_texts, approve_up_to FROM location"
)


class SignInName(NamedTuple):
    """One line of the sign-in list."""

    id: int
    name: str
    role: Role
    pin_length: int
    """How many digits enter by themselves; 0 where that is not known of an old PIN."""


class Reads:
    """Questions about the database itself; safe from any thread, and cheap before the first frame."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain

    def check_schema(self) -> bool:
        """Whether the database has this program's schema; False when it must be brought up to date first.

        Raises Refusal where there is no Jobline database.
        """
        if self.plain.is_sqlite:
            there = self.plain.row("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        else:
            there = self.plain.row("SELECT 1 FROM pg_tables WHERE tablename = 'alembic_version'")
        found = self.plain.row("SELECT version_num FROM alembic_version") if there else None
        if found is None:
            raise Refusal("There is no Jobline database here yet. Run jobline init, or jobline demo to look around.")
        return bool(found[0] == SCHEMA)

    def account(self) -> Account:
        """The account's settings. Raises Refusal where `init` has not been run."""
        row = self.plain.row(
            "SELECT carrier, three_way, reply_days, grace_days, use_by_minutes, demo_hint, undo_seconds, lock_seconds,"
            " worker_writes, holds_in_practice FROM account WHERE id = 1"
        )
        if row is None:
            raise Refusal("This database has no account yet. Run jobline init to set one up.")
        windows = Windows(timedelta(days=row[2]), timedelta(days=row[3]))
        return Account(
            carrier=row[0],
            three_way=bool(row[1]),
            windows=windows,
            use_by=timedelta(minutes=row[4]),
            demo_hint=row[5],
            undo=timedelta(seconds=row[6]),
            lock=timedelta(seconds=row[7]),
            worker_writes=WorkerWrites(row[8]),
            holds_in_practice=bool(row[9]),
        )

    def sign_in_names(self) -> list[SignInName]:
        """Everybody who can sign in, dispatchers first, then by name."""
        rows = self.plain.rows(
            "SELECT id, name, role, CASE WHEN pin_hash LIKE '$%' THEN 0 ELSE pin_length END FROM user_account"
            " WHERE active ORDER BY role, name"
        )
        return [SignInName(row[0], row[1], Role(row[2]), row[3]) for row in rows]

    def user(self, user_id: int) -> User | None:
        """A user with the locations they see, or None."""
        return self._user(f"{_USER} WHERE id = :id", {"id": user_id})

    def user_named(self, name: str) -> User | None:
        """The active user of exactly this name, or None."""
        return self._user(f"{_USER} WHERE name = :name AND active", {"name": name})

    def user_of_system(self, account: str) -> User | None:
        """The active user bound to this operating-system account (rule 44), or None."""
        return self._user(f"{_USER} WHERE system_account = :account AND active", {"account": account})

    def locations(self) -> list[Location]:
        """Every location with its sending numbers, by name."""
        rows = self.plain.rows(f"{_LOCATION} ORDER BY name")
        sending = self.plain.rows("SELECT location_id, number FROM sending_number WHERE NOT retired ORDER BY id")
        return [location_of(row, tuple(n for owner, n in sending if owner == row[0])) for row in rows]

    def location(self, location_id: int) -> Location:
        """One location with its sending numbers."""
        row = self.plain.row(f"{_LOCATION} WHERE id = :id", {"id": location_id})
        assert row is not None
        sending = self.plain.rows(
            "SELECT number FROM sending_number WHERE location_id = :id AND NOT retired ORDER BY id", {"id": location_id}
        )
        return location_of(row, tuple(number[0] for number in sending))

    def workers(self, location_id: int) -> list[tuple[int, str]]:
        """The active workers of a location: id and name, by name."""
        rows = self.plain.rows(
            "SELECT u.id, u.name FROM user_account u JOIN user_location l ON l.user_id = u.id"
            " WHERE l.location_id = :location AND u.role = 'worker' AND u.active ORDER BY u.name",
            {"location": location_id},
        )
        return [(row[0], row[1]) for row in rows]

    def engine(self, now: datetime) -> EngineWords:
        """The words of the engine that wrote last."""
        row = self.plain.row(
            "SELECT state, sentence, beat_at, carrier_url, page_url FROM engine ORDER BY beat_at DESC LIMIT 1"
        )
        if row is None:
            return EngineWords("starting", "Starting: nothing is sent or received yet", alive=False)
        alive = now - at(row[2]) < ENGINE_GONE_AFTER and row[0] != "stopped"
        if alive or row[0] == "stopped":
            return EngineWords(row[0], row[1], alive, row[3], row[4])
        gone = "No engine is running: texts wait, nothing is received"
        return EngineWords("gone", gone, alive=False, page_url=row[4])

    def in_tray(self, viewer: User) -> int:
        """How many texts wait to be sorted at this viewer's locations: those without a job, and guesses."""
        if not viewer.dispatches:
            return 0
        here = numbers(viewer.location_ids)
        row = self.plain.row(
            "SELECT (SELECT count(*) FROM inbound i JOIN sending_number s ON s.number = i.to_number"
            f" WHERE i.state = 'tray' AND s.location_id IN ({here}))"
            " + (SELECT count(*) FROM message m JOIN job j ON j.id = m.job_id JOIN inbound i ON i.message_id = m.id"
            f" WHERE m.guessed AND j.location_id IN ({here}))"
        )
        return int(row[0]) if row else 0

    def names_of_phones(self) -> dict[str, str]:
        """Whose phone each number is, for the practice phones."""
        there = "mobile IS NOT NULL AND removed_at IS NULL"
        rows = self.plain.rows(f"SELECT mobile, name FROM contact WHERE {there} ORDER BY id DESC")
        rows += self.plain.rows("SELECT mobile, name FROM user_account WHERE mobile IS NOT NULL ORDER BY id DESC")
        return {row[0]: row[1] for row in rows}

    def newest_change(self) -> int:
        """The newest number of the change feed."""
        row = self.plain.row("SELECT max(id) FROM change")
        return int(row[0] or 0) if row else 0

    def _user(self, sql: str, parameters: dict[str, object]) -> User | None:
        row = self.plain.row(sql, parameters)
        if row is None:
            return None
        places = self.plain.rows("SELECT location_id FROM user_location WHERE user_id = :id", {"id": row[0]})
        return User(
            id=row[0],
            name=row[1],
            role=Role(row[2]),
            chat=bool(row[3]),
            alerts=bool(row[4]),
            contacts=bool(row[5]),
            admin=bool(row[6]),
            mobile=row[7],
            location_ids=frozenset(place[0] for place in places),
            active=bool(row[8]),
            bell=Bell(row[9]),
        )


def location_of(row: Row, numbers: tuple[str, ...]) -> Location:
    """A location from its columns: id, name, country, zone, direct reply, quiet from and until, and the rest."""
    return Location(
        id=row[0],
        name=row[1],
        country=row[2],
        time_zone=row[3],
        direct_reply=bool(row[4]),
        numbers=numbers,
        quiet=QuietHours(time.fromisoformat(row[5]), time.fromisoformat(row[6])),
        callback_phone=row[7],
        currency=row[8],
        worker_sees_numbers=bool(row[9]),
        links_in_texts=bool(row[10]),
        approve_up_to=row[11],
    )
