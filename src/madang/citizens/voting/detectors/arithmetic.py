"""Numbers of the verifier: membership, powers with tables for the two bases that come again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import gmpy2
from gmpy2 import mpz

from madang.citizens.voting.records.elections import GROUPS, Group

from .reading import Broken, read_fields, read_number

WINDOW = 8
POWERS = 1_000
TABLES = 8
"""Tables that are kept: one for the generator, one for the key of each election in hand (2–18 MB)."""


class Numbers:
    """The arithmetic of one group."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.p, self.q, self.g = mpz(group.p), mpz(group.q), mpz(group.g)
        self._is_safe = group.p == 2 * group.q + 1

    def read_element(self, text: Any, check: str) -> mpz:
        """Return an element of the group; a number outside of it is refused."""
        number = mpz(read_number(text, self.group.p, check))
        if self._is_safe:
            inside = number > 0 and gmpy2.jacobi(number, self.p) == 1
        else:
            inside = number > 0 and gmpy2.powmod(number, self.q, self.p) == 1
        if not inside:
            raise Broken(check, "a number is not in the group")
        return number

    def read_proof(self, message: Any, check: str) -> tuple[mpz, mpz]:
        """Return (challenge, response)."""
        challenge, response = read_fields(message, ("challenge", "response"), check)
        return (
            mpz(read_number(challenge, self.group.q, check)),
            mpz(read_number(response, self.group.q, check)),
        )

    def power(self, base: mpz, exponent: mpz | int) -> mpz:
        """Return base to the exponent."""
        return gmpy2.powmod(base, exponent, self.p)

    def fixed(self, base: mpz, exponent: mpz) -> mpz:
        """Return base to the exponent for a base that comes often."""
        found, place = mpz(1), 0
        table = _make_table(int(base), self.group.name)
        while exponent:
            digit = int(exponent & (2**WINDOW - 1))
            if digit:
                found = found * table[place][digit] % self.p
            exponent >>= WINDOW
            place += 1
        return found

    def commit(self, base: mpz, value: mpz, proof: tuple[mpz, mpz]) -> mpz:
        """Return base^response · value^challenge, base being one that comes often."""
        challenge, response = proof
        return self.fixed(base, response) * self.power(value, challenge) % self.p

    def divide_by_g(self, value: mpz, exponent: int) -> mpz:
        """Return value / g^exponent; exponents are few, the numbers of answers that a question allows."""
        return value * _invert_power(self.group.name, exponent) % self.p if exponent else value

    def prepare(self, key: mpz) -> None:
        """Lay out the tables of g and an election's key, for processes that are started after."""
        for base in (self.g, key):
            _make_table(int(base), self.group.name)

    def hash(self, text: str) -> mpz:
        """Return the SHA-256 of a text as a number modulo q."""
        return mpz(int.from_bytes(hashlib.sha256(text.encode()).digest())) % self.q


@cache
def get_numbers(name: str) -> Numbers:
    """Return the arithmetic of a group by its name; one that the specification doesn't name is refused."""
    if name not in GROUPS:
        raise Broken("setup", f"{name!r} is no group of the specification")
    return Numbers(GROUPS[name])


@lru_cache(maxsize=POWERS)
def _invert_power(name: str, exponent: int) -> mpz:
    group = GROUPS[name]
    return gmpy2.invert(gmpy2.powmod(group.g, exponent, group.p), group.p)


@lru_cache(maxsize=TABLES)
def _make_table(base: int, name: str) -> list[list[mpz]]:
    group = GROUPS[name]
    rows, step = [], mpz(base)
    for _ in range(-(-group.q.bit_length() // WINDOW)):
        row = [mpz(1)]
        for _ in range(2**WINDOW - 1):
            row.append(row[-1] * step % group.p)
        rows.append(row)
        step = row[-1] * step % group.p
    return rows


def multiply(numbers: Numbers, values: Sequence[mpz]) -> mpz:
    """Return the product of group elements."""
    found = mpz(1)
    for value in values:
        found = found * value % numbers.p
    return found
