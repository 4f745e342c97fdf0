"""Kinds of certificate, offers, certificates, eligibility requests and the log as records."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from madang.core.base.interface import Text


class ClaimWords(msgspec.Struct, frozen=True):
    """One claim of a kind: its path in the content, and its name."""

    path: tuple[str, ...]
    title: Text


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of certificate: its schema and words; it holds for `valid_days` days."""

    name: str
    title: Text
    about: Text
    valid_days: int
    claims: tuple[ClaimWords, ...]


class EligibilityRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of a service: which kind of certificate it looks at, its condition as data, words for its reasons."""

    kind: str
    title: Text
    rule: dict[str, Any]
    reasons: dict[str, Text]

    @property
    def name(self) -> str:
        """The rule's name, which stands in every record of a check."""
        return self.rule["name"]


class CertificateState(StrEnum):
    """Whether a certificate may be relied on."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What the issuer keeps of a certificate: never its content. `digest` is of the signed message, in hexadecimal."""

    id: str
    kind: str
    subject: str
    digest: str
    list_number: int
    status_index: int
    state: CertificateState
    reason: str
    issued_at: datetime
    valid_until: datetime
    changed_at: datetime


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that was just made: `code` and `pin` are told this once and kept only as hashes."""

    kind: str
    issuer: str
    code: str
    pin: str
    expires_at: datetime


class IssuedToken(msgspec.Struct, frozen=True):
    """An access token, good for one certificate within `lasts_s` seconds."""

    token: str
    lasts_s: int


class CheckState(StrEnum):
    """Where an eligibility check is on its way."""

    WAITING = "waiting"
    ANSWERED = "answered"
    EXPIRED = "expired"


class EligibilityCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check at a desk. After the answer nothing of the person is kept but yes or no, the rule and the time."""

    id: str
    rule: str
    version: int
    state: CheckState
    created_at: datetime
    expires_at: datetime
    address: str
    nonce: str
    answered_at: datetime | None
    is_eligible: bool | None
    reason: str
    refusal: str


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log: what happened to which certificate, by the digest of its signed message."""

    number: int
    content: str
    hash: str
