"""Checks of an election's setup: group, questions, trustees, the public key, the list of voters."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from gmpy2 import mpz

from .arithmetic import Numbers, get_numbers, multiply
from .reading import Archive, Broken, read_fields, read_json, read_list, read_number

MOST_TRUSTEES = 100
HEAD = ("version", "description", "name", "group", "public_key", "questions", "uuid")
OPTIONAL = ("administrator", "credential_authority")


class Asked(msgspec.Struct, frozen=True):
    """A homomorphic question as the verifier reads it."""

    answers: int
    least: int
    most: int
    blank: bool


class Key(msgspec.Struct, frozen=True):
    """The verification key of one trustee, and the group of trustees it belongs to."""

    value: Any
    item: int
    threshold: int


class Certificate(msgspec.Struct, frozen=True):
    """The keys that one trustee is known by while a shared key is made."""

    verification: Any
    encryption: Any


class Setup(msgspec.Struct, frozen=True):
    """What the setup fixed. `weights` is by credential, `keys` by trustee from 0."""

    group: str
    uuid: str
    fingerprint: str
    key: Any
    questions: tuple[Asked, ...]
    keys: tuple[Key, ...]
    weights: dict[int, int]


def read_setup(archive: Archive) -> Setup:
    """Return the setup of an archive, or raise Broken where a check of it fails."""
    named = archive.read(archive.list_payloads("Setup")[0], "setup")
    names = read_fields(named, ("election", "trustees", "credentials"), "setup")
    text, trustees, credentials = (archive.find(name, "setup") for name in names)
    election = read_json(text, "setup")
    present = tuple(name for name in OPTIONAL if isinstance(election, dict) and name in election)
    values = dict(zip(HEAD + present, read_fields(election, HEAD + present, "setup"), strict=True))
    if type(values["version"]) is not int or values["version"] != 1 or not isinstance(values["uuid"], str):
        raise Broken("setup", "the election is not of version 1 of the protocol")
    numbers = get_numbers(values["group"] if isinstance(values["group"], str) else "")
    key = numbers.read_element(values["public_key"], "setup")
    if key == 1:
        raise Broken("setup", "the election's key is 1, with which nothing is hidden")
    keys, combined = _read_trustees(numbers, read_json(trustees, "trustees"))
    if combined != key:
        raise Broken("trustees", "the election's key is not the one of its trustees")
    questions = read_list(values["questions"], None, "setup")
    return Setup(
        group=values["group"],
        uuid=values["uuid"],
        fingerprint=take_fingerprint(text),
        key=key,
        questions=tuple(_read_question(one) for one in questions),
        keys=keys,
        weights=_read_credentials(numbers, read_json(credentials, "credentials")),
    )


def take_fingerprint(text: str) -> str:
    """Return the SHA-256 of a text in base 64 without padding."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def _read_question(question: Any) -> Asked:
    if isinstance(question, dict) and "type" in question:
        raise Broken("setup", "questions that aren't homomorphic can't be checked here")
    blank = isinstance(question, dict) and "blank" in question
    names = ("answers", *(("blank",) if blank else ()), "min", "max", "question")
    values = dict(zip(names, read_fields(question, names, "setup"), strict=True))
    answers = read_list(values["answers"], None, "setup")
    bounds = values["min"], values["max"]
    if any(type(one) is not int for one in bounds):
        raise Broken("setup", "min and max are whole numbers")
    if not 0 <= bounds[0] <= bounds[1] <= len(answers):
        raise Broken("setup", "min and max don't fit the answers")
    return Asked(len(answers), *bounds, values.get("blank") is True)


def _read_trustees(numbers: Numbers, trustees: Any) -> tuple[tuple[Key, ...], mpz]:
    keys: list[Key] = []
    product = mpz(1)
    for item, entry in enumerate(read_list(trustees, None, "trustees")):
        kind, published = read_list(entry, 2, "trustees")
        if kind == "Single":
            key = read_public_key(numbers, published)
            keys.append(Key(key, item, 1))
            product = product * key % numbers.p
        elif kind == "Pedersen":
            threshold, shares, part = _read_shared(numbers, published)
            keys += [Key(share, item, threshold) for share in shares]
            product = product * part % numbers.p
        else:
            raise Broken("trustees", f"{kind!r} is no kind of trustee")
    if not 0 < len(keys) <= MOST_TRUSTEES:
        raise Broken("trustees", f"there are {len(keys)} trustees")
    return tuple(keys), product


