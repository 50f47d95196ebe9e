"""Links to a phone's page: a row's number and a seal that only the holder of the key can make (rule 25)."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PLACE = "[link]"
"""Stands in stored texts where the address goes when the text leaves."""

LASTS = timedelta(days=90)
"""How long a worker's link works after it was last renewed."""
RENEWED_EVERY = timedelta(days=1)
AFTER_CLOSING = timedelta(days=30)
"""How long a contact's link works after its job was closed."""

CODE_PLACE = "[code]"
"""Stands in stored texts where an approval code goes when the text leaves."""

_EMPTY_PLACE = re.compile(r" ?\[link\]")
TAKEN_OUT = "(link taken out)"
"""Stands where somebody quoted or pasted the address of a page; unlike `[link]` it never becomes one."""
_ADDRESS = re.compile(r"(?:https?://)?[^\s\"“”<>]*/[cw]/[0-9]{1,10}-[A-Za-z0-9_-]{22}(?:/[^\s\"“”<>]*)?")
_CODE = re.compile(r"\b[0-9]{6}\b(?= is your code to approve)")
_SEAL_BYTES = 16
_TOKEN = re.compile(r"([1-9][0-9]{0,9})-([A-Za-z0-9_-]{22})")


class Kind(StrEnum):
    """Whose page a link opens; its value stands in the address."""

    WORKER = "w"
    CONTACT = "c"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is kept. A worker's has `user_id`; the rest of it is in no database."""

    id: int
    user_id: int | None
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class ContactLink:
    """A contact's link, bound to contact and job; it works until 30 days after the job was closed."""

    id: int
    contact_id: int
    job_id: int
    made_at: datetime
    closed_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When it ends, None while the job is open."""
        return self.closed_at + AFTER_CLOSING if self.closed_at else None

    def works(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.closed_at is None or now < self.closed_at + AFTER_CLOSING)


def token(key: bytes, kind: Kind, link_id: int) -> str:
    """The part of a link's address that cannot be guessed: 128 bits of HMAC-SHA256, behind the row's number.

    Its last character is a letter, so that no phone leaves it out when it makes the address tappable.
    """
    seal = hmac.digest(key, f"link {kind.value} {link_id}".encode(), hashlib.sha256)[:_SEAL_BYTES]
    return f"{link_id}-{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


def link_of(key: bytes, kind: Kind, given: str) -> int | None:
    """The row's number in a token that this key made for this kind of page, None for anything else.

    Takes the same time however much of a wrong token is right.
    """
    found = _TOKEN.fullmatch(given)
    link_id = int(found[1]) if found else 0
    right = token(key, kind, link_id)
    same = hmac.compare_digest(right.encode(), given.encode(errors="replace"))
    return link_id if found and same else None


def form_token(key: bytes, link_id: int, act: str) -> str:
    """The seal of one form on a link's page: another site cannot make it, nor can another link use it."""
    return hmac.digest(key, f"form {link_id} {act}".encode(), hashlib.sha256).hex()


def form_fits(key: bytes, link_id: int, act: str, given: str) -> bool:
    """Whether a form that came in is one that this link's page showed for this act."""
    return hmac.compare_digest(form_token(key, link_id, act).encode(), given.encode(errors="replace"))


def address(base: str, key: bytes, kind: Kind, link_id: int, message_id: int | None = None) -> str:
    """The whole address of a link under the base address of our pages, open at a message where one is named."""
    at = f"/{message_id}" if message_id is not None else ""
    return f"{base.rstrip('/')}/{kind.value}/{token(key, kind, link_id)}{at}"


def address_like(base: str, link_id: int, message_id: int) -> str:
    """An address as long as the one of this link and message, for counting; it opens nothing."""
    return f"{base.rstrip('/')}/{Kind.CONTACT.value}/{link_id}-{'x' * 22}/{message_id}"


def code(key: bytes, code_id: int) -> str:
    """The six digits that an approval code's row stands for (rule 52); only the holder of the key can tell them."""
    seal = hmac.digest(key, f"code {code_id}".encode(), hashlib.sha256)
    return f"{int.from_bytes(seal[:8], 'big') % 1_000_000:06}"


def code_fits(key: bytes, code_id: int, typed: str) -> bool:
    """Whether somebody typed the right code; takes the same time however much of it is right."""
    return hmac.compare_digest(code(key, code_id).encode(), typed.strip().encode(errors="replace"))


def with_address(body: str, where: str) -> str:
    """A stored text as it leaves: the address in its place, or a text without one where there is no address."""
    if where or PLACE not in body:
        return body.replace(PLACE, where)
    return _EMPTY_PLACE.sub("", body.replace(f": {PLACE}", ".")).strip()


def without_secrets(body: str) -> str:
    """What somebody wrote, without addresses of our pages and codes of ours that they quote or paste.

    Phones quote whole texts in reactions; whoever read a link there could use it (rules 25, 52).
    """
    return _CODE.sub("(code)", _ADDRESS.sub(TAKEN_OUT, body))


def base_of(practice: bool, public_url: str, own: str) -> str:
    """Under which address phones reach our pages, "" where no link may go out.

    Practice uses the engine's own address where no other is set; live needs a public https address
    (rule 26).
    """
    if practice:
        return public_url or own
    return public_url if public_url.startswith("https://") else ""
