"""Every command with its options, as Typer shows them."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app import settings
from app.cli import VERSION, guarded

Config = Annotated[Path | None, typer.Option("--config", help="A settings file to use instead of jobline.toml.")]
AsName = Annotated[str, typer.Option("--as", help="The user in whose name this is done; else “command line”.")]
_PLAIN = {"rich_markup_mode": None, "add_completion": False, "pretty_exceptions_enable": False}


def build() -> typer.Typer:
    """The whole command tree."""
    tree = typer.Typer(
        name="jobline",
        help="One SMS conversation per job, held by dispatcher, worker and customer.",
        no_args_is_help=False,
        **_PLAIN,  # type: ignore[arg-type]
    )
    tree.callback(invoke_without_command=True)(_start)
    for function in (desk, demo, init, serve, simulate, export, send):
        tree.command()(function)
    tree.command("import")(import_)
    users = typer.Typer(help="Add and change users, and set their PINs.", no_args_is_help=True, **_PLAIN)  # type: ignore[arg-type]
    users.command("add")(user_add)
    users.command("pin")(user_pin)
    users.command("list")(user_list)
    users.command("change")(user_change)
    users.command("link")(user_link)
    tree.add_typer(users, name="user")
    tokens = typer.Typer(help="Let programs post jobs and events.", no_args_is_help=True, **_PLAIN)  # type: ignore[arg-type]
    tokens.command("add")(token_add)
    tokens.command("list")(token_list)
    tokens.command("revoke")(token_revoke)
    tree.add_typer(tokens, name="token")
    return tree


def _start(
    context: typer.Context,
    config: Config = None,
    version: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(f"jobline {VERSION}")
        raise typer.Exit
    if config is not None:
        os.environ["JOBLINE_CONFIG"] = str(config.absolute())
    if context.invoked_subcommand is None:
        _finish(lambda: _open_desk(config, shared=False))


def desk(config: Config = None) -> None:
    """Open the desk at the sign-in list, for a terminal that several people share."""
    _finish(lambda: _open_desk(config, shared=True))


def demo(
    size: Annotated[str, typer.Option(help="small (a day of 40 jobs) or large (100,000 jobs).")] = "small",
    seed: Annotated[int, typer.Option(help="Another number makes another day.")] = 1,
) -> None:
    """Look around: a made-up day with customers who answer. Needs no set-up, no network and no account."""

    def work() -> int:
        from app.commands.demo import run

        return run(size, seed)

    _finish(work)


def init(
    location: Annotated[str, typer.Option(help="The name of your first location, for example “Springfield”.")] = "",
    country: Annotated[str, typer.Option(help="Its two-letter country, for example US.")] = "",
    time_zone: Annotated[str, typer.Option(help="Its time zone, for example America/New_York.")] = "",
    number: Annotated[list[str] | None, typer.Option(help="A number it texts from; may be given again.")] = None,
    admin: Annotated[str, typer.Option(help="The administrator's full name.")] = "",
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Read the PIN from standard input.")] = False,
    config: Config = None,
) -> None:
    """Make the database: your first location, its numbers, and the administrator. Asks for what is missing."""

    def work() -> int:
        from app.commands.init import run

        return run(_settings(config), location, country, time_zone, number or [], admin, pin_stdin)

    _finish(work)


def user_add(
    name: Annotated[str, typer.Option(help="Full name.")],
    role: Annotated[str, typer.Option(help="dispatcher or worker.")],
    mobile: Annotated[str, typer.Option(help="Their own mobile number.")] = "",
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Read the PIN from standard input.")] = False,
    as_name: AsName = "",
    config: Config = None,
) -> None:
    """Add a dispatcher or a worker. The PIN is asked for, or read from JOBLINE_PIN or standard input."""

    def work() -> int:
        from app.commands.users import add

        return add(_settings(config), name, role, mobile, pin_stdin, as_name)

    _finish(work)


def user_pin(
    name: Annotated[str, typer.Option(help="Full name.")],
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Read the PIN from standard input.")] = False,
    new_secret: Annotated[
        bool, typer.Option("--new-secret", help="The secret file is lost: this machine's counts from now on.")
    ] = False,
    as_name: AsName = "",
    config: Config = None,
) -> None:
    """Give a user a new PIN, which they change at their next sign-in. Ends pauses after wrong tries."""

    def work() -> int:
        from app.commands.users import reset_pin

        return reset_pin(_settings(config), name, pin_stdin, new_secret, as_name)

    _finish(work)


def user_list(as_name: AsName = "", config: Config = None) -> None:
    """Show everybody with their role, boxes and locations."""

    def work() -> int:
        from app.commands.users import show

        return show(_settings(config), as_name)

    _finish(work)


def user_change(
    name: Annotated[str, typer.Option(help="Full name.")],
    role: Annotated[str, typer.Option(help="dispatcher or worker.")] = "",
    chat: Annotated[bool | None, typer.Option("--chat/--no-chat", help="Takes part in messages.")] = None,
    alerts: Annotated[bool | None, typer.Option("--alerts/--no-alerts", help="Sets up alerts.")] = None,
    contacts: Annotated[bool | None, typer.Option("--contacts/--no-contacts", help="Changes contacts.")] = None,
    admin: Annotated[bool | None, typer.Option("--admin/--no-admin", help="Settings, import and export.")] = None,
    active: Annotated[bool | None, typer.Option("--active/--no-active", help="May sign in at all.")] = None,
    as_name: AsName = "",
    config: Config = None,
) -> None:
    """Change a user's role and boxes, sign them out for good, or let them in again. What is not said stays."""

    def work() -> int:
        from app.commands.users import change

        boxes = {"chat": chat, "alerts": alerts, "contacts": contacts, "admin": admin, "active": active}
        return change(_settings(config), name, role, boxes, as_name)

    _finish(work)


