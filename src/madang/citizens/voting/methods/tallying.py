"""The tally: the last ballot of each voter added up while encrypted, then opened by the trustees' factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gmpy2

from madang.citizens.voting.records.elections import Group

from .messages import write
from .proofs import power


def add_up(group: Group, ballots: Sequence[Mapping[str, Any]], widths: Sequence[int]) -> tuple[str, int]:
    """Return the encrypted tally of the last ballot of each credential, and how many those are.

    `widths` are the numbers of ciphertexts of the questions; of no ballots at all each sum is 1 and 1.
    """
    last: dict[str, Mapping[str, Any]] = {}
    for ballot in ballots:
        last.pop(ballot["credential"], None)
        last[ballot["credential"]] = ballot
    tally = []
    for question, width in enumerate(widths):
        choices = [one["answers"][question]["choices"] for one in last.values()]
        tally.append([_multiply(group, [one[at] for one in choices]) for at in range(width)])
    return write(tally), len(last)


def _multiply(group: Group, column: Sequence[Mapping[str, str]]) -> dict[str, str]:
    alpha, beta = 1, 1
    for one in column:
        alpha, beta = alpha * int(one["alpha"]) % group.p, beta * int(one["beta"]) % group.p
    return {"alpha": str(alpha), "beta": str(beta)}


def open_tally(
    group: Group,
    tally: Sequence[Sequence[Mapping[str, str]]],
    trustees: Sequence[Any],
    factors: Mapping[int, Sequence[Sequence[str]]],
    most: int,
) -> list[list[int]]:
    """Return how often each answer was chosen; `factors` are by trustee, counted from 1.

    Raises ValueError where too few trustees gave theirs, or the factors don't open the tally.
    """
    powers = {power(group, group.g, count): count for count in range(most + 1)}
    shares = _choose_shares(group, trustees, factors)
    result = []
    for row_number, row in enumerate(tally):
        result.append([])
        for column, ciphertext in enumerate(row):
            combined = 1
            for owner, weight in shares:
                factor = int(factors[owner][row_number][column])
                combined = combined * power(group, factor, weight) % group.p
            opened = int(ciphertext["beta"]) * int(gmpy2.invert(combined, group.p)) % group.p
            if opened not in powers:
                raise ValueError("the factors don't open the tally")
            result[-1].append(powers[opened])
    return result


def _choose_shares(
    group: Group, trustees: Sequence[Any], factors: Mapping[int, Any]
) -> list[tuple[int, int]]:
    """Return (trustee, exponent) of the factors to combine."""
    shares, first = [], 1
    for kind, published in trustees:
        count = 1 if kind == "Single" else len(published["verification_keys"])
        present = [number for number in range(1, count + 1) if first + number - 1 in factors]
        needed = 1 if kind == "Single" else published["threshold"]
        if len(present) < needed:
            raise ValueError(f"{needed} of {count} trustees are needed, {len(present)} are here")
        chosen = present[:needed]
        for number in chosen:
            weight = 1 if kind == "Single" else _lagrange(group, chosen, number)
            shares.append((first + number - 1, weight))
        first += count
    return shares


def _lagrange(group: Group, chosen: Sequence[int], at: int) -> int:
    weight = 1
    for other in chosen:
        if other != at:
            weight = weight * other * int(gmpy2.invert(other - at, group.q)) % group.q
    return weight
