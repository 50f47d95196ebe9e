"""Settings as use cases: only with the Admin box, as it is at that moment; PINs, numbers, and rule 26."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.account import Account
from domain.administration import LocationForm, UserForm, form_of_location, form_of_user
from domain.errors import Refusal
from domain.people import Bell, Role, User
from domain.secret import Secret
from messaging.administration import Administration
from messaging.pins import PinMaker
from tests.world import OURS, World

SECRET = Secret(b"s" * 32, "here:file")
PIN = "739104"
COMMAND_LINE = User(0, "command line", Role.DISPATCHER, admin=True)
SOUTH = LocationForm("South", "GB", "GBP", "Europe/London")


def administration(world: World, public_url: str = "") -> Administration:
    """The use cases over a world."""
    stores = world.writers
    maker = PinMaker(stores.pins, lambda: SECRET)
    parts = (stores.users, stores.locations, stores.templates, stores.accounts, stores.pins)
    return Administration(world.readers.reads, *parts, maker, public_url)


def tick(world: World, user: User, **boxes: bool) -> User:
    """Change somebody's boxes and read them back."""
    before = world.writers.users.one(user.id).form
    world.writers.users.change(0, user.id, before, replace(before, **boxes))  # type: ignore[arg-type]
    found = world.readers.reads.user(user.id)
    assert found is not None
    return found


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann, with the Admin box."""
    return tick(small_world, small_world.ann, admin=True)


def new(world: World, name: str = "Zoe Ray", **changes: object) -> UserForm:
    """A form for somebody new."""
    return replace(UserForm(name, Role.WORKER, location_ids=frozenset({world.berlin})), **changes)  # type: ignore[arg-type]


def test_what_somebody_may_counts_as_it_is_now(small_world: World, ann: User) -> None:
    """A screen that was opened with the Admin box does not keep it."""
    use = administration(small_world)
    tick(small_world, small_world.abe, admin=True)
    tick(small_world, ann, admin=False)
    assert ann.admin, "the screen still believes so"
    with pytest.raises(Refusal, match="Ann Lee may not change settings: that needs the admin box"):
        use.users(ann)
    with pytest.raises(Refusal, match="needs the admin box"):
        use.change_user(ann, ann.id, form_of_user(ann), form_of_user(ann))


def test_the_command_line_is_an_administrator(small_world: World) -> None:
    assert len(administration(small_world).users(COMMAND_LINE)) == 4


def test_a_new_user_chooses_their_own_pin(small_world: World, ann: User) -> None:
    use = administration(small_world)
    user_id = use.add_user(ann, new(small_world), PIN, PIN)
    trying = small_world.writers.pins.begin(user_id, "desk")
    assert trying.must_change
    assert PinMaker(small_world.writers.pins, lambda: SECRET).fits(trying.pin_hash, PIN)


def test_a_new_pin_is_typed_twice_and_never_repeated(small_world: World, ann: User) -> None:
    use = administration(small_world)
    for pin, again, says in ((PIN, "739105", "differ"), ("1234", "1234", "at least 6"), ("12345a", "12345a", "digits")):
        for wrong in (
            lambda pin=pin, again=again: use.reset_pin(ann, small_world.marco.id, pin, again),
            lambda pin=pin, again=again: use.add_user(ann, new(small_world), pin, again),
        ):
            with pytest.raises(Refusal, match=says) as refused:
                wrong()
            assert refused.value.field == "pin"
            assert pin not in refused.value.sentence
    assert len(use.users(ann)) == 4
    use.reset_pin(ann, small_world.marco.id, PIN, PIN)
    assert small_world.writers.pins.begin(small_world.marco.id, "desk").must_change


def test_everybody_sets_their_own_bell(small_world: World) -> None:
    administration(small_world).set_bell(small_world.marco, Bell.NONE)
    found = small_world.readers.reads.user(small_world.marco.id)
    assert found is not None
    assert found.bell is Bell.NONE


def test_a_number_is_read_as_it_is_dialled_there(small_world: World, ann: User) -> None:
    use = administration(small_world)
    assert use.add_number(ann, small_world.berlin, "(555) 010-0009") == "+15550100009"
    for typed, says in (("call me", "not a phone number"), (OURS, "already belongs to North")):
        with pytest.raises(Refusal, match=says) as refused:
            use.add_number(ann, small_world.berlin, typed)
        assert refused.value.field == "number"


@pytest.mark.parametrize("public_url", ["", "http://jobs.example.com"])
def test_live_without_a_public_address_keeps_direct_reply(world: World, public_url: str) -> None:
    """Rule 26: texts carry no link then, so an answer by SMS is the only one."""
    ann = tick(world, world.ann, admin=True)
    with world.write() as session:
        from storage.tables.people import AccountRow

        session.get_one(AccountRow, 1).carrier = "AC1"
    use = administration(world, public_url)
    before = form_of_location(world.readers.reads.location(world.berlin))
    with pytest.raises(Refusal, match="cannot be switched off") as refused:
        use.change_location(ann, world.berlin, before, replace(before, direct_reply=False))
    assert refused.value.field == "direct_reply"
    with pytest.raises(Refusal, match="cannot be switched off"):
        use.add_location(ann, replace(SOUTH, direct_reply=False))
    use.change_location(ann, world.berlin, before, replace(before, name="Far North"))
    administration(world, "https://jobs.example.com").add_location(ann, replace(SOUTH, direct_reply=False))


def test_practice_may_switch_direct_reply_off(small_world: World, ann: User) -> None:
    administration(small_world).add_location(ann, replace(SOUTH, direct_reply=False))


def test_the_account_changes_reading_and_sends_nothing(small_world: World, ann: User) -> None:
    use, before = administration(small_world), small_world.readers.reads.account()
    texts = small_world.readers.plain.row("SELECT count(*) FROM delivery")
    use.change_account(ann, before, replace(before, three_way=False))
    assert small_world.readers.reads.account() == replace(before, three_way=False)
    assert small_world.readers.plain.row("SELECT count(*) FROM delivery") == texts
    assert isinstance(before, Account)


def test_a_template_has_a_name(small_world: World, ann: User) -> None:
    use = administration(small_world)
    tow = use.add_template(ann, "  Tow ")
    assert "Tow" in [template.name for template in use.templates(ann)]
    attempts: list[Callable[[], object]] = [
        lambda: use.add_template(ann, " "),
        lambda: use.rename_template(ann, tow, ""),
    ]
    for wrong in attempts:
        with pytest.raises(Refusal, match="Type the template's name") as refused:
            wrong()
        assert refused.value.field == "name"
