"""A contact as somebody types it, checked field by field. Every refusal names the field it belongs to."""

from collections.abc import Collection, Mapping, Sequence

from domain import phone
from domain.contacts import ContactForm, checked_email, checked_groups
from domain.errors import Refusal
from messaging.settings_forms import LONGEST_NAME, read_name, read_zone


def read_contact(
    typed: Mapping[str, str], ticked: Collection[str], country: str, known_groups: Sequence[str] = ()
) -> ContactForm:
    """A contact's form. `typed`: name, title, mobile, email, time_zone, and groups with commas between them.

    `ticked`: sms_on, email_on, one_time. Numbers are read in `country`, two letters.
    """
    email = checked_email(typed.get("email", ""))
    if "email_on" in ticked and not email:
        raise Refusal("Type the email address too, or untick that emails are wanted.", "email")
    zone = typed.get("time_zone", "").strip()
    return ContactForm(
        name=read_name(typed.get("name", ""), "the contact's name"),
        title=_line(typed.get("title", ""), "title"),
        email=email,
        mobile=phone.parse(typed["mobile"], country) if typed.get("mobile", "").strip() else None,
        sms_on="sms_on" in ticked,
        email_on="email_on" in ticked,
        one_time="one_time" in ticked,
        time_zone=read_zone(zone) if zone else "",
        groups=checked_groups(typed.get("groups", "").split(","), known_groups),
    )


def show_contact(form: ContactForm) -> dict[str, str]:
    """A contact's values as the form shows them."""
    return {
        "name": form.name,
        "title": form.title,
        "mobile": phone.show(form.mobile) if form.mobile else "",
        "email": form.email,
        "time_zone": form.time_zone,
        "groups": ", ".join(form.groups),
    }


def _line(text: str, field: str) -> str:
    line = " ".join(text.split())
    if len(line) > LONGEST_NAME:
        raise Refusal(f"{len(line)} characters are too many here: {LONGEST_NAME} is the most.", field)
    if not line.isprintable():
        raise Refusal("There is a character in it that cannot be shown: type it again.", field)
    return line
