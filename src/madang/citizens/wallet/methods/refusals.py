"""Why something is refused: the part that is wrong and what is wrong with it, as codes that pages put into words."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """The part of a message that was found wrong."""

    CREDENTIAL = "credential"
    DISCLOSURE = "disclosure"
    KEY_BINDING = "key_binding"
    KEY_PROOF = "key_proof"
    STATUS_LIST = "status_list"
    LOG = "log"
    CHECKPOINT = "checkpoint"
    TILE = "tile"
    NOTE = "note"
    QUERY = "query"
    ANSWER = "answer"
    RULE = "rule"
    RECEIPT = "receipt"
    TRUST_LIST = "trust_list"
    ASSERTION = "assertion"


class Reason(StrEnum):
    """What is wrong with it."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    TYPE = "type"
    ALGORITHM = "algorithm"
    CRITICAL = "critical"
    SIGNATURE = "signature"
    HASH_ALGORITHM = "hash_algorithm"
    STRUCTURE = "structure"
    REPEATED = "repeated"
    COLLISION = "collision"
    RESERVED = "reserved"
    UNREFERENCED = "unreferenced"
    NEVER_HIDDEN = "never_hidden"
    MISSING = "missing"
    HOLDER_KEY = "holder_key"
    AUDIENCE = "audience"
    NONCE = "nonce"
    FRESHNESS = "freshness"
    DIGEST = "digest"
    ISSUER = "issuer"
    KIND = "kind"
    TIME = "time"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    FROM_THE_FUTURE = "from_the_future"
    REFERENCE = "reference"
    SUBJECT = "subject"
    BITS = "bits"
    INDEX = "index"
    RANGE = "range"
    PROOF = "proof"
    ROOT = "root"
    FORKED = "forked"
    ORIGIN = "origin"
    STALE = "stale"
    UNSIGNED = "unsigned"
    UNASKED = "unasked"
    UNSATISFIED = "unsatisfied"
    UNREACHABLE = "unreachable"


class Refused(ValueError):
    """A refusal: `code` is "part.reason", such as "key_binding.nonce"; `detail` is for the log, in English."""

    def __init__(self, part: Part, reason: Reason, detail: str) -> None:
        self.part = part
        self.reason = reason
        self.detail = detail
        super().__init__(f"{part}.{reason}: {detail}")

    @property
    def code(self) -> str:
        """Part and reason in one word, with a dot between."""
        return f"{self.part}.{self.reason}"
