"""The trustees' work: keys that never meet, shares of the election's key, partial decryptions."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from madang.citizens.voting.records.elections import Group

from .credentials import ALPHABET
from .messages import hash_number, write
from .proofs import Proof, pick, power, prove_knowledge, write_proof


class Sealed(msgspec.Struct, frozen=True):
    """A number sealed for one trustee."""

    alpha: int
    nonce: bytes
    data: bytes


def make_public_key(group: Group, secret: int) -> dict[str, Any]:
    """Return a trustee's public key with the proof that its secret is known."""
    key = power(group, group.g, secret)
    return {"pok": prove_knowledge(group, secret, f"pok|{group.name}|{key}|"), "public_key": str(key)}


class Dealer:
    """One of several trustees of whom `threshold` can decrypt (Pedersen's key generation)."""

    def __init__(self, group: Group, threshold: int) -> None:
        self.group = group
        self.threshold = threshold
        seed = "".join(secrets.choice(ALPHABET) for _ in range(22))
        self._signing, self._opening = hash_number(f"sk|{seed}"), hash_number(f"dk|{seed}")
        self._polynomial = [pick(group) for _ in range(threshold)]
        self.share = 0
        keys = {
            "verification": str(power(group, group.g, self._signing)),
            "encryption": str(power(group, group.g, self._opening)),
        }
        self.encryption_key = int(keys["encryption"])
        self.certificate = self._sign(write(keys))
        exponents = [str(power(group, group.g, one)) for one in self._polynomial]
        self.exponents = [int(one) for one in exponents]
        self.signed_exponents = self._sign(write({"coefexps": exponents}))

    def deal(self, encryption_keys: Sequence[int]) -> list[Sealed]:
        """Return this trustee's secret for each trustee, sealed with that one's key."""
        return [
            _seal(self.group, key, self._evaluate(number))
            for number, key in enumerate(encryption_keys, start=1)
        ]

    def receive(self, number: int, dealt: Sequence[Sealed], exponents: Sequence[Sequence[int]]) -> None:
        """Add up what the others dealt to trustee `number`; raise ValueError where one of them lied."""
        total = 0
        for sealed, committed in zip(dealt, exponents, strict=True):
            secret = _unseal(self.group, self._opening, sealed)
            if power(self.group, self.group.g, secret) != _evaluate_public(self.group, committed, number):
                raise ValueError("a share doesn't fit what its dealer committed to")
            total += secret
        self.share = total % self.group.q

    def _evaluate(self, at: int) -> int:
        return sum(one * at**degree for degree, one in enumerate(self._polynomial)) % self.group.q

    def _sign(self, message: str) -> dict[str, Any]:
        w = pick(self.group)
        commitment = power(self.group, self.group.g, w)
        challenge = hash_number(f"sigmsg|{message}|{commitment}") % self.group.q
        response = (w - self._signing * challenge) % self.group.q
        return {"message": message, "signature": write_proof(challenge, response)}


def deal_keys(group: Group, count: int, threshold: int) -> tuple[dict[str, Any], list[int]]:
    """Let `count` trustees make a key of which `threshold` can decrypt.

    Return the published parameters, and each trustee's own share in their order.
    """
    dealers = [Dealer(group, threshold) for _ in range(count)]
    dealt = [dealer.deal([one.encryption_key for one in dealers]) for dealer in dealers]
    exponents = [dealer.exponents for dealer in dealers]
    for number, dealer in enumerate(dealers, start=1):
        dealer.receive(number, [one[number - 1] for one in dealt], exponents)
    parameters = {
        "threshold": threshold,
        "certs": [dealer.certificate for dealer in dealers],
        "coefexps": [dealer.signed_exponents for dealer in dealers],
        "verification_keys": [make_public_key(group, dealer.share) for dealer in dealers],
    }
    return parameters, [dealer.share for dealer in dealers]


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


def _evaluate_public(group: Group, committed: Sequence[int], at: int) -> int:
    found = 1
    for degree, one in enumerate(committed):
        found = found * power(group, one, at**degree) % group.p
    return found


def _seal(group: Group, key: int, number: int) -> Sealed:
    r, nonce = pick(group), secrets.token_bytes(12)
    shared = hashlib.sha256(str(power(group, key, r)).encode()).digest()
    data = AESGCM(shared).encrypt(nonce, str(number).encode(), None)
    return Sealed(power(group, group.g, r), nonce, data)


def _unseal(group: Group, opening: int, sealed: Sealed) -> int:
    shared = hashlib.sha256(str(power(group, sealed.alpha, opening)).encode()).digest()
    return int(AESGCM(shared).decrypt(sealed.nonce, sealed.data, None))
