"""Counts by district without telling of anyone: small groups are pooled, small cells hidden.

Every cell 1 … threshold − 1 is hidden. So that no hidden cell follows from the sums that are shown, each
district and each choice with one hidden cell gets a second one (complementary suppression).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from madang.citizens.voting.records.polls import DistrictLine


def pool_districts(counts: Mapping[str, Sequence[int]], voters: Mapping[str, int], threshold: int) -> tuple[
    dict[str, list[int]], dict[str, int]
]:  # fmt: skip
    """Return counts and voters with small districts, and those that didn't say theirs, together under ""."""
    small = {code for code, people in voters.items() if people < threshold or not code}
    rest = sorted((code for code in voters if code not in small), key=lambda code: (voters[code], code))
    while small and rest and sum(voters[code] for code in small) < threshold:
        small.add(rest.pop(0))
    width = len(next(iter(counts.values()), ()))
    pooled = {code: list(counts[code]) for code in sorted(counts) if code not in small}
    people = {code: voters[code] for code in pooled}
    if small:
        pooled[""] = [sum(counts[code][at] for code in small) for at in range(width)]
        people[""] = sum(voters[code] for code in small)
    return pooled, people


def hide_small(
    counts: Mapping[str, Sequence[int]], voters: Mapping[str, int], threshold: int
) -> tuple[DistrictLine, ...]:
    """Return what may be shown of votes by district and choice; nothing where one district would be left."""
    pooled, people = pool_districts(counts, voters, threshold)
    if len(pooled) < 2 or min(people.values()) < threshold:  # noqa: PLR2004 - one line is the total itself
        return ()
    codes = list(pooled)
    table = [pooled[code] for code in codes]
    hidden = [[0 < cell < threshold for cell in row] for row in table]
    while _hide_another(table, hidden):
        pass
    return tuple(
        DistrictLine(
            code=code,
            voters=people[code],
            counts=tuple(None if is_hidden else cell for cell, is_hidden in zip(row, mask, strict=True)),
        )
        for code, row, mask in zip(codes, table, hidden, strict=True)
    )


def _hide_another(table: list[list[int]], hidden: list[list[bool]]) -> bool:
    """Hide one cell more in the first row or column that has exactly one; return whether there was any."""
    rows = [[(row, column) for column in range(len(table[0]))] for row in range(len(table))]
    columns = [[(row, column) for row in range(len(table))] for column in range(len(table[0]))]
    for line in (*rows, *columns):
        open_cells = [(row, column) for row, column in line if not hidden[row][column]]
        if len(line) - len(open_cells) == 1 and open_cells:
            row, column = min(open_cells, key=lambda at: (table[at[0]][at[1]] == 0, table[at[0]][at[1]]))
            hidden[row][column] = True
            return True
    return False