def user_link(
    name: Annotated[str, typer.Option(help="The worker's full name.")],
    as_name: AsName = "",
    config: Config = None,
) -> None:
    """Print the link to a worker's phone page, in practice only; live it goes to their own phone."""

    def work() -> int:
        from app.commands.users import link

        return link(_settings(config), name, as_name)

    _finish(work)


def token_add(
    name: Annotated[str, typer.Option(help="The program that will use it; it stands as the author of what it does.")],
    location: Annotated[
        list[str] | None, typer.Option(help="Limit it to this location; may be given again. Else every location.")
    ] = None,
    as_name: AsName = "",
    config: Config = None,
) -> None:
    """Make a token and print it, this once."""

    def work() -> int:
        from app.commands.tokens import add

        return add(_settings(config), name, location or [], as_name)

    _finish(work)


def token_list(as_name: AsName = "", config: Config = None) -> None:
    """List the tokens: name, locations, who made it, last use."""

    def work() -> int:
        from app.commands.tokens import show

        return show(_settings(config), as_name)

    _finish(work)


def token_revoke(
    name: Annotated[str, typer.Option(help="The token's name.")],
    as_name: AsName = "",
    config: Config = None,
) -> None:
    """End a token at once."""

    def work() -> int:
        from app.commands.tokens import revoke

        return revoke(_settings(config), name, as_name)

    _finish(work)


def import_(
    file: Annotated[
        Path, typer.Argument(help="A CSV file; docs/import.md lists the columns. “-” reads standard input.")
    ],
    as_name: AsName = "",
    config: Config = None,
) -> None:
    """Make and change jobs from a CSV file. Sends nothing. All of it, or nothing with every error told."""

    def work() -> int:
        from app.commands.importing import run

        return run(_settings(config), file, as_name)

    _finish(work)


def export(
    job: Annotated[str, typer.Option(help="The number of one job.")] = "",
    all_jobs: Annotated[bool, typer.Option("--all", help="Every job, one JSON object a line.")] = False,
    estimates: Annotated[bool, typer.Option("--estimates", help="Shared estimates and decisions instead.")] = False,
    format_: Annotated[str, typer.Option("--format", help="json; for estimates csv or text.")] = "",
    as_name: AsName = "",
    config: Config = None,
) -> None:
    """Write conversations, or estimates as evidence, to standard output, as the given user sees them."""

    def work() -> int:
        if estimates:
            from app.commands.estimate_evidence import run as write_evidence

            return write_evidence(_settings(config), job, all_jobs, format_ or "csv", as_name)
        from app.commands.exporting import run

        return run(_settings(config), job, all_jobs, format_ or "json", as_name)

    _finish(work)


def send(as_name: AsName = "", config: Config = None) -> None:
    """Queue texts from JSON lines on standard input: {"job", "to": mobile or "worker", "body", "ref"}."""

    def work() -> int:
        from app.commands.sending import run

        return run(_settings(config), as_name)

    _finish(work)


def serve(
    until_eof: Annotated[bool, typer.Option("--until-eof", help="End when standard input ends.")] = False,
    config: Config = None,
) -> None:
    """Run the engine alone: it sends and receives until it is told to stop."""

    def work() -> int:
        from app.serve import run

        return run(_settings(config), until_eof)

    _finish(work)


def simulate(
    port: Annotated[int, typer.Option(help="0 picks a free one.")] = 8010,
    number: Annotated[list[str] | None, typer.Option(help="A number of the account; may be given again.")] = None,
    state: Annotated[Path | None, typer.Option(help="Keep everything in this file.")] = None,
    customers: Annotated[Path | None, typer.Option(help="Customers who answer by themselves (JSON).")] = None,
    account: Annotated[str, typer.Option(help="Account SID.")] = "",
    token: Annotated[str, typer.Option(help="Auth token.")] = "",
    delay_ms: Annotated[int, typer.Option(help="Wait so long before each answer to a new text.")] = 0,
    until_eof: Annotated[bool, typer.Option("--until-eof", help="End when standard input ends.")] = False,
) -> None:
    """Run the practice carrier alone: it speaks Twilio's API on loopback and has phones to type on."""

    def work() -> int:
        from app.commands.simulating import run

        return run(port, number or [], state, customers, account, token, delay_ms, until_eof)

    _finish(work)


def _open_desk(config: Path | None, shared: bool) -> int:
    from app.desk import run

    return run(_settings(config), shared)


def _settings(config: Path | None) -> settings.Settings:
    """The settings, of the named file where there is one: our children and our last words use it too."""
    if config is not None:
        os.environ["JOBLINE_CONFIG"] = str(config.absolute())
    return settings.load()


def _finish(work: Callable[[], int | None]) -> None:
    code = guarded(work)
    sys.stdout.flush()
    raise typer.Exit(code)
