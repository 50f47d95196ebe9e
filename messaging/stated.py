"""A JSON object as somebody posted it, taken apart field by field."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.imported import FieldError
from domain.ingest import Unreadable
from domain.text import one_line

_LONGEST_NAME = 60
_LIKE = 'like {"number": "3001"}'


class Stated:
    """The fields of an object, and what is wrong with them.

    `texts` has the stated text fields, null as "", without those that are no text; `flags` has every
    field that is true or false, false where it is absent.
    """

    def __init__(self, values: Mapping[str, Any], texts: Sequence[str], flags: Sequence[str]) -> None:
        self._values = values
        self.errors: list[FieldError] = []
        known = (*texts, *flags)
        for name in values:
            if name not in known:
                self.wrong(one_line(name, _LONGEST_NAME), f"is no field (known: {', '.join(known)})")
        self.texts = self._read_texts(texts)
        self.flags = {name: self._flag(name) for name in flags}

    def wrong(self, field: str, sentence: str) -> None:
        """Note what is wrong with a field."""
        self.errors.append(FieldError(field, sentence))

    def _flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if isinstance(value, bool):
            return value
        self.wrong(name, "must be true or false")
        return False

    def _read_texts(self, names: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in names:
            value = self._values.get(name, "")
            if value is not None and not isinstance(value, str):
                self.wrong(name, "must be text in quotes, or null")
            elif name in self._values:
                found[name] = value or ""
        return found


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Unreadable with what is wrong."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise Unreadable(f"The body is not JSON in UTF-8. Send one object, {_LIKE}.") from None
    if not isinstance(value, dict):
        raise Unreadable(f"The body must be one JSON object, {_LIKE}.")
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("A field stands twice in the body. Keep one of them.")
    return found
