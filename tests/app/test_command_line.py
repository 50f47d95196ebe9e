"""The `jobline` command in processes of its own: one sentence for what goes wrong, never a traceback."""

import getpass
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
import requests

from app import settings
from app.engine_child import EngineChild
from simulator.credentials import PRACTICE_ACCOUNT
from simulator.server import Simulator
from tests.app.jobline import OURS, PROGRAM, Jobline, until, words_of
from tests.app.killing import states

LIVE = "AC" + "ab" * 16
COMMANDS = [
    [],
    ["desk"],
    ["demo"],
    ["init"],
    ["serve"],
    ["simulate"],
    ["export"],
    ["send"],
    ["import"],
    ["user"],
    ["user", "add"],
    ["user", "pin"],
    ["token"],
    ["token", "add"],
    ["token", "list"],
    ["token", "revoke"],
]


# --- Help and version ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(bare: Jobline, command: list[str]) -> None:
    ended = bare.does(*command, "--help")
    assert "Usage:" in ended.out
    assert ended.err == ""
    assert list(bare.folder.iterdir()) == []


def test_the_version(bare: Jobline) -> None:
    assert re.fullmatch(r"jobline \d+\.\d+\.\d+\n", bare.does("--version").out)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(bare: Jobline, option: str) -> None:
    program = [PROGRAM[0], "-X", "importtime", *PROGRAM[1:], option]
    done = subprocess.run(program, capture_output=True, text=True, cwd=bare.folder, env=bare.variables(), check=True)
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "typer" in loaded
    assert loaded & {"textual", "sqlmodel", "sqlalchemy", "alembic", "twilio", "starlette", "fastapi"} == set()


@pytest.mark.parametrize(
    "wrong",
    [
        ["nonsense"],
        ["serve", "--colour"],
        ["export", "--job"],
        ["import"],
        ["user", "add"],
        ["simulate", "--port", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(bare: Jobline, wrong: list[str]) -> None:
    ended = bare.run(*wrong)
    assert ended.code == 2
    assert "Error: " in ended.err
    assert ended.out == ""


# --- Setting up ---------------------------------------------------------------------------------------------------


def test_init_makes_a_practice_database(bare: Jobline) -> None:
    out = bare.init().out
    assert "PRACTICE" in out
    assert "Ann Lee" in out
    with sqlite3.connect(bare.database) as database:
        assert database.execute("SELECT carrier FROM account").fetchone() == ("PRACTICE",)
        row = database.execute("SELECT name, role, admin, pin_hash, system_account FROM user_account").fetchone()
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()
    assert row[:3] == ("Ann Lee", "dispatcher", 1)
    assert row[3].startswith("p1$argon2id$")
    assert row[4] == getpass.getuser()


def test_init_stamps_a_live_database_with_its_account(bare: Jobline) -> None:
    live = bare.with_(TWILIO__ACCOUNT_SID=LIVE, TWILIO__AUTH_TOKEN="secret")
    assert f"LIVE on carrier account {LIVE}" in live.init().out
    assert LIVE in bare.refuses("serve")


def test_init_twice_is_refused(jobline: Jobline) -> None:
    ended = jobline.run(
        *("init", "--location", "South", "--country", "US", "--time-zone", "America/Chicago"),
        *("--number", "+15550100009", "--admin", "Bob"),
    )
    assert (ended.code, ended.err) == (
        1,
        "jobline: This database is set up already. Add people with jobline user add.\n",
    )


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--country", "Atlantis", "country"),
        ("--time-zone", "Mars/Base", "time zone"),
        ("--number", "call me", "phone number"),
        ("--admin", "", "--admin is missing"),
    ],
)
def test_init_with_something_wrong_makes_nothing(bare: Jobline, option: str, value: str, says: str) -> None:
    given = {
        "--location": "North",
        "--country": "US",
        "--time-zone": "America/New_York",
        "--number": OURS,
        "--admin": "Ann Lee",
        option: value,
    }
    assert says in bare.refuses("init", *[word for pair in given.items() for word in pair])
    assert not bare.database.exists()


def test_init_with_a_bad_pin_makes_nothing(bare: Jobline) -> None:
    pin = "12345a"
    given = ("--location", "N", "--country", "US", "--time-zone", "UTC", "--number", OURS, "--admin", "Ann")
    sentence = bare.refuses("init", *given, "--pin-stdin", given=pin)
    assert pin not in sentence
    assert not bare.database.exists()


def test_init_with_a_number_given_twice(bare: Jobline) -> None:
    given = ("--location", "N", "--country", "US", "--time-zone", "UTC", "--admin", "Ann")
    bare.does("init", *given, "--number", OURS, "--number", "(555) 010-0001", "--pin-stdin", given="246813")


def test_the_hint_of_init_can_be_pasted(bare: Jobline) -> None:
    given = ("--location", "N", "--country", "US", "--time-zone", "UTC", "--number", OURS, "--admin", "Ann Lee")
    (hint,) = re.findall(r"jobline user pin .*", bare.does("init", *given).out)
    assert hint == 'jobline user pin --name "Ann Lee"'
    bare.does("user", "pin", "--name", "Ann Lee", "--pin-stdin", given="246813")


def test_a_pin_may_come_from_the_environment(jobline: Jobline) -> None:
    jobline.with_(PIN="975310").does("user", "add", "--name", "Pia Pin", "--role", "worker")
    assert "PIN" in jobline.refuses("user", "add", "--name", "Nora None", "--role", "worker")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "--name", "Marco Diaz", "--role", "worker"), "already a user called Marco Diaz"),
        (("add", "--name", "X", "--role", "boss"), "“boss” is no role"),
        (("add", "--name", "  ", "--role", "worker"), "--name is empty"),
        (("add", "--name", "X", "--role", "worker", "--mobile", "none"), "phone number"),
        (("pin", "--name", "marco diaz"), "no active user called “marco diaz”"),
    ],
)
def test_a_user_that_cannot_be(jobline: Jobline, arguments: tuple[str, ...], says: str) -> None:
    assert says in jobline.refuses("user", *arguments, "--pin-stdin", given="246813")


