"""Counting: published worked examples, and what must hold for any votes."""

from __future__ import annotations

from itertools import permutations

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.voting.methods.polls.cells import hide_small, pool_districts
from madang.citizens.voting.methods.polls.counting import count
from madang.citizens.voting.methods.polls.marks import check_marks
from madang.citizens.voting.methods.polls.opinions import (
    find_axes,
    find_clusters,
    find_groups,
    map_opinions,
    measure_silhouettes,
)
from madang.citizens.voting.methods.polls.schulze import count_preferences, find_strongest_paths, rank
from madang.citizens.voting.methods.polls.stv import elect
from madang.citizens.voting.pages.bars import split_bar, tell_share, write_number
from madang.citizens.voting.records.polls import BallotKind, Vote
from madang.core.base.interface import BadInput

LETTERS = "ABCDE"


def papers(*lots: tuple[int, str]) -> list[dict[int, int]]:
    """Return rankings: (how many, order of letters), A is choice 1."""
    return [
        {LETTERS.index(letter) + 1: place for place, letter in enumerate(order, start=1)}
        for many, order in lots
        for _ in range(many)
    ]


def letters(numbers) -> str:
    return "".join(LETTERS[number - 1] for number in numbers)


# M. Schulze (2011), example 1.
EXAMPLE = papers(
    (5, "ACBED"), (5, "ADECB"), (8, "BEDAC"), (3, "CABED"), (7, "CAEBD"), (2, "CBADE"), (7, "DCEBA"), (8, "EBADC")
)  # fmt: skip


def test_schulze_gives_the_published_matrix_paths_and_order():
    preferred = count_preferences([1, 2, 3, 4, 5], EXAMPLE)
    assert preferred.tolist() == [
        [0, 20, 26, 30, 22],
        [25, 0, 16, 33, 18],
        [19, 29, 0, 17, 24],
        [15, 12, 28, 0, 14],
        [23, 27, 21, 31, 0],
    ]
    assert find_strongest_paths(preferred).tolist() == [
        [0, 28, 28, 30, 24],
        [25, 0, 28, 33, 24],
        [25, 29, 0, 29, 24],
        [25, 28, 28, 0, 24],
        [25, 28, 28, 31, 0],
    ]
    assert [letters(one) for one in rank([1, 2, 3, 4, 5], EXAMPLE).order] == list("EACBD")


def test_schulze_gives_the_second_published_order():
    votes = papers(
        (5, "ACBD"), (2, "ACDB"), (3, "ADCB"), (4, "BACD"), (3, "CBDA"), (3, "CDBA"), (1, "DACB"), (5, "DBAC"), (4, "DCBA")
    )  # fmt: skip
    assert [letters(one) for one in rank([1, 2, 3, 4], votes).order] == list("DACB")


RANKINGS = st.lists(
    st.permutations([1, 2, 3, 4]).flatmap(
        lambda order: st.integers(1, 4).map(lambda n: {one: at for at, one in enumerate(order[:n], start=1)})
    ),
    min_size=1,
    max_size=40,
)


@given(RANKINGS)
def test_who_beats_all_others_comes_first_and_who_loses_to_all_comes_last(votes):
    ranked = rank([1, 2, 3, 4], votes)
    preferred = np.array(ranked.preferred)
    wins = preferred > preferred.T
    for at in range(4):
        if wins[at].sum() == 3:
            assert ranked.order[0] == (at + 1,)
        if wins[:, at].sum() == 3:
            assert ranked.order[-1] == (at + 1,)


@given(RANKINGS, st.permutations([1, 2, 3, 4]))
def test_schulze_treats_all_choices_alike_and_doubling_votes_changes_nothing(votes, names):
    order = [frozenset(one) for one in rank([1, 2, 3, 4], votes).order]
    renamed = [{names[one - 1]: place for one, place in vote.items()} for vote in votes]
    assert [frozenset(one) for one in rank([1, 2, 3, 4], votes * 2).order] == order
    expected = [frozenset(names[one - 1] for one in group) for group in order]
    assert [frozenset(one) for one in rank([1, 2, 3, 4], renamed).order] == expected


