"""What programs of others send us: who they are, what they asked, and what they are answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.alerts import Event
from domain.errors import Refusal
from domain.imported import FieldError
from domain.text import one_line

REMEMBERED = timedelta(days=7)
"""How long the answer to a request is kept, so that the same key is answered alike."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program that may post jobs and events. It is the author of what it does (rule 5).

    `location_ids` are the locations it is limited to; none means that it works on every location.
    """

    id: int
    name: str
    location_ids: frozenset[int] = field(default_factory=frozenset)

    def works_at(self, location_id: int) -> bool:
        """Whether it may touch jobs of this location."""
        return not self.location_ids or location_id in self.location_ids


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as an administrator sees it in the list; the token itself is shown once, when it is made."""

    token: ApiToken
    made_by: str
    made_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: whose, under which key, and a digest of what it says."""

    token: ApiToken
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: an HTTP status, and a JSON text that is sent byte for byte."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An event that a request raised: whether it is told, and if not, why."""

    event: Event
    told: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a request did: its events, and how many texts go to how many phones because of them."""

    created: bool = False
    events: tuple[Raised, ...] = ()
    texts: int = 0
    phones: int = 0


class NotAccepted(Refusal):
    """A request that changed nothing. `fields` tells for each field what is wrong with it, all at once."""

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields or {})


def wrong_fields(errors: Iterable[FieldError], more: Iterable[FieldError] = ()) -> NotAccepted:
    """Everything that is wrong with a request, field by field; `more` is told for fields that are right so far."""
    fields: dict[str, str] = {}
    for name, sentence in errors:
        fields[name] = f"{fields[name]}; {sentence}" if name in fields else sentence
    for name, sentence in more:
        fields.setdefault(name, sentence)
    what = "1 field is" if len(fields) == 1 else f"{len(fields)} fields are"
    return NotAccepted(f"Nothing was done: {what} wrong. Mend what “fields” says and post it again.", fields)


def refuse_elsewhere(token: ApiToken, number: str, location_id: int | None) -> None:
    """Raise NotAccepted where the job of this number is at a location that the token does not work at.

    A number belongs to one job over all locations: such a one can be neither changed nor made again.
    """
    if location_id is not None and not token.works_at(location_id):
        raise wrong_fields([FieldError("number", f"job {number} is at a location that this token does not work at")])


class Unreadable(NotAccepted):
    """The request is no JSON object, or its key is none."""


class NoSuchJob(NotAccepted):
    """There is no job of this number for this token."""


def no_such_job(number: str) -> NoSuchJob:
    """The answer for a number that a token knows no job of: none there is, and none where it works, look alike."""
    return NoSuchJob(f"There is no job {one_line(number, 60)}. Create it first, with POST /api/jobs.")


class KeyTaken(NotAccepted):
    """The same key came with another request before."""


class Busy(NotAccepted):
    """The database could not be written now; nothing was done and the same request may come again."""
