"""Kinds of certificate, wallets, offers, certificates, eligibility requests and the log as records."""

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
    """A kind of certificate: its schema and words; it holds for `valid_days` days.

    One that `needs_approval` is issued when somebody at the desk has said yes.
    """

    name: str
    title: Text
    about: Text
    valid_days: int
    claims: tuple[ClaimWords, ...]
    needs_approval: bool = False


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
    """What the issuer keeps of a certificate: never its content.

    `digest` is of the certificate as it was issued, with every disclosure, in hexadecimal: who was shown a part
    can't find it. `copies` were issued at once, each to a key of its own; they stand and fall together.
    """

    id: str
    copies: int
    event: str
    is_printed: bool
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


class Printed(msgspec.Struct, frozen=True):
    """A certificate for a sheet of paper: what is kept of it, and its text for the QR code."""

    certificate: Certificate
    text: str


class PaperCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a printed certificate says: its kind, and each claim by its name."""

    kind: str
    claims: tuple[tuple[Text, str], ...]
    valid_until: datetime


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that was just made: `code` and `pin` are told this once and kept only as hashes."""

    kind: str
    issuer: str
    code: str
    pin: str
    expires_at: datetime


class Client(msgspec.Struct, frozen=True):
    """A wallet that the authorization server knows, and where its users may be sent back to.

    A redirect URI that begins with a slash is this house's own; one of the machine itself has any port.
    """

    id: str
    title: Text
    redirect_uris: tuple[str, ...]


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """What a wallet asks a citizen to allow: one kind of certificate; `challenge` is PKCE's (S256)."""

    client: str
    redirect_uri: str
    challenge: str
    state: str
    kind: str
    issuer: str


class IssuedToken(msgspec.Struct, frozen=True):
    """An access token, good for one issuance within `lasts_s` seconds."""

    token: str
    lasts_s: int


class Issued(msgspec.Struct, frozen=True):
    """Certificates that were just issued, one for each key; the holder's wallet tells by `issuance` what became of them."""

    certificates: tuple[str, ...]
    issuance: str


class Waiting(msgspec.Struct, frozen=True):
    """Certificates that somebody must approve first: they are asked for again by `transaction`."""

    transaction: str
    interval_s: int


class RequestState(StrEnum):
    """Where a request for a certificate is on its way."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    ISSUED = "issued"


class CertificateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request for certificates that somebody at the desk decides."""

    id: str
    kind: str
    subject: str
    copies: int
    state: RequestState
    reason: str
    created_at: datetime
    decided_at: datetime | None


class HolderEvent(StrEnum):
    """What a holder's wallet says became of the certificates it was sent (OpenID4VCI 1.0, section 11.1)."""

    ACCEPTED = "credential_accepted"
    FAILURE = "credential_failure"
    DELETED = "credential_deleted"


class CheckState(StrEnum):
    """Where an eligibility check is on its way."""

    WAITING = "waiting"
    ANSWERED = "answered"
    EXPIRED = "expired"


class EligibilityCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check at a desk. After the answer nothing of the person is kept but yes or no, the rule and the time.

    It `takes_others`' certificates too, of issuers that the city trusts, unless another service needs a pseudonym:
    that is made of the person's number in our registers. With `is_w3c` it asks for a W3C Verifiable Credential.
    """

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
    takes_others: bool
    is_w3c: bool


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log: what happened to which certificate, by its digest."""

    number: int
    content: str
    hash: str


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A witness whose signatures the log shows: its key in one line, the size of the log that it signed last, and when."""

    name: str
    key: str
    size: int | None
    signed_at: datetime | None

    @property
    def key_id(self) -> str:
        """The id in its key, under which its signatures are found."""
        return self.key.split("+")[1]


class BundlePart(msgspec.Struct, frozen=True):
    """What a bundle takes of one kind of certificate."""

    kind: str
    paths: tuple[tuple[str, ...], ...]


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle (묶음정보): what its receiver, an agency's code, needs of several registers; a consent lasts `days` at most."""

    name: str
    version: int
    title: Text
    about: Text
    receiver: str
    days: int
    parts: tuple[BundlePart, ...]


class ConsentState(StrEnum):
    """Whether a consent still holds."""

    ACTIVE = "active"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class TransferConsent(msgspec.Struct, frozen=True, kw_only=True):
    """A person's consent that a bundle goes to its receiver."""

    id: str
    subject: str
    bundle: str
    version: int
    state: ConsentState
    given_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer under a consent to an agency (its code); `digest` is of what was sent with its salt."""

    id: str
    consent: str
    bundle: str
    subject: str
    at: datetime
    receiver: str
    received_by: str
    kinds: tuple[str, ...]
    digest: str


class SentBundle(msgspec.Struct, frozen=True, kw_only=True):
    """What a receiver is sent: content by kind; `missing` are kinds that the registers hold nothing of.

    Only the receiver is told the `salt`: with it and the content they can show what the receipt's digest is of.
    """

    transfer: str
    bundle: str
    content: dict[str, dict[str, Any]]
    missing: tuple[str, ...]
    salt: str
    digest: str
    receipt: str


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's program, or another house's, that may ask citizens for the bundles of its agency (`receiver`).

    `signs` says that it shows who it is by its own key, not by a secret.
    """

    id: str
    title: Text
    receiver: str
    redirect_uris: tuple[str, ...]
    signs: bool
    added_at: datetime
    withdrawn_at: datetime | None


class ProgramSecret(msgspec.Struct, frozen=True):
    """A program that was just registered; its secret is told this once and kept only as a hash, "" where it signs."""

    program: str
    secret: str


class ProgramTokens(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens for a bundle under a consent; an access token lasts `lasts_s` seconds, a refresh token is good once."""

    access: str
    refresh: str
    lasts_s: int
    bundle: str


class TokenState(msgspec.Struct, frozen=True, kw_only=True):
    """A token that holds: for which program, bundle and consent, whose, until when."""

    program: str
    bundle: str
    consent: str
    subject: str
    expires_at: datetime


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Another provider of bundles that citizens may fetch their data from; `scope` names the bundle there."""

    id: str
    title: Text
    issuer: str
    client: str
    scope: str
    added_at: datetime


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A citizen's connection to another provider."""

    id: str
    provider: Provider
    connected_at: datetime
    fetched_at: datetime | None


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What another provider sent of a citizen, shown this once: content by kind, and its receipt."""

    content: dict[str, dict[str, Any]]
    receipt: str


class IssuerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Another issuer whose certificates the city is to take.

    `kinds` give its `vct` for each kind of ours; its keys are `keys` (JWKs), or where there are none those that
    stand at `keys_address`.
    """

    issuer: str
    title: Text
    kinds: dict[str, str]
    keys: tuple[dict[str, Any], ...]
    keys_address: str
    valid_from: datetime
    valid_until: datetime


class TrustedIssuer(IssuerDraft, frozen=True, kw_only=True):
    """Another issuer whose certificates the city takes, or took until it was `withdrawn_at`."""

    id: str
    added_at: datetime
    withdrawn_at: datetime | None
    reason: str
