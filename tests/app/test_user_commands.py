"""`jobline user`: what an administrator does without a screen."""

import sqlite3
from contextlib import closing

import pytest

from tests.app.jobline import PIN, Jobline


def users(jobline: Jobline) -> list[str]:
    """What `user list` says, line by line."""
    return jobline.does("user", "list").out.splitlines()


def line(jobline: Jobline, name: str) -> str:
    """What it says of one person."""
    (found,) = [each for each in users(jobline) if each.startswith(f"{name}: ")]
    return found.removeprefix(f"{name}: ")


def test_everybody_is_listed_with_role_boxes_and_locations(jobline: Jobline) -> None:
    assert users(jobline) == [
        "Abe Cole: dispatcher · Chat · North",
        "Ann Lee: dispatcher · Chat, Alerts, Contacts, Admin · North",
        "Marco Diaz: worker · Chat · North",
    ]


def test_a_box_is_ticked_and_unticked_and_the_others_stay(jobline: Jobline) -> None:
    assert jobline.does("user", "change", "--name", "Abe Cole", "--no-chat").out == "Abe Cole: dispatcher, no box.\n"
    said = jobline.does("user", "change", "--name", "Abe Cole", "--chat", "--admin").out
    assert said == "Abe Cole: dispatcher, Chat, Admin.\n"
    assert line(jobline, "Abe Cole") == "dispatcher · Chat, Admin · North"


def test_somebody_leaves_and_comes_back(jobline: Jobline) -> None:
    said = jobline.does("user", "change", "--name", "Marco Diaz", "--no-active").out
    assert said.startswith("Marco Diaz has 1 open job (J1): hand over what is left.")
    assert said.endswith("Marco Diaz: worker, Chat; deactivated.\n")
    assert line(jobline, "Marco Diaz") == "worker · Chat · North · deactivated"
    assert "no active user" in jobline.refuses("user", "pin", "--name", "Marco Diaz", "--pin-stdin", given=PIN)
    jobline.does("user", "change", "--name", "Marco Diaz", "--active")
    assert line(jobline, "Marco Diaz") == "worker · Chat · North"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("change", "--name", "Ann Lee", "--no-admin"), "Ann Lee is the last active administrator"),
        (("change", "--name", "Ann Lee", "--no-active"), "Ann Lee is the last active administrator"),
        (("change", "--name", "Ann Lee", "--role", "worker"), "box is for dispatchers"),
        (("change", "--name", "Marco Diaz", "--admin"), "The Admin box is for dispatchers"),
        (
            ("change", "--name", "Marco Diaz", "--role", "dispatcher"),
            "still has 1 open job (J1) there: hand over first",
        ),
        (("change", "--name", "Nobody", "--chat"), "no user called “Nobody”"),
        (("change", "--name", "Ann Lee", "--role", "boss"), "“boss” is no role"),
        (("change", "--name", "Ann Lee", "--chat", "--as", "Marco Diaz"), "Marco Diaz may not change settings"),
        (("list", "--as", "Marco Diaz"), "Marco Diaz may not change settings"),
        (("add", "--name", "X Y", "--role", "worker", "--as", "Marco Diaz"), "Marco Diaz may not change settings"),
        (("pin", "--name", "Ann Lee", "--as", "Marco Diaz"), "Marco Diaz may not change settings"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(jobline: Jobline, arguments: tuple[str, ...], says: str) -> None:
    before = users(jobline)
    assert says in jobline.with_(PIN=PIN).refuses("user", *arguments)
    assert users(jobline) == before


def test_a_pin_given_by_command_is_never_kept_as_it_is(jobline: Jobline) -> None:
    ended = jobline.does("user", "pin", "--name", "Marco Diaz", "--pin-stdin", "--as", "Ann Lee", given="739104")
    assert "739104" not in ended.out + ended.err + jobline.log
    with closing(sqlite3.connect(jobline.database)) as database:
        row = database.execute("SELECT pin_hash, pin_change FROM user_account WHERE name = 'Marco Diaz'").fetchone()
    assert "739104" not in row[0]
    assert row[1] == 1
