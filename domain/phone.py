"""Phone numbers: E.164 everywhere inside, national form for people."""

import re

from domain.errors import Refusal


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
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if number.extension or not possible:
        raise Refusal(_unreadable(text), "mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_e164(text: str) -> bool:
    """Whether this is already the inside form: "+", then 8 to 15 digits, the first not zero."""
    return re.fullmatch(r"\+[1-9][0-9]{7,14}", text) is not None


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


def is_country(code: str) -> bool:
    """Whether phone numbers of this two-letter country can be read."""
    import phonenumbers

    return code in phonenumbers.SUPPORTED_REGIONS


def _unreadable(text: str) -> str:
    typed = text.strip()[:30]
    return f"“{typed}” is not a phone number we can read; write it with its country code, like +1 555 010 1234."
