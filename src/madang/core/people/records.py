"""What crosses the people room's border."""

from __future__ import annotations

from datetime import datetime

import msgspec

from madang.core.base.interface import Text

AGENCY_KINDS: dict[str, Text] = {
    "city": Text(ko="시", en="City"),
    "office": Text(ko="실", en="Office"),
    "bureau": Text(ko="국", en="Bureau"),
    "division": Text(ko="과·담당관", en="Division"),
    "district": Text(ko="자치구", en="District"),
    "institution": Text(ko="사업소·투자출연기관", en="Institution"),
}


class AgencyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An agency. `district_code` is the legal code (5 digits) of a district, else empty."""

    code: str
    name: Text
    kind: str
    parent_code: str = ""
    district_code: str = ""


class GrantRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One role of an account; "*" stands for every service or agency."""

    role: str
    service: str
    agency_code: str
    granted_at: datetime


class AccountRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An account as administrators see it."""

    id: str
    username: str
    name: str
    email: str
    agency_code: str
    is_active: bool
    is_superuser: bool
    is_demo: bool
    joined_at: datetime
    last_login_at: datetime | None
    grants: tuple[GrantRecord, ...] = ()


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account whose password was just made by an administrator; it is shown this once."""

    account: AccountRecord
    password: str


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A place where an account is logged in."""

    id: int
    address: str
    device: str
    started_at: datetime
    last_seen_at: datetime
    is_current: bool


class TokenRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An API token without its secret."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    agency_code: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """An API token just issued; `secret` is shown this once."""

    token: TokenRecord
    secret: str


class Purpose(msgspec.Struct, frozen=True, kw_only=True):
    """Why personal data may be used, and by which law."""

    code: str
    title: Text
    legal_basis: Text
    needs_consent: bool = False


class ConsentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A person's consent for one purpose."""

    id: str
    subject: str
    purpose: str
    legal_basis: str
    given_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the audit log."""

    seq: int
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    subject: str
    purpose: str
    details: dict[str, object]
    previous_hash: str
    hash: str


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The head of the audit log at a moment, signed (Ed25519, hex) over the other three fields."""

    seq: int
    hash: str
    at: datetime
    signature: str


class NewClient(msgspec.Struct, frozen=True, kw_only=True):
    """A system that may log people in with this house; `secret` is shown this once."""

    id: str
    name: str
    redirect_addresses: tuple[str, ...]
    secret: str
