"""The composer's sentences: what stands above the fields, whom it is for, and what became of it."""

from collections.abc import Sequence

from domain.messages import Draft, Message, Stage
from domain.text import one_line
from messaging.choices import Choice
from messaging.conversation import Sent
from screens.times import clock_time


def title_of(about: Draft, messages: Sequence[Message], writer: str) -> str:
    """What a text is besides its words; `messages` holds the one it is about, where that is known."""
    wanted = about.passes_on or about.reply_to
    if wanted is None:
        return "Send Message"
    message = next((m for m in messages if m.id == wanted), None)
    if about.passes_on:
        return f"Send Message: words of {message.author.name if message else 'a worker'}, through {writer}"
    if message is None:
        return "Send Message: an answer"
    return f"Send Message: answer to {message.author.name}, “{one_line(message.body, 40)}”"


def sent_words(sent: Sent) -> str:
    """What became of a submitted message."""
    names = ", ".join(one_line(person.name) for person in sent.people)
    if sent.stage is Stage.RECALLABLE:
        return f"On its way to {names}: u calls it back"
    if sent.stage is Stage.WAITING_RELEASE:
        return "Kept: a dispatcher must release it first"
    if sent.stage is Stage.HELD and sent.leaves_at is not None:
        return f"Held until {clock_time(sent.leaves_at)}: u calls it back"
    return f"Sent to {names}"


def names_of(chosen: Sequence[Choice]) -> str:
    """Who is chosen, contacts with their job title."""
    return ", ".join(_named(choice) for choice in chosen)


def _named(choice: Choice) -> str:
    person = choice.person
    return f"{person.name} ({choice.about.split(' · ')[0]})" if choice.about and person.contact_id else person.name
