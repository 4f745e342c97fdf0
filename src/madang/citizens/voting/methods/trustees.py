"""The trustees' work: keys that never meet, shares of the election's key, partial decryptions.

Threshold keys are made as section 4.6 of the specification says, message by message, so that a trustee with
`belenios-tool setup generate-trustee-key-threshold` makes one key with others who use these functions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import gmpy2
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from madang.citizens.voting.records.elections import Group

from .credentials import make_token
from .messages import hash_number, write
from .proofs import Proof, pick, power, prove_knowledge, write_proof

SEED_LENGTH = 22
NONCE, TAG = 13, 8
"""Bytes of AES-CCM's nonce and tag, as the reference program has them."""


class Keys(msgspec.Struct, frozen=True):
    """What a trustee's seed gives: a number to sign with, one to open messages with."""

    signing: int
    opening: int


def make_seed() -> str:
    """Return a new seed: all that a trustee must keep until it has its share."""
    return make_token(SEED_LENGTH)


def derive_keys(seed: str) -> Keys:
    """Return the private keys of a seed."""
    return Keys(hash_number(f"sk|{seed}"), hash_number(f"dk|{seed}"))


def make_public_key(group: Group, secret: int) -> dict[str, Any]:
    """Return a trustee's public key with the proof that its secret is known."""
    key = power(group, group.g, secret)
    return {"pok": prove_knowledge(group, secret, f"pok|{group.name}|{key}|"), "public_key": str(key)}


def make_certificate(group: Group, seed: str) -> str:
    """Return a trustee's certificate (step 1): the public keys of its seed, signed."""
    keys = derive_keys(seed)
    public = {
        "verification": str(power(group, group.g, keys.signing)),
        "encryption": str(power(group, group.g, keys.opening)),
    }
    return write(_sign(group, keys.signing, write(public)))


def make_polynomial(group: Group, seed: str, encryption_keys: Sequence[int], own: int, threshold: int) -> str:
    """Return what a trustee deals (step 3): its polynomial for itself, a secret for each, commitments for all.

    `encryption_keys` are those of all certificates in their order, `own` is the trustee's number from 1.
    """
    keys = derive_keys(seed)
    polynomial = [pick(group) for _ in range(threshold)]

    def send(number: int, message: object) -> str:
        return seal(group, keys.signing, encryption_keys[number - 1], write(message))

    return write({
        "polynomial": send(own, {"polynomial": [str(one) for one in polynomial]}),
        "secrets": [
            send(number, {"secret": str(_evaluate(group, polynomial, number))})
            for number in range(1, len(encryption_keys) + 1)
        ],
        "coefexps": _sign(
            group, keys.signing, write({"coefexps": [str(power(group, group.g, one)) for one in polynomial]})
        ),
    })  # fmt: skip


def route(polynomials: Sequence[str], number: int) -> str:
    """Return what trustee `number` is sent of everything that was dealt (step 4)."""
    dealt = [msgspec.json.decode(one) for one in polynomials]
    return write({
        "polynomial": dealt[number - 1]["polynomial"],
        "secrets": [one["secrets"][number - 1] for one in dealt],
        "coefexps": [one["coefexps"] for one in dealt],
    })  # fmt: skip


def make_output(group: Group, seed: str, share: int) -> str:
    """Return a trustee's share sealed for itself, and its public key (step 5)."""
    keys = derive_keys(seed)
    own = power(group, group.g, keys.opening)
    return write({
        "private_key": seal(group, keys.signing, own, write({"decryption_key": str(share)})),
        "public_key": make_public_key(group, share),
    })  # fmt: skip


def combine(
    threshold: int, certificates: Sequence[str], polynomials: Sequence[str], outputs: Sequence[str]
) -> dict[str, Any]:
    """Return the published parameters of a shared key (step 6)."""
    return {
        "threshold": threshold,
        "certs": [msgspec.json.decode(one) for one in certificates],
        "coefexps": [msgspec.json.decode(one)["coefexps"] for one in polynomials],
        "verification_keys": [msgspec.json.decode(one)["public_key"] for one in outputs],
    }


def combine_key(group: Group, trustees: Sequence[Any]) -> int:
    """Return the election's public key, from what the trustees published."""
    key = 1
    for kind, published in trustees:
        if kind == "Single":
            key = key * int(published["public_key"]) % group.p
            continue
        for signed in published["coefexps"]:
            first = msgspec.json.decode(signed["message"])["coefexps"][0]
            key = key * int(first) % group.p
    return key


def decrypt_partially(group: Group, secret: int, tally: Sequence[Sequence[Any]], said: str) -> str:
    """Return a trustee's factors for every ciphertext of the tally, with their proofs."""
    public = power(group, group.g, secret)
    factors: list[list[str]] = []
    proofs: list[list[Proof]] = []
    for row in tally:
        factors.append([])
        proofs.append([])
        for ciphertext in row:
            alpha, w = int(ciphertext["alpha"]), pick(group)
            commitments = f"{power(group, group.g, w)},{power(group, alpha, w)}"
            challenge = hash_number(f"decrypt|{said}|{public}|{commitments}") % group.q
            factors[-1].append(str(power(group, alpha, secret)))
            proofs[-1].append(write_proof(challenge, (w - secret * challenge) % group.q))
    return write({"decryption_factors": factors, "decryption_proofs": proofs})


def seal(group: Group, signing: int, recipient: int, message: str) -> str:
    """Return a message that was signed for `recipient`, encrypted with that one's key (sections 4.6.1, 4.6.3)."""
    said = write(_sign(group, signing, write({"recipient": str(recipient), "message": message})))
    r, s = pick(group), pick(group)
    alpha, inner = power(group, group.g, r), power(group, group.g, s)
    data = _make_cipher(inner).encrypt(_make_nonce(alpha), said.encode(), None)
    beta = power(group, recipient, r) * inner % group.p
    return write({"alpha": str(alpha), "beta": str(beta), "data": data.hex()})


def unseal(group: Group, opening: int, sealed: str) -> str:
    """Return the signed message in what was sent to whoever opens with `opening`; ValueError where it isn't one."""
    try:
        parts = msgspec.json.decode(sealed, type=dict[str, str])
        alpha, beta = int(parts["alpha"]), int(parts["beta"])
        inner = beta * int(gmpy2.invert(power(group, alpha, opening), group.p)) % group.p
        data = bytes.fromhex(parts["data"])
        return _make_cipher(inner).decrypt(_make_nonce(alpha), data, None).decode()
    except (
        InvalidTag,
        KeyError,
        ValueError,
        ZeroDivisionError,
        OverflowError,
        msgspec.MsgspecError,
    ) as error:
        raise ValueError("a sealed message can't be opened") from error


def _make_cipher(inner: int) -> AESCCM:
    return AESCCM(hashlib.sha256(f"key|{inner}".encode()).digest(), tag_length=TAG)


def _make_nonce(alpha: int) -> bytes:
    return hashlib.sha256(f"iv|{alpha}".encode()).digest()[:NONCE]


def _evaluate(group: Group, polynomial: Sequence[int], at: int) -> int:
    return sum(one * at**degree for degree, one in enumerate(polynomial)) % group.q


def _sign(group: Group, signing: int, message: str) -> dict[str, Any]:
    w = pick(group)
    challenge = hash_number(f"sigmsg|{message}|{power(group, group.g, w)}") % group.q
    return {"message": message, "signature": write_proof(challenge, (w - signing * challenge) % group.q)}
