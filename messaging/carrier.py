"""The Twilio client: the only place that knows the SDK.

Source for every class of answer: carrier facts, sections 0, 1 and 12. The create call has no
idempotency key, so anything that may have reached the carrier is never repeated.
"""

import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import local
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProxyError

from domain.delivery import reported
from domain.ports import CarrierTrouble
from domain.texts import Accepted, Incoming, NotTaken, Outcome, Outgoing, Rejected, Report, Unclear

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0
PAGE = 200
_LONGEST_VALIDITY = 36_000
_FIRST_CARRIER_CODE = 10_000
_ABOUT_THE_TEXT = range(21_000, 22_000)
_REFUSED = "The carrier refused our credentials; texts wait. Ask the administrator to check them."
_AWAY = "The carrier cannot be reached; texts wait and nothing is lost."
_BUSY = "The carrier is busy; texts wait and leave as soon as it takes them."
_log = logging.getLogger("jobline.carrier")
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)


class Credentials(NamedTuple):
    """How to sign in at the carrier: an API key pair where there is one, else the account's token.

    `api_url` is another address that speaks the same API, None for Twilio's own.
    """

    account: str
    user: str
    password: str
    api_url: str | None = None


class TwilioCarrier:
    """Twilio, or whatever speaks like it at another address. Safe from any thread: one client for each."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._threads = local()

    def send(self, text: Outgoing) -> Outcome:
        """Hand one text over once; see `domain.ports.Carrier`."""
        options: dict[str, Any] = {}
        if text.use_by is not None:
            left = int((text.use_by - text.claimed_at).total_seconds())
            options["validity_period"] = max(1, min(_LONGEST_VALIDITY, left))
        try:
            made = self._client().messages.create(to=text.to, from_=text.sender, body=text.body, **options)
        except (TwilioRestException, TwilioServiceException) as error:
            return _refused(_number(error.status), _number(error.code))
        except requests.RequestException as error:
            return NotTaken(_AWAY) if _never_left(error) else Unclear("the phone company did not answer")
        except Exception:
            _log.warning("a create ended without a readable answer", exc_info=True)
            return Unclear("the phone company's answer could not be read")
        if not made.sid:
            return Unclear("the phone company's answer could not be read")
        word = str(made.status or "")
        return Accepted(made.sid, word, reported(word))

    def inbound(self, number: str, since: date) -> Iterator[list[Incoming]]:
        """Texts to one of our numbers, newest first, page by page; see `domain.ports.Carrier`."""
        after = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=1)
        try:
            page = self._client().messages.page(to=number, date_sent_after=after, page_size=PAGE)
            while page is not None:
                yield [_incoming(record) for record in page if record.direction == "inbound"]
                page = page.next_page()
        except Exception as error:
            raise _trouble(error) from error

    def status(self, sid: str) -> Report | None:
        """What became of a text; see `domain.ports.Carrier`."""
        try:
            found = self._client().messages(sid).fetch()
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise _trouble(error) from error
        except Exception as error:
            raise _trouble(error) from error
        word = str(found.status or "")
        if not word:
            raise CarrierTrouble(_AWAY)
        return Report(word, reported(word), found.error_code)

    def _client(self) -> Client:
        client = getattr(self._threads, "client", None)
        if client is None:
            c = self._credentials
            client = Client(c.user, c.password, c.account, http_client=_Http())
            if c.api_url:
                client.api.base_url = c.api_url
            self._threads.client = client
        return client


class _Http(TwilioHttpClient):
    """The SDK's transport with our time-outs, and a fresh connection for every text.

    A kept connection that the far end has just closed fails a POST in a way that cannot be told
    from one that was taken; a fresh one costs milliseconds.
    """

    def __init__(self) -> None:
        super().__init__()
        assert self.session is not None
        self.session.mount("http://", _TimedAdapter())
        self.session.mount("https://", _TimedAdapter())

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        """One HTTP call; raises what `requests` raises."""
        if method.upper() == "POST":
            assert self.session is not None
            self.session.close()
        return super().request(method, url, *args, **options)


class _TimedAdapter(HTTPAdapter):
    """Sets both time-outs on every call; the SDK itself takes only one number, and none by default."""

    def send(self, request: Any, *args: Any, **options: Any) -> requests.Response:
        """As the base class does, within the time-outs."""
        options["timeout"] = (CONNECT_SECONDS, READ_SECONDS)
        return super().send(request, *args, **options)


def _refused(status: int, code: int) -> Outcome:
    if status == 429:
        return NotTaken(_BUSY)
    if status in (401, 403) and code not in _ABOUT_THE_TEXT:
        return NotTaken(_REFUSED)
    if status >= 500:
        return Unclear("the phone company reported trouble of its own")
    if status < 400:
        return Unclear("the phone company's answer could not be read")
    return Rejected(code if code >= _FIRST_CARRIER_CODE else 0)


def _number(value: object) -> int:
    """A status or code as a number; 0 where the body held something else."""
    return value if isinstance(value, int) else 0


def _never_left(error: requests.RequestException) -> bool:
    """Whether no byte of the request can have reached the carrier."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    if isinstance(error, requests.exceptions.SSLError):
        return _in_handshake(error)
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError | ProxyError)


def _in_handshake(error: BaseException) -> bool:
    """Whether TLS failed before the request; a line that breaks later raises the same error class."""
    cause: BaseException | None = error
    while cause is not None:
        if any(frame.name == "do_handshake" for frame in traceback.extract_tb(cause.__traceback__)):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _trouble(error: Exception) -> CarrierTrouble:
    """A failed question in words; a failed list carries its reply as the second argument."""
    status = getattr(error, "status", None)
    if status is None and len(error.args) > 1:
        status = getattr(error.args[1], "status_code", None)
    if status in (401, 403):
        return CarrierTrouble(_REFUSED)
    return CarrierTrouble(_BUSY if status == 429 else _AWAY)


def _incoming(record: Any) -> Incoming:
    dates = (when for when in (record.date_created, record.date_sent) if isinstance(when, datetime))
    when = next(dates, datetime.now(UTC))
    return Incoming(record.sid, record.from_ or "", record.to or "", _storable(record.body or ""), when.astimezone(UTC))


def _storable(body: str) -> str:
    """The body as it came, but for what no database takes: NUL and halves of characters."""
    return body.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
