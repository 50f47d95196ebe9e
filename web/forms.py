"""What a page's form sends: read whole, and only where it comes from our own page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES = 8 * 1024 * 1024
"""Bytes of one file that comes with a form."""
_MOST_FIELDS = 200
_MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form. `data` is None where it was longer than MOST_BYTES."""

    name: str
    data: bytes | None


class Form:
    """The fields of a form; one that is missing is empty."""

    def __init__(
        self, fields: Mapping[str, list[str]] | None = None, files: Mapping[str, list[Upload]] | None = None
    ) -> None:
        self._fields = fields or {}
        self._files = files or {}

    def one(self, name: str) -> str:
        """The first value of a field, "" where there is none. Line ends are line feeds."""
        return next(iter(self._fields.get(name, ())), "").replace("\r\n", "\n")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(self._fields.get(name, ()))

    def number(self, name: str) -> int:
        """A field as a whole number, 0 where it is none."""
        return whole(self.one(name))

    def files(self, name: str) -> tuple[Upload, ...]:
        """Every file of a field; a field in which nothing was chosen has none."""
        return tuple(self._files.get(name, ()))


async def read_form(request: Request) -> Form:
    """The form in a request; guard.Guard has limited its length. Raises HTTPException where it cannot be read."""
    if _kind(request) != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Form(parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise HTTPException(400) from None


async def read_form_with_files(request: Request) -> Form:
    """The same for a form that may carry files; a browser without any chosen may send it either way."""
    if _kind(request) != "multipart/form-data":
        return await read_form(request)
    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as sent:
        for name, value in sent.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
            elif value.filename or value.size:
                files.setdefault(name, []).append(await _upload(value))
    return Form(fields, files)


async def _upload(sent: UploadFile) -> Upload:
    fits = (sent.size or 0) <= MOST_BYTES
    return Upload(sent.filename or "", await sent.read() if fits else None)


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def from_our_page(headers: Mapping[str, str], public_url: str) -> bool:
    """Whether a browser says that a form was sent from our own page.

    Since our pages send no referrer, browsers may give "null" as the origin of our own forms; then, and
    where an old browser says nothing, the form's own seal has to do.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin", "null")
    if origin == "null":
        return True
    ours = {headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    return urlsplit(origin).netloc in ours


def whole(text: str) -> int:
    """A whole number as it stands in an address or a form, 0 for anything else, and for what no row can have."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
