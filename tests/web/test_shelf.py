"""Photos of notes that are not sent yet: kept for their own form, for a while, and within bounds."""

from domain.messages import NewPhoto
from web.shelf import LASTS_S, Shelf

ONE, TWO = (NewPhoto(bytes(size), "image/jpeg", size, 1) for size in (40, 60))


def test_each_form_of_each_link_has_its_own() -> None:
    shelf = Shelf()
    shelf.put(1, "a", [ONE])
    shelf.put(2, "a", [TWO])
    shelf.put(1, "a", [TWO, ONE])
    assert [shelf.of(1, "a"), shelf.of(2, "a"), shelf.of(1, "b")] == [(TWO, ONE), (TWO,), ()]
    shelf.put(1, "a", [])
    assert shelf.of(1, "a") == ()


def test_old_ones_go_and_the_oldest_make_room() -> None:
    now = [0.0]
    shelf = Shelf(lambda: now[0], most=100)
    shelf.put(1, "a", [ONE])
    now[0] = 5.0
    shelf.put(1, "b", [TWO])
    assert shelf.of(1, "a") == (ONE,)
    shelf.put(1, "c", [ONE])
    assert (shelf.of(1, "a"), shelf.of(1, "b"), shelf.of(1, "c")) == ((), (TWO,), (ONE,))
    now[0] = 5.0 + LASTS_S
    assert shelf.of(1, "c") == ()
