"""The single transferable vote: several winners, each by a quota of voters.

Droop's quota; surpluses go on by the weighted inclusive Gregory method (every ballot of the winner, at the
surplus's share of its weight), in exact fractions. A tie for exclusion is settled by the latest round in
which the tied differed; where none does, the one listed last is excluded, and the round says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from madang.citizens.voting.records.polls import Elected, Round

Counts = dict[int, Fraction]


def elect(numbers: Sequence[int], rankings: Sequence[Mapping[int, int]], seats: int) -> Elected:
    """Return the winners of `seats` among the choices `numbers`; a ranking maps choices to ranks, 1 is best."""
    papers = [sorted(one, key=one.__getitem__) for one in rankings]
    quota = len(papers) // (seats + 1) + 1
    return _Count(list(numbers), papers, min(seats, len(numbers)), quota).run()


class _Count:
    def __init__(self, hopeful: list[int], papers: list[list[int]], seats: int, quota: int) -> None:
        self.hopeful, self.seats, self.quota = hopeful, seats, quota
        self.winners: list[int] = []
        self.rounds: list[Round] = []
        self.history: list[Counts] = []
        self.exhausted = Fraction(0)
        self.piles: dict[int, list[tuple[list[int], Fraction]]] = {number: [] for number in hopeful}
        self.kept: Counts = {}
        self._hand_out([(paper, Fraction(1)) for paper in papers])

    def run(self) -> Elected:
        pending: list[int] = []
        while True:
            counts = self._count()
            self.history.append(counts)
            elected = self._find_elected(counts)
            pending += elected
            done = len(self.winners) == self.seats
            surplus = next((one for one in pending if counts[one] > self.quota), None)
            excluded, is_tied = (None, False)
            if not done and surplus is None:
                excluded, is_tied = self._find_weakest(counts)
            self._note(counts, elected, excluded, is_tied=is_tied)
            if done:
                return Elected(quota=self.quota, winners=tuple(self.winners), rounds=tuple(self.rounds))
            if surplus is not None:
                pending.remove(surplus)
                self._pass_on_surplus(surplus, counts[surplus])
            elif excluded is not None:
                self.hopeful.remove(excluded)
                self._hand_out(self.piles.pop(excluded))

    def _count(self) -> Counts:
        running = {
            number: sum((weight for _, weight in pile), Fraction(0)) for number, pile in self.piles.items()
        }
        return running | self.kept

    def _find_elected(self, counts: Counts) -> list[int]:
        reached = [number for number in self.hopeful if counts[number] >= self.quota]
        if len(self.hopeful) <= self.seats - len(self.winners):
            reached = list(self.hopeful)
        reached.sort(key=lambda number: -counts[number])
        for number in reached:
            self.hopeful.remove(number)
        self.winners += reached
        return reached

    def _find_weakest(self, counts: Counts) -> tuple[int, bool]:
        lowest = min(counts[number] for number in self.hopeful)
        tied = [number for number in self.hopeful if counts[number] == lowest]
        for earlier in reversed(self.history[:-1]):
            least = min(earlier[number] for number in tied)
            tied = [number for number in tied if earlier[number] == least]
        return tied[-1], len(tied) > 1

    def _pass_on_surplus(self, winner: int, votes: Fraction) -> None:
        share = (votes - self.quota) / votes
        self.kept[winner] = Fraction(self.quota)
        self._hand_out([(paper, weight * share) for paper, weight in self.piles.pop(winner)])

    def _hand_out(self, papers: list[tuple[list[int], Fraction]]) -> None:
        for paper, weight in papers:
            heir = next((number for number in paper if number in self.hopeful), None)
            if heir is None:
                self.exhausted += weight
            else:
                self.piles[heir].append((paper, weight))

    def _note(self, counts: Counts, elected: list[int], excluded: int | None, *, is_tied: bool) -> None:
        self.rounds.append(
            Round(
                votes={number: float(votes) for number, votes in sorted(counts.items())},
                elected=tuple(elected),
                excluded=excluded,
                exhausted=float(self.exhausted),
                is_tied=is_tied,
            )
        )
