"""How a contact sees other people: staff by first name, role and location, nobody's number (rule 9)."""

from domain.messages import Party, Person
from domain.people import first_name
from domain.phone import masked, tail

THROUGH = ", through "
"""Stands in the author of a message that was passed on: "Marco Diaz, through Ann Lee" (rule 49)."""

_ROLES = {Party.WORKER: "worker", Party.DISPATCHER: "dispatcher"}


def seen_as(person: Person, place: str) -> str:
    """How a contact reads somebody on a message of a job at this location.

    Staff keep their first name alone, their own kind by name, and no number of anybody is in it. A
    fixed number that got a copy is nobody a contact knows.
    """
    if person.role is Party.DISPATCH:
        return f"Dispatch ({place})"
    if person.role is Party.SYSTEM:
        return place
    if person.role is Party.PHONE:
        return "another phone"
    if person.role is Party.CONTACT:
        return masked(person.name)
    names = THROUGH.join(_first(part) for part in person.name.split(THROUGH))
    return f"{names} ({_ROLES[person.role]}, {place})"


def staff_first_name(person: Person) -> str:
    """The name alone by which a contact knows somebody of the team."""
    return _first(person.name)


def masked_email(email: str) -> str:
    """Enough of an email address to tell two apart: its first character and its domain; "" for none."""
    name, at, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}" if at else ""


def about(title: str, mobile: str | None, email: str) -> str:
    """What a contact is told of another one beside the name, with number and email masked (rule 10)."""
    return " · ".join(part for part in (title, tail(mobile) if mobile else "", masked_email(email)) if part)


def _first(name: str) -> str:
    return masked(first_name(name))
