"""Checks of what trustees send while they make a shared key; whoever sends something false is named."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from gmpy2 import mpz

from .arithmetic import Numbers, get_numbers, multiply
from .reading import Broken, read_fields, read_json, read_list, read_number
from .setups import (
    Certificate,
    evaluate,
    read_certificate,
    read_commitments,
    read_public_key,
    read_signed,
)

MOST_TRUSTEES = 100
LONGEST_SEALED = 40_000
LARGEST_SECRET = 2**4096


class FalseShare(Broken):
    """What trustee `dealer` (from 1) dealt is not what it committed to."""

    def __init__(self, dealer: int) -> None:
        super().__init__("trustees", f"trustee {dealer} dealt a secret that it didn't commit to")
        self.dealer = dealer


class Dealt(msgspec.Struct, frozen=True):
    """What trustee `number` was sent, checked but still sealed. `commitments` are by dealer from 0."""

    polynomial: str
    secrets: tuple[str, ...]
    commitments: tuple[tuple[mpz, ...], ...]


def read_certificates(group: str, certificates: Sequence[str]) -> list[Certificate]:
    """Return the keys of the certificates so far; no two of them share one."""
    numbers = get_numbers(group)
    if len(certificates) > MOST_TRUSTEES:
        raise Broken("trustees", f"there are {len(certificates)} trustees")
    found = [read_certificate(numbers, read_json(one, "trustees")) for one in certificates]
    keys = [key for one in found for key in (one.verification, one.encryption)]
    if len(set(keys)) < len(keys):
        raise Broken("trustees", "two certificates have a key in common")
    if 1 in keys:
        raise Broken("trustees", "a certificate's key is 1, which hides nothing")
    return found


def fingerprint_certificates(certificates: Sequence[str]) -> str:
    """Return what trustees read out to each other, to know that all were shown the same certificates."""
    whole = hashlib.sha256("\n".join(one.strip() for one in certificates).encode()).hexdigest()
    return "-".join(whole[at : at + 4] for at in range(0, 24, 4))


def check_polynomial(
    group: str, certificates: Sequence[str], number: int, threshold: int, polynomial: str
) -> None:
    """Raise Broken where what trustee `number` deals can't be what the others wait for."""
    numbers, known = get_numbers(group), read_certificates(group, certificates)
    names = ("polynomial", "secrets", "coefexps")
    own, secrets, signed = read_fields(read_json(polynomial, "trustees"), names, "trustees")
    for one in (own, *read_list(secrets, len(known), "trustees")):
        _read_sealed(numbers, one)
    read_commitments(numbers, known[number - 1], signed, threshold)


def check_output(
    group: str,
    certificates: Sequence[str],
    polynomials: Sequence[str],
    threshold: int,
    number: int,
    output: str,
) -> None:
    """Raise Broken where the public key of trustee `number` is not the one that was dealt to it."""
    numbers, known = get_numbers(group), read_certificates(group, certificates)
    private, published = read_fields(read_json(output, "trustees"), ("private_key", "public_key"), "trustees")
    _read_sealed(numbers, private)
    committed = [
        read_commitments(numbers, dealer, read_json(one, "trustees")["coefexps"], threshold)
        for dealer, one in zip(known, polynomials, strict=True)
    ]
    if read_public_key(numbers, published) != multiply(
        numbers, [evaluate(numbers, one, number) for one in committed]
    ):
        raise Broken("trustees", f"the key of trustee {number} is not the one that was dealt")


def read_dealt(group: str, certificates: Sequence[str], threshold: int, dealt: str) -> Dealt:
    """Return what one trustee was sent of everybody's secrets; every dealer signed its commitments."""
    numbers, known = get_numbers(group), read_certificates(group, certificates)
    names = ("polynomial", "secrets", "coefexps")
    own, secrets, signed = read_fields(read_json(dealt, "trustees"), names, "trustees")
    sealed = [_read_sealed(numbers, one) for one in read_list(secrets, len(known), "trustees")]
    commitments = [
        tuple(read_commitments(numbers, dealer, one, threshold))
        for dealer, one in zip(known, read_list(signed, len(known), "trustees"), strict=True)
    ]
    return Dealt(_read_sealed(numbers, own), tuple(sealed), tuple(commitments))


def read_channel(group: str, sender: Certificate, recipient: Certificate, said: str) -> object:
    """Return the message in an opened one: `sender` signed it, and for `recipient`."""
    numbers = get_numbers(group)
    inner = read_json(read_signed(numbers, read_json(said, "trustees"), sender.verification), "trustees")
    meant, message = read_fields(inner, ("recipient", "message"), "trustees")
    if numbers.read_element(meant, "trustees") != recipient.encryption:
        raise Broken("trustees", "a message was meant for somebody else")
    if not isinstance(message, str):
        raise Broken("trustees", "a message is text")
    return read_json(message, "trustees")


def read_secret(group: str, message: object, name: str = "secret") -> int:
    """Return the number in a message that holds just that, modulo q: the reference program may send a larger one."""
    (secret,) = read_fields(message, (name,), "trustees")
    return read_number(secret, LARGEST_SECRET, "trustees") % get_numbers(group).group.q


def fits(group: str, secret: int, commitments: Sequence[mpz], number: int) -> bool:
    """Return whether a secret is the value at `number` of the polynomial that was committed to."""
    numbers = get_numbers(group)
    return numbers.fixed(numbers.g, mpz(secret)) == evaluate(numbers, commitments, number)


def _read_sealed(numbers: Numbers, sealed: object) -> str:
    if not isinstance(sealed, str) or len(sealed) > LONGEST_SEALED:
        raise Broken("trustees", "a sealed message is text")
    alpha, beta, data = read_fields(read_json(sealed, "trustees"), ("alpha", "beta", "data"), "trustees")
    numbers.read_element(alpha, "trustees")
    numbers.read_element(beta, "trustees")
    if not isinstance(data, str):
        raise Broken("trustees", "a sealed message holds data")
    return sealed
