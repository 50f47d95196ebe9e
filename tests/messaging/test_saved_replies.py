"""Saved replies: who may keep which, who is offered which, and what a job fills in."""

import pytest

from domain.errors import Refusal
from domain.people import Role, User
from domain.saved_replies import NEW, SavedReply
from messaging.saved_replies import SavedReplies
from tests.messaging.test_administration import tick
from tests.world import World


def replies(world: World) -> SavedReplies:
    """The use cases over a world."""
    return SavedReplies(world.writers.saved_replies)


@pytest.fixture
def ann(small_world: World) -> User:
    """Ann, who may change the team's replies."""
    return tick(small_world, small_world.ann, alerts=True)


def offered(world: World, user: User) -> list[str]:
    """The names of what somebody is offered on a job of Marco's."""
    return [reply.name for reply in replies(world).offered(user, world.job())]


def keep_all(world: World, ann: User) -> None:
    """One of each kind."""
    use = replies(world)
    use.keep(ann, SavedReply(NEW, "Team", "We call you.", own=False))
    use.keep(ann, SavedReply(NEW, "Yes", "Yes", own=False, for_workers=True))
    use.keep(ann, SavedReply(NEW, "No", "No", own=False, for_workers=True))
    for user in (ann, world.marco):
        use.keep(user, SavedReply(NEW, f"Of {user.name}", "Mine"))


def test_dispatchers_are_offered_their_own_and_the_teams(small_world: World, ann: User) -> None:
    keep_all(small_world, ann)
    assert offered(small_world, ann) == ["Of Ann Lee", "Team"]
    assert offered(small_world, small_world.abe) == ["Team"]


def test_workers_are_offered_the_quick_replies_by_digit_and_their_own(small_world: World, ann: User) -> None:
    keep_all(small_world, ann)
    assert offered(small_world, small_world.marco) == ["Yes", "No", "Of Marco Diaz"]
    assert offered(small_world, small_world.mia) == ["Yes", "No"]


def test_without_chat_or_at_another_location_nothing_is_offered(small_world: World, ann: User) -> None:
    keep_all(small_world, ann)
    assert offered(small_world, tick(small_world, ann, chat=False)) == []
    south = small_world.writers.people.add_location("South", "US", "America/Denver", [])
    assert offered(small_world, small_world.user("Sue", Role.DISPATCHER, locations=(south,))) == []


def test_the_teams_replies_need_the_alerts_box(small_world: World, ann: User) -> None:
    use = replies(small_world)
    team = use.keep(ann, SavedReply(NEW, "Team", "We call you.", own=False))
    for wrong in (
        lambda user: use.keep(user, SavedReply(NEW, "Team too", "x", own=False)),
        lambda user: use.keep(user, SavedReply(team.id, "Mine now", "x", own=True)),
        lambda user: use.remove(user, team.id),
    ):
        for user in (small_world.abe, small_world.marco):
            with pytest.raises(Refusal, match="may not change the team's saved replies: that needs the alerts box"):
                wrong(user)
    use.remove(ann, team.id)
    assert use.listed(ann) == []


def test_nobody_touches_somebody_elses(small_world: World, ann: User) -> None:
    use = replies(small_world)
    mine = use.keep(small_world.marco, SavedReply(NEW, "Mine", "x"))
    use.remove(ann, mine.id)
    assert use.listed(small_world.marco) == [mine]
    with pytest.raises(Refusal, match="not there any more"):
        use.keep(ann, SavedReply(mine.id, "Taken", "x"))


def test_without_chat_there_are_none(small_world: World) -> None:
    abe = tick(small_world, small_world.abe, chat=False)
    with pytest.raises(Refusal, match="needs the Chat box"):
        replies(small_world).keep(abe, SavedReply(NEW, "Mine", "x"))


@pytest.mark.parametrize(
    ("name", "body", "field", "says"),
    [
        ("", "x", "name", "a name to find it by"),
        ("Late", "  ", "body", "Write the text"),
        ("Late", "x" * 1601, "body", "1,601 characters"),
        ("Late", "a\x00b", "body", "broken character"),
    ],
)
def test_a_reply_that_cannot_be_kept(small_world: World, name: str, body: str, field: str, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        replies(small_world).keep(small_world.abe, SavedReply(NEW, name, body))
    assert refused.value.field == field


def test_quick_replies_for_workers_are_the_teams(small_world: World, ann: User) -> None:
    with pytest.raises(Refusal, match="are the team's") as refused:
        replies(small_world).keep(ann, SavedReply(NEW, "Yes", "Yes", own=True, for_workers=True))
    assert refused.value.field == "for_workers"


# --- Filling in ------------------------------------------------------------------------------------------------------


def filled(world: World, body: str, user: User | None = None, contact: str = "", **job: object) -> tuple[str, object]:
    """A reply as it stands in the composer, and what is still to be asked for."""
    reply = SavedReply(NEW, "x", body)
    return replies(world).filled(user or world.ann, world.job(**job), reply, contact)  # type: ignore[arg-type]


def test_a_job_fills_in_what_it_has_in_the_locations_time(small_world: World) -> None:
    body = "{company}: {worker} comes {date} {time} for {asset} ({title}), job of {customer}. {dispatcher}, {status}"
    text, left = filled(small_world, body)
    assert text == (
        "North: Marco comes Mon 2 Mar 08:00–10:00 for Pump 7 (Pump does not start), job of Silva Farms. Ann, Assigned"
    )
    assert left == ()


def test_a_link_becomes_what_stands_for_it_until_it_leaves(small_world: World) -> None:
    assert filled(small_world, "See {link}, {worker}") == ("See [link], Marco", ())


def test_a_quick_reply_goes_to_dispatch_and_has_no_link(small_world: World, ann: User) -> None:
    use = replies(small_world)
    use.keep(ann, SavedReply(NEW, "Page", "Look: {link}", own=False))
    with pytest.raises(Refusal, match="go to Dispatch") as refused:
        use.keep(ann, SavedReply(NEW, "Page too", "Look: {link}", own=False, for_workers=True))
    assert refused.value.field == "body"


def test_what_is_missing_is_asked_for_once_in_order(small_world: World) -> None:
    body = "{gate} at {address}, {worker}, again {gate}; call {callback}"
    assert filled(small_world, body) == (
        "{gate} at {address}, Marco, again {gate}; call {callback}",
        ("gate", "address", "callback"),
    )


def test_a_contacts_name_is_filled_in_only_where_it_is_certain(small_world: World) -> None:
    assert filled(small_world, "Hello {contact}") == ("Hello {contact}", ("contact",))
    assert filled(small_world, "Hello {contact}", contact="Ben Silva") == ("Hello Ben", ())
    assert filled(small_world, "Hello {contact}", billing_contact_id=None) == ("Hello Ana", ())


def test_a_value_with_braces_is_not_asked_about(small_world: World) -> None:
    assert filled(small_world, "For {asset}", asset="{odd}") == ("For {odd}", ())


def test_a_worker_is_no_dispatcher(small_world: World) -> None:
    assert filled(small_world, "{dispatcher}", user=small_world.marco) == ("{dispatcher}", ("dispatcher",))
