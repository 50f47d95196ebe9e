"""Phone numbers: E.164 everywhere inside, national form for people."""

import re
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.text import one_line

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber


def parse(text: str, country: str) -> str:
    """Read a number as people type it and return E.164 ("+15550101234").

    `country` is the two-letter code that national forms are read in. Raises Refusal (field
    "mobile") where no number can be read. Accepts every *possible* number: practice numbers
    are possible without being assigned.
    """
    import phonenumbers  # 24 ms: not before the first frame

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise Refusal(_unreadable(text), "mobile") from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension or not (_possible(number) and is_e164(e164) and _reads_back(e164)):
        raise Refusal(_unreadable(text), "mobile")
    return e164


def is_e164(text: str) -> bool:
    """Whether this is already the inside form: "+", then 7 to 15 digits, the first not zero."""
    return re.fullmatch(r"\+[1-9][0-9]{6,14}", text) is not None


def show(e164: str) -> str:
    """A number as people read it, in its international form."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def tail(e164: str) -> str:
    """The last four digits, enough to tell two numbers apart without showing them."""
    return f"…{e164[-4:]}"


def masked(text: str) -> str:
    """A text with every E.164 number in it cut to its end."""
    return re.sub(r"\+[1-9][0-9]{6,14}", lambda number: tail(number[0]), text)


def is_country(code: str) -> bool:
    """Whether phone numbers of this two-letter country can be read."""
    import phonenumbers

    return code in phonenumbers.SUPPORTED_REGIONS


def _possible(number: "PhoneNumber") -> bool:
    """Whether a number is whole: one without its area code is possible locally, but reaches nobody."""
    import phonenumbers

    return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE


def _reads_back(e164: str) -> bool:
    """Whether E.164 text means itself: some typed zeros vanish when it is read again."""
    import phonenumbers

    again = phonenumbers.parse(e164)
    return _possible(again) and e164 == phonenumbers.format_number(again, phonenumbers.PhoneNumberFormat.E164)


def _unreadable(text: str) -> str:
    typed = one_line(text.strip()[:30])
    return f"“{typed}” is not a phone number we can read; write it with its country code, like +1 555 010 1234."
