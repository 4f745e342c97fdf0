"""A trustee's seed under a passphrase: scrypt (RFC 7914) gives the key, AES-256-GCM seals it."""

from __future__ import annotations

import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from madang.core.base.interface import BadInput

SHORTEST = 12
N, R, P = 2**17, 8, 1
"""128 MiB and some tenths of a second for each guess."""
PURPOSE = b"madang trustee seed 1"


class Sealed(msgspec.Struct, frozen=True):
    """What is written: everything that is needed to open it but the passphrase."""

    salt: bytes
    nonce: bytes
    sealed: bytes
    n: int = N
    r: int = R
    p: int = P


def seal(seed: str, passphrase: str) -> str:
    """Return the seed sealed; BadInput where the passphrase is too short."""
    if len(passphrase) < SHORTEST:
        raise BadInput(
            "voting.passphrase",
            f"암호는 {SHORTEST}자 이상이어야 합니다",
            f"a passphrase has {SHORTEST} characters or more",
        )
    salt, nonce = os.urandom(16), os.urandom(12)
    key = Scrypt(salt=salt, length=32, n=N, r=R, p=P).derive(passphrase.encode())
    return msgspec.json.encode(
        Sealed(salt, nonce, AESGCM(key).encrypt(nonce, seed.encode(), PURPOSE))
    ).decode()


def unseal(text: str, passphrase: str) -> str:
    """Return the seed; BadInput where the passphrase is another one or the file isn't what was written."""
    try:
        one = msgspec.json.decode(text, type=Sealed)
        if (one.n, one.r, one.p) != (N, R, P):
            raise InvalidTag
        key = Scrypt(salt=one.salt, length=32, n=N, r=R, p=P).derive(passphrase.encode())
        return AESGCM(key).decrypt(one.nonce, one.sealed, PURPOSE).decode()
    except (InvalidTag, ValueError, msgspec.DecodeError) as error:
        raise BadInput(
            "voting.passphrase",
            "암호가 다르거나 파일이 상했습니다",
            "another passphrase, or the file is damaged",
        ) from error
