"""Whether the totals a table states are the sums of their parts, at every level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from madang.governance.budget.methods.cause import explain_difference
from madang.governance.budget.records import Cause, TotalFault, TotalFinding, TreeAmount

Path = tuple[str, ...]
Values = tuple[int, ...]
"""What a node may be worth: its stated total and, where that disagrees, the sum of its parts; () is unknown."""
MOST_READINGS = 4096


def find_total_differences(
    parts: Iterable[TreeAmount], totals: Iterable[TreeAmount], slack_krw: int = 0
) -> tuple[TotalFinding, ...]:
    """Return what is wrong with the stated totals, in the order of their rows; nothing where all agree.

    `parts` are the lines, `totals` what the table states for nodes above them, () being the whole. Each total is
    compared with the nodes right below it, so a wrong figure is found at its own level: a total above is accused
    only if it agrees neither with what the nodes below state nor with what they add up to. With `slack_krw` 0, no
    finding means that every total is exactly the sum of all lines below it. `slack_krw` is how far a total may be
    off, for tables whose amounts were each rounded.
    """
    lines: dict[Path, list[int | None]] = defaultdict(list)
    for part in parts:
        lines[part.path].append(part.amount_krw)
    stated: dict[Path, list[TreeAmount]] = defaultdict(list)
    for total in totals:
        stated[total.path].append(total)
    below = _list_below([*lines, *stated])
    values: dict[Path, Values] = {}
    findings: list[TotalFinding] = []
    for path in sorted({*lines, *stated, *below}, key=len, reverse=True):
        members = [(child[-1], values[child]) for child in below.get(path, ())]
        members += [("", () if amount is None else (amount,)) for amount in lines.get(path, ())]
        values[path] = _settle(path, members, stated.get(path, ()), slack_krw, findings)
    return tuple(sorted(findings, key=lambda finding: (finding.row, finding.path)))


def _list_below(paths: Iterable[Path]) -> dict[Path, dict[Path, None]]:
    """Return the nodes right below each node, every node between included."""
    below: dict[Path, dict[Path, None]] = defaultdict(dict)
    for path in paths:
        for depth in range(len(path), 0, -1):
            below[path[: depth - 1]][path[:depth]] = None
    return below


def _settle(
    path: Path,
    members: Sequence[tuple[str, Values]],
    totals: Sequence[TreeAmount],
    slack_krw: int,
    findings: list[TotalFinding],
) -> Values:
    """Return what the node may be worth, noting what is wrong with each total stated for it."""
    readings = _list_readings([value for _, value in members])
    known = [total for total in totals if total.amount_krw is not None]
    if not known:
        return readings
    first = known[0]
    findings += [
        _note(total, TotalFault.REPEAT, first.amount_krw)
        for total in known[1:]
        if total.amount_krw != first.amount_krw
    ]
    if not members or not readings:
        findings.append(_note(first, TotalFault.UNKNOWN_PART if members else TotalFault.NO_PARTS, None))
        return (first.amount_krw or 0,)
    worth = first.amount_krw or 0
    if any(abs(worth - reading) <= slack_krw for reading in readings):
        return (worth,)
    findings.append(_note(first, TotalFault.SUM, readings[0], [(name, value[0]) for name, value in members]))
    return (worth, readings[0])


def _list_readings(values: Sequence[Values]) -> Values:
    """Return the sums the parts may have, the stated amounts' first; () where a part is unknown.

    Parts in doubt have two values each. Where all combinations are too many, only "all as stated" and "all as
    added up" are kept.
    """
    if any(not one for one in values):
        return ()
    sums = {0: None}
    for one in values:
        sums = dict.fromkeys(known + value for value in one for known in sums)
        if len(sums) > MOST_READINGS:
            return tuple(dict.fromkeys((sum(one[0] for one in values), sum(one[-1] for one in values))))
    return tuple(sums)


def _note(
    total: TreeAmount, kind: TotalFault, computed_krw: int | None, parts: Sequence[tuple[str, int]] = ()
) -> TotalFinding:
    stated = total.amount_krw or 0
    cause, part = explain_difference(stated, computed_krw or 0, parts) if parts else (Cause.NONE, "")
    return TotalFinding(
        row=total.row,
        path=total.path,
        kind=kind,
        stated_krw=stated,
        computed_krw=computed_krw,
        difference_krw=None if computed_krw is None else stated - computed_krw,
        cause=cause,
        part=part,
    )
