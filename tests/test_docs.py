"""The documentation says what the program does: keys, settings, columns, commands, links and the words to type."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main

from app import settings
from app.commands import importing
from app.commands.tree import build
from app.demo_day import USERS, jobs
from app.wiring import Readers, Writers
from docs import keys, pictures
from domain.account import Account
from domain.people import Role
from messaging.job_import import COLUMNS
from storage.people import NewUser

ROOT = keys.ROOT
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
NO_SETTINGS = {"JOBLINE_CONFIG", "JOBLINE_PIN", "JOBLINE_CARRIER_PROXY"}
"""Variables that are documented and are no settings."""
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(name: str) -> str:
    """A page as it stands."""
    return (ROOT / name).read_text(encoding="utf-8")


def rows(page: str, columns: int) -> list[list[str]]:
    """Every line of the page's tables with so many columns, cell by cell."""
    lines = [line[2:-2].split(" | ") for line in page.splitlines() if line.startswith("| ") and line.endswith(" |")]
    return [[cell.strip() for cell in line] for line in lines if len(line) == columns]


def codes(page: str) -> list[str]:
    """What stands between backquotes, outside of code blocks."""
    return re.findall(r"`([^`\n]+)`", _FENCE.sub("", page))


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of one language."""
    return [body for name, body in _FENCE.findall(page) if name == language]


# --- Keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "table"), [("README.md", keys.short), ("docs/keys.md", keys.page)])
def test_the_tables_of_keys_are_what_the_bindings_say(name: str, table: Any) -> None:
    assert keys.written(ROOT / name) == table(), "make pictures writes them anew"


def test_every_key_says_what_it_does() -> None:
    found = keys.every_key()
    assert {"app", "signin", "jobs", "job", "send", "picker", "phones"} <= {key.place for key in found}
    assert [key for key in found if not (key.name and key.what)] == []


# --- Settings -----------------------------------------------------------------------------------------------------


def _settings() -> list[tuple[str, str, str]]:
    found = []
    defaults = settings.Settings()
    for field in fields(settings.Settings):
        if field.name == "source":  # where they were read from, not a setting
            continue
        value = getattr(defaults, field.name)
        if isinstance(value, str):
            found.append((field.name, f"JOBLINE_{field.name.upper()}", ""))
            continue
        for inner in fields(value):
            variable = f"JOBLINE_{field.name}__{inner.name}".upper()
            found.append((f"{field.name}.{inner.name}", variable, str(getattr(value, inner.name))))
    return found


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    table = {row[0]: row for row in rows(text("docs/settings.md"), 4)}
    for key, variable, default in _settings():
        shown = table.pop(f"`{key}`")
        assert shown[1] == f"`{variable}`"
        if default:
            assert shown[2] == f"`{default}`"
        elif "." in key:
            assert shown[2] == "none"
    assert [key for key in table if key.startswith("`")] == []


def test_settings_named_elsewhere_exist() -> None:
    known = {name for key, variable, _ in _settings() for name in (key, variable)}
    known |= NO_SETTINGS
    for page in PAGES:
        named = set(re.findall(r"\bJOBLINE_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
        assert named <= known, page.name
    assert {row[0].strip("`") for row in rows(text("README.md"), 3) if "JOBLINE_" in row[1]} <= known


def test_the_example_of_a_settings_file_is_read(tmp_path: Path) -> None:
    (example,) = blocks(text("docs/settings.md"), "toml")
    (tmp_path / "jobline.toml").write_text(example, encoding="utf-8")
    found = settings.load(tmp_path / "jobline.toml", {"HOME": str(tmp_path)})
    assert found.database_url.startswith("postgresql://")
    assert found.sync.segments_per_second == 1.0


# --- Importing ----------------------------------------------------------------------------------------------------


def test_every_column_of_an_import_is_documented() -> None:
    table = [row[0].strip("`") for row in rows(text("docs/import.md"), 3) if row[0].startswith("`")]
    assert tuple(table) == COLUMNS


def test_the_examples_of_an_import_import(sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readers = Readers(sqlite_url)
    people = Writers.open(readers).people
    people.set_up(Account())
    people.add_location("Springfield", "US", "America/New_York", ["+15550100001"])
    people.add_user(NewUser("Marco Diaz", Role.WORKER))
    said = []
    for number, example in enumerate(blocks(text("docs/import.md"), "csv")):
        path = tmp_path / f"{number}.csv"
        path.write_text(example, encoding="utf-8")
        assert importing.run(settings.Settings(sqlite_url, str(tmp_path)), path, "") == 0
        said.append(capsys.readouterr().out.partition(": ")[2])
    people.database.close()
    readers.close()
    assert said == ["3 jobs made, 0 changed. Nothing was sent.\n", "0 jobs made, 2 changed. Nothing was sent.\n"]


def test_the_first_example_of_an_import_shows_every_column() -> None:
    assert tuple(blocks(text("docs/import.md"), "csv")[0].splitlines()[0].split(",")) == COLUMNS


# --- Commands -----------------------------------------------------------------------------------------------------


def _typed(page: str) -> Iterator[str]:
    """Everything in a page that somebody could type: code spans, and lines of code blocks and their parts."""
    lines = [line for body in blocks(page, "") for line in body.splitlines()]
    lines += [line.strip() for line in page.splitlines() if line.startswith("    ")]
    for line in [*codes(page), *lines]:
        for part in re.split(r"\s[|<>]\s", line):
            yield part.strip().removeprefix(".venv/bin/")


def _commands(page: str) -> Iterator[list[str]]:
    for typed in _typed(page):
        words = shlex.split(typed) if typed.split(" ")[0] == "jobline" else []
        if words:
            yield words[1:]


def _is_known(words: list[str]) -> bool:
    command: Any = typer.main.get_command(build())
    for word in words:
        options = {option for parameter in command.params for option in getattr(parameter, "opts", ())}
        if word.startswith("--"):
            if word not in options | {"--help"}:
                return False
        elif hasattr(command, "commands") and word != "COMMAND":
            if word not in command.commands:
                return False
            command = command.commands[word]
    return True


def test_every_command_in_the_pages_exists_with_its_options() -> None:
    found = [(page.name, words) for page in PAGES for words in _commands(page.read_text(encoding="utf-8"))]
    assert ("README.md", ["import", "jobs.csv"]) in found
    assert [each for each in found if not _is_known(each[1])] == []


@pytest.mark.parametrize("wrong", ["doctor", "serve --colour", "user remove", "--quiet"])
def test_a_command_that_does_not_exist_would_be_found(wrong: str) -> None:
    assert not _is_known(wrong.split())


def test_the_table_of_commands_is_whole() -> None:
    table = {row[0].strip("`").removesuffix(" FILE"): row[1] for row in rows(text("docs/settings.md"), 3)}
    for name, command in _every_command("jobline", typer.main.get_command(build())):
        options = [parameter.opts[0] for parameter in command.params if parameter.opts[0].startswith("--")]
        assert re.findall(r"`(--[a-z-]+)`", table[name]) == options, name


def _every_command(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if name == "jobline" or not hasattr(command, "commands"):
        yield name, command
    for inner, found in getattr(command, "commands", {}).items():
        yield from _every_command(f"{name} {inner}", found)


def test_the_two_commands_are_those_of_the_makefile() -> None:
    made = dict(re.findall(r"^(demo|test): .*\n\t@\$\(BIN\)/(.*)$", text("Makefile"), re.MULTILINE))
    with_make, without = blocks(text("README.md"), "")[:2]
    assert with_make.split("\n")[:-1] == [f"make {target}" for target in made]
    assert without.split("\n")[:-1] == ["python3 install.py", *(f".venv/bin/{recipe}" for recipe in made.values())]
    for target in re.findall(r"`make ([a-z]+)`", " ".join(page.read_text(encoding="utf-8") for page in PAGES)):
        assert f"\n{target}: " in text("Makefile"), target


# --- The first five minutes ---------------------------------------------------------------------------------------


def test_the_first_five_minutes_name_what_the_demo_has() -> None:
    steps = " ".join(text("README.md").partition("## The first five minutes")[2].partition("\n## ")[0].split())
    day = {job.number: job for job in jobs(1, datetime.now(UTC))}
    (number,) = re.findall(r"type `(\d{4})`", steps)
    assert day[number].said == ()
    assert f"Go to {day[number].site.name}" in steps
    assert day[number].site.silent, "nobody answers while somebody reads"
    for user in (USERS[0], next(user for user in USERS if user.name == day[number].worker)):
        assert f"`{USERS.index(user) + 1}`" in steps
        assert f"`{user.pin}`" in steps
        assert f"you are {user.name.split()[0]}, " in steps


# --- Pages and pictures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", _FENCE.sub("", page.read_text(encoding="utf-8")))
    gone = [link for link in links if "://" not in link and not (page.parent / link).is_file()]
    assert gone == []


def test_the_readme_leads_to_every_page() -> None:
    readme = text("README.md")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in readme] == []


@pytest.mark.parametrize("page", [*PAGES, *sorted(pictures.FOLDER.glob("*.svg"))], ids=lambda page: page.name)
def test_no_page_or_picture_names_a_place_of_one_machine(page: Path) -> None:
    places = re.findall(r"(?<![\w.])(?:/home/|/Users/|/tmp/|[A-Z]:\\)\S*", page.read_text("utf-8"))
    assert places == []


def test_every_picture_is_used() -> None:
    everything = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    unused = [path.name for path in pictures.FOLDER.glob("*.svg") if f"pictures/{path.name}" not in everything]
    assert unused == []
