"""`jobline user`: adding people and giving them PINs."""

from app.commands.asking import ask_pin
from app.commands.session import session
from app.settings import Settings
from domain import phone
from domain.errors import Refusal
from domain.people import Role
from messaging.signin import hashed
from storage.people import NewUser


def add(settings: Settings, name: str, role: str, mobile: str, pin_stdin: bool) -> int:
    """Add a dispatcher or a worker, who changes the PIN at first sign-in."""
    if role not in list(Role):
        raise Refusal(f"“{role}” is no role. Choose dispatcher or worker.")
    name = " ".join(name.split())
    if not name:
        raise Refusal("--name is empty. Give the full name.")
    with session(settings) as (readers, writers):
        places = readers.reads.locations()
        if not places:
            raise Refusal("There is no location yet. Run jobline init first.")
        number = phone.parse(mobile, places[0].country) if mobile else None
        pin = ask_pin(name, pin_stdin, needed=True)
        assert pin is not None
        writers.people.add_user(NewUser(name, Role(role), mobile=number, pin_hash=hashed(pin)))
    print(f"Added {name} ({role}); they choose their own PIN at first sign-in.")  # noqa: T201
    return 0


def reset_pin(settings: Settings, name: str, pin_stdin: bool) -> int:
    """Give somebody a new PIN, to be changed at the next sign-in."""
    with session(settings) as (readers, writers):
        user = readers.reads.user_named(name)
        if user is None:
            raise Refusal(f"There is no active user called “{name}”. Names are matched letter by letter.")
        pin = ask_pin(name, pin_stdin, needed=True)
        assert pin is not None
        writers.people.set_pin(user.id, hashed(pin), must_change=True)
    print(f"{name} has a new PIN and changes it at the next sign-in.")  # noqa: T201
    return 0
