"""ElGamal and the proofs that voters and trustees make (Belenios 2.0, sections 4.5 to 4.18)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

import gmpy2
import msgspec

from madang.citizens.voting.records.elections import Group

from .messages import hash_number

Proof = dict[str, str]
Pair = tuple[int, int]
Hash = Callable[[Sequence[int]], int]


class Ciphertext(msgspec.Struct, frozen=True):
    """An encrypted number with the randomness that made it, known to its maker alone."""

    alpha: int
    beta: int
    randomness: int


def power(group: Group, base: int, exponent: int) -> int:
    """Return base to the exponent in the group."""
    return int(gmpy2.powmod(base, exponent, group.p))


def pick(group: Group) -> int:
    """Return a random exponent."""
    return secrets.randbelow(group.q)


def encrypt(group: Group, key: int, value: int) -> Ciphertext:
    """Encrypt a small number under the election's public key."""
    r = pick(group)
    beta = power(group, key, r) * power(group, group.g, value) % group.p
    return Ciphertext(power(group, group.g, r), beta, r)


def add(group: Group, parts: Sequence[Ciphertext]) -> Ciphertext:
    """Return the ciphertext of the sum."""
    alpha, beta, r = 1, 1, 0
    for part in parts:
        alpha, beta, r = (
            alpha * part.alpha % group.p,
            beta * part.beta % group.p,
            (r + part.randomness) % group.q,
        )
    return Ciphertext(alpha, beta, r)


def prove_knowledge(group: Group, secret: int, prefix: str) -> Proof:
    """Return a Schnorr proof of `secret`; `prefix` stands before the commitment in the hash."""
    w = pick(group)
    challenge = hash_number(f"{prefix}{power(group, group.g, w)}") % group.q
    return write_proof(challenge, (w - secret * challenge) % group.q)


def prove_one_of(
    group: Group,
    key: int,
    claims: Sequence[tuple[Ciphertext, int]],
    true_index: int,
    prefix: str,
) -> list[Proof]:
    """Prove that one of the claims (ciphertext, number) is true without saying which."""
    challenges, responses = [0] * len(claims), [0] * len(claims)
    commitments: list[Pair] = [(0, 0)] * len(claims)
    for index, (ciphertext, value) in enumerate(claims):
        if index == true_index:
            continue
        challenge, response = challenges[index], responses[index] = pick(group), pick(group)
        rest = ciphertext.beta * power(group, group.g, -value) % group.p
        commitments[index] = (
            power(group, group.g, response) * power(group, ciphertext.alpha, challenge) % group.p,
            power(group, key, response) * power(group, rest, challenge) % group.p,
        )
    w = pick(group)
    commitments[true_index] = (power(group, group.g, w), power(group, key, w))
    said = ",".join(f"{a},{b}" for a, b in commitments)
    challenge = (hash_number(prefix + said) - sum(challenges)) % group.q
    challenges[true_index] = challenge
    responses[true_index] = (w - claims[true_index][0].randomness * challenge) % group.q
    return [write_proof(*one) for one in zip(challenges, responses, strict=True)]


def write_proof(challenge: int, response: int) -> Proof:
    """Return a proof as messages carry it."""
    return {"challenge": str(challenge), "response": str(response)}
