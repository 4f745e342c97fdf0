"""An opinion map: who answers alike, from agreeing, passing and disagreeing with many statements.

Answers are a matrix of people by statements. What somebody hasn't answered counts as that statement's mean
answer. Exact principal components (singular value decomposition) give two axes; k-means on them gives groups,
and their number is the one with the best mean silhouette (P. J. Rousseeuw, "Silhouettes: a graphical aid to
the interpretation and validation of cluster analysis", J. Comput. Appl. Math. 20 (1987), 53–65).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from madang.citizens.voting.records.polls import AGREE, OpinionGroup, OpinionMap, Spot

MOST_GROUPS = 5
RESTARTS = 20
ROUNDS = 100
GRID = 12
CLEAR = 0.25
MARKS_OF_A_GROUP = 3
SHARED = 0.6
BLOCK = 500


def map_opinions(
    numbers: Sequence[int], answers: Sequence[Mapping[int, int]], *, threshold: int
) -> OpinionMap | None:
    """Return the map of `answers` (statement → 1, 0, −1), None with fewer than two statements or all alike.

    No group is smaller than `threshold`; there is one group where no division is clear (mean silhouette below
    0.25). Places are rounded to a grid, so that no single person's answers can be read off.
    """
    matrix = np.array([[one.get(number, np.nan) for number in numbers] for one in answers], dtype=float)
    if len(numbers) < 2 or len(answers) < 2:  # noqa: PLR2004 - two axes need two statements
        return None
    places, explained = find_axes(matrix)
    if not explained[0]:
        return None
    groups, silhouette = find_groups(places, smallest=max(2, threshold))
    agreement = [_measure_agreement(matrix[groups == group]) for group in range(groups.max() + 1)]
    return OpinionMap(
        spots=_place_spots(places, groups),
        groups=tuple(
            OpinionGroup(
                people=int((groups == group).sum()),
                agreement=tuple(None if np.isnan(share) else round(float(share), 3) for share in shares),
                marked_by=_find_marks(numbers, agreement, group),
            )
            for group, shares in enumerate(agreement)
        ),
        shared=_find_shared(numbers, agreement),
        explained=explained,
        silhouette=silhouette,
    )


def find_axes(matrix: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Return each person's place on the two principal axes, and the shares of variance these explain.

    NaN is unanswered. People who answered little are moved outwards by √(statements / answered), since the
    means that stand for the rest pull them to the middle. Each axis points so that its largest weight is
    positive.
    """
    is_answered = ~np.isnan(matrix)
    seen = is_answered.sum(axis=0)
    means = np.where(is_answered, matrix, 0).sum(axis=0) / np.maximum(seen, 1)
    centred = np.where(is_answered, matrix - means, 0)
    left, values, right = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    places = (left * values * np.where(signs, signs, 1))[:, :2]
    answered = np.maximum(is_answered.sum(axis=1), 1)
    places = places * np.sqrt(matrix.shape[1] / answered)[:, None]
    variance = values**2
    total = variance.sum()
    shares = variance[:2] / total if total > 1e-12 else np.zeros(2)  # noqa: PLR2004 - nothing but rounding
    return places, (float(shares[0]), float(shares[1]))


def find_groups(places: np.ndarray, *, smallest: int) -> tuple[np.ndarray, float | None]:
    """Return each person's group, the largest is 0, and the division's mean silhouette; None for one group."""
    best, best_silhouette = np.zeros(len(places), dtype=int), None
    distinct = len(np.unique(places, axis=0))
    for wanted in range(2, min(MOST_GROUPS, distinct) + 1):
        groups = find_clusters(places, wanted)
        if np.bincount(groups, minlength=wanted).min() < smallest:
            continue
        silhouette = float(measure_silhouettes(places, groups).mean())
        if silhouette >= CLEAR and (best_silhouette is None or silhouette > best_silhouette):
            best, best_silhouette = groups, silhouette
    order = np.argsort(-np.bincount(best), kind="stable")
    return np.argsort(order)[best], best_silhouette