def test_a_reset_pin_is_changed_at_the_next_sign_in(jobline: Jobline) -> None:
    jobline.does("user", "pin", "--name", "Ann Lee", "--pin-stdin", given="112233")
    with sqlite3.connect(jobline.database) as database:
        row = database.execute("SELECT pin_change FROM user_account WHERE name = 'Ann Lee'").fetchone()
    database.close()
    assert row == (1,)


# --- Import and export --------------------------------------------------------------------------------------------


def test_an_import_says_what_it_did(jobline: Jobline) -> None:
    (jobline.folder / "jobs.csv").write_text("number,customer\nJ1,Silva Farms\nJ9,New Ltd\n")
    out = jobline.does("import", "jobs.csv").out
    assert out == "Imported jobs.csv: 1 jobs made, 1 changed. Nothing was sent.\n"


def test_a_wrong_import_tells_every_line_and_stores_nothing(jobline: Jobline) -> None:
    (jobline.folder / "jobs.csv").write_text("number,customer,status\nJ8,C,\nJ9,C,asleep\n,C,\n")
    ended = jobline.run("import", "jobs.csv")
    assert ended.code == 1
    first, second, last = ended.err.splitlines()
    assert first.startswith("jobs.csv:3: there is no status “asleep”")
    assert second.startswith("jobs.csv:4: has no number")
    assert last.startswith("jobline: Nothing was imported")
    assert [job["job"]["number"] for job in jobline.does("export", "--all").lines] == ["J1", "J2"]


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read"), (b"", "empty"), (b"number,customer\n\xff\xfe,C\n", "UTF-8"), (b"\x00" * 40, "column")],
    ids=["missing", "empty", "not text", "zeros"],
)
def test_a_file_that_is_no_job_list(jobline: Jobline, content: bytes | None, says: str) -> None:
    if content is not None:
        (jobline.folder / "jobs.csv").write_bytes(content)
    assert says in jobline.refuses("import", "jobs.csv")


def test_a_folder_is_no_job_list(jobline: Jobline) -> None:
    assert "cannot be read" in jobline.refuses("import", ".")


def test_one_job_is_exported_as_json(jobline: Jobline) -> None:
    shown = json.loads(jobline.does("export", "--job", "J1").out)
    assert (shown["job"]["number"], shown["job"]["worker"], shown["messages"]) == ("J1", "Marco Diaz", [])


