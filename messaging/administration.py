"""Settings: what an administrator does with users, locations, numbers, templates and the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import phone
from domain.account import Account
from domain.administration import LocationForm, OurNumber, Template, UserForm, UserRecord
from domain.errors import Refusal
from domain.people import Bell, User
from domain.permissions import Act, demand
from domain.pins import KeptPin
from messaging.pins import PinMaker
from messaging.settings_forms import read_name

if TYPE_CHECKING:
    from storage.accounts import Accounts
    from storage.locations import Locations
    from storage.pins import Pins
    from storage.reads import Reads
    from storage.templates import Templates
    from storage.users import Users

_NO_ADDRESS = (
    "Direct reply cannot be switched off: without a public https address (web.public_url) customers would have no way "
    "to answer at all."
)


class Administration:
    """The use cases of Settings. Each asks first whether this user still has the Admin box; they raise Refusal.

    `public_url` is the https address that phones reach, "" where there is none (rule 26).
    """

    def __init__(
        self,
        reads: Reads,
        users: Users,
        locations: Locations,
        templates: Templates,
        accounts: Accounts,
        pins: Pins,
        maker: PinMaker,
        public_url: str = "",
    ) -> None:
        self.reads = reads
        self._users = users
        self._locations = locations
        self._templates = templates
        self._accounts = accounts
        self._pins = pins
        self._maker = maker
        self._public_url = public_url

    # Users

    def users(self, by: User) -> list[UserRecord]:
        """Everybody, those who are active first."""
        self._demand(by)
        return self._users.all()

    def user(self, by: User, user_id: int) -> UserRecord:
        """One user with everything that may be set."""
        self._demand(by)
        return self._users.one(user_id)

    def add_user(self, by: User, form: UserForm, pin: str, again: str) -> int:
        """Add a user, who chooses their own PIN at the first sign-in."""
        self._demand(by)
        return self._users.add(by.id, form, self._new_pin(pin, again))

    def change_user(self, by: User, user_id: int, before: UserForm, after: UserForm) -> None:
        """*Update*: change a user. The last active administrator stays one."""
        self._demand(by)
        self._users.change(by.id, user_id, before, after)

    def reset_pin(self, by: User, user_id: int, pin: str, again: str) -> None:
        """Give somebody a new PIN, which they change at the next sign-in."""
        self._demand(by)
        self._pins.put(user_id, self._new_pin(pin, again), must_change=True)

    def open_jobs(self, by: User, user_id: int) -> list[str]:
        """The numbers of the open jobs that somebody works on or owns."""
        self._demand(by)
        return self._users.open_jobs(user_id)

    def deactivate(self, by: User, user_id: int) -> None:
        """Sign somebody out everywhere, for good; their jobs and messages stay."""
        self._demand(by)
        self._users.set_active(by.id, user_id, active=False)

    def activate(self, by: User, user_id: int) -> None:
        """Let somebody in again who was deactivated."""
        self._demand(by)
        self._users.set_active(by.id, user_id, active=True)

    def set_bell(self, user: User, bell: Bell) -> None:
        """Everybody chooses for themselves for whose messages the terminal rings."""
        self._users.set_bell(user.id, bell)

    # Locations and their numbers

    def add_location(self, by: User, form: LocationForm) -> int:
        """Add a location, which every administrator has from then on."""
        self._demand(by)
        self._check_direct_reply(form)
        return self._locations.add(form)

    def change_location(self, by: User, location_id: int, before: LocationForm, after: LocationForm) -> None:
        """*Update*: change a location."""
        self._demand(by)
        if before.direct_reply:
            self._check_direct_reply(after)
        self._locations.change(location_id, before, after)

    def numbers(self, by: User, location_id: int) -> list[OurNumber]:
        """The numbers that a location texts from, and those that only receive any more."""
        self._demand(by)
        return self._locations.numbers(location_id)

    def add_number(self, by: User, location_id: int, text: str) -> str:
        """Let a location text from a number as typed; returns it as E.164."""
        self._demand(by)
        country = self.reads.location(location_id).country
        try:
            number = phone.parse(text, country)
        except Refusal as refusal:
            raise Refusal(refusal.sentence, "number") from None
        self._locations.add_number(location_id, number)
        return number

    def remove_number(self, by: User, location_id: int, number: str) -> bool:
        """Stop texting from a number. True where it was used before: then answers to it are still received."""
        self._demand(by)
        return self._locations.remove_number(location_id, number)

    # Templates and the account

    def templates(self, by: User) -> list[Template]:
        """Every kind of job."""
        self._demand(by)
        return self._templates.all()

    def add_template(self, by: User, name: str) -> int:
        """Add a kind of job."""
        self._demand(by)
        return self._templates.add(read_name(name, "the template's name"))

    def rename_template(self, by: User, template_id: int, name: str) -> int:
        """Give a kind of job another name, and its jobs with it; returns how many there were."""
        self._demand(by)
        return self._templates.rename(template_id, read_name(name, "the template's name"))

    def offer_template(self, by: User, template_id: int, on: bool) -> None:
        """Offer a kind of job for new jobs, or no longer."""
        self._demand(by)
        self._templates.offer(template_id, on)

    def change_account(self, by: User, before: Account, after: Account) -> None:
        """*Update*: change the account's settings. Nothing is sent by it (rule 15)."""
        self._demand(by)
        self._accounts.change(before, after)

    def _demand(self, by: User) -> None:
        """What the user may do now counts, not what they might when their screen was opened."""
        demand((self.reads.user(by.id) or by) if by.id else by, Act.SETTINGS)

    def _check_direct_reply(self, form: LocationForm) -> None:
        if not (form.direct_reply or self.reads.account().practice or self._public_url.startswith("https://")):
            raise Refusal(_NO_ADDRESS, "direct_reply")

    def _new_pin(self, pin: str, again: str) -> KeptPin:
        if pin != again:
            raise Refusal("The two PINs differ. Type the new one twice.", "pin")
        return self._maker.kept(pin)
