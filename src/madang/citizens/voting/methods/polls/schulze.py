"""The Schulze method: one order of all choices out of everybody's ranking.

M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
election method", Social Choice and Welfare 36 (2011), 267–303; winning votes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from madang.citizens.voting.records.polls import Ranked


def rank(numbers: Sequence[int], rankings: Sequence[Mapping[int, int]]) -> Ranked:
    """Return the order of the choices `numbers`; a ranking maps choices to ranks, 1 is best, missing is last."""
    preferred = count_preferences(numbers, rankings)
    paths = find_strongest_paths(preferred)
    beaten_by = (paths > paths.T).sum(axis=0)
    order = tuple(
        tuple(number for number, above in zip(numbers, beaten_by, strict=True) if above == level)
        for level in sorted(set(beaten_by.tolist()))
    )
    return Ranked(order=order, preferred=tuple(tuple(map(int, row)) for row in preferred))


def count_preferences(numbers: Sequence[int], rankings: Sequence[Mapping[int, int]]) -> np.ndarray:
    """Return the matrix whose (i, j) counts the rankings with the i-th choice above the j-th."""
    last = len(numbers) + 1
    ranks = np.array([[one.get(number, last) for number in numbers] for one in rankings], dtype=int)
    ranks = ranks.reshape(len(rankings), len(numbers))
    return (ranks[:, :, None] < ranks[:, None, :]).sum(axis=0)


def find_strongest_paths(preferred: np.ndarray) -> np.ndarray:
    """Return the strength of the strongest path between each two choices: its weakest link, by winning votes."""
    paths = np.where(preferred > preferred.T, preferred, 0)
    for middle in range(len(paths)):
        paths = np.maximum(paths, np.minimum(paths[:, middle, None], paths[None, middle, :]))
    np.fill_diagonal(paths, 0)
    return paths