def test_every_job_is_exported_one_a_line(many: Jobline) -> None:
    found = [job["job"]["number"] for job in many.does("export", "--all").lines]
    assert found == ["J1", "J2", *(f"N{n:03}" for n in range(510))]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--job", "J9"), "There is no job J9"),
        ((), "--job NUMBER"),
        (("--all", "--job", "J1"), "--job NUMBER"),
        (("--all", "--format", "xml"), "“xml”"),
        (("--all", "--as", "Abe Cole"), "admin box"),
        (("--all", "--as", "Nobody"), "no active user"),
    ],
    ids=str,
)
def test_an_export_that_cannot_be(jobline: Jobline, arguments: tuple[str, ...], says: str) -> None:
    assert says in jobline.refuses("export", *arguments)


def test_an_export_into_a_closed_pipe_shows_no_traceback(many: Jobline) -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [*PROGRAM, "export", "--all"],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=many.folder,
        env=many.variables(),
        text=True,
    )
    os.close(writing)
    os.read(reading, 10)
    os.close(reading)
    _, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    assert "Exception ignored" not in err


# --- Send ---------------------------------------------------------------------------------------------------------


def test_each_text_is_answered_with_its_line_and_reference(jobline: Jobline) -> None:
    sent = jobline.sends(("J1", "+15550102001", "Hello", "r1"), ("J1", "worker", "Go", "r2")).lines
    assert [(s["line"], s["ok"], s["ref"]) for s in sent] == [(1, True, "r1"), (2, True, "r2")]
    assert sorted((d["channel"], d["state"], d["body"]) for d in jobline.deliveries()) == [
        ("desk", "waiting", "Go"),
        ("sms", "queued", "Hello"),
    ]


def test_a_reference_is_used_once(jobline: Jobline) -> None:
    first = jobline.sends(("J1", "+15550102001", "Hello", "r1")).lines
    assert jobline.sends(("J1", "(555) 010-2001", "Hello", "r1")).lines == first
    other = jobline.run("send", given=json.dumps({"job": "J1", "to": "+15550102001", "body": "Other", "ref": "r1"}))
    assert (other.code, other.lines[0]["ok"]) == (1, False)
    assert len(jobline.deliveries()) == 1


def test_one_wrong_line_does_not_stop_the_others(jobline: Jobline) -> None:
    good = {"job": "J1", "to": "+15550102001", "body": "Hello"}
    lines: list[bytes] = [
        b"no json",
        json.dumps({**good, "ref": "a"}).encode(),
        b"[1]",
        json.dumps({**good, "ref": 7}).encode(),
        json.dumps({**good, "ref": "b", "extra": 1}).encode(),
        json.dumps({**good, "ref": "c", "job": "J9"}).encode(),
        json.dumps({**good, "ref": "d", "to": "+15550109999"}).encode(),
        json.dumps({**good, "ref": "e", "to": "nobody"}).encode(),
        json.dumps({**good, "ref": "f", "body": "x" * 1601}).encode(),
        json.dumps({**good, "ref": "g", "job": "J2", "to": "worker"}).encode(),
        b'{"job": "J1", "to": "+15550102001", "body": "half \\ud83d", "ref": "h"}',
        b"\xff\xfe not UTF-8",
        b"",
        json.dumps({**good, "ref": "z"}).encode(),
    ]
    ended = jobline.run("send", given=b"\n".join(lines))
    assert ended.code == 1
    assert {answer["line"]: answer["ok"] for answer in ended.lines} == {
        n: n in (2, 14) for n in range(1, 15) if n != 13
    }
    assert all(answer["error"].endswith((".", "!")) for answer in ended.lines if not answer["ok"])
    assert ended.err == ""


def test_a_text_in_a_persons_name(jobline: Jobline) -> None:
    line = json.dumps({"job": "J1", "to": "+15550102001", "body": "Hello", "ref": "r1"})
    jobline.does("send", "--as", "Abe Cole", given=line)
    (message,) = json.loads(jobline.does("export", "--job", "J1").out)["messages"]
    assert message["author"]["name"] == "Abe Cole"
    assert "no active user" in jobline.refuses("send", "--as", "Nobody", given=line)


def test_under_no_name_it_is_the_command_line(jobline: Jobline) -> None:
    jobline.sends(("J1", "+15550102001", "Hello", "r1"))
    (message,) = json.loads(jobline.does("export", "--job", "J1").out)["messages"]
    assert (message["author"]["role"], message["author"]["name"]) == ("system", "command line")


# --- What can be wrong with the database --------------------------------------------------------------------------

NO_DATABASE = b"this is no database at all, whatever its name says" * 40
ON_A_DATABASE = [("export", "--all"), ("send",), ("serve",), ("user", "pin", "--name", "Ann Lee", "--pin-stdin")]


