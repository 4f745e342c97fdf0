"""Checks of a ballot that its voter had opened instead of casting it: whether it holds what was chosen."""

from __future__ import annotations

from typing import Any

import msgspec
from gmpy2 import mpz

from .arithmetic import Numbers, get_numbers
from .reading import Broken, read_archive, read_fields, read_json, read_list, read_number, write_message
from .setups import Asked, read_setup, take_fingerprint

FIELDS = ("election_uuid", "election_hash", "credential", "answers")


class Opened(msgspec.Struct, frozen=True):
    """A sealed ballot that holds what was chosen: its seal, and 0 or 1 for each answer of each question."""

    seal: str
    choices: tuple[tuple[int, ...], ...]


def check_opening(archive: bytes, opening: str) -> Opened:
    """Return what an opened ballot holds, or raise Broken where it isn't what its voter chose.

    Every ciphertext is made again from the choice and the random number that the device gives away, so that a
    device that encrypts something else is found. The seal is the one that the voter saw before.
    """
    setup = read_setup(read_archive(archive))
    numbers = get_numbers(setup.group)
    ballot, choices, randomness = read_fields(
        read_json(opening, "opening"), ("ballot", "choices", "randomness"), "opening"
    )
    uuid, election, credential, answers = read_fields(ballot, FIELDS, "opening")
    if uuid != setup.uuid or election != setup.fingerprint:
        raise Broken("opening", "the ballot is for another election")
    numbers.read_element(credential, "opening")
    count = len(setup.questions)
    held = tuple(
        _check_question(numbers, setup.key, *parts)
        for parts in zip(
            setup.questions,
            read_list(answers, count, "opening"),
            read_list(choices, count, "opening"),
            read_list(randomness, count, "opening"),
            strict=True,
        )
    )
    return Opened(take_fingerprint(write_message(ballot)), held)


def list_questions(archive: bytes) -> list[list[str]]:
    """Return the words of each question of a checked archive: the question, blank where it has that, the answers."""
    held = read_archive(archive)
    election = held.read(held.read(held.list_payloads("Setup")[0], "setup")["election"], "setup")
    return [
        [
            str(one["question"]),
            *(["기권 · blank"] if one.get("blank") is True else []),
            *map(str, one["answers"]),
        ]
        for one in election["questions"]
    ]


def _check_question(
    numbers: Numbers, key: Any, asked: Asked, answer: Any, chosen: Any, randomness: Any
) -> tuple[int, ...]:
    count = asked.answers + asked.blank
    sealed = read_list(answer.get("choices") if isinstance(answer, dict) else None, count, "opening")
    held = []
    for ciphertext, value, random in zip(
        sealed,
        read_list(chosen, count, "opening"),
        read_list(randomness, count, "opening"),
        strict=True,
    ):
        alpha, beta = (
            numbers.read_element(one, "opening")
            for one in read_fields(ciphertext, ("alpha", "beta"), "opening")
        )
        r = mpz(read_number(random, numbers.group.q, "opening"))
        if type(value) is not int or value not in {0, 1}:
            raise Broken("opening", "a choice is 0 or 1")
        message = numbers.g if value else mpz(1)
        if alpha != numbers.fixed(numbers.g, r) or beta != numbers.fixed(key, r) * message % numbers.p:
            raise Broken("opening", "the device sealed something else than was chosen")
        held.append(value)
    return tuple(held)
