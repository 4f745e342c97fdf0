"""The credential authority's work: secret codes for voters, public keys for the board."""

from __future__ import annotations

import hashlib
import secrets

from madang.citizens.voting.records.elections import Group

from .proofs import power

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 14


def make_token(length: int = LENGTH) -> str:
    """Return a random word, such as an election's uuid."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def make_credential() -> str:
    """Return a secret code XXX-XXX-XXX-XXX-XXX; its last character tells typing errors."""
    word = make_token()
    word += ALPHABET[53 - _to_number(word) % 53]
    return "-".join(word[at : at + 3] for at in range(0, len(word), 3))


def is_credential(code: str) -> bool:
    """Return whether a code may be one: its characters and its checksum are right."""
    word = code.replace("-", "")
    if len(word) != LENGTH + 1 or any(letter not in ALPHABET for letter in word):
        return False
    return ALPHABET.index(word[-1]) == 53 - _to_number(word[:-1]) % 53


def derive_secret(group: Group, uuid: str, code: str) -> int:
    """Return the secret exponent of a code in one election."""
    word = code.replace("-", "")
    code = "-".join(word[at : at + 3] for at in range(0, len(word), 3))
    derived = hashlib.pbkdf2_hmac("sha256", code.encode(), uuid.encode(), 1000)
    return int.from_bytes(derived) % group.q


def derive_public(group: Group, uuid: str, code: str) -> int:
    """Return what stands on the board for a code."""
    return power(group, group.g, derive_secret(group, uuid, code))


def _to_number(word: str) -> int:
    number = 0
    for letter in word:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return number
