"""Who acts: a person, a program with a token, or the house itself."""

from __future__ import annotations

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """An authenticated party and what it may do.

    `grants` holds (permission, agency_code) pairs; agency_code "*" means every agency.
    """

    id: str
    name: str
    kind: str = "person"
    agency_code: str = ""
    grants: frozenset[tuple[str, str]] = frozenset()
    is_superuser: bool = False

    def may(self, permission: str, agency_code: str | None = None) -> bool:
        """Return whether the actor holds `permission`, for one agency or (None) for any."""
        if permission == "public" or self.is_superuser:
            return True
        if permission == "signed-in":
            return self.kind != "anonymous"
        return any(
            held == permission and (agency_code is None or scope in {"*", agency_code})
            for held, scope in self.grants
        )


ANONYMOUS = Actor(id="", name="", kind="anonymous")
HOUSE = Actor(id="house", name="마당 · Madang", kind="house", is_superuser=True)
