"""What a contact's page says around its content: whose link it is, on which job, with whom."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageFrame:
    """Whose page of which job it is. `location` and `callback_phone` are the provider's branch.

    `estimate` tells whether a version of the job's estimate has left, to whomever; amounts are for its
    recipients alone (rule 50). `time_zone` is the contact's, else the location's.
    """

    contact: str
    customer: str
    number: str
    title: str
    asset: str
    location: str
    callback_phone: str
    time_zone: str
    practice: bool
    closed: bool
    estimate: bool
