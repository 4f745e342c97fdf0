"""A voter's work: a ballot encrypted, proven and signed (sections 4.11 to 4.15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from madang.citizens.voting.records.elections import Group, Question

from .credentials import derive_secret
from .messages import fingerprint, hash_number, write
from .proofs import Ciphertext, add, encrypt, pick, power, prove_one_of, write_proof


def make_ballot(
    group: Group,
    *,
    election: str,
    uuid: str,
    key: int,
    questions: Sequence[Question],
    code: str,
    choices: Sequence[Sequence[int]],
) -> str:
    """Return the ballot for `choices`: for each question 0 or 1 an answer, a leading one for blank.

    `election` is the election's text as it was published. Raises ValueError for choices that the
    questions don't allow.
    """
    secret = derive_secret(group, uuid, code)
    credential = power(group, group.g, secret)
    start = f"{fingerprint(election)}|{credential}"
    if len(choices) != len(questions):
        raise ValueError("one list of choices a question")
    ballot: dict[str, Any] = {
        "election_uuid": uuid,
        "election_hash": fingerprint(election),
        "credential": str(credential),
        "answers": [
            _answer(group, key, question, chosen, start)
            for question, chosen in zip(questions, choices, strict=True)
        ],
    }
    ballot["signature"] = _sign(group, secret, fingerprint(write(ballot)))
    return write(ballot)


def check_choices(question: Question, chosen: Sequence[int]) -> None:
    """Raise ValueError where a question doesn't allow `chosen`."""
    if len(chosen) != len(question.answers) + question.blank or any(one not in {0, 1} for one in chosen):
        raise ValueError("choices are 0 or 1, one for each answer")
    is_blank = question.blank and chosen[0] == 1
    count = sum(chosen[1:] if question.blank else chosen)
    if (is_blank and count) or (not is_blank and not question.min <= count <= question.max):
        raise ValueError(f"between {question.min} and {question.max} answers are chosen")


def _answer(group: Group, key: int, question: Question, chosen: Sequence[int], start: str) -> dict[str, Any]:
    check_choices(question, chosen)
    cast = [encrypt(group, key, value) for value in chosen]
    answer: dict[str, Any] = {
        "choices": [{"alpha": str(one.alpha), "beta": str(one.beta)} for one in cast],
        "individual_proofs": [
            prove_one_of(group, key, ((one, 0), (one, 1)), value, f"prove|{start}|{one.alpha},{one.beta}|")
            for one, value in zip(cast, chosen, strict=True)
        ],
    }
    whole = f"{start}|" + ",".join(f"{one.alpha},{one.beta}" for one in cast)
    allowed = range(question.min, question.max + 1)
    if not question.blank:
        total = add(group, cast)
        answer["overall_proof"] = prove_one_of(
            group,
            key,
            [(total, value) for value in allowed],
            sum(chosen) - question.min,
            f"prove|{whole}|{total.alpha},{total.beta}|",
        )
        return answer
    blank, total = cast[0], add(group, cast[1:])
    return answer | _prove_blank(group, key, (blank, total), chosen, allowed, whole)


def _prove_blank(
    group: Group,
    key: int,
    pair: tuple[Ciphertext, Ciphertext],
    chosen: Sequence[int],
    allowed: range,
    whole: str,
) -> dict[str, Any]:
    blank, total = pair
    claims = [(blank, 1), *((total, value) for value in allowed)]
    index = 0 if chosen[0] else 1 + sum(chosen[1:]) - allowed.start
    return {
        "overall_proof": prove_one_of(group, key, claims, index, f"bproof1|{whole}|"),
        "blank_proof": prove_one_of(
            group, key, ((blank, 0), (total, 0)), 1 if chosen[0] else 0, f"bproof0|{whole}|"
        ),
    }


def _sign(group: Group, secret: int, said: str) -> dict[str, Any]:
    w = pick(group)
    challenge = hash_number(f"sig|{said}|{power(group, group.g, w)}") % group.q
    return {"hash": said, "proof": write_proof(challenge, (w - secret * challenge) % group.q)}