@pytest.mark.parametrize("command", ON_A_DATABASE, ids=lambda command: command[0])
def test_no_database(bare: Jobline, command: tuple[str, ...]) -> None:
    sentence = bare.refuses(*command, given="246813")
    assert "There is no Jobline database" in sentence
    assert "jobline init" in sentence
    assert not bare.database.exists()


@pytest.mark.parametrize("command", ON_A_DATABASE, ids=lambda command: command[0])
@pytest.mark.parametrize(
    "content", [b"this is no database at all, whatever its name says" * 40, b""], ids=["text", "empty"]
)
def test_a_file_that_is_no_database(bare: Jobline, command: tuple[str, ...], content: bytes) -> None:
    bare.database.write_bytes(content)
    sentence = bare.refuses(*command, given="246813")
    assert "damaged" in sentence or "no Jobline database" in sentence
    assert bare.database.read_bytes() == content


def test_the_database_of_another_program(bare: Jobline) -> None:
    with sqlite3.connect(bare.database) as database:
        database.execute("CREATE TABLE recipe (name TEXT)")
    database.close()
    assert "no Jobline database" in bare.refuses("export", "--all")


def test_a_damaged_database(jobline: Jobline) -> None:
    with sqlite3.connect(jobline.database) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    data = bytearray(jobline.database.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    jobline.database.write_bytes(data)
    assert "damaged" in jobline.refuses("export", "--all")


def test_a_locked_database(jobline: Jobline) -> None:
    database = sqlite3.connect(jobline.database, isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    try:
        line = json.dumps({"job": "J1", "to": "+15550102001", "body": "Hello", "ref": "r1"})
        sentence = jobline.refuses("send", given=line)
    finally:
        database.execute("ROLLBACK")
        database.close()
    assert "is locked by another program" in sentence
    assert str(jobline.database) in sentence


def test_a_database_of_a_newer_program(jobline: Jobline) -> None:
    with sqlite3.connect(jobline.database) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert "newer Jobline" in jobline.refuses("user", "pin", "--name", "Ann Lee", "--pin-stdin", given="112233")


def test_a_server_that_is_away(bare: Jobline) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"postgresql://jobline:hunter2@127.0.0.1:{unused.getsockname()[1]}/jobline"
        sentence = bare.with_(DATABASE_URL=url).refuses("export", "--all")
    assert "database server" in sentence
    assert "The database the database" not in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize("url", ["/tmp/x.db", "mysql://h/x", "sqlite", "sqlite:///"])
def test_an_address_that_is_no_database(bare: Jobline, url: str) -> None:
    sentence = bare.with_(DATABASE_URL=url).refuses("export", "--all")
    assert "database_url" in sentence


def test_the_sentence_names_the_database_of_the_given_settings_file(bare: Jobline) -> None:
    other = bare.folder / "other.db"
    other.write_bytes(NO_DATABASE)
    (bare.folder / "other.toml").write_text(f'database_url = "sqlite:///{other}"\n')
    sentence = bare.with_(DATABASE_URL="").refuses("export", "--all", "--config", "other.toml")
    assert str(other) in sentence


# --- What can be wrong with the settings --------------------------------------------------------------------------


def test_settings_come_from_the_file_and_the_environment_wins(jobline: Jobline) -> None:
    (jobline.folder / "jobline.toml").write_text(f'database_url = "sqlite:///{jobline.database}"\n[web]\nport = 1\n')
    plain = jobline.with_(DATABASE_URL="")
    assert len(plain.does("export", "--all").lines) == 2
    (jobline.folder / "jobline.toml").write_text('database_url = "sqlite:////nowhere/x.db"\n')
    assert len(jobline.does("export", "--all").lines) == 2


@pytest.mark.parametrize("before", [True, False], ids=["before the command", "after it"])
def test_a_given_settings_file_counts_wherever_it_is_given(jobline: Jobline, before: bool) -> None:
    (jobline.folder / "other.toml").write_text(f'database_url = "sqlite:///{jobline.database}"\n')
    given = ("--config", "other.toml")
    arguments = (*given, "export", "--all") if before else ("export", "--all", *given)
    assert len(jobline.with_(DATABASE_URL="").does(*arguments).lines) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("this is = = no toml", "is not valid TOML"),
        ("colour = 1\n", "“colour”"),
        ("[web]\ncolour = 1\n", "“web.colour”"),
        ("web = 3\n", "“web”"),
        ('[web]\nport = "many"\n', "“web.port” must be a number"),
        ("[web]\nport = 99999\n", "web.port"),
        ("[sync]\npoll_seconds = 0\n", "above zero"),
        ("[sync]\npoll_seconds = nan\n", "above zero"),
        (f'[twilio]\naccount_sid = "{LIVE}"\n', "auth_token"),
        ('[twilio]\napi_url = "http://example.com"\n', "https"),
        ('[web]\npublic_url = "http://texts.example.com"\n', "https"),
        ('[web]\npublic_url = "texts.example.com"\n', "https"),
        ('[web]\npublic_url = "https://me:secret@texts.example.com"\n', "web.public_url"),
        ('[web]\npublic_url = "https://texts.example.com/?a=1"\n', "web.public_url"),
    ],
)
def test_a_settings_file_with_something_wrong(jobline: Jobline, content: str, says: str) -> None:
    (jobline.folder / "jobline.toml").write_text(content)
    plain = jobline.with_(WEB__PORT="", SYNC__POLL_SECONDS="")
    assert says in plain.refuses("serve")


