"""What Twilio refuses, and which practice numbers fail later.

Source: carrier facts, sections 1, 5 and 11 (magic numbers); Twilio's error dictionary.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.errors import Refusal
from domain.phone import parse
from simulator.credentials import DEFAULT_NUMBER

MAX_UNITS = 1600
"""UTF-16 units in one text; most characters are one unit, an emoji is two or more."""


class Refused(Exception):
    """Twilio says no: its error code, its sentence and the HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Fate:
    """How a text ends: Twilio's status and error code."""

    outcome: str = "delivered"
    error: int | None = None


PRACTICE_ENDINGS = {
    "0003": Fate("undelivered", 30003),
    "0006": Fate("undelivered", 30006),
    "0009": Fate("sent"),
}
"""Last four digits of a recipient, and how every text to it ends."""

ERROR_TEXTS = {30003: "Unreachable destination handset", 30006: "Landline or unreachable carrier"}

_MAGIC = "+1500555"
_MAGIC_SENDERS = {
    "+15005550001": (21212, "The 'From' number {} is not a valid phone number."),
    "+15005550007": (21606, "The 'From' phone number {} is not owned by your account."),
    "+15005550008": (21611, "The 'From' number {} has exceeded the maximum number of queued messages."),
}
_MAGIC_RECIPIENTS = {
    "+15005550001": (21211, "The 'To' number {} is not a valid phone number."),
    "+15005550002": (21612, "The 'To' number {} cannot be reached from this 'From' number."),
    "+15005550003": (21408, "Permission to send to the region of {} has not been enabled."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient {}."),
    "+15005550009": (21614, "'To' number {} is not a mobile number."),
}


def checked(form: Mapping[str, str], owned: Collection[str]) -> tuple[str, str, str]:
    """Sender, recipient (E.164) and body of a create; raises Refused with the code Twilio would give."""
    _refuse_unknown_services(form)
    to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    _require_fields(to, sender, body)
    recipient = _recipient(to, owned)
    _check_sender(sender, owned)
    if recipient in _MAGIC_RECIPIENTS:
        code, message = _MAGIC_RECIPIENTS[recipient]
        raise Refused(code, message.format(recipient))
    return sender, recipient, body


def fate(recipient: str) -> Fate:
    """How a text to this number ends; the magic numbers have no fate of their own."""
    return Fate() if recipient.startswith(_MAGIC) else PRACTICE_ENDINGS.get(recipient[-4:], Fate())


def opted_out(recipient: str) -> Refused:
    """The refusal of a text to a phone that sent STOP."""
    return Refused(21610, f"Attempt to send to unsubscribed recipient {recipient}.")


def may_send_from(number: str, owned: Collection[str]) -> bool:
    """Whether the account has this number; the magic one belongs to everybody."""
    return number in owned or number == DEFAULT_NUMBER


def _refuse_unknown_services(form: Mapping[str, str]) -> None:
    if form.get("MessagingServiceSid"):
        raise Refused(21701, "The Messaging Service does not exist.")
    if form.get("ScheduleType") or form.get("SendAt"):
        raise Refused(35118, "A MessagingServiceSid is required to schedule a message.")
    if form.get("MediaUrl"):
        raise Refused(21620, "The simulator carries no media.")


def _require_fields(to: str, sender: str, body: str) -> None:
    if not to:
        raise Refused(21604, "A 'To' phone number is required.")
    if not sender:
        raise Refused(21603, "A 'From' phone number is required.")
    if not body.strip():
        raise Refused(21602, "Message body is required.")
    if len(body.encode("utf-16-le", "surrogatepass")) // 2 > MAX_UNITS:
        raise Refused(21617, "The concatenated message body exceeds the 1600 character limit.")


def _recipient(to: str, owned: Collection[str]) -> str:
    try:
        number = parse(to, "US")
    except Refusal:
        number = ""
    if not number or number in owned:
        raise Refused(21211, f"The 'To' number {to} is not a valid phone number.")
    return number


def _check_sender(sender: str, owned: Collection[str]) -> None:
    if sender in _MAGIC_SENDERS:
        code, message = _MAGIC_SENDERS[sender]
        raise Refused(code, message.format(sender))
    if not may_send_from(sender, owned):
        raise Refused(21606, f"The 'From' phone number {sender} is not owned by your account.")
