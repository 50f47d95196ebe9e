"""What the tests of contacts' links say: pages that phones reach, a carrier that gets addresses, and a job's links."""

from domain import links
from domain.final_text import LeavingWords
from domain.links import Kind
from domain.secret import Purpose
from tests.desk import SECRET
from tests.world import World

PAGES = "https://jobs.example.com"
KEY = SECRET.key(Purpose.LINKS)


def reached(world: World, base: str = PAGES) -> None:
    """An engine runs whose pages phones reach under this address; "" where no link may go out."""
    world.writers.engines.say("engine", 1, "host", "running", "well", page_url=base)
    world.writers.outbox.leaving_words = LeavingWords(
        contact_link=lambda link, message: address(link, message, base) if base else "",
        links_out=lambda: bool(base),
    )


def address(link_id: int, message_id: int | None = None, base: str = PAGES) -> str:
    """The address that a link has in a text."""
    return links.address(base, KEY, Kind.CONTACT, link_id, message_id)


def goes_live(world: World) -> None:
    """The database belongs to a real carrier's account."""
    from storage.tables.people import AccountRow

    with world.write() as session:
        session.get_one(AccountRow, 1).carrier = "AC1"