def read_public_key(numbers: Numbers, published: Any) -> mpz:
    """Return a trustee's public key; it proves to know the private one."""
    named = ("name",) if isinstance(published, dict) and "name" in published else ()
    proof, key_text, *_ = read_fields(published, ("pok", "public_key", *named), "trustees")
    key = numbers.read_element(key_text, "trustees")
    pair = numbers.read_proof(proof, "trustees")
    commitment = numbers.commit(numbers.g, key, pair)
    if numbers.hash(f"pok|{numbers.group.name}|{key}|{commitment}") != pair[0]:
        raise Broken("trustees", "a trustee doesn't prove to know the key")
    return key


def _read_shared(numbers: Numbers, published: Any) -> tuple[int, list[mpz], mpz]:
    names = ("threshold", "certs", "coefexps", "verification_keys")
    threshold, certificates, signed, keys = read_fields(published, names, "trustees")
    count = len(read_list(certificates, None, "trustees"))
    if type(threshold) is not int or not 1 <= threshold <= count:
        raise Broken("trustees", "the threshold doesn't fit the number of trustees")
    committed = [
        read_commitments(numbers, read_certificate(numbers, certificate), one, threshold)
        for certificate, one in zip(certificates, read_list(signed, count, "trustees"), strict=True)
    ]
    shares = [read_public_key(numbers, one) for one in read_list(keys, count, "trustees")]
    for number, share in enumerate(shares, start=1):
        if multiply(numbers, [evaluate(numbers, one, number) for one in committed]) != share:
            raise Broken("trustees", f"the key of trustee {number} is not the one that was dealt")
    return threshold, shares, multiply(numbers, [exponents[0] for exponents in committed])


def read_certificate(numbers: Numbers, certificate: Any) -> Certificate:
    """Return the keys of a certificate, which its own verification key signed."""
    keys = read_json(read_signed(numbers, certificate, None), "trustees")
    verification, encryption = (
        numbers.read_element(one, "trustees")
        for one in read_fields(keys, ("verification", "encryption"), "trustees")
    )
    read_signed(numbers, certificate, verification)
    return Certificate(verification, encryption)


def read_commitments(numbers: Numbers, dealer: Certificate, signed: Any, threshold: int) -> list[mpz]:
    """Return what a dealer committed to: g to each coefficient of its polynomial, signed."""
    message = read_json(read_signed(numbers, signed, dealer.verification), "trustees")
    (exponents,) = read_fields(message, ("coefexps",), "trustees")
    return [numbers.read_element(one, "trustees") for one in read_list(exponents, threshold, "trustees")]


def evaluate(numbers: Numbers, committed: Sequence[mpz], at: int) -> mpz:
    """Return g to the value of a polynomial at a trustee's number, from the commitments to it."""
    return multiply(numbers, [numbers.power(one, at**degree) for degree, one in enumerate(committed)])


def read_signed(numbers: Numbers, signed: Any, key: mpz | None) -> str:
    """Return the message of a signed one; with `key` the signature is checked."""
    message, signature = read_fields(signed, ("message", "signature"), "trustees")
    pair = numbers.read_proof(signature, "trustees")
    if not isinstance(message, str):
        raise Broken("trustees", "a signed message is text")
    if key is not None:
        commitment = numbers.commit(numbers.g, key, pair)
        if numbers.hash(f"sigmsg|{message}|{commitment}") != pair[0]:
            raise Broken("trustees", "a trustee's signature is wrong")
    return message


def _read_credentials(numbers: Numbers, listed: Any) -> dict[int, int]:
    weights: dict[int, int] = {}
    for line in read_list(listed, None, "credentials"):
        if not isinstance(line, str):
            raise Broken("credentials", "a credential is text")
        text, comma, weight = line.partition(",")
        credential = int(numbers.read_element(text, "credentials"))
        if credential == 1:
            raise Broken("credentials", "a credential is 1, with which anybody can sign")
        if credential in weights:
            raise Broken("credentials", "a credential stands twice in the list")
        weights[credential] = read_number(weight, numbers.group.q, "credentials") if comma else 1
        if not weights[credential]:
            raise Broken("credentials", "a weight is no number above 0")
    if not weights:
        raise Broken("credentials", "nobody may vote")
    if sum(weights.values()) >= numbers.group.q:
        raise Broken("credentials", "the weights together are more than can be counted")
    return weights
