"""`jobline init`: the database with its first location, its numbers and its administrator."""

import getpass
from zoneinfo import ZoneInfo

from app import carrier_choice, secret
from app.commands.asking import ask, ask_pin
from app.settings import Settings
from app.wiring import Readers, Writers
from domain import phone, pins
from domain.account import PRACTICE, Account
from domain.errors import Refusal
from domain.people import Role
from messaging.pins import PinMaker
from storage.people import NewUser


def run(
    settings: Settings, location: str, country: str, time_zone: str, numbers: list[str], admin: str, pin_stdin: bool
) -> int:
    """Set the database up, asking for what is missing. Raises Refusal and changes nothing where something is wrong."""
    location = ask(location, "Name of your first location", "--location")
    country = _country(ask(country, "Its country, two letters (US)", "--country"))
    time_zone = _zone(ask(time_zone, "Its time zone (America/New_York)", "--time-zone"))
    numbers = [_number(n, country) for n in numbers or [ask("", "A number it texts from", "--number")]]
    numbers = list(dict.fromkeys(numbers))
    admin = ask(admin, "The administrator's full name", "--admin")
    pin = ask_pin(admin, pin_stdin, needed=False)
    if pin:
        pins.check(pin)
    readers = Readers(settings.database_url)
    writers = Writers.open(readers)
    try:
        carrier = carrier_choice.stamp(settings)
        if readers.plain.row("SELECT 1 FROM user_account"):
            raise Refusal("This database is set up already. Add people with jobline user add.")
        writers.people.set_up(Account(carrier=carrier))
        writers.people.add_location(location, country, time_zone, numbers)
        maker = PinMaker(writers.pins, lambda: secret.load(settings))
        maker.secret()  # made now, so that this is the machine the others copy it from
        kept = maker.kept(pin) if pin else None
        user = NewUser(admin, Role.DISPATCHER, pin=kept, pin_change=False, admin=True, system_account=_me())
        writers.people.add_user(user)
    finally:
        writers.close()
        readers.close()
    _tell(carrier, location, admin, bool(pin))
    return 0


def _tell(carrier: str, location: str, admin: str, has_pin: bool) -> None:
    mode = "PRACTICE: no text reaches a real phone" if carrier == PRACTICE else f"LIVE on carrier account {carrier}"
    print(f"Ready: {location}, {mode}.")  # noqa: T201
    print(f"{admin} signs in by this system account; start with: jobline")  # noqa: T201
    if not has_pin:
        print(f'For a shared terminal, give {admin} a PIN: jobline user pin --name "{admin}"')  # noqa: T201


def _country(code: str) -> str:
    code = code.strip().upper()
    if not phone.is_country(code):
        raise Refusal(f"“{code}” is no two-letter country code. Write it like US, GB or NZ.")
    return code


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise Refusal(f"“{name}” is no time zone. Write it like America/New_York or Europe/Berlin.") from None
    return name


def _number(text: str, country: str) -> str:
    return phone.parse(text, country)


def _me() -> str:
    return getpass.getuser()