def find_clusters(places: np.ndarray, wanted: int) -> np.ndarray:
    """Return the cluster of each place by k-means, the best of 20 starts by k-means++; always the same one."""
    generator = np.random.default_rng(wanted)
    best, best_spread = np.zeros(len(places), dtype=int), np.inf
    for _ in range(RESTARTS):
        centres = _choose_centres(places, wanted, generator)
        for _ in range(ROUNDS):
            nearest = _square_distances(places, centres).argmin(axis=1)
            moved = np.array(
                [
                    places[nearest == at].mean(axis=0) if (nearest == at).any() else centre
                    for at, centre in enumerate(centres)
                ]
            )
            if np.array_equal(moved, centres):
                break
            centres = moved
        distances = _square_distances(places, centres)
        spread = distances.min(axis=1).sum()
        if spread < best_spread - 1e-12:  # noqa: PLR2004 - rounding is no better start
            best, best_spread = distances.argmin(axis=1), spread
    return best


def measure_silhouettes(places: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return each place's silhouette: 1 well inside its group, −1 nearer to another; 0 alone in its group."""
    sizes = np.bincount(groups)
    member = np.eye(len(sizes))[groups]
    silhouettes = np.zeros(len(places))
    for begin in range(0, len(places), BLOCK):
        block = slice(begin, begin + BLOCK)
        distances = np.sqrt(_square_distances(places[block], places))
        sums = distances @ member
        own = groups[block]
        row = np.arange(len(own))
        inside = sums[row, own] / np.maximum(sizes[own] - 1, 1)
        means = sums / sizes
        means[row, own] = np.inf
        outside = means.min(axis=1)
        widest = np.maximum(inside, outside)
        is_defined = (sizes[own] > 1) & (widest > 0)
        silhouettes[block] = np.divide(outside - inside, widest, out=np.zeros(len(own)), where=is_defined)
    return silhouettes


def _choose_centres(places: np.ndarray, wanted: int, generator: np.random.Generator) -> np.ndarray:
    centres = [places[generator.integers(len(places))]]
    while len(centres) < wanted:
        weights = _square_distances(places, np.array(centres)).min(axis=1)
        if not weights.sum():
            weights = np.ones(len(places))
        centres.append(places[generator.choice(len(places), p=weights / weights.sum())])
    return np.array(centres)


def _square_distances(places: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return ((places[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)


def _measure_agreement(matrix: np.ndarray) -> np.ndarray:
    answered = (~np.isnan(matrix)).sum(axis=0)
    agreed = (matrix == AGREE).sum(axis=0)
    return np.divide(agreed, answered, out=np.full(matrix.shape[1], np.nan), where=answered > 0)


def _find_marks(numbers: Sequence[int], agreement: Sequence[np.ndarray], group: int) -> tuple[int, ...]:
    """Return the statements on which this group differs most from the others' mean agreement."""
    if len(agreement) == 1:
        return ()
    others = np.array([shares for at, shares in enumerate(agreement) if at != group])
    known = (~np.isnan(others)).sum(axis=0)
    mean = np.divide(np.nansum(others, axis=0), known, out=np.full(others.shape[1], np.nan), where=known > 0)
    difference = np.nan_to_num(np.abs(agreement[group] - mean))
    order = np.argsort(-difference, kind="stable")[:MARKS_OF_A_GROUP]
    return tuple(numbers[at] for at in order if difference[at] > 0)


def _find_shared(numbers: Sequence[int], agreement: Sequence[np.ndarray]) -> tuple[int, ...]:
    """Return the statements that at least 60 % of every group agree with, the most agreed first."""
    least = np.nan_to_num(np.array(agreement)).min(axis=0)
    return tuple(numbers[at] for at in np.argsort(-least, kind="stable") if least[at] >= SHARED)


def _place_spots(places: np.ndarray, groups: np.ndarray) -> tuple[Spot, ...]:
    reach = np.abs(places).max() or 1.0
    cells = np.rint(places / reach * GRID).astype(int)
    found, people = np.unique(np.column_stack([cells, groups]), axis=0, return_counts=True)
    return tuple(
        Spot(x=float(x) / GRID, y=float(y) / GRID, group=int(group), people=int(count))
        for (x, y, group), count in zip(found, people, strict=True)
    )