def test_a_settings_file_that_cannot_be_read(jobline: Jobline) -> None:
    (jobline.folder / "jobline.toml").mkdir()
    sentence = jobline.refuses("export", "--all")
    assert "cannot be read" in sentence
    assert "no settings file" in jobline.refuses("export", "--all", "--config", "missing.toml")


def test_a_settings_file_that_is_no_text(jobline: Jobline) -> None:
    (jobline.folder / "jobline.toml").write_bytes(b"\xff\xfe\x00")
    assert "is not valid TOML" in jobline.refuses("export", "--all")


def test_a_variable_that_is_no_setting(jobline: Jobline) -> None:
    for name in ("COLOUR", "WEB__COLOUR", "TWILIO__A__B"):
        assert "no setting" in jobline.with_(**{name: "1"}).refuses("export", "--all")


def test_practice_texts_never_reach_a_live_account(jobline: Jobline) -> None:
    live = jobline.with_(TWILIO__ACCOUNT_SID=LIVE, TWILIO__AUTH_TOKEN="secret")
    sentence = live.refuses("serve")
    assert "practice database" in sentence
    assert "secret" not in sentence


def test_a_live_account_without_a_token(jobline: Jobline) -> None:
    assert "auth_token" in jobline.with_(TWILIO__ACCOUNT_SID=LIVE).refuses("serve")


def test_a_busy_port(jobline: Jobline) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sentence = jobline.with_(WEB__PORT=port).refuses("serve")
        assert f"Port {port}" in sentence
        assert "JOBLINE_WEB__PORT" in sentence
        with jobline.with_(WEB__PORT=port).serving("--until-eof") as engine:
            assert "taken" in engine.ready()


# --- Serve --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 128 + signal.SIGINT), (signal.SIGHUP, 128 + signal.SIGHUP)],
)
def test_serve_says_where_and_ends_on_a_signal(jobline: Jobline, number: signal.Signals, code: int) -> None:
    with jobline.serving() as engine:
        address = engine.ready()
        until(lambda: requests.get(f"{address}/health", timeout=5).status_code == 200)
        assert engine.stop(number)[0] == code
        assert engine.said == [f"serving {address}\n"]
        assert engine.complained == []


def test_serve_ends_within_five_seconds_though_the_carrier_hangs(jobline: Jobline) -> None:
    jobline.sends(("J1", "+15550102001", "Hello", "r1"))
    with Simulator([OURS], delay_ms=60_000) as sim:
        with jobline.at(sim).serving() as engine:
            engine.ready()
            until(sim.ledger.truth)
            _, took = engine.stop()
        assert took < 5.5
        with jobline.at(sim).serving() as engine:
            engine.ready()
            until(lambda: states(jobline)["unconfirmed"])
        assert len(sim.ledger.truth()) == 1


def test_serve_on_the_practice_carrier_delivers(jobline: Jobline) -> None:
    """Under systemd or nohup standard input is at its end from the start: that ends nothing."""
    jobline.sends(("J1", "+15550102001", "Hello", "r1"))
    with jobline.serving() as engine:
        assert engine.process.stdin is not None
        engine.process.stdin.close()
        engine.ready()
        until(lambda: states(jobline)["delivered"])
        assert engine.stop()[0] == 0


