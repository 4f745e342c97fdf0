"""Which existing projects a request resembles: the duplicate check of an IT project (정보화사업 심사).

Korean runs words and particles together and spells one name with and without spaces, so texts are compared by the
runs of two and three characters they share, without spaces. Runs that many projects have (구축, 사업, 시스템) count
little: tf-idf weights and the cosine between them (Salton and Buckley, Information Processing & Management 24(5),
1988).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from madang.governance.budget.methods.phrases import find_shared_phrases
from madang.governance.budget.records import Likeness, ProjectText

Floats = NDArray[np.float64]
RUNS = (2, 3)
LEAST_RATIO = 0.35
"""Below this two projects merely share the field's words."""


class _Index(NamedTuple):
    """Weights by run: for each, the projects that have it and how much it says of each."""

    postings: dict[str, tuple[NDArray[np.int64], Floats]]
    rarity: dict[str, float]
    unknown_rarity: float
    size: int


class ProjectIndex(NamedTuple):
    """Existing projects, ready to be compared with requests."""

    projects: tuple[ProjectText, ...]
    titles: _Index
    purposes: _Index


def index_projects(projects: Iterable[ProjectText]) -> ProjectIndex:
    """Return the existing projects made ready; their order and ids are kept."""
    kept = tuple(projects)
    return ProjectIndex(kept, _index([one.title for one in kept]), _index([one.purpose for one in kept]))


def score_duplicates(
    index: ProjectIndex, title: str, purpose: str = "", *, limit: int = 10, least_ratio: float = LEAST_RATIO
) -> tuple[Likeness, ...]:
    """Return at most `limit` existing projects whose likeness is `least_ratio` or more, most alike first.

    Scores are cosines from 0 (no run of characters in common) to 1 (the same text but for spaces, punctuation,
    case, width and years). A project is as alike as the more alike of its title and its purpose: a second name for
    one purpose is a duplicate too. A person decides; a high score is a question, not a finding.
    """
    by_title, by_purpose = _compare(index.titles, title), _compare(index.purposes, purpose)
    scores = np.maximum(by_title, by_purpose)
    order = np.lexsort((-np.minimum(by_title, by_purpose), -scores))
    best = [at for at in order[:limit] if scores[at] >= max(least_ratio, 1e-9)]
    wanted = normalize_text(title), normalize_text(purpose)
    return tuple(
        Likeness(
            id=index.projects[at].id,
            score_ratio=float(scores[at]),
            title_ratio=float(by_title[at]),
            purpose_ratio=float(by_purpose[at]),
            shared=find_shared_phrases(
                wanted, (normalize_text(index.projects[at].title), normalize_text(index.projects[at].purpose))
            ),
        )
        for at in best
    )


def normalize_text(text: str) -> str:
    """Return what is compared: NFKC, lower case, letters and digits only, without years ('2022년', "'22년")."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    without_years = re.sub(r"(?<!\d)(?:(?:19|20)\d{2}|['’]\d{2})\s*(?:년도|년|학년도)?(?!\d)", " ", folded)
    return re.sub(r"[\W_]+", "", without_years)


def _list_runs(text: str) -> Counter[str]:
    """Return the runs of a text, its ends marked, so that short names have some too."""
    plain = normalize_text(text)
    marked = f"\x02{plain}\x03" if plain else ""
    return Counter(marked[at : at + size] for size in RUNS for at in range(len(marked) - size + 1))


def _index(texts: Sequence[str]) -> _Index:
    counted = [_list_runs(text) for text in texts]
    frequency = Counter(run for runs in counted for run in runs)
    total = len(texts)
    rarity = {run: _rate_rarity(count, total) for run, count in frequency.items()}
    rows: dict[str, tuple[list[int], list[float]]] = {run: ([], []) for run in frequency}
    for at, runs in enumerate(counted):
        for run, weight in _weigh(runs, rarity, 0.0).items():
            rows[run][0].append(at)
            rows[run][1].append(weight)
    return _Index(
        postings={
            run: (np.array(ids, dtype=np.int64), np.array(weights)) for run, (ids, weights) in rows.items()
        },
        rarity=rarity,
        unknown_rarity=_rate_rarity(0, total),
        size=total,
    )


def _rate_rarity(count: int, total: int) -> float:
    return log((1 + total) / (1 + count)) + 1


def _weigh(runs: Counter[str], rarity: dict[str, float], unknown: float) -> dict[str, float]:
    """Return weights of length 1; repeated runs count by the logarithm of how often."""
    weights = {run: (1 + log(count)) * rarity.get(run, unknown) for run, count in runs.items()}
    length = sqrt(sum(weight**2 for weight in weights.values()))
    return {run: weight / length for run, weight in weights.items()} if length else {}


def _compare(index: _Index, text: str) -> Floats:
    """Return (project,) cosines, kept within 0 and 1 against rounding."""
    cosines = np.zeros(index.size)
    for run, weight in _weigh(_list_runs(text), index.rarity, index.unknown_rarity).items():
        if run in index.postings:
            ids, weights = index.postings[run]
            cosines[ids] += weight * weights
    return np.clip(cosines, 0.0, 1.0)
