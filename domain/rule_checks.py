"""Whether an alert's rule may be saved: what its text may hold, and who must be ticked."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from domain import phone
from domain.alerts import Event, Rule
from domain.errors import Refusal
from domain.placeholders import KNOWN, names_in, unknown_in

MAX_TEXT = 1000
"""Characters of an alert's text: what is filled in and the invitation need room within one text."""
LONGEST_USE_BY = timedelta(days=7)
LONGEST_LEAD = timedelta(days=14)

_INVITES = re.compile(
    r"\b(?:reply|answer|respond|text|send|write|type|say)s?\b(?:\s+(?:us|back|with|by|the|word|a|just|only|or))*"
    r"\W{0,3}\b(yes|cancel|end)\b(?!\s+of\b)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"\b(YES|CANCEL|END)\b")
_OTHERS = re.compile(r"[{}]")


def checked(rule: Rule, country: str) -> Rule:
    """The rule as it is kept: text trimmed, the fixed number in E.164.

    A rule that is off may be unfinished, but never wrong. `country` reads national numbers. Raises
    Refusal (field "text", "recipients", "number", "use_by" or "lead").
    """
    rule = replace(rule, text=rule.text.strip(), fixed_number=_number(rule.fixed_number, country))
    if rule.event.is_quick_action and (rule.to_ad_hoc or rule.fixed_number):
        field = "number" if rule.fixed_number else "recipients"
        raise Refusal("A quick action goes to contacts of the job; ad hoc numbers are for the other alerts.", field)
    if rule.on and not rule.notifies_somebody:
        raise Refusal("Nobody is ticked: choose who is notified, or switch the alert off.", "recipients")
    if rule.on and not rule.text:
        raise Refusal("There is no text yet: write what is texted, or switch the alert off.", "text")
    _check_text(rule)
    _check_times(rule)
    return rule


def never_filled(rule: Rule) -> tuple[str, ...]:
    """The placeholders of a rule's text that its event or its recipients can never fill."""
    named = rule.to_site or rule.to_billing
    never = set() if named else {"contact"}
    if rule.fixed_number and not (named or rule.to_ad_hoc):  # a copy for a fixed number has no link (rule 22)
        never.add("link")
    return tuple(name for name in names_in(rule.text) if name in never)


def invites(text: str) -> str:
    """The word that a text asks to be answered with although the carrier takes it otherwise (rule 28), "" if none."""
    found = _SHOUTED.search(text) or _INVITES.search(text)
    return found[1].upper() if found else ""


def _check_text(rule: Rule) -> None:
    text = rule.text
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise Refusal("The text holds a broken character that cannot be sent: take it out.", "text")
    length = len(text.encode("utf-16-le")) // 2
    if length > MAX_TEXT:
        raise Refusal(
            f"{length:,} characters are too many: an alert holds {MAX_TEXT:,}. Shorten it by {length - MAX_TEXT:,}.",
            "text",
        )
    if unknown := unknown_in(text):
        raise Refusal(
            f"{_braced(unknown)} {_is(unknown)} no placeholder. Type {{ to choose one of those there are.", "text"
        )
    if _OTHERS.search(re.sub(r"\{[^{}\n]{0,40}\}", "", text)):
        raise Refusal("There is a brace without its other half: write a placeholder like {job}, or no brace.", "text")
    if never := never_filled(rule):
        raise Refusal(f"{_braced(never)} can never be filled in here: {_why(never[0])}. Take it out.", "text")
    if word := invites(text):
        raise Refusal(f"The text invites “{word}”: {_MEANS[word]}. Word it otherwise.", "text")


def _check_times(rule: Rule) -> None:
    if rule.use_by is not None and not timedelta(minutes=1) <= rule.use_by <= LONGEST_USE_BY:
        raise Refusal("A use-by time lies between 1 minute and 7 days. Leave it empty for the usual one.", "use_by")
    if rule.event is Event.REMINDER and (rule.lead.before > LONGEST_LEAD or rule.lead.days > LONGEST_LEAD.days):
        raise Refusal("A reminder comes at most 14 days before the start.", "lead")


def _number(typed: str, country: str) -> str:
    if not typed.strip():
        return ""
    try:
        return phone.parse(typed.strip(), country)
    except Refusal as refusal:
        raise Refusal(refusal.sentence, "number") from None


def _braced(names: Iterable[str]) -> str:
    found = [f"{{{name}}}" for name in names]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def _is(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def _why(name: str) -> str:
    if name == "link":
        return "it goes to a fixed number alone, whose copy carries no link"
    return f"it goes to no site or billing contact, so that {KNOWN[name]} is not known"


_MEANS = {
    "YES": "an answer by text decides nothing",
    "CANCEL": "the carrier takes that for STOP and blocks the customer",
    "END": "the carrier takes that for STOP and blocks the customer",
}
