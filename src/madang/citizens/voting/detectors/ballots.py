"""Checks of one ballot: whose it is, that it is well formed, every proof, the signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from gmpy2 import mpz

from .arithmetic import Numbers, get_numbers, multiply
from .reading import Broken, read_fields, read_json, read_list, write_message
from .setups import Asked, Setup, take_fingerprint

FIELDS = ("election_uuid", "election_hash", "credential", "answers", "signature")
Pair = tuple[mpz, mpz]
Proof = tuple[mpz, mpz]


class Cast(msgspec.Struct, frozen=True):
    """A ballot that passed: its credential and the ciphertexts of each question."""

    credential: int
    choices: tuple[tuple[tuple[int, int], ...], ...]


def check_ballot(setup: Setup, text: str) -> Cast:
    """Return what a ballot casts, or raise Broken with the first thing that is wrong with it."""
    numbers = get_numbers(setup.group)
    ballot = read_json(text, "ballot")
    uuid, election, credential_text, answers, signature = read_fields(ballot, FIELDS, "ballot")
    if write_message(ballot) != text:
        raise Broken("ballot", "the ballot is not written as the specification says")
    if uuid != setup.uuid or election != setup.fingerprint:
        raise Broken("ballot", "the ballot is for another election")
    credential = numbers.read_element(credential_text, "credential")
    if int(credential) not in setup.weights:
        raise Broken("credential", "the ballot's credential is not in the list of voters")
    start = f"{setup.fingerprint}|{credential}"
    cast = tuple(
        _check_answer(numbers, setup, asked, answer, start)
        for asked, answer in zip(
            setup.questions, read_list(answers, len(setup.questions), "ballot"), strict=True
        )
    )
    _check_signature(numbers, ballot, credential, signature)
    return Cast(int(credential), cast)


def _check_signature(numbers: Numbers, ballot: dict[str, Any], credential: mpz, signature: Any) -> None:
    said, proof = read_fields(signature, ("hash", "proof"), "signature")
    unsigned = {name: value for name, value in ballot.items() if name != "signature"}
    if said != take_fingerprint(write_message(unsigned)):
        raise Broken("signature", "the signature is for another ballot")
    pair = numbers.read_proof(proof, "signature")
    commitment = numbers.commit(numbers.g, credential, pair)
    if numbers.hash(f"sig|{said}|{commitment}") != pair[0]:
        raise Broken("signature", "the signature is wrong")


def _check_answer(
    numbers: Numbers, setup: Setup, asked: Asked, answer: Any, start: str
) -> tuple[tuple[int, int], ...]:
    names = ("choices", "individual_proofs", "overall_proof", *(("blank_proof",) if asked.blank else ()))
    values = dict(zip(names, read_fields(answer, names, "ballot"), strict=True))
    count = asked.answers + asked.blank
    pairs = [_read_pair(numbers, one) for one in read_list(values["choices"], count, "ballot")]
    proofs = read_list(values["individual_proofs"], count, "ballot")
    for pair, proof in zip(pairs, proofs, strict=True):
        claims = ((pair, 0), (pair, 1))
        _check_one_of(
            numbers, setup.key, claims, proof, f"prove|{start}|{pair[0]},{pair[1]}|", "individual proof"
        )
    whole = f"{start}|" + ",".join(f"{alpha},{beta}" for alpha, beta in pairs)
    counted = pairs[1:] if asked.blank else pairs
    total = (
        multiply(numbers, [alpha for alpha, _ in counted]),
        multiply(numbers, [beta for _, beta in counted]),
    )
    allowed = [(total, value) for value in range(asked.least, asked.most + 1)]
    if asked.blank:
        _check_one_of(
            numbers,
            setup.key,
            [(pairs[0], 1), *allowed],
            values["overall_proof"],
            f"bproof1|{whole}|",
            "overall proof",
        )
        _check_one_of(
            numbers,
            setup.key,
            ((pairs[0], 0), (total, 0)),
            values["blank_proof"],
            f"bproof0|{whole}|",
            "blank proof",
        )
    else:
        _check_one_of(
            numbers,
            setup.key,
            allowed,
            values["overall_proof"],
            f"prove|{whole}|{total[0]},{total[1]}|",
            "overall proof",
        )
    return tuple((int(alpha), int(beta)) for alpha, beta in pairs)  # fmt: skip


def _read_pair(numbers: Numbers, message: Any) -> Pair:
    alpha, beta = read_fields(message, ("alpha", "beta"), "ballot")
    return numbers.read_element(alpha, "ballot"), numbers.read_element(beta, "ballot")


def _check_one_of(
    numbers: Numbers, key: mpz, claims: Sequence[tuple[Pair, int]], message: Any, prefix: str, check: str
) -> None:
    """Check the proof that one of the claims (ciphertext, number) is true."""
    proofs = [numbers.read_proof(one, check) for one in read_list(message, len(claims), check)]
    said = ",".join(
        f"{numbers.commit(numbers.g, alpha, proof)},"
        f"{numbers.commit(key, numbers.divide_by_g(beta, value), proof)}"
        for ((alpha, beta), value), proof in zip(claims, proofs, strict=True)
    )
    if numbers.hash(prefix + said) != sum(challenge for challenge, _ in proofs) % numbers.q:
        raise Broken(check, f"the {check} of an answer is wrong")
