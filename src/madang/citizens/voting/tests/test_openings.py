"""A ballot opened instead of cast: an honest device passes, and every way of cheating is named."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import pytest

from madang.citizens.voting.cli import add_arguments, run
from madang.citizens.voting.detectors.openings import check_opening
from madang.citizens.voting.detectors.reading import Broken
from madang.citizens.voting.methods.messages import fingerprint, write
from madang.citizens.voting.methods.proofs import encrypt

from .boards import GROUP, UUID, VOTES, hold

CHOSEN = [list(one) for one in VOTES[0]]


@pytest.fixture(scope="module")
def board():
    return hold()


def open_ballot(board, chosen=CHOSEN, sealed=None) -> dict[str, Any]:
    """Return what the booth hands out where `chosen` was chosen and `sealed` was encrypted."""
    parts = [[encrypt(GROUP, board.key, value) for value in one] for one in sealed or chosen]
    answers = [{"choices": [{"alpha": str(c.alpha), "beta": str(c.beta)} for c in one]} for one in parts]
    ballot = {
        "election_uuid": UUID,
        "election_hash": fingerprint(write(board.election)),
        "credential": board.credentials[0],
        "answers": answers,
    }
    return {
        "ballot": ballot,
        "choices": [list(one) for one in chosen],
        "randomness": [[str(c.randomness) for c in one] for one in parts],
    }


def test_an_honest_device_passes_and_the_seal_is_the_one_that_was_shown(board):
    opening = open_ballot(board)
    opened = check_opening(board.write(), json.dumps(opening))
    assert [list(one) for one in opened.choices] == CHOSEN
    assert opened.seal == fingerprint(write(opening["ballot"]))


def _swap(opening):
    opening["choices"][0] = [0, 0, 1]


def _spoil(opening):
    opening["randomness"][1][0] = str(int(opening["randomness"][1][0]) - 1)


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "choices that were not sealed": (_swap, "something else"),
    "another random number": (_spoil, "something else"),
    "another election": (lambda one: one["ballot"].update(election_uuid="x" * 14), "another election"),
    "a choice of two": (lambda one: one["choices"][0].__setitem__(1, 2), "0 or 1"),
    "a choice that is true": (lambda one: one["choices"][0].__setitem__(1, True), "0 or 1"),
    "a question too few": (lambda one: one["choices"].pop(), ""),
    "no numbers": (lambda one: one["randomness"][0].__setitem__(0, "many"), ""),
    "no ballot": (lambda one: one.update(ballot=None), ""),
    "no answers": (lambda one: one["ballot"].update(answers=[None, None]), ""),
    "more than there should be": (lambda one: one.update(more=1), ""),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_not_sealed_so_is_refused_with_its_reason(board, name):
    change, words = CHANGES[name]
    opening = open_ballot(board)
    change(opening)
    with pytest.raises(Broken) as refusal:
        check_opening(board.write(), json.dumps(opening))
    assert (refusal.value.check, words in refusal.value.reason) == ("opening", True)


def test_a_device_that_seals_another_choice_is_found(board):
    opening = open_ballot(board, sealed=[[0, 0, 1], CHOSEN[1]])
    with pytest.raises(Broken, match="something else"):
        check_opening(board.write(), json.dumps(opening))


def test_anyone_checks_it_with_a_command(board, tmp_path, capsys):
    archive, ballot = tmp_path / "vote.bel", tmp_path / "ballot.json"
    archive.write_bytes(board.write())
    ballot.write_text(json.dumps(open_ballot(board)), "utf-8")
    parser = ArgumentParser()
    add_arguments(parser)
    asked = parser.parse_args(["audit", str(ballot), str(archive)])
    assert run(asked) == 0
    assert "하나: 가" in capsys.readouterr().out
    ballot.write_text("{}", "utf-8")
    assert run(asked) == 1
