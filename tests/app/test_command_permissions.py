"""Who may do what by command: the table in docs/permissions.md, with `--as NAME` and without."""

import io
import json
from collections.abc import Callable
from itertools import count

import pytest

from app.commands import exporting, importing, sending, users
from domain.errors import Refusal
from domain.people import Role
from tests.messaging.test_administration import tick
from tests.messaging.test_permissions import TABLE, USERS, Trial, done, somebody
from tests.world import ANA, World

_refs = count(1)


def command(name: str, trial: Trial, as_name: str) -> Callable[[], object]:
    """A command by the row of the table that it belongs to."""
    settings = trial.machine
    boxes = {"chat": None, "alerts": None, "contacts": True, "admin": None, "active": None}
    return {
        "make and change jobs": lambda: importing.run(settings, trial.file, as_name),
        "import": lambda: importing.run(settings, trial.file, as_name),
        "read messages": lambda: exporting.run(settings, "", True, "json", as_name),
        "export": lambda: exporting.run(settings, "", True, "json", as_name),
        "settings": lambda: users.change(settings, "Ann Lee", "", boxes, as_name),
    }[name]


COMMANDS = ("make and change jobs", "import", "read messages", "export", "settings")


@pytest.mark.parametrize("act", COMMANDS)
def test_the_command_line_itself_may_do_what_its_column_says(small_world: World, act: str) -> None:
    assert TABLE[act]["command line"] == "yes"
    trial = Trial(small_world, small_world.ann)
    assert command(act, trial, "")() == 0


@pytest.mark.parametrize("column", [column for column in USERS if column != "deactivated"])
@pytest.mark.parametrize("act", ["import", "export", "settings"])
def test_a_command_in_somebodys_name_needs_what_they_need(small_world: World, act: str, column: str) -> None:
    user = somebody(small_world, column)
    may = done(command(act, Trial(small_world, user), user.name))
    assert may == (TABLE[act][column] == "yes")


def test_nothing_is_done_in_the_name_of_somebody_who_left(small_world: World) -> None:
    tick(small_world, small_world.abe, admin=True)
    user = somebody(small_world, "deactivated")
    for act in ("import", "export", "settings"):
        with pytest.raises(Refusal, match="There is no active user called"):
            command(act, Trial(small_world, user), user.name)()


def test_every_user_command_needs_the_admin_box(small_world: World) -> None:
    user = somebody(small_world, "dispatcher with Chat")
    settings = Trial(small_world, user).machine
    attempts: list[Callable[[], object]] = [
        lambda: users.add(settings, "Zoe Ray", "worker", "", True, user.name),
        lambda: users.reset_pin(settings, "Ann Lee", True, False, user.name),
        lambda: users.reset_pin(settings, "Ann Lee", True, True, user.name),
        lambda: users.show(settings, user.name),
    ]
    for act in attempts:
        with pytest.raises(Refusal, match="may not change settings: that needs the admin box"):
            act()


@pytest.mark.parametrize("column", ["", *USERS[:7]])
def test_sending_by_command_is_writing_messages(
    small_world: World, column: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    user = somebody(small_world, column) if column else small_world.ann
    trial = Trial(small_world, user)
    job = trial.job(theirs=True)
    to = "worker" if user.role is Role.DISPATCHER else ANA
    line = json.dumps({"job": job.number, "to": to, "body": "Hello", "ref": f"r{next(_refs)}"})
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(line.encode())))
    code = sending.run(trial.machine, user.name if column else "")
    answer = json.loads(capsys.readouterr().out)
    wanted = TABLE["write messages"][column or "command line"] == "yes"
    assert (code == 0, answer["ok"]) == (wanted, wanted), answer
