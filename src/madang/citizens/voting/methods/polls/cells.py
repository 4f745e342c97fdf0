"""Counts by district without telling of anyone: small groups are pooled, small cells hidden.

Every cell 1 … threshold − 1 is hidden, and those below 3 whatever the threshold. So that no such cell follows from the sums that are shown, more are hidden
(complementary suppression): each district and each choice with one hidden cell gets a second one, and then each small
cell is asked whether another number could stand there with all sums as they are. That is so where cells can be raised and
lowered by one in turn along a closed path of hidden cells; cells of 0 can't be lowered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from madang.citizens.voting.records.polls import DistrictLine

FEWEST = 3
"""A cell of one or two people tells each who is in it of the other: friends may see their whole count, not this."""


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
    threshold = max(threshold, FEWEST)
    pooled, people = pool_districts(counts, voters, threshold)
    if len(pooled) < 2 or min(people.values()) < threshold:  # noqa: PLR2004 - one line is the total itself
        return ()
    codes = list(pooled)
    table = [pooled[code] for code in codes]
    hidden = [[0 < cell < threshold for cell in row] for row in table]
    small = [
        (row, column) for row, mask in enumerate(hidden) for column, is_hidden in enumerate(mask) if is_hidden
    ]
    while True:
        while _hide_another(table, hidden):
            pass
        pinned = _find_pinned(table, hidden, small)
        if pinned is None:
            break
        if not _free(table, hidden, pinned):
            return ()
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


def _find_pinned(
    table: list[list[int]], hidden: list[list[bool]], cells: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """Return the first of `cells` that only one number fits, or None."""
    return next((cell for cell in cells if _is_pinned(table, hidden, cell)), None)


def _is_pinned(table: list[list[int]], hidden: list[list[bool]], cell: tuple[int, int]) -> bool:
    row, column = cell
    can_rise = _leads(table, hidden, ("column", column), ("row", row), cell)
    return not can_rise and not (
        table[row][column] and _leads(table, hidden, ("row", row), ("column", column), cell)
    )


def _leads(
    table: list[list[int]],
    hidden: list[list[bool]],
    begin: tuple[str, int],
    end: tuple[str, int],
    without: tuple[int, int],
) -> bool:
    """Return whether sums can be balanced from one line to another: rows go on by raising a cell, columns by lowering."""
    seen, found = {begin}, [begin]
    while found:
        kind, at = found.pop()
        if kind == "row":
            following = [
                ("column", column)
                for column, is_hidden in enumerate(hidden[at])
                if is_hidden and (at, column) != without
            ]
        else:
            following = [
                ("row", row)
                for row, mask in enumerate(hidden)
                if mask[at] and table[row][at] and (row, at) != without
            ]
        if end in following:
            return True
        found += [one for one in following if one not in seen]
        seen.update(following)
    return False


def _free(table: list[list[int]], hidden: list[list[bool]], pinned: tuple[int, int]) -> bool:
    """Hide one cell more, the smallest by which `pinned` may be another number; return whether any was left."""
    shown = [
        (not cell, cell, row, column)
        for row, cells in enumerate(table)
        for column, cell in enumerate(cells)
        if not hidden[row][column]
    ]
    for *_, row, column in sorted(shown):
        hidden[row][column] = True
        if not _is_pinned(table, hidden, pinned):
            return True
        hidden[row][column] = False
    if shown:
        *_, row, column = min(shown)
        hidden[row][column] = True
    return bool(shown)
