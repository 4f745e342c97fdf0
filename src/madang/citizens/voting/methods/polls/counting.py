"""The count of a poll: from votes without names to what may be shown of them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

from msgspec.structs import replace

from madang.citizens.voting.records.polls import (
    AGREE,
    DISAGREE,
    MOST_STARS,
    PASS,
    BallotKind,
    Line,
    Outcome,
    Vote,
)

from .cells import hide_small
from .opinions import map_opinions
from .schulze import rank
from .stv import elect


def count(
    kind: BallotKind,
    numbers: Sequence[int],
    votes: Sequence[Vote],
    *,
    threshold: int,
    seats: int = 1,
    by_district: bool = False,
) -> Outcome:
    """Return the outcome of `votes` over the choices `numbers`; nothing but their number below `threshold`."""
    if len(votes) < max(1, threshold):
        return Outcome(voters=len(votes))
    marks = [vote.marks for vote in votes]
    lines = tuple(_count_line(kind, number, marks) for number in numbers)
    outcome = Outcome(voters=len(votes), lines=lines)
    match kind:
        case BallotKind.RANKING:
            elected = elect(numbers, marks, seats) if seats > 1 else None
            return replace(outcome, ranked=rank(numbers, marks), elected=elected)
        case BallotKind.OPINION:
            return replace(outcome, opinions=map_opinions(numbers, marks, threshold=threshold))
        case BallotKind.SINGLE | BallotKind.MULTIPLE if by_district:
            counts, voters = _count_districts(numbers, votes)
            return replace(outcome, districts=hide_small(counts, voters, threshold))
    return outcome


def _count_line(kind: BallotKind, number: int, marks: Sequence[dict[int, int]]) -> Line:
    given = [one[number] for one in marks if number in one]
    match kind:
        case BallotKind.RATING:
            counts = tuple(given.count(stars) for stars in range(1, MOST_STARS + 1))
            return Line(
                number=number,
                counts=counts,
                mean=fmean(given) if given else None,
                median=median(given) if given else None,
            )
        case BallotKind.BUDGET:
            amounts = [one.get(number, 0) for one in marks]
            return Line(number=number, counts=(len(given),), mean=fmean(amounts), median=median(amounts))
        case BallotKind.OPINION:
            return Line(number=number, counts=tuple(given.count(said) for said in (AGREE, PASS, DISAGREE)))
        case BallotKind.RANKING:
            return Line(number=number, counts=(given.count(1),))
    return Line(number=number, counts=(len(given),))


def _count_districts(
    numbers: Sequence[int], votes: Sequence[Vote]
) -> tuple[dict[str, list[int]], dict[str, int]]:
    counts: dict[str, list[int]] = {}
    voters: dict[str, int] = {}
    for vote in votes:
        row = counts.setdefault(vote.district, [0] * len(numbers))
        voters[vote.district] = voters.get(vote.district, 0) + 1
        for at, number in enumerate(numbers):
            row[at] += number in vote.marks
    return counts, voters
