"""Checks after the vote: the encrypted tally, every trustee's factors and proofs, the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gmpy2
from gmpy2 import mpz

from .arithmetic import Numbers, get_numbers
from .ballots import Cast
from .reading import Archive, Broken, read_fields, read_list, read_number, read_whole
from .setups import Setup

Tally = list[list[tuple[mpz, mpz]]]


def check_tally(archive: Archive, setup: Setup, ballots: Sequence[Cast]) -> Tally:
    """Return the encrypted tally once it is the one of the last ballot of each voter."""
    numbers = get_numbers(setup.group)
    tallied, weight, stated = read_tally(archive, numbers)
    last = {one.credential: one for one in ballots}
    total = add_weights(setup, ballots)
    if type(tallied) is not int or (tallied, read_whole(weight, "tally")) != (len(last), total):
        raise Broken(
            "tally", f"{tallied} ballots of weight {weight} were tallied, {len(last)} of {total} count"
        )
    computed = _add_up(numbers, setup, list(last.values()))
    if stated != computed:
        raise Broken("tally", "the encrypted tally is not the one of the ballots")
    return computed


def read_tally(archive: Archive, numbers: Numbers) -> tuple[Any, Any, Tally]:
    """Return what the archive states: how many ballots, of what weight, and the encrypted tally."""
    sized = archive.read(archive.list_payloads("EncryptedTally")[0], "tally")
    names = ("num_tallied", "total_weight", "encrypted_tally")
    tallied, weight, name = read_fields(sized, names, "tally")
    return tallied, weight, _read_pairs(numbers, archive.read(name, "tally"))


def add_weights(setup: Setup, ballots: Sequence[Cast]) -> int:
    """Return the weight of everyone who cast a ballot: no count can be above it."""
    return sum(setup.weights[credential] for credential in {one.credential for one in ballots})


def check_result(archive: Archive, setup: Setup, tally: Tally, most: int) -> list[list[int]] | None:
    """Check every partial decryption and the result; return it, or None while it is not there.

    Counts are found in exponents, thus only modulo the order of the group: one above `most` is false.
    """
    numbers = get_numbers(setup.group)
    factors = read_factors(archive, setup, tally)
    payloads = archive.list_payloads("Result")
    if not payloads:
        return None
    (stated,) = read_fields(archive.read(payloads[0], "result"), ("result",), "result")
    if len(archive.list_payloads("Result")) != 1:
        raise Broken("result", "there are several results")
    shares = _choose_shares(setup, factors)
    rows = read_list(stated, len(tally), "result")
    return [
        [
            _check_count(numbers, factors, shares, (at, column), pair, _read_count(count, most))
            for column, (pair, count) in enumerate(
                zip(row, read_list(rows[at], len(row), "result"), strict=True)
            )
        ]
        for at, row in enumerate(tally)
    ]


def _read_pairs(numbers: Numbers, message: Any) -> Tally:
    tally = []
    for row in read_list(message, None, "tally"):
        tally.append([])
        for one in read_list(row, None, "tally"):
            alpha, beta = read_fields(one, ("alpha", "beta"), "tally")
            pair = (read_number(alpha, numbers.group.p, "tally"), read_number(beta, numbers.group.p, "tally"))
            tally[-1].append((mpz(pair[0]), mpz(pair[1])))
    return tally


def _add_up(numbers: Numbers, setup: Setup, ballots: Sequence[Cast]) -> Tally:
    tally = [[(mpz(1), mpz(1)) for _ in range(asked.answers + asked.blank)] for asked in setup.questions]
    for ballot in ballots:
        weight = setup.weights[ballot.credential]
        for row, choices in zip(tally, ballot.choices, strict=True):
            for column, (alpha, beta) in enumerate(choices):
                pair = mpz(alpha), mpz(beta)
                if weight != 1:
                    pair = numbers.power(pair[0], weight), numbers.power(pair[1], weight)
                row[column] = row[column][0] * pair[0] % numbers.p, row[column][1] * pair[1] % numbers.p
    return tally


def read_factors(archive: Archive, setup: Setup, tally: Tally) -> dict[int, list[list[mpz]]]:
    """Return the factors that trustees gave for a tally, by trustee from 1, each proven."""
    numbers = get_numbers(setup.group)
    factors: dict[int, list[list[mpz]]] = {}
    for payload in archive.list_payloads("PartialDecryption"):
        owned = archive.read(payload, "decryption")
        owner, name = read_fields(owned, ("owner", "payload"), "decryption")
        if type(owner) is not int or not 1 <= owner <= len(setup.keys):
            raise Broken("decryption", f"there is no trustee {owner}")
        if owner in factors:
            raise Broken("decryption", f"trustee {owner} decrypted twice")
        message = archive.read(name, "decryption")
        found, proofs = read_fields(message, ("decryption_factors", "decryption_proofs"), "decryption")
        factors[owner] = _check_factors(numbers, setup, owner, tally, (found, proofs))
    return factors


def _check_factors(
    numbers: Numbers, setup: Setup, owner: int, tally: Tally, message: tuple[Any, Any]
) -> list[list[mpz]]:
    key = setup.keys[owner - 1].value
    checked: list[list[mpz]] = []
    found = read_list(message[0], len(tally), "decryption")
    proofs = read_list(message[1], len(tally), "decryption")
    for row, texts, row_proofs in zip(tally, found, proofs, strict=True):
        checked.append([])
        texts = read_list(texts, len(row), "decryption")  # noqa: PLW2901 - the same, checked
        row_proofs = read_list(row_proofs, len(row), "decryption")  # noqa: PLW2901 - the same, checked
        for (alpha, _), text, proof in zip(row, texts, row_proofs, strict=True):
            factor = numbers.read_element(text, "decryption")
            pair = numbers.read_proof(proof, "decryption")
            first = numbers.commit(numbers.g, key, pair)
            second = numbers.power(alpha, pair[1]) * numbers.power(factor, pair[0]) % numbers.p
            if numbers.hash(f"decrypt|{setup.fingerprint}|{key}|{first},{second}") != pair[0]:
                raise Broken("decryption", f"a factor of trustee {owner} is not proven")
            checked[-1].append(factor)
    return checked


def _choose_shares(setup: Setup, factors: dict[int, Any]) -> list[tuple[int, mpz]]:
    """Return (trustee, exponent) of the factors to combine, enough for every group of trustees."""
    q = get_numbers(setup.group).q
    shares: list[tuple[int, mpz]] = []
    for item in sorted({key.item for key in setup.keys}):
        members = [number for number, key in enumerate(setup.keys, start=1) if key.item == item]
        needed = setup.keys[members[0] - 1].threshold
        places = [(place, owner) for place, owner in enumerate(members, start=1) if owner in factors]
        if len(places) < needed:
            raise Broken("decryption", f"{needed} of trustees {members} are needed, {len(places)} are there")
        chosen = places[:needed]
        for place, owner in chosen:
            weight = mpz(1)
            for other, _ in chosen:
                if other != place:
                    weight = weight * other * gmpy2.invert(other - place, q) % q
            shares.append((owner, weight))
    return shares


def _read_count(stated: Any, most: int) -> int:
    count = read_whole(stated, "result")
    if not 0 <= count <= most:
        raise Broken("result", f"a count is outside of 0 to {most}")
    return count


def _check_count(
    numbers: Numbers,
    factors: dict[int, list[list[mpz]]],
    shares: list[tuple[int, mpz]],
    place: tuple[int, int],
    pair: tuple[mpz, mpz],
    count: int,
) -> int:
    combined = mpz(1)
    for owner, weight in shares:
        combined = combined * numbers.power(factors[owner][place[0]][place[1]], weight) % numbers.p
    if numbers.power(numbers.g, count) * combined % numbers.p != pair[1]:
        raise Broken("result", f"question {place[0] + 1}, answer {place[1] + 1} is not what was counted")
    return count
