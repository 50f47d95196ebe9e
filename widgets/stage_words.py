"""What stands beneath a message that is not out yet: when it leaves, and the keys for it."""

from collections.abc import Callable
from datetime import datetime
from math import ceil

from domain.inbound import is_shared
from domain.messages import Message, Party, Stage
from domain.people import User


def stage_words(message: Message, viewer: User, now: datetime, clock_time: Callable[[datetime], str]) -> str:
    """When this message leaves and what this viewer may do about it; "" for one that is out or taken back."""
    mine = message.author.user_id == viewer.id
    leads = viewer.dispatches
    if message.stage is Stage.RECALLABLE:
        return f"leaves {_countdown(message, now)} · u calls it back"
    if message.stage is Stage.HELD:
        when = f"leaves {clock_time(message.leaves_at)}" if message.leaves_at else "leaves later"
        return f"{when} · s sends it now, E changes it, u calls it back" if mine or leads else when
    if message.stage is Stage.WAITING_RELEASE:
        if leads:
            return "waits for you: s releases it, E changes its words first, X refuses it"
        return "waits until a dispatcher releases it" + (" · u calls it back" if mine else "")
    if message.stage is Stage.CALLED_BACK and mine:
        return "u brings its words back"
    return _sorting_words(message) if leads else ""


def _sorting_words(message: Message) -> str:
    """What a dispatcher can decide about a text that came in."""
    words = []
    if message.dispatch_only and message.author.role in (Party.CONTACT, Party.PHONE):
        words.append("t makes it a message for all")
    elif message.guessed:
        words.append("t: this is the right job")
    if message.guessed:
        words.append("M moves it to another job")
    if message.author.role is Party.PHONE:
        words.append("b makes a contact")
    elif is_shared(message.author.name):
        words.append("b: another one wrote it")
    return " · ".join(words)


def is_counting_down(message: Message) -> bool:
    """Whether the words change with every second."""
    return message.stage is Stage.RECALLABLE


def _countdown(message: Message, now: datetime) -> str:
    left = ceil((message.leaves_at - now).total_seconds()) if message.leaves_at else 0
    return f"in {left} s" if left > 0 else "now"
