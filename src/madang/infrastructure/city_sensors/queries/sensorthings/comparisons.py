"""Comparisons of a `$filter` on observations: each is filters on the columns of the readings table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from odata_query import ast

from madang.core.base.interface import BadInput
from madang.core.lake.interface import STEPS, Computed, Filter, Op
from madang.infrastructure.city_sensors.methods.sensorthings.computing import (
    MICROSECOND,
    Operand,
    Steps,
    compare_constants,
    fold,
    read_span,
    read_steps,
)
from madang.infrastructure.city_sensors.methods.sensorthings.trees import flatten
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse

from .spans import OPPOSITE, TIMES, Branches, Span, compare_times

COLUMNS = {"phenomenonTime": "observed_at", "resultTime": "result_at", "result": "value"}
Expression = tuple[tuple[str, ...], Steps]
IN_DETAILS = {"resultQuality", "validTime", "parameters"}
"""Properties that stand in a reading's details."""
OPS = {ast.Eq: Op.EQ, ast.NotEq: Op.NE, ast.Lt: Op.LT, ast.LtE: Op.LE, ast.Gt: Op.GT, ast.GtE: Op.GE}
FLIPPED = {Op.LT: Op.GT, Op.GT: Op.LT, Op.LE: Op.GE, Op.GE: Op.LE}
EVERYTHING: Branches = ((),)
_KIND = (("json_type", "$"),)
_NO_NUMBER = Filter("value", Op.IS_NULL)
_OTHERS = ("VARCHAR", "BOOLEAN", "OBJECT", "ARRAY")
NO_RESULT: Branches = (
    (_NO_NUMBER, Filter("raw", Op.IS_NULL, steps=_KIND)),
    (_NO_NUMBER, *(Filter("raw", Op.NE, one, _KIND) for one in _OTHERS)),
)
SOME_RESULT: Branches = (
    (Filter("value", Op.NOT_NULL),),
    *((Filter("raw", Op.EQ, one, _KIND),) for one in _OTHERS),
)
"""Results that are there are numbers, or JSON of another kind."""
GIVES_TRUTH = {"contains", "starts_with", "ends_with"}


def compare(tree: ast.Compare, moment: datetime, *, negated: bool) -> Branches | tuple[Op, ast._Node]:
    """Return a comparison as alternatives of filters; of an id (operator, what it is compared with). Raises BadInput."""
    op = OPS.get(type(tree.comparator))
    try:
        left, right = fold(tree.left, moment), fold(tree.right, moment)
        constant = compare_constants(left, tree.comparator, right)
        if constant is not None:
            return EVERYTHING if constant is not negated else ()
        if isinstance(left, ast._Literal) or read_span(left) is not None:
            left, right, op = right, left, op and FLIPPED.get(op, op)
        if op is None or isinstance(right, ast.List):
            raise refuse_filter()
        return _compare(read_steps(left), op, right, negated=negated)
    except (ValueError, OverflowError) as error:
        raise refuse_filter() from error


def _compare(one: Expression, op: Op, right: ast._Node, *, negated: bool) -> Branches | tuple[Op, ast._Node]:
    path, steps = one
    span, turned = read_span(right), OPPOSITE[op] if negated else op
    if span is not None and path[0] in TIMES and len(path) == 1 and not (rest := _move(steps))[1]:
        return compare_times(path[0], op, _shift(span, rest[0]), negated=negated)
    if span is None and not isinstance(right, ast._Literal):
        return ((_compare_pair(one, turned, read_steps(right)),),)
    if path == ("id",):
        return turned, right
    if path == ("result",) and not steps:
        return _compare_result(turned, right)
    if steps or path[0] in IN_DETAILS or path[0] == "result":
        return ((_compare_computed(path, steps, turned, right),),)
    if path[0] in COLUMNS and len(path) == 1 and isinstance(right, ast.Null):
        return ((Filter(COLUMNS[path[0]], Op.IS_NULL if turned is Op.EQ else Op.NOT_NULL),),)
    raise refuse_filter()


def _move(steps: Steps) -> tuple[int, Steps]:
    """Return the microseconds that the first steps move a time by, and the other steps."""
    moved = 0
    while steps and steps[0][0] == "later":
        moved, steps = moved + steps[0][1], steps[1:]
    return moved, steps


def _shift(span: Span, moved_us: int) -> Span:
    return span[0] - moved_us * MICROSECOND, span[1] - moved_us * MICROSECOND


