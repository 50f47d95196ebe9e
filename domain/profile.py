"""A contact's own details, as their page shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """What one contact may see of their own file; of the number only its end.

    `opted_out`: they stopped our texts; `sms_on` False: we were told to send none.
    """

    name: str
    title: str
    customer: str
    email: str
    mobile: str
    opted_out: bool = False
    sms_on: bool = True