def test_a_practice_carrier_that_dies_comes_back_and_remembers(jobline: Jobline) -> None:
    with jobline.serving() as engine:
        engine.ready()
        url = _carrier_url(jobline)
        os.kill(_practice_pid(engine.pid), signal.SIGKILL)
        time.sleep(0.2)
        until(lambda: _answers(url), 20)
        jobline.sends(("J1", "+15550102001", "Hello", "r1"))
        until(lambda: states(jobline)["delivered"])
        assert words_of(requests.get(f"{url}/_truth", timeout=5).json()[0]["body"]) == "Hello"


def test_the_child_of_a_desk_ends_with_its_input(jobline: Jobline) -> None:
    with jobline.serving("--until-eof") as engine:
        engine.ready()
        assert engine.process.stdin is not None
        engine.process.stdin.close()
        assert engine.ends() == 0


def test_the_engine_of_a_desk_works_on_the_desks_own_database(
    jobline: Jobline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the desk was given its settings by --config."""
    for name in [name for name in os.environ if name.startswith("JOBLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(jobline.folder))
    config = jobline.folder / "other.toml"
    config.write_text(
        f'database_url = "sqlite:///{jobline.database}"\nstate_dir = "{jobline.folder}/state"\n[web]\nport = 0\n'
    )
    engine = EngineChild(settings.load(config))
    engine.start()
    try:
        until(lambda: _said(jobline) == "running", 8)
    finally:
        engine.stop()


def test_of_two_engines_one_works_and_the_other_takes_over(jobline: Jobline) -> None:
    with Simulator([OURS]) as sim:
        ours = jobline.at(sim)
        with ours.serving() as first:
            first.ready()
            with ours.serving() as second:
                until(lambda: second.complained)
                assert "waiting to take over" in second.complained[0]
                assert second.said == []
                jobline.sends(("J1", "+15550102001", "One", "r1"))
                until(lambda: len(sim.ledger.truth()) == 1)
                first.process.kill()
                second.ready()
                jobline.sends(("J1", "+15550102001", "Two", "r2"))
                until(lambda: len(sim.ledger.truth()) == 2)
                assert second.stop()[0] == 0
        assert [words_of(text["body"]) for text in sim.ledger.truth()] == ["One", "Two"]


def test_an_engine_that_waits_for_its_turn_ends_on_a_signal(jobline: Jobline) -> None:
    with jobline.serving() as first:
        first.ready()
        with jobline.serving() as second:
            until(lambda: second.complained)
            assert second.stop()[0] == 0
        assert first.process.poll() is None


def test_wrong_credentials_are_told_and_the_texts_leave_with_the_right_ones(jobline: Jobline) -> None:
    with Simulator([OURS], account=PRACTICE_ACCOUNT, token="right") as sim:
        jobline.sends(*((("J1", "+15550102001", f"text {n}", f"r{n}")) for n in range(3)))
        with jobline.at(sim, "wrong").serving() as engine:
            address = engine.ready()
            until(lambda: "credentials" in requests.get(f"{address}/health", timeout=5).text)
            answer = requests.get(f"{address}/health", timeout=5)
            assert (answer.status_code, answer.json()["state"]) == (503, "trouble")
            time.sleep(1)
            assert states(jobline) == {"queued": 3}
            assert engine.stop()[0] == 0
        assert sim.ledger.truth() == []
        with jobline.at(sim).serving() as engine:
            address = engine.ready()
            until(lambda: len(sim.ledger.truth()) == 3, 20)
            assert requests.get(f"{address}/health", timeout=5).status_code == 200
    assert "wrong" not in jobline.log
    assert "+15550102001" not in jobline.log


def _said(jobline: Jobline) -> str:
    with sqlite3.connect(jobline.database) as database:
        rows = database.execute("SELECT state FROM engine").fetchall()
    database.close()
    return str(rows[0][0]) if rows else ""


def _carrier_url(jobline: Jobline) -> str:
    with sqlite3.connect(jobline.database) as database:
        (url,) = database.execute("SELECT carrier_url FROM engine ORDER BY beat_at DESC").fetchone()
    database.close()
    return str(url)


def _practice_pid(parent: int) -> int:
    """The child of an engine that runs `simulate`."""
    for task in Path(f"/proc/{parent}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"simulate" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    raise AssertionError("no practice carrier runs")


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/_settings", timeout=2).ok
    except requests.ConnectionError:
        return False
