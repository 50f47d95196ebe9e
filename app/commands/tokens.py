"""`jobline token`: which programs may post jobs."""

import sys
from collections.abc import Sequence
from datetime import datetime

from app.commands.session import acting, session
from app.settings import Settings
from domain.account import Location
from domain.errors import Refusal
from domain.ingest import TokenLine
from domain.text import fold, one_line
from messaging.tokens import Tokens


def add(settings: Settings, name: str, locations: Sequence[str], as_name: str) -> int:
    """Make a token: it goes alone to standard output, once, and what to do with it to standard error."""
    with session(settings) as (readers, writers):
        user = acting(readers, as_name)
        places = readers.reads.locations()
        ids = [_named(places, location).id for location in locations]
        token = Tokens(writers.api_tokens).make(user, name, ids)
    where = ", ".join(locations) or "every location"
    print(token)  # noqa: T201
    print(f"Made for {where}. It is not shown again: give it to the program now.", file=sys.stderr)  # noqa: T201
    return 0


def show(settings: Settings, as_name: str) -> int:
    """List every token there was, those in force first; the tokens themselves are not kept."""
    with session(settings) as (readers, writers):
        lines = Tokens(writers.api_tokens).listed(acting(readers, as_name))
        places = readers.reads.locations()
    for line in lines:
        print(_line(line, places))  # noqa: T201
    if not lines:
        print("There is no token yet. Make one with: jobline token add --name NAME", file=sys.stderr)  # noqa: T201
    return 0


def revoke(settings: Settings, name: str, as_name: str) -> int:
    """End a token at once."""
    with session(settings) as (readers, writers):
        user = acting(readers, as_name)
        tokens = Tokens(writers.api_tokens)
        tokens.revoke(user, tokens.named(user, name).token.id)
    print(f"Revoked {name}: its program is refused from now on.")  # noqa: T201
    return 0


def _named(places: Sequence[Location], name: str) -> Location:
    found = next((place for place in places if fold(place.name) == fold(name)), None)
    if found is None:
        known = ", ".join(place.name for place in places) or "none yet"
        raise Refusal(f"There is no location “{one_line(name, 60)}” (known: {known}).")
    return found


def _line(line: TokenLine, places: Sequence[Location]) -> str:
    names = {place.id: place.name for place in places}
    where = ", ".join(names.get(place, "?") for place in sorted(line.token.location_ids)) or "every location"
    used = f"last used {_moment(line.used_at)}" if line.used_at else "never used"
    state = f"revoked {_moment(line.revoked_at)}" if line.revoked_at else used
    words = (line.token.name, where, f"made {_moment(line.made_at)} by {line.made_by}", state)
    return "\t".join(one_line(word) for word in words)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
