"""Whatever is stored stays text: every text column of every table filled with each payload, and every page looked at.

The columns are taken from the tables themselves, so that a new one is tried without being added here.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import AutoString, SQLModel

from tests.web.furnished import Furnished, doors, furnish
from tests.web.phone import serving
from tests.world import World

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "out of an attribute": '" onmouseover="alert(1)" x="',
    "out of the other attribute": "' autofocus onfocus='alert(1)",
    "out of a textarea": "</textarea></title></script></style><script>alert(1)</script>",
    "out of a comment": "--><svg/onload=alert(1)>]]>",
    "template": "{{ 7*7 }}{% for x in range(9) %}{{ x }}{% endfor %}{{ config }}",
    "link": "javascript:alert(1)",
    "link to elsewhere": "//evil.example/x",
    "entities": "&lt;b&gt; &amp; &#60;b&#62; &quot",
    "bidi": "\u202egnp.exe\u2066\u200b\ufeff",
    "controls": "a\x00b\x1b[31m\x07\x7f\u0085\u2028",
    "long": "W" * 20_000,
    "lines": "one\r\n\r\nSet-Cookie: a=b\n<b>",
}
PLAIN = "Plain words"
NOT_TEXT = {
    "account": "*",  # settings with words of their own
    "api_request": "*",
    "api_token": "*",
    "change": "*",  # kinds that the program writes
    "engine": "*",
    "migration": "*",
    "terminal": "*",
    "location": {"country", "currency", "time_zone", "quiet_begin", "quiet_end"},  # checked where they are set
    "contact": {"time_zone"},
    "delivery": {"sid", "claimed_by"},
    "estimate_version": {"digest", "currency"},
    "estimate_decision": {"digest", "form_id"},
    "approval_code": {"choices"},
    "message": {"compose_id"},
    "photo": {"media_type"},
    "inbound": {"sid"},
    "user_account": {"pin_hash", "system_account"},
}
"""Columns that hold no words of people."""
INVISIBLE = {*map(chr, (*range(9), *range(11, 32), *range(0x7F, 0xA0)))} | set("\u202e\u2066\u200b\ufeff\u2028")


@pytest.fixture
def full(small_world: World) -> Iterator[Furnished]:
    """The small company with something on every page."""
    with serving(small_world) as side:
        yield furnish(side)


def columns() -> list[tuple[sa.Table, sa.Column[Any]]]:
    """Every column that holds what somebody wrote."""
    found = []
    for table in SQLModel.metadata.sorted_tables:
        skipped = NOT_TEXT.get(table.name, set())
        for column in table.columns:
            words = isinstance(column.type, AutoString)
            if words and skipped != "*" and column.name not in skipped:
                found.append((table, column))
    return found


def fill(world: World, words: str) -> None:
    """Put these words into every row; those that must differ end in their number."""
    with world.write() as session:
        for table, column in columns():
            key = next(iter(table.primary_key.columns))
            alike = isinstance(key.type, sa.Integer) and not column.primary_key
            value: Any = sa.literal(words) + sa.cast(key, sa.String) if alike else words
            if column is SQLModel.metadata.tables["saved_reply"].columns["body"]:
                value = words + "{minutes}"  # so that it asks for something, whatever else stands in it
            session.execute(sa.update(table).values({column: value}))


class Skeleton(HTMLParser):
    """A page without its words: elements with the names of their attributes, and where addresses lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bones: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.bones.append(" ".join([tag, *sorted(name for name, _ in attrs)]))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "data-live")]

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        self.bones.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        """There are none."""
        self.bones.append("comment")

    def handle_data(self, data: str) -> None:
        """What people read."""
        self.words.append(data)


def pages(full: Furnished) -> dict[str, str]:
    """Every page behind the two links, and the steps of the estimate."""
    found: dict[str, str] = {}
    addresses = {
        door.template: full.address(door.template) for door in doors(full.side) if door[1] == "GET" and door.linked
    }
    addresses["all"] = f"{full.ana}/estimate/check?go=all"
    addresses["change"] = f"{full.ana}/estimate?change=yes"
    for name, address in addresses.items():
        if not name.endswith(("/live", "/newer")):
            answer = full.side.get(address, headers={"X-Forwarded-For": f"192.0.2.{len(found)}"})
            assert answer.status_code != 500, name
            found[name] = answer.text if "html" in answer.headers.get("content-type", "") else ""
    form = full.side.form(full.side.get(f"{full.ana}/new").text, "/send")
    found["people"] = full.side.post(f"{full.ana}/recipients", form).text
    assert "Save recipients" in found["people"]
    return found


def test_whatever_is_stored_stays_text(full: Furnished) -> None:
    world = full.side.world
    fill(world, PLAIN)
    before = {name: Skeleton(text) for name, text in pages(full).items()}
    shown = "".join(" ".join(page.words) for page in before.values())
    assert shown.count(PLAIN) > 60
    for why, payload in PAYLOADS.items():
        fill(world, payload)
        for name, text in pages(full).items():
            page = Skeleton(text)
            assert page.bones == before[name].bones, (why, name)
            assert page.addresses == before[name].addresses, (why, name)
            unseen = [text[max(0, i - 60) : i + 10] for i, c in enumerate(text) if c in INVISIBLE]
            assert unseen == [], (why, name)
            assert "49" not in " ".join(page.words) or why != "template", name
            assert len(text) < 1_000_000, (why, name)


def test_every_column_that_is_left_out_is_there() -> None:
    there = {table.name: {column.name for column in table.columns} for table in SQLModel.metadata.sorted_tables}
    for name, skipped in NOT_TEXT.items():
        assert name in there or name == "migration", name
        assert skipped == "*" or set(skipped) <= there[name], name
