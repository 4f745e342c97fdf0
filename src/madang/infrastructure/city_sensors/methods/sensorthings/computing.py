"""Arithmetic and functions in a `$filter`: constants are computed, the rest becomes steps on a column of observations."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from odata_query import ast

from .bodies import read_time, write_time
from .trees import flatten

FUNCTIONS = {
    "round": "round", "floor": "floor", "ceiling": "ceiling", "year": "year", "month": "month", "day": "day", "hour": "hour",
    "minute": "minute", "second": "second", "fractionalseconds": "fraction", "date": "date", "time": "time",
    "tolower": "lower", "toupper": "upper", "trim": "trim", "length": "length",
}  # fmt: skip
"""OData's functions of one argument → the lake's steps."""
OF_TEXTS = {
    "contains": "contains", "startswith": "starts_with", "endswith": "ends_with", "indexof": "index_of", "concat": "append",
}  # fmt: skip
"""Those of an expression and a text."""
TRUTHS = {"contains", "startswith", "endswith", "sta.substringof"}
"""Those that hold or don't: their steps give 1 or 0."""
OF_MOMENTS: dict[str, Callable[[datetime], ast._Node]] = {
    "date": lambda moment: ast.Date(moment.date().isoformat()),
    "time": lambda moment: ast.Time(moment.time().isoformat()),
    "fractionalseconds": lambda moment: ast.Float(repr(moment.microsecond / 1e6)),
    **{
        name: lambda moment, name=name: ast.Integer(str(getattr(moment, name)))  # type: ignore[misc]
        for name in ("year", "month", "day", "hour", "minute", "second")
    },
}
MOMENTS = {
    "now": None,
    "mindatetime": datetime(1, 1, 1, tzinfo=UTC),
    "maxdatetime": datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
}
ARITHMETIC = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Mod: "mod"}
TURNED = {ast.Add: "add", ast.Mult: "mul", ast.Sub: "sub_from", ast.Div: "div_into"}
"""With the constant on the left."""
COMPARE = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
MICROSECOND = timedelta(microseconds=1)
Steps = tuple[tuple[str, Any], ...]


class Operand(msgspec.Struct, frozen=True):
    """What a step computes with instead of a constant: a path, and the steps from it."""

    path: tuple[str, ...]
    steps: Steps


def fold(node: ast._Node, now: datetime) -> ast._Node:
    """Return a node as a literal where it is one in other words: `now()`, moments and durations, numbers computed."""
    if isinstance(node, ast.Call) and not node.args and node.func.full_name() in MOMENTS:
        return ast.DateTime(write_time(MOMENTS[node.func.full_name()] or now))
    if isinstance(node, ast.Call) and node.func.full_name() == "totaloffsetminutes" and len(node.args) == 1:
        return ast.Integer("0")  # every time is kept and shown in UTC
    if isinstance(node, ast.Call) and node.func.full_name() in OF_MOMENTS and len(node.args) == 1:
        inner = fold(node.args[0], now)
        found = read_span(inner) if isinstance(inner, ast.DateTime) else None
        return OF_MOMENTS[node.func.full_name()](found[0]) if found else ast.Call(node.func, [inner])
    if not isinstance(node, ast.BinOp):
        return node
    left, right = fold(node.left, now), fold(node.right, now)
    if (
        isinstance(left, ast.DateTime)
        and isinstance(right, ast.Duration)
        and type(node.op) in {ast.Add, ast.Sub}
    ):
        wait = right.py_val if isinstance(node.op, ast.Add) else -right.py_val
        return ast.DateTime(_shift(left, wait))
    one, other = _read_number(left), _read_number(right)
    if one is None or other is None:
        return ast.BinOp(node.op, left, right)
    return ast.Float(repr(_compute(node.op, one, other)))


