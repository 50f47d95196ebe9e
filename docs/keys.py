"""The tables of keys in the README and in docs/keys.md, made from the bindings of the program itself.

`python -m docs.keys` (or `make pictures`) writes both anew; tests/test_docs.py tells when they are stale.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from textual.binding import Binding

import screens
import widgets

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- keys: made by python -m docs.keys -->", "<!-- end of keys -->"
PLACES = {
    "app": "Everywhere",
    "signin": "Sign-in list",
    "jobs": "Job list",
    "lead": "Job list and Job",
    "job": "Job",
    "quick": "Job, for workers",
    "colleague": "Choosing who leads a job",
    "thread": "Messages of a job",
    "send": "Send Message",
    "composer": "Send Message, any field",
    "recipient": "Send Message, Recipient",
    "contents": "Send Message, Contents",
    "picker": "Recipient picker",
    "actions": "Quick actions",
    "quickact": "Quick action, its form",
    "saved": "Saved replies, while writing",
    "asking": "A line that is asked for",
    "change": "Changing a message that waits",
    "planned": "Planned",
    "alert": "Alert",
    "original": "Original note",
    "why": "Why a text went out",
    "estimate": "Estimate",
    "estline": "Estimate, its draft",
    "lines": "Estimate, moving in its lines",
    "cell": "Estimate, typing in a cell",
    "record": "Recording an answer to an estimate",
    "import": "Import into an estimate",
    "links": "Links of a job",
    "qr": "A page's address and code",
    "alerts": "Alerts > Setup",
    "rule": "Alerts > Setup, one alert",
    "tryjob": "Alerts > Setup, job of the preview",
    "dryrun": "Alerts > Setup, dry run",
    "skipped": "Alerts > Setup, skipped reminders",
    "settings": "Settings",
    "listed": "Settings, any list",
    "users": "Settings > Users",
    "setting": "Settings, any form",
    "locations": "Settings > Locations",
    "tokens": "Settings > API tokens",
    "token": "A new API token",
    "numbers": "Settings > Locations, sending numbers",
    "templates": "Settings > Templates",
    "replies": "Settings > Saved replies",
    "line": "Settings, a question to answer",
    "contacts": "Contacts, list",
    "contact": "Contacts, list and contact",
    "consents": "Contacts, what was said about texting",
    "second": "Contacts, who is the same person",
    "merge": "Contacts, merging two",
    "customers": "Contacts > Customers",
    "form": "New job and Edit job",
    "again": "Text the customer once more?",
    "tray": "Tray",
    "placing": "Place a text on a job",
    "sender": "A contact from a text",
    "phones": "Phones (practice only)",
    "confirm": "Question before something that cannot be taken back",
    "help": "Help",
}
"""What the first part of a binding's id means, in the order of the tables."""
IN_README = ("app", "jobs", "job", "send", "composer", "picker")
_NAMES = {
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "slash": "/",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "pagedown": "page down",
    "pageup": "page up",
}
_MOVING = {"down", "up", "pagedown", "pageup", "home", "end"}


class Key(NamedTuple):
    """One binding as people read it."""

    place: str
    keys: str
    name: str
    what: str
    moves: bool


def every_key() -> list[Key]:
    """Every key of the application, its screens and their widgets, in the order of PLACES. KeyError for a new place."""
    order = list(PLACES)
    found = {binding.id: _key(binding) for binding in _bindings()}
    return sorted(found.values(), key=lambda key: order.index(key.place))


def page() -> str:
    """The table of every key, place by place."""
    lines: list[str] = []
    keys = every_key()
    for place, title in PLACES.items():
        here = [key for key in keys if key.place == place]
        if here:
            lines += ["", f"### {title}", "", "| key | name | what it does |", "| --- | --- | --- |"]
            lines += [f"| {key.keys} | {key.name} | {key.what} |" for key in here]
    return "\n".join(lines[1:])


def short() -> str:
    """The table of the README: the keys of a working day, without those that only move."""
    lines = ["| where | key | what it does |", "| --- | --- | --- |"]
    before = ""
    for key in every_key():
        if key.place in IN_README and not key.moves:
            where = PLACES[key.place] if key.place != before else ""
            before = key.place
            lines.append(f"| {where} | {key.keys} | {key.what} |")
    return "\n".join(lines)


def write() -> None:
    """Put both tables between their marks."""
    for path, table in ((ROOT / "README.md", short()), (ROOT / "docs" / "keys.md", page())):
        text = path.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        path.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def written(path: Path) -> str:
    """The table that stands in a file now."""
    return path.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()


def _bindings() -> Iterator[Binding]:
    ours = ["app.desk_app", "app.sittings"]
    for module in [*ours, *_modules(screens.__path__, "screens."), *_modules(widgets.__path__, "widgets.")]:
        for cls in vars(importlib.import_module(module)).values():
            if isinstance(cls, type) and cls.__module__ == module:
                for binding in cls.__dict__.get("BINDINGS", ()):
                    assert isinstance(binding, Binding), f"{cls.__name__} has a binding without an id"
                    yield binding


def _modules(path: Iterable[str], prefix: str) -> list[str]:
    return sorted(found.name for found in pkgutil.iter_modules(path, prefix))


def _key(binding: Binding) -> Key:
    assert binding.id, f"{binding.key} has no id"
    place = binding.id.partition(".")[0]
    if place not in PLACES:
        raise KeyError(f"PLACES in docs/keys.py does not know “{place}” of the binding {binding.id}")
    keys = binding.key.split(",")
    shown = " ".join(f"`{_NAMES.get(key, key)}`" for key in keys)
    return Key(place, shown, binding.description, binding.tooltip, bool(_MOVING & set(keys)) and place != "recipient")


if __name__ == "__main__":
    write()
