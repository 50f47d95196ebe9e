"""The tokens of programs that post jobs, as an administrator handles them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.ingest import TokenLine
from domain.people import User
from domain.permissions import Act, demand
from domain.text import one_line

if TYPE_CHECKING:
    from storage.api_tokens import ApiTokens

_LONGEST_NAME = 60


class Tokens:
    """The use cases of the tokens. They raise Refusal; all of them need the admin box."""

    def __init__(self, tokens: ApiTokens) -> None:
        self.tokens = tokens

    def listed(self, user: User) -> list[TokenLine]:
        """Every token there was, those in force first."""
        demand(user, Act.SETTINGS)
        return self.tokens.listed()

    def make(self, user: User, name: str, location_ids: Iterable[int] = ()) -> str:
        """Make a token for the locations (none: every one) and return it, this once. Refusal (field "name")."""
        demand(user, Act.SETTINGS)
        return self.tokens.make(_checked(name), user.name, location_ids)

    def revoke(self, user: User, token_id: int) -> None:
        """End a token at once. Refusal where it has ended already."""
        demand(user, Act.SETTINGS)
        if not self.tokens.revoke(token_id):
            raise Refusal("This token was revoked already.")

    def named(self, user: User, name: str) -> TokenLine:
        """The token of this name; Refusal where there is none."""
        found = next((line for line in self.listed(user) if line.token.name == name), None)
        if found is None:
            raise Refusal(
                f"There is no token called “{one_line(name, 60)}”. List them with: jobline token list", "name"
            )
        return found


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal("Give the token a name: the program that will use it.", "name")
    if len(name) > _LONGEST_NAME or one_line(name) != name:
        raise Refusal(f"A token's name has at most {_LONGEST_NAME} characters, all of them visible.", "name")
    return name