def test_stv_gives_the_published_counts():
    # Two worked counts well known from the encyclopedia: food for a party, and a surplus shared 8 to 12.
    food = elect([1, 2, 3, 4, 5], papers((4, "A"), (2, "BA"), (8, "CD"), (4, "CE"), (1, "D"), (1, "E")), 3)
    assert (food.quota, letters(food.winners)) == (6, "CAD")
    assert food.rounds[1].votes == {1: 4, 2: 2, 3: 6, 4: 5, 5: 3}
    assert [one.excluded for one in food.rounds] == [None, 2, 5, None]
    shared = elect([1, 2, 3, 4], papers((16, "ABCD"), (24, "ACBD"), (17, "DABC")), 2)
    assert (shared.quota, letters(shared.winners)) == (20, "AC")
    assert shared.rounds[1].votes == {1: 20, 2: 8, 3: 12, 4: 17}


@given(RANKINGS, st.integers(1, 4))
def test_stv_fills_every_seat_and_no_vote_is_lost_or_made(votes, seats):
    found = elect([1, 2, 3, 4], votes, seats)
    assert len(set(found.winners)) == seats
    for one in found.rounds:
        assert sum(one.votes.values()) + one.exhausted == pytest.approx(len(votes))
    firsts = [sum(vote.get(number) == 1 for vote in votes) for number in (1, 2, 3, 4)]
    assert all(
        number in found.winners
        for number, first in zip((1, 2, 3, 4), firsts, strict=True)
        if first >= found.quota
    )


@given(RANKINGS, st.integers(1, 3))
def test_a_quota_of_voters_who_agree_on_a_set_gets_its_share_of_it(votes, seats):
    found = elect([1, 2, 3, 4], votes, seats)
    for size in (1, 2, 3):
        for wanted in map(set, permutations([1, 2, 3, 4], size)):
            solid = sum(
                {number for number, place in vote.items() if place <= size} == wanted for vote in votes
            )
            assert len(wanted & set(found.winners)) >= min(size, solid // found.quota)


def test_a_tie_for_exclusion_is_said():
    assert elect([1, 2, 3], papers((2, "A"), (1, "B"), (1, "C")), 1).rounds[0].votes == {1: 2, 2: 1, 3: 1}
    found = elect([1, 2, 3], papers((1, "A"), (1, "B"), (1, "C")), 1)
    assert (found.rounds[0].excluded, found.rounds[0].is_tied) == (3, True)


COUNTS = st.dictionaries(
    st.sampled_from(["", *(f"111{n}0" for n in range(10, 16))]),
    st.lists(st.integers(0, 30), min_size=3, max_size=3),
    min_size=1,
    max_size=7,
)


@given(COUNTS, st.integers(3, 10))
def test_no_small_cell_is_shown_nor_follows_from_the_sums(counts, threshold):
    voters = {code: sum(row) for code, row in counts.items()}
    lines = hide_small(counts, voters, threshold)
    for line in lines:
        assert line.voters >= threshold
        assert all(cell is None or cell == 0 or cell >= threshold for cell in line.counts)
        assert sum(cell is None for cell in line.counts) != 1
    for column in zip(*(line.counts for line in lines), strict=True):
        assert sum(cell is None for cell in column) != 1
    assert len(lines) != 1
    if lines:
        assert sum(line.voters for line in lines) == sum(voters.values())


def find_range(rows, columns, left, cell):
    """Return the least and the most that a cell which `left` doesn't tell can be, in any table with these sums.

    The corners of all such tables are whole numbers, so a linear programme finds both exactly.
    """
    cells = [(row, at) for row, line in enumerate(left) for at, told in enumerate(line) if told is None]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)  # as every other user of it in one process
    free = {one: solver.addVariable(lb=0) for one in cells}
    lines = [(total, left[row], [one for one in cells if one[0] == row]) for row, total in enumerate(rows)]
    lines += [
        (total, [line[at] for line in left], [one for one in cells if one[1] == at])
        for at, total in enumerate(columns)
    ]
    for total, told, untold in lines:
        if untold:
            solver.addConstr(sum(free[one] for one in untold) == total - sum(one or 0 for one in told))
    found = []
    for solve in (solver.minimize, solver.maximize):
        solve(free[cell])
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found.append(round(solver.getObjectiveValue()))
    return tuple(found)


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=2, max_size=3))
@settings(max_examples=40)
def test_every_small_cell_could_be_another_number(table):
    counts = {f"111{at}0": row for at, row in enumerate(table, start=10)}
    shown = hide_small(counts, {code: sum(row) for code, row in counts.items()}, 3)
    kept = [line.counts for line in shown]
    whole, people = pool_districts(counts, {code: sum(row) for code, row in counts.items()}, 3)
    assert [line.voters for line in shown] in ([], list(people.values()))
    rows = [line.voters for line in shown]
    columns = [sum(cells) for cells in zip(*whole.values(), strict=True)]
    for row, line in enumerate(shown):
        for at, told in enumerate(line.counts):
            if told is None and 0 < whole[line.code][at] < 3:
                least, most = find_range(rows, columns, kept, (row, at))
                assert least < most


