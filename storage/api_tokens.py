"""The tokens of programs that post jobs: made, listed, revoked, and told apart."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, or_, select, update

from domain.errors import Refusal
from domain.ingest import ApiToken, TokenLine
from storage import feed
from storage.engine import Database
from storage.tables.people import UserRow
from storage.tables.system import ApiTokenRow

PREFIX = "jl_"
_RANDOM_BYTES = 32
_USE_NOTED_EVERY = timedelta(minutes=1)


class ApiTokens:
    """Stores tokens. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def make(self, name: str, by: str, location_ids: Iterable[int] = ()) -> str:
        """Make a token and return it, this once; Refusal (field "name") where the name is taken."""
        token = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        with self.database.write() as session:
            _refuse_taken(session, name)
            row = ApiTokenRow(
                name=name, token_hash=_hashed(token), made_by=by, made_at=self.clock(), limited_to=_joined(location_ids)
            )
            session.add(row)
            feed.append(session, "tokens")
        return token

    def listed(self) -> list[TokenLine]:
        """Every token there was, those in force first, by name."""
        with self.database.read() as session:
            rows = session.exec(select(ApiTokenRow)).all()
        lines = [TokenLine(_token(row), row.made_by, row.made_at, row.used_at, row.revoked_at) for row in rows]
        return sorted(lines, key=lambda line: (line.revoked_at is not None, line.token.name.casefold()))

    def revoke(self, token_id: int) -> bool:
        """End a token at once; False where it had ended already, or never was."""
        with self.database.write() as session:
            running = update(ApiTokenRow).where(col(ApiTokenRow.id) == token_id, col(ApiTokenRow.revoked_at).is_(None))
            ended = session.exec(running.values(revoked_at=self.clock())).rowcount == 1
            if ended:
                feed.append(session, "tokens")
            return ended

    def holder(self, token: str) -> ApiToken | None:
        """Whose token this is, or None for one that is wrong or revoked. Its use is noted, once a minute at most."""
        offered = _hashed(token)
        with self.database.read() as session:
            rows = session.exec(select(ApiTokenRow).where(col(ApiTokenRow.revoked_at).is_(None))).all()
        # Every hash is compared, each in constant time: how long it takes tells nothing about any of them.
        found = [row for row in rows if hmac.compare_digest(row.token_hash, offered)]
        if not found:
            return None
        self._note_use(found[0])
        return _token(found[0])

    def _note_use(self, row: ApiTokenRow) -> None:
        now = self.clock()
        if row.used_at is not None and now - row.used_at < _USE_NOTED_EVERY:
            return
        stale = or_(col(ApiTokenRow.used_at).is_(None), col(ApiTokenRow.used_at) <= now - _USE_NOTED_EVERY)
        # A request is not refused because the database is too busy to note it.
        with suppress(OperationalError), self.database.write() as session:
            session.exec(update(ApiTokenRow).where(col(ApiTokenRow.id) == row.id, stale).values(used_at=now))


def _hashed(token: str) -> str:
    """What is stored of a token.

    One round of SHA-256 is enough here, unlike for PINs: 256 random bits cannot be guessed, however fast.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_taken(session: Session, name: str) -> None:
    """A name stands as the author of what was done, so it stays with one token or person for good."""
    known = session.exec(select(ApiTokenRow).where(ApiTokenRow.name == name)).first()
    if known is not None:
        ended = " that was revoked; what it did carries its name" if known.revoked_at else ""
        raise Refusal(f"There is already a token called {name}{ended}. Choose another name.", "name")
    if session.exec(select(UserRow.id).where(UserRow.name == name)).first():
        raise Refusal(f"{name} is the name of a user. Name the token after the program that uses it.", "name")


def _token(row: ApiTokenRow) -> ApiToken:
    assert row.id is not None
    return ApiToken(row.id, row.name, frozenset(map(int, row.limited_to.split())))


def _joined(location_ids: Iterable[int]) -> str:
    return " ".join(map(str, sorted(set(location_ids))))