def read_steps(node: ast._Node) -> tuple[tuple[str, ...], Steps]:
    """Return the path that an expression is about, and the steps to it; raise ValueError where there is no such one."""
    path = flatten(node)
    if path is not None:
        return path, ()
    if isinstance(node, ast.Call) and len(node.args) == 1 and node.func.full_name() in FUNCTIONS:
        path, steps = read_steps(node.args[0])
        return path, (*steps, (FUNCTIONS[node.func.full_name()], None))
    if isinstance(node, ast.Call) and (step := _read_text_step(node.func.full_name(), node.args)):
        path, steps = read_steps(step[0])
        return path, (*steps, *step[1])
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Duration):
        wait = node.right.py_val if isinstance(node.op, ast.Add) else -node.right.py_val
        path, steps = read_steps(node.left)
        if isinstance(node.op, ast.Add | ast.Sub):
            return path, (*steps, ("later", wait // MICROSECOND))
    if isinstance(node, ast.BinOp):
        return _compute_steps(node)
    raise ValueError("an observation is compared by its properties and what is computed from them")


def _compute_steps(node: ast.BinOp) -> tuple[tuple[str, ...], Steps]:
    """Return the steps of arithmetic with a constant on either side, or of two expressions."""
    inner, names = node.left, ARITHMETIC
    other: Any = _read_number(node.right)
    if other is None and (number := _read_number(node.left)) is not None:
        inner, names, other = node.right, TURNED, number
    if type(node.op) not in names:
        raise ValueError("a constant isn't divided for its remainder")
    path, steps = read_steps(inner)
    return path, (
        *steps,
        (names[type(node.op)], Operand(*read_steps(node.right)) if other is None else other),
    )


def _read_text_step(name: str, arguments: list[ast._Node]) -> tuple[ast._Node, Steps] | None:
    """Return what a function of texts is about, and its steps; None where it is no such function, or not of constants."""
    if name == "sta.substringof":
        name, arguments = "contains", arguments[::-1]
    if name == "substring" and 2 <= len(arguments) <= 3:
        whole, *places = arguments
        counts = [one.py_val for one in places if isinstance(one, ast.Integer) and 0 <= one.py_val < 2**31]
        if len(counts) == len(places):
            return whole, tuple(zip(("without_first", "first"), counts, strict=False))
    if name in OF_TEXTS and len(arguments) == 2:
        one, other = arguments
        if isinstance(other, ast.String):
            return one, ((OF_TEXTS[name], other.py_val),)
        if name == "concat" and isinstance(one, ast.String):
            return other, (("prepend", one.py_val),)
        return one, ((OF_TEXTS[name], Operand(*read_steps(other))),)
    return None


def is_truth(node: ast._Node) -> bool:
    """Return whether a node holds or doesn't, without being compared."""
    return isinstance(node, ast.Call) and node.func.full_name() in TRUTHS


def read_span(node: ast._Node) -> tuple[datetime, datetime] | None:
    """Return the begin and the end of an interval, which are one for a moment; None where a node is neither."""
    if isinstance(node, ast.Call) and node.func.full_name() == "sta.interval":
        begin, end = read_time("$filter", "/".join(one.val for one in node.args))
    elif isinstance(node, ast.DateTime):
        begin, end = read_time("$filter", node.val)
    else:
        return None
    return begin, end or begin


def compare_constants(left: ast._Node, comparator: ast._Node, right: ast._Node) -> bool | None:
    """Return whether a comparison of two numbers holds, None where it isn't one."""
    one, other, compare = _read_number(left), _read_number(right), COMPARE.get(type(comparator))
    return None if one is None or other is None or compare is None else compare(one, other)


def _shift(moment: ast.DateTime, wait: timedelta) -> str:
    begin = read_time("$filter", moment.val)[0]
    try:
        return write_time((begin + wait).astimezone(UTC))
    except OverflowError as error:
        raise ValueError("that time is too far away") from error


def _read_number(node: ast._Node) -> float | None:
    return float(node.py_val) if isinstance(node, ast.Integer | ast.Float) else None


def _compute(op: ast._Node, one: float, other: float) -> float:
    try:
        found = {
            ast.Add: lambda: one + other,
            ast.Sub: lambda: one - other,
            ast.Mult: lambda: one * other,
            ast.Div: lambda: one / other,
            ast.Mod: lambda: math.fmod(one, other),
        }[type(op)]()
    except (ZeroDivisionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if not math.isfinite(found):
        raise ValueError("that number is too large")
    return found
