"""Observations by their times: each is a moment or an interval, and so is what it is compared with."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import msgspec

from madang.core.lake.interface import Filter, Op

Span = tuple[datetime, datetime]
Branches = tuple[tuple[Filter, ...], ...]
Edge = tuple[str, tuple[tuple[str, str | None], ...]]
"""A column, and the steps from it to a moment."""
OPPOSITE = {
    Op.EQ: Op.NE, Op.NE: Op.EQ, Op.LT: Op.GE, Op.GE: Op.LT, Op.GT: Op.LE, Op.LE: Op.GT, Op.IS_NULL: Op.NOT_NULL,
    Op.NOT_NULL: Op.IS_NULL,
}  # fmt: skip
_END = ("json", '$."phenomenonEnd"')
LASTED = Filter("details", Op.NOT_NULL, steps=(_END,))
INSTANT = msgspec.structs.replace(LASTED, op=Op.IS_NULL)
"""That the phenomenon of an observation lasted, and that it didn't."""
_VALID = ("json", '$."validTime"')
TIMES: dict[str, tuple[tuple[Filter | None, Edge, Edge], ...]] = {
    "phenomenonTime": (
        (INSTANT, ("observed_at", ()), ("observed_at", ())),
        (LASTED, ("observed_at", ()), ("details", (_END, ("end", None)))),
    ),
    "resultTime": ((None, ("result_at", ()), ("result_at", ())),),
    "validTime": ((None, ("details", (_VALID, ("begin", None))), ("details", (_VALID, ("end", None)))),),
}
"""Where the begin and the end of a time stand, and of which observations they stand there."""


def compare_times(name: str, op: Op, span: Span, *, negated: bool = False) -> Branches:
    """Return the observations whose time `name` is before (LT), after (GT) … a span, whose ends are one for a moment.

    An interval is before what its end is before, and after what its begin is after; LE and GE compare both ends.
    """
    if op is Op.NE:
        return compare_times(name, Op.EQ, span, negated=not negated)
    found = [(condition, _relate(begin, end, op, span)) for condition, begin, end in TIMES[name]]
    if len({relation for _, relation in found}) == 1:  # whether it lasted makes no difference
        branches: Branches = (found[0][1],)
    else:
        branches = tuple((condition, *relation) for condition, relation in found if condition)
    return negate(branches) if negated else branches


def negate(branches: Branches) -> Branches:
    """Return what no branch admits."""
    denied = (
        [msgspec.structs.replace(one, op=OPPOSITE[Op(one.op)]) for one in branch] for branch in branches
    )
    return tuple(tuple(dict.fromkeys(one)) for one in product(*denied) if not {LASTED, INSTANT} <= set(one))


def _relate(begin: Edge, end: Edge, op: Op, span: Span) -> tuple[Filter, ...]:
    first, last = span
    pairs = {
        Op.LT: ((begin, first), (end, first)),
        Op.GT: ((begin, last),),
    }.get(op, ((begin, first), (end, last)))
    return tuple(Filter(column, op, moment, steps) for (column, steps), moment in dict.fromkeys(pairs))
