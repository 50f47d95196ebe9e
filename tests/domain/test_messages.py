"""Rule 4: any contact on a message makes it a contact message."""

import pytest

from domain.messages import Message, Party, Person
from tests.domain.builders import DISPATCH, SYSTEM, ann, bob, gomez, marco, message

PHONE = Person(Party.PHONE, "+15550107777", mobile="+15550107777")


@pytest.mark.parametrize(
    "entry",
    [
        message(ann, gomez),
        message(ann, marco, bob, gomez),
        message(gomez, DISPATCH),
        message(marco, gomez),
        message(SYSTEM, PHONE),
        message(PHONE, DISPATCH),
    ],
)
def test_a_contact_who_writes_or_is_written_to_makes_it_a_contact_message(entry: Message) -> None:
    assert entry.is_contact_message


@pytest.mark.parametrize(
    "entry",
    [message(ann), message(ann, bob, DISPATCH), message(ann, marco), message(marco, DISPATCH), message(SYSTEM, marco)],
)
def test_words_among_our_own_people_are_no_contact_message(entry: Message) -> None:
    assert not entry.is_contact_message
