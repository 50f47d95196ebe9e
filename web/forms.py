"""What a page's form sends: read whole, and only where it comes from our own page."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

_MOST_FIELDS = 200


class Form:
    """The fields of a form; one that is missing is empty."""

    def __init__(self, fields: Mapping[str, list[str]] | None = None) -> None:
        self._fields = fields or {}

    def one(self, name: str) -> str:
        """The first value of a field, "" where there is none. Line ends are line feeds."""
        return next(iter(self._fields.get(name, ())), "").replace("\r\n", "\n")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(self._fields.get(name, ()))

    def number(self, name: str) -> int:
        """A field as a whole number, 0 where it is none."""
        return whole(self.one(name))


async def read_form(request: Request) -> Form:
    """The form in a request; guard.Guard has limited its length. Raises HTTPException where it cannot be read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Form(parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise HTTPException(400) from None


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
