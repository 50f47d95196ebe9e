"""`jobline user`: adding and changing people, and giving them PINs."""

from dataclasses import replace

from app import secret
from app.commands.asking import ask_pin
from app.commands.session import acting, session
from app.settings import Settings
from app.wiring import Readers, Writers
from domain import pins
from domain.administration import UserForm, UserRecord, jobs_in_words
from domain.errors import Refusal
from domain.people import Role, User
from domain.permissions import Act, demand
from domain.secret import Purpose
from messaging.administration import Administration
from messaging.links import WorkerLinks
from messaging.pins import PinMaker
from messaging.settings_forms import read_user


def add(settings: Settings, name: str, role: str, mobile: str, pin_stdin: bool, as_name: str = "") -> int:
    """Add a dispatcher or a worker at every location, who changes the PIN at first sign-in."""
    wanted = _role(role)
    if not name.split():
        raise Refusal("--name is empty. Give the full name.")
    with session(settings) as (readers, writers):
        by = _administrator(readers, as_name)
        places = readers.reads.locations()
        if not places:
            raise Refusal("There is no location yet. Run jobline init first.")
        form = read_user({"name": name, "mobile": mobile}, wanted, {"chat"}, [place.id for place in places], places)
        pin = ask_pin(form.name, pin_stdin, needed=True)
        assert pin is not None
        _administration(settings, readers, writers).add_user(by, form, pin, pin)
    print(f"Added {form.name} ({role}); they choose their own PIN at first sign-in.")  # noqa: T201
    return 0


def reset_pin(settings: Settings, name: str, pin_stdin: bool, new_secret: bool = False, as_name: str = "") -> int:
    """Give somebody a new PIN, to be changed at the next sign-in; ends every pause in its way.

    `new_secret`: the secret that PINs were made with is lost, and this machine's counts from now on.
    """
    with session(settings) as (readers, writers):
        by = _administrator(readers, as_name)
        user = readers.reads.user_named(name)
        if user is None:
            raise Refusal(f"There is no active user called “{name}”. Names are matched letter by letter.")
        pin = ask_pin(name, pin_stdin, needed=True)
        assert pin is not None
        pins.check(pin)
        if new_secret:
            PinMaker(writers.pins, lambda: secret.load(settings)).take_new_secret()
        _administration(settings, readers, writers).reset_pin(by, user.id, pin, pin)
    print(f"{name} has a new PIN and changes it at the next sign-in.")  # noqa: T201
    if new_secret:
        print("This machine's secret counts from now on: give everybody else a new PIN too.")  # noqa: T201
    return 0


def show(settings: Settings, as_name: str) -> int:
    """Everybody with role, boxes and locations, one a line; those who left last."""
    with session(settings) as (readers, writers):
        users = _administration(settings, readers, writers).users(acting(readers, as_name))
        places = {place.id: place.name for place in readers.reads.locations()}
    for user in users:
        where = ", ".join(sorted(places[place] for place in user.form.location_ids)) or "no location"
        parts = (user.form.role.value, user.boxes or "no box", where, *(() if user.active else ("deactivated",)))
        print(f"{user.form.name}: {' · '.join(parts)}")  # noqa: T201
    return 0


def change(settings: Settings, name: str, role: str, boxes: dict[str, bool | None], as_name: str) -> int:
    """Change somebody's role and boxes ("chat", "alerts", "contacts", "admin"; None leaves one), or let them go."""
    active = boxes.pop("active")
    with session(settings) as (readers, writers):
        by = _administrator(readers, as_name)
        use = _administration(settings, readers, writers)
        user = next((each for each in use.users(by) if each.form.name == name), None)
        if user is None:
            raise Refusal(f"There is no user called “{name}”. Names are matched letter by letter.")
        ticked = {box: on for box, on in boxes.items() if on is not None}
        after = replace(user.form, **ticked, role=_role(role) if role else user.form.role)  # type: ignore[arg-type]
        if after != user.form:
            use.change_user(by, user.id, user.form, _checked(readers, after))
        if active is not None and active != user.active:
            _set_active(use, by, user, active)
        found = use.user(by, user.id)
    state = "" if found.active else "; deactivated"
    print(f"{name}: {found.form.role.value}, {found.boxes or 'no box'}{state}.")  # noqa: T201
    return 0


def _set_active(use: Administration, by: User, user: UserRecord, active: bool) -> None:
    if active:
        use.activate(by, user.id)
        return
    numbers = use.open_jobs(by, user.id)
    use.deactivate(by, user.id)
    if numbers:
        print(f"{user.form.name} has {jobs_in_words(numbers)}: hand over what is left.")  # noqa: T201


def link(settings: Settings, name: str, as_name: str = "") -> int:
    """Print the address of a worker's phone page, in practice only."""
    with session(settings) as (readers, writers):
        by = _administrator(readers, as_name)
        own = readers.reads.engine(readers.clock()).page_url or f"http://{settings.web.host}:{settings.web.port}"
        base = settings.web.public_url or own
        key = secret.load(settings).key(Purpose.LINKS)
        links = WorkerLinks(readers.reads, writers.links, writers.notices, readers.clock, lambda: base, key)
        print(links.print_link(by, name))  # noqa: T201
    return 0


def _checked(readers: Readers, form: UserForm) -> UserForm:
    """The form after the same checks as on the screen."""
    boxes = {box for box in ("chat", "alerts", "contacts", "admin") if getattr(form, box)}
    typed = {
        "name": form.name,
        "mobile": form.mobile or "",
        "system_account": form.system_account or "",
        "bell": form.bell,
    }
    return read_user(typed, form.role, boxes, form.location_ids, readers.reads.locations())


def _administrator(readers: Readers, as_name: str) -> User:
    by = acting(readers, as_name)
    demand(by, Act.SETTINGS)
    return by


def _administration(settings: Settings, readers: Readers, writers: Writers) -> Administration:
    maker = PinMaker(writers.pins, lambda: secret.load(settings))
    stores = (writers.users, writers.locations, writers.templates, writers.accounts, writers.pins)
    return Administration(readers.reads, *stores, maker, settings.web.public_url)


def _role(text: str) -> Role:
    if text not in list(Role):
        raise Refusal(f"“{text}” is no role. Choose dispatcher or worker.")
    return Role(text)