def test_a_small_cell_between_two_groups_of_hidden_ones_does_not_follow_from_all_sums_together():
    """Seven districts, four choices: the sums of two rows less those of two columns once gave a 9 away."""
    table = [
        [37, 48, 10, 9], [7, 41, 0, 0], [4, 10, 0, 53], [9, 0, 8, 21], [0, 59, 0, 48], [0, 0, 33, 28], [0, 21, 0, 0]
    ]  # fmt: skip
    counts = {f"111{at}0": row for at, row in enumerate(table, start=10)}
    shown = hide_small(counts, {code: sum(row) for code, row in counts.items()}, 10)
    kept = [line.counts for line in shown]
    assert kept[3][0] is None
    rows, columns = [sum(row) for row in table], [sum(cells) for cells in zip(*table, strict=True)]
    least, most = find_range(rows, columns, kept, (3, 0))
    assert least < most


def test_small_districts_are_pooled():
    counts = {"11110": [20, 10], "11140": [2, 1], "11170": [0, 9], "": [1, 0]}
    lines = hide_small(counts, {code: sum(row) for code, row in counts.items()}, 5)
    assert [(line.code, line.voters) for line in lines] == [("11110", 30), ("", 13)]


def two_camps(people: int = 60) -> tuple[list[int], list[dict[int, int]]]:
    """Answers made up: two camps that disagree on statements 1–8, agree on 9, and skip some."""
    generator = np.random.default_rng(4)
    answers = []
    for at in range(people):
        side = 1 if at % 3 else -1
        answer = {number: side if generator.random() < 0.9 else -side for number in range(1, 9)}
        answers.append({n: v for n, v in (answer | {9: 1}).items() if generator.random() < 0.9})
    return list(range(1, 10)), answers


def test_an_opinion_map_finds_the_camps_what_divides_and_what_unites_them():
    found = map_opinions(*two_camps(), threshold=5)
    assert [group.people for group in found.groups] == [40, 20]
    assert found.silhouette > 0.5
    assert found.explained[0] > 0.4
    assert len(found.groups[0].marked_by) == 3
    assert 9 not in found.groups[0].marked_by
    assert found.shared[0] == 9
    assert sum(spot.people for spot in found.spots) == 60


def test_no_group_is_smaller_than_the_threshold_and_like_minds_are_one_group():
    numbers, answers = two_camps()
    assert all(group.people >= 25 for group in map_opinions(numbers, answers, threshold=25).groups)
    assert map_opinions(numbers, [{1: 1, 2: -1}] * 10, threshold=3) is None
    assert map_opinions([1], [{1: 1}] * 10, threshold=3) is None


MATRICES = st.integers(3, 25).flatmap(
    lambda people: st.integers(2, 6).flatmap(
        lambda wide: st.lists(
            st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=wide, max_size=wide),
            min_size=people,
            max_size=people,
        ).map(np.array)
    )
)


