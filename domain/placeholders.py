"""Words in braces that a text is filled in with, such as {job} or {worker}."""

import re
from collections.abc import Mapping, Sequence

PLACEHOLDER = re.compile(r"\{([^{}\n]{0,40})\}")

KNOWN: dict[str, str] = {
    "company": "the location's name",
    "job": "the job's number",
    "title": "what is to be done",
    "asset": "the asset",
    "address": "where",
    "customer": "the customer's name",
    "contact": "the contact's first name",
    "worker": "the worker's first name",
    "dispatcher": "the dispatcher's first name",
    "date": "the planned day",
    "time": "the planned time, from and until",
    "start": "when it is planned to start",
    "status": "the job's status",
    "callback": "the location's phone number",
    "link": "the contact's link",
}
"""Every placeholder of alerts and saved replies, with what it stands for."""


class Unfillable(Exception):
    """Some placeholders have no value; `names` in the order of the text."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


def names_in(text: str) -> tuple[str, ...]:
    """The placeholders of a text, each once, in their order."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def unknown_in(text: str, known: Mapping[str, str] = KNOWN) -> tuple[str, ...]:
    """The placeholders of a text that nothing can fill."""
    return tuple(name for name in names_in(text) if name not in known)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder replaced; raises Unfillable where a value is missing or empty."""
    missing = [name for name in names_in(text) if not values.get(name)]
    if missing:
        raise Unfillable(missing)
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def fill_known(text: str, values: Mapping[str, str]) -> str:
    """The text with those placeholders replaced that have a value; the others stay, to be asked for."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1]) or found[0], text)