def _compare_result(op: Op, right: ast._Node) -> Branches:
    is_same = op in {Op.EQ, Op.NE}
    if isinstance(right, ast.Null) and is_same:
        return NO_RESULT if op is Op.EQ else SOME_RESULT
    if isinstance(right, ast.Boolean) and is_same:
        return ((Filter("raw", op, str(right.py_val).lower()),),)
    if isinstance(right, ast.String) and is_same:
        return ((Filter("raw", op, msgspec.json.encode(right.val).decode()),),)
    if isinstance(right, ast.String):  # a text comes before or after texts alone
        return ((Filter("raw", Op.EQ, "VARCHAR", _KIND), Filter("raw", op, right.val, (("json", "$"),))),)
    if isinstance(right, ast.Integer | ast.Float):
        return ((Filter("value", op, float(right.py_val)),),)
    raise refuse_filter()


def find_in_lists(one: ast._Literal, lists: Sequence[ast._Node], *, negated: bool) -> list[Filter]:
    """Return for each path the filter that a number or text is (isn't) in the list there; raise BadInput for anything else."""
    step = "has_text" if isinstance(one, ast.String) else "has_number"
    found = []
    for path in map(flatten, lists):
        if path is None or path[0] not in {*IN_DETAILS, "result"}:
            raise refuse_filter()
        column, steps = locate(path, (), is_number=False)
        found.append(Filter(column, Op.NE if negated else Op.EQ, 1, (*steps, (step, one.py_val))))
    return found


def _compare_computed(
    path: tuple[str, ...], steps: tuple[tuple[str, Any], ...], op: Op, right: ast._Node
) -> Filter:
    """Return a comparison of what is computed from a column, or stands in the details."""
    is_number = isinstance(right, ast.Integer | ast.Float) if not steps else not _takes_text(steps)
    column, steps = locate(path, steps, is_number=is_number)
    if isinstance(right, ast.Null):
        if op not in {Op.EQ, Op.NE}:
            raise refuse_filter()
        return Filter(column, Op.IS_NULL if op is Op.EQ else Op.NOT_NULL, steps=steps)
    try:
        value = right.py_val
    except (ValueError, AttributeError) as error:
        raise refuse_filter() from error
    if isinstance(value, bool):  # functions give 1 or 0, JSON true or false
        value = int(value) if steps and steps[-1][0] in GIVES_TRUTH else str(value).lower()
    return Filter(column, op, value, steps)


def _compare_pair(one: Expression, op: Op, other: Expression) -> Filter:
    """Return a comparison of two properties, those in the details as numbers unless they are only to be the same."""
    is_text = any(steps and STEPS[steps[-1][0]].gives == "text" for _, steps in (one, other))
    is_number = any(path == ("result",) or steps for path, steps in (one, other)) or op not in {Op.EQ, Op.NE}
    (column, steps), second = (
        locate(*each, is_number=not _takes_text(each[1]) if each[1] else is_number and not is_text)
        for each in (one, other)
    )
    return Filter(column, op, Computed(*second), steps)


def locate(path: tuple[str, ...], steps: Steps, *, is_number: bool) -> tuple[str, Steps]:
    """Return the column where a property stands, and the steps from it; raise BadInput where there is none."""
    steps = tuple((name, _locate_operand(name, one)) for name, one in steps)
    is_raw = path[0] == "result" and (len(path) > 1 or not is_number)
    if path[0] in IN_DETAILS or is_raw:
        place = "$" + "".join(one if one.startswith("[") else f'."{one}"' for one in path[is_raw:])
        return "raw" if is_raw else "details", (("json_number" if is_number else "json", place), *steps)
    if len(path) > 1 or path[0] not in COLUMNS:
        raise refuse_filter()
    return COLUMNS[path[0]], steps


def _locate_operand(step: str, one: Any) -> Any:
    """Return the argument of a step as the lake has it."""
    if not isinstance(one, Operand):
        return one
    is_number = not _takes_text(one.steps) if one.steps else STEPS[step].argument == "number"
    return Computed(*locate(one.path, one.steps, is_number=is_number))


def _takes_text(steps: Steps) -> bool:
    return STEPS[steps[0][0]].takes == "text"


def refuse_filter() -> BadInput:
    """Return the refusal of a filter on observations."""
    return refuse(
        "$filter",
        "관측값은 id, result, phenomenonTime, resultTime, resultQuality, validTime, parameters와 Datastream, "
        "FeatureOfInterest를, 또는 그것으로 계산한 값을 상수와, 또는 서로 견주어 고릅니다",
        "observations are filtered by id, result, phenomenonTime, resultTime, resultQuality, validTime, parameters, "
        "Datastream/… and FeatureOfInterest/… and what is computed from them, compared to constants (times in full, with "
        "their zone) or to one another, joined by and, or, not",
    )
