"""A contact looks at their own details on their page, and adds or changes their email address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.contacts import checked_email
from domain.profile import Profile
from messaging.contact_links import ContactVisitor

if TYPE_CHECKING:
    from storage.profiles import Profiles


class OwnProfile:
    """The use cases of the profile page."""

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles

    def shown(self, visitor: ContactVisitor) -> Profile:
        """What is on file of this contact, as far as they see it themselves."""
        return self.profiles.profile(visitor.viewer.contact_id)

    def set_email(self, visitor: ContactVisitor, typed: str) -> bool:
        """Keep the email address they typed, "" takes it off the file; False where nothing is different.

        Raises Refusal with field "email".
        """
        return self.profiles.set_email(visitor.viewer.contact_id, checked_email(typed))