@given(MATRICES)
def test_axes_carry_the_largest_variances_there_are(matrix):
    places, explained = find_axes(matrix)
    centred = matrix - matrix.mean(axis=0)
    largest = np.sort(np.linalg.eigvalsh(centred.T @ centred))[::-1][:2]
    assert (places**2).sum(axis=0) == pytest.approx(largest, abs=1e-9)
    assert places.T @ places == pytest.approx(np.diag(largest), abs=1e-9)
    assert 0 <= explained[1] <= explained[0] <= 1 + 1e-12


@settings(deadline=None)
@given(MATRICES, st.integers(2, 4))
def test_silhouettes_are_those_of_the_definition(matrix, wanted):
    places = find_axes(matrix)[0]
    if len(np.unique(places, axis=0)) < wanted:
        return
    groups = find_clusters(places, wanted)
    measured = measure_silhouettes(places, groups)
    for at, group in enumerate(groups):
        distances = np.linalg.norm(places - places[at], axis=1)
        if (groups == group).sum() == 1:
            assert measured[at] == 0
            continue
        inside = distances[groups == group].sum() / ((groups == group).sum() - 1)
        outside = min(distances[groups == other].mean() for other in set(groups) - {group})
        expected = (outside - inside) / max(inside, outside) if max(inside, outside) else 0
        assert measured[at] == pytest.approx(expected, abs=1e-7)


def test_everybody_stands_nearest_to_the_middle_of_the_own_group():
    places = np.random.default_rng(1).normal(size=(200, 2)) + np.repeat(
        [[0, 0], [8, 0], [0, 8], [8, 8]], 50, axis=0
    )
    groups, silhouette = find_groups(places, smallest=5)
    assert np.bincount(groups).tolist() == [50] * 4
    assert silhouette > 0.6


@pytest.mark.parametrize(
    ("kind", "marks"),
    [
        ("single", {1: 1, 2: 1}), ("single", {1: 2}), ("single", {}), ("single", {9: 1}), ("multiple", {1: 1, 2: 1, 3: 1}),
        ("rating", {1: 6}), ("rating", {1: -1}), ("ranking", {1: 1, 2: 1}), ("ranking", {1: 2}), ("budget", {1: 60, 2: 50}),
        ("budget", {1: -5, 2: 50}), ("opinion", {1: 2}),
    ],
)  # fmt: skip
def test_a_vote_that_the_poll_does_not_allow_is_refused(kind, marks):
    with pytest.raises(BadInput):
        check_marks(BallotKind(kind), marks, numbers=[1, 2, 3], most=2, total=100)


def test_each_kind_is_counted_in_its_own_way():
    def line(kind, *marks):
        return count(BallotKind(kind), [1, 2], [Vote(one) for one in marks], threshold=1).lines[0]

    assert line("single", {1: 1}, {1: 1}, {2: 1}).counts == (2,)
    stars = line("rating", {1: 5}, {1: 2}, {2: 1})
    assert (stars.counts, stars.mean, stars.median) == ((0, 1, 0, 0, 1), 3.5, 3.5)
    money = line("budget", {1: 30}, {2: 100})
    assert (money.mean, money.median) == (15, 15)
    assert line("opinion", {1: 1}, {1: -1}, {1: 0}, {2: 1}).counts == (1, 1, 1)
    assert count(BallotKind.SINGLE, [1, 2], [Vote({1: 1})] * 4, threshold=5).lines == ()


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (40.75, "40.75"), (8.7318, "8.73"), (1234567.0, "1,234,567")]
)
def test_numbers_of_an_outcome_are_written_out(value, words):
    assert write_number(value) == words


def test_parts_of_a_bar_follow_one_another_and_an_empty_one_has_no_length():
    assert [(part.x, part.width) for part in split_bar([30, 10, 20], 80)] == [
        ("0.00", "37.50"),
        ("37.50", "12.50"),
        ("50.00", "25.00"),
    ]
    assert [part.width for part in split_bar([0], 0)] == ["0.00"]
    assert (tell_share(121, 150).ko, tell_share(0, 0).en) == ("121명 (81%)", "0")
