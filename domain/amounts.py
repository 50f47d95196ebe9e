"""Money as people type and read it. It is kept as integer minor units of its currency (cents, yen, fils)."""

import re
from decimal import Decimal

from domain.errors import Refusal

LARGEST = 10**12
"""Minor units that one amount may have; a sum of all lines stays far below 2**63."""
LARGEST_TAX = 10_000
"""Hundredths of a percent."""

_NO_MINOR = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF")
) | {"XPF"}
_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
"""Currencies whose minor unit is not a hundredth. Source: ISO 4217, list one."""
_THOUSAND = 3
"""Digits in a group."""

_NUMBER = re.compile(r"([+-]?)([0-9.,]+)")


def places(currency: str) -> int:
    """Decimal places of a currency's minor unit."""
    return 0 if currency in _NO_MINOR else 3 if currency in _THOUSANDTHS else 2


def show_money(amount: int, currency: str) -> str:
    """An amount as people read it: "USD 1,234.50", "-USD 20.00"."""
    return f"{'-' if amount < 0 else ''}{currency} {plain_money(abs(amount), currency, grouped=True)}"


def plain_money(amount: int, currency: str, grouped: bool = False) -> str:
    """An amount as it is typed: "1234.50"."""
    digits = places(currency)
    exact = Decimal(amount).scaleb(-digits)
    return f"{exact:,.{digits}f}" if grouped else f"{exact:.{digits}f}"


def money(typed: str, currency: str, what: str = "amount") -> int:
    """Minor units of an amount as typed ("1234.5", "1,234.50", "1.234,50", "-20"); "" is 0. Refusal with field `what`.

    A comma or dot before one or two last digits is the decimal sign, whatever the country.
    """
    digits = places(currency)
    if not typed.strip():
        return 0
    found = _number(typed, digits)
    if found is None:
        raise Refusal(f"“{_short(typed)}” is no amount. Type it like {plain_money(123450, currency)}.", what)
    negative, whole, fraction = found
    if len(fraction) > digits:
        raise Refusal(f"“{_short(typed)}” has more than {digits} decimal places, which {currency} does not have.", what)
    amount = int(whole + fraction.ljust(digits, "0")) if len(whole) <= len(str(LARGEST)) else LARGEST + 1
    if amount > LARGEST:
        raise Refusal(f"“{_short(typed)}” is too large an amount.", what)
    return -amount if negative else amount


def tax(typed: str) -> int:
    """Hundredths of a percent of a tax as typed ("19", "7.5 %"); "" is 0. Refusal with field "tax"."""
    text = typed.strip().removesuffix("%").strip()
    if not text:
        return 0
    found = _number(text, 2)
    if found is None:
        raise Refusal(f"“{_short(typed)}” is no tax. Type a percentage like 19 or 7.5.", "tax")
    negative, whole, fraction = found
    if negative or len(whole) > 3 or len(fraction) > 2 or int(whole + fraction.ljust(2, "0")) > LARGEST_TAX:
        raise Refusal("A tax lies between 0 and 100 percent, with at most two decimal places.", "tax")
    return int(whole + fraction.ljust(2, "0"))


def _short(typed: str) -> str:
    """What somebody typed, short enough for a sentence."""
    text = " ".join(typed.split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _number(typed: str, digits: int) -> tuple[bool, str, str] | None:
    """Sign, whole digits and fraction of a number as typed, None where it is none.

    Zeros at the end say nothing, but "1.500" may be meant as a thousand and a half thousand: it stays as it is.
    """
    text = "".join(typed.split()).replace("\u2212", "-").replace("'", "").replace("’", "")
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    whole, fraction = _parted(found[2], digits)
    plain = _ungrouped(whole)
    if plain is None or not (plain or fraction):
        return None
    if len(fraction) != _THOUSAND:
        fraction = fraction.rstrip("0")
    return found[1] == "-", plain.lstrip("0") or "0", fraction


def _parted(text: str, digits: int) -> tuple[str, str]:
    """What stands before the decimal sign and after it."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text, ""
    sign, fraction = text[last], text[last + 1 :]
    if text.count(sign) > 1:
        return text, ""
    alone = ("," if sign == "." else ".") not in text
    if sign == "," and alone and (len(fraction) == _THOUSAND or not digits):
        return text, ""
    return text[:last], fraction


def _ungrouped(whole: str) -> str | None:
    """The digits without the signs that group thousands, None where those stand elsewhere."""
    if not ("." in whole or "," in whole):
        return whole
    if "." in whole and "," in whole:
        return None
    groups = whole.replace(",", ".").split(".")
    if not 1 <= len(groups[0]) <= 3 or any(len(group) != _THOUSAND for group in groups[1:]):
        return None
    return "".join(groups)
