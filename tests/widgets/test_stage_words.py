"""What stands beneath a message that is not out yet, for each who may see it; and the quiet line of a hand-over."""

from datetime import timedelta

import pytest

from domain.delivery import State
from domain.messages import DISPATCH, SYSTEM, Kind, Message, Stage
from domain.people import Role, User
from tests.widgets.values import ANA, DORA, NOW, clock, delivery, message
from widgets.message_lines import message_lines, plain_name
from widgets.stage_words import stage_words

MINE = User(4, "Dora", Role.DISPATCHER)
COLLEAGUE = User(5, "Abe", Role.DISPATCHER)
WORKER = User(3, "Marco", Role.WORKER)


def waits(stage: Stage, **values: object) -> Message:
    """Dora's text to Ana that is not out."""
    return message(1, "At ten", author=DORA, recipients=(ANA,), stage=stage, **values)


@pytest.mark.parametrize(
    ("left", "words"), [(5.0, "in 5 s"), (4.1, "in 5 s"), (1.0, "in 1 s"), (0.0, "now"), (-3.0, "now")]
)
def test_the_undo_window_counts_down(left: float, words: str) -> None:
    sent = waits(Stage.RECALLABLE, leaves_at=NOW + timedelta(seconds=left))
    assert stage_words(sent, MINE, NOW, clock) == f"leaves {words} · u calls it back"


def test_a_planned_one_says_when_and_its_keys_to_those_who_may() -> None:
    planned = waits(Stage.HELD, leaves_at=NOW)
    keys = " · s sends it now, E changes it, u calls it back"
    assert stage_words(planned, MINE, NOW, clock) == f"leaves 12:00{keys}"
    assert stage_words(planned, COLLEAGUE, NOW, clock) == f"leaves 12:00{keys}"
    assert stage_words(planned, WORKER, NOW, clock) == "leaves 12:00"


def test_what_waits_for_release_tells_each_what_they_can_do() -> None:
    waiting = message(1, author=ANA, recipients=(ANA,), stage=Stage.WAITING_RELEASE)
    assert "s releases it" in stage_words(waiting, COLLEAGUE, NOW, clock)
    assert stage_words(waiting, WORKER, NOW, clock) == "waits until a dispatcher releases it"


@pytest.mark.parametrize("stage", [Stage.OUT, Stage.REFUSED])
def test_what_is_out_or_refused_has_no_keys(stage: Stage) -> None:
    assert stage_words(waits(stage), MINE, NOW, clock) == ""


def texts(entry: Message, beneath: str = "", new: bool = False, width: int = 60) -> list[str]:
    lines = message_lines(entry, width, clock, plain_name, beneath, new)
    return ["".join(span.text for span in line) for line in lines]


def test_of_what_is_not_out_only_a_reason_to_hold_is_reported() -> None:
    held = delivery(1, str(ANA.mobile), State.HELD)
    assert texts(waits(Stage.RECALLABLE, deliveries=(held,)), "leaves in 5 s")[1:] == [
        "  At ten",
        "  leaves in 5 s",
        "",
    ]
    quiet = type(held)(1, held.to, held.channel, State.HELD, reason="quiet hours for Ana", due_at=NOW)
    lines = texts(waits(Stage.HELD, deliveries=(quiet,)))
    assert lines[2].strip() == "Held until 12:00: quiet hours for Ana"


def test_a_notice_for_staff_stands_beneath_the_words() -> None:
    lines = texts(waits(Stage.OUT, notice="Sent before its time by Ann: burst pipe."))
    assert lines[-2] == "  Sent before its time by Ann: burst pipe."


def test_new_stands_first_among_the_flags() -> None:
    assert texts(message(1, kind=Kind.NOTE, author=DORA, recipients=(DISPATCH,)), new=True)[0].endswith(
        "NEW · Note  12:01"
    )


def test_a_hand_over_is_one_quiet_line() -> None:
    entry = message(1, "Handed over from Marco to Mia, by Ann.", kind=Kind.HAND_OVER, author=SYSTEM)
    header, blank = texts(entry)
    assert header.startswith("─ Handed over from Marco to Mia, by Ann. ")
    assert header.endswith("12:01")
    assert blank == ""
    narrow = texts(entry, width=20)
    assert " ".join(" ".join(narrow).split()).replace("12:01 ", "").startswith("─ Handed over")
    assert all(len(line) <= 20 for line in narrow)
