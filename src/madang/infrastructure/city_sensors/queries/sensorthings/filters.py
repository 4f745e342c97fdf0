"""`$filter` over entities as conditions of Django's: the library's visitor, taught the names of SensorThings."""

from __future__ import annotations

import operator
import re
from contextlib import suppress
from functools import reduce
from typing import Any

import shapely
from django.core.exceptions import EmptyResultSet, FieldError, FullResultSet
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db.models import (
    Case,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Q,
    TextField,
    Value,
    When,
    functions,
    lookups,
)
from django.db.models.functions import Cast
from odata_query import ast
from odata_query.django.django_q import AstToDjangoQVisitor
from odata_query.exceptions import ODataException
from shapely.errors import ShapelyError

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.ngsi.questions import check_pattern
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_geometry
from madang.infrastructure.city_sensors.methods.sensorthings.computing import MOMENTS, is_truth
from madang.infrastructure.city_sensors.methods.sensorthings.schema import TYPES, EntityType
from madang.infrastructure.city_sensors.methods.sensorthings.trees import flatten, join_path
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse

from .json_values import JsonHas, JsonKind, JsonNumber, JsonText, JsonTruth

MODELS: dict[str, Any] = {name: getattr(models, name) for name in TYPES if name != "Observation"}
NUMBERS = {
    "round", "floor", "ceiling", "length", "indexof", "year", "month", "day", "hour", "minute", "second", "fractionalseconds",
    "totaloffsetminutes",
}  # fmt: skip
"""Functions that give a number."""
READERS = {"number": JsonNumber, "text": JsonText, "truth": JsonTruth}
ORDERS = {ast.Lt: lookups.LessThan, ast.LtE: lookups.LessThanOrEqual, ast.Gt: lookups.GreaterThan,
          ast.GtE: lookups.GreaterThanOrEqual, ast.Eq: lookups.Exact}  # fmt: skip
FLIPPED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
RELATIONS = {
    "st_equals": shapely.equals,
    "st_disjoint": shapely.disjoint,
    "st_touches": shapely.touches,
    "st_within": shapely.within,
    "st_overlaps": shapely.overlaps,
    "st_crosses": shapely.crosses,
    "st_intersects": shapely.intersects,
    "st_contains": shapely.contains,
    "intersects": shapely.intersects,
}
TURNED = {shapely.within: shapely.contains, shapely.contains: shapely.within}
"""With the literal in front; the others are the same both ways."""
_WRONG = (
    ODataException, FieldError, ValueError, TypeError, AttributeError, NotImplementedError, ImportError, DatabaseError,
)  # fmt: skip
_DISTANCES = {
    ast.Lt: lambda found, limit: found < limit,
    ast.LtE: lambda found, limit: found <= limit,
    ast.Gt: lambda found, limit: found > limit,
    ast.GtE: lambda found, limit: found >= limit,
    ast.Eq: lambda found, limit: found == limit,
    ast.NotEq: lambda found, limit: found != limit,
}
_NINE = re.compile(r"[012TF*]{9}")
_NOWHERE = ast.Geography("POINT EMPTY")


def make_condition(kind: EntityType, tree: ast._Node) -> Q:
    """Return the condition of a `$filter` on entities of `kind`; raise BadInput where it has no meaning."""
    path = flatten(tree)
    if path and find_place(kind, path)[2] == "json":  # what stands there may be true
        tree = ast.Compare(ast.Eq(), tree, ast.Boolean("true"))
    try:
        condition = Visitor(kind).visit(tree)
        _check_condition(kind, condition)
    except _WRONG as error:
        raise refuse("$filter", "이 조건을 쓸 수 없습니다", f"can't filter by this: {error}") from error
    return condition


def _check_condition(kind: EntityType, condition: Q) -> None:
    """Raise what Django has against a condition now, not when it is asked: types that don't fit, what is no condition."""
    with suppress(EmptyResultSet, FullResultSet):
        MODELS[kind.name].objects.filter(condition).query.get_compiler(DEFAULT_DB_ALIAS).as_sql()


def find_column(kind: EntityType, path: tuple[str, ...]) -> tuple[str, str]:
    """Return the ORM path of a path of names, and the kind of what it leads to ("id", "json", "text", …)."""
    column, keys, found = find_place(kind, path)
    return "__".join([column, *(one.strip("[]") for one in keys)]), found


def find_place(kind: EntityType, path: tuple[str, ...]) -> tuple[str, tuple[str, ...], str]:
    """Return the column that a path of names leads to, the keys inside of it, and the kind of what lies there."""
    steps: list[str] = []
    for place, name in enumerate(path):
        if name == "id" and place == len(path) - 1:
            return "__".join([*steps, "pk"]), (), "id"
        if (link := kind.find_link(name)) is not None and link.path:
            steps.append(link.path)
            kind = TYPES[link.target]
        elif (prop := kind.find_property(name)) is not None and prop.column and kind.name != "Observation":
            inner = path[place + 1 :]
            if inner and prop.kind not in {"json", "geometry"}:
                break
            return "__".join([*steps, prop.column]), inner, "json" if inner else prop.kind
        else:
            break
    raise refuse("path", f"쓸 수 없는 항목입니다: {join_path(path)}", f"there is no {join_path(path)} here")


def follows_many(kind: EntityType, path: tuple[str, ...]) -> bool:
    """Return whether a path of names follows a link to many."""
    for name in path:
        link = kind.find_link(name)
        if link is None:
            return False
        if link.is_many:
            return True
        kind = TYPES[link.target]
    return False


class Fraction(Func):
    """The fraction of a second of a time."""

    output_field = FloatField()
    template = "(EXTRACT(MICROSECONDS FROM %(expressions)s)::bigint %% 1000000 / 1000000.0)"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return it in SQLite's words, which knows times as text."""
        template = "(CAST(strftime('%%f', %(expressions)s) AS REAL) - CAST(strftime('%%S', %(expressions)s) AS REAL))"
        source = Cast(self.source_expressions[0], TextField())
        return Fraction(source).as_sql(compiler, connection, template=template, **more)


class Visitor(AstToDjangoQVisitor):
    """Turns a tree into a condition on entities of one kind."""

    def __init__(self, kind: EntityType) -> None:
        super().__init__(MODELS[kind.name])
        self.kind = kind

    def visit_Identifier(self, node: ast.Identifier) -> Any:  # noqa: N802 - the library's name
        """Return the column of a name."""
        return self._read(node, "text")

    def visit_Attribute(self, node: ast.Attribute) -> Any:  # noqa: N802 - the library's name
        """Return the column at the end of a path."""
        return self._read(node, "text")

    def _read(self, node: ast._Node, kind: str) -> Any:
        """Return what a node stands for: of JSON what is of a kind ("number", "text", "truth")."""
        path = flatten(node)
        if path is None:
            return self.visit(node)
        column, keys, found = find_place(self.kind, path)
        return READERS[kind](column, keys) if found == "json" else F(column)

    def _find_kind(self, node: Any) -> str:
        """Return the kind of what a node gives: "number", "text", "truth", "json" (any of them) or "" (something else)."""
        if isinstance(node, ast.List) and node.val:
            kinds = {self._find_kind(one) for one in node.val}
            return kinds.pop() if len(kinds) == 1 else ""
        path = flatten(node)
        if path is not None:
            found = find_place(self.kind, path)[2]
            return "number" if found == "id" else found
        if isinstance(node, ast.Call):
            return "number" if node.func.full_name() in NUMBERS else "truth" if is_truth(node) else "text"
        if isinstance(node, ast.Boolean):
            return "truth"
        return (
            "number"
            if isinstance(node, ast.Integer | ast.Float | ast.BinOp)
            else "text" * isinstance(node, ast.String)
        )

    def visit_Compare(self, node: ast.Compare) -> Any:  # noqa: N802 - the library's name
        """Return a comparison; those with JSON and with distances need their own words."""
        left, comparator, right = node.left, node.comparator, node.right
        if isinstance(comparator, ast.In) and isinstance(left, ast._Literal):
            return self._find_in_lists(left, right)
        if isinstance(left, ast._Literal) and type(comparator) in FLIPPED:
            left, comparator, right = right, FLIPPED[type(comparator)](), left
        if isinstance(left, ast.Call) and left.func.full_name() in {"geo.distance", "geo.length"}:
            return self._compare_measure(left, comparator, getattr(right, "py_val", None))
        if self._find_kind(left) == "json" and isinstance(right, ast.Null):
            return self._compare_null(left, comparator)
        if "json" in {self._find_kind(left), self._find_kind(right)}:
            return self._compare_json(left, comparator, right)
        return super().visit_Compare(ast.Compare(comparator, left, right))

    def visit_Call(self, node: ast.Call) -> Any:  # noqa: N802 - the library's name
        """Return a function; those of geometry ask shapely."""
        name = node.func.name
        if name in RELATIONS and node.func.full_name() != name:
            return self._select_places(node.args, RELATIONS[name])
        if name == "st_relate":
            return self._relate(node.args)
        return super().visit_Call(node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:  # noqa: N802 - the library's name
        """Return what is computed from columns; of JSON numbers are."""
        if "json" not in {self._find_kind(node.left), self._find_kind(node.right)}:
            return super().visit_BinOp(node)
        left, right = self._read(node.left, "number"), self._read(node.right, "number")
        if isinstance(node.op, ast.Div | ast.Mod):  # nothing is divided by 0
            right = functions.NullIf(right, Value(0.0), output_field=FloatField())
        if isinstance(node.op, ast.Mod):
            return functions.Mod(left, right, output_field=FloatField())
        return ExpressionWrapper(self.visit(node.op)(left, right), output_field=FloatField())

    def djangofunc_round(self, number: ast._Node) -> functions.Round:
        """Return a number rounded."""
        return functions.Round(self._read(number, "number"))

    def djangofunc_floor(self, number: ast._Node) -> functions.Floor:
        """Return the whole number below."""
        return functions.Floor(self._read(number, "number"))

    def djangofunc_ceiling(self, number: ast._Node) -> functions.Ceil:
        """Return the whole number above."""
        return functions.Ceil(self._read(number, "number"))

    def _relate(self, arguments: list[ast._Node]) -> Q:
        """Return the condition that two geometries relate as a pattern of the nine intersections says."""
        pattern = arguments[2].val if len(arguments) == 3 and isinstance(arguments[2], ast.String) else ""
        if not _NINE.fullmatch(pattern):
            raise TypeError("st_relate has two geometries and a pattern of nine of 0, 1, 2, T, F and *")
        turned = "".join(pattern[place] for place in (0, 3, 6, 1, 4, 7, 2, 5, 8))
        is_turned = isinstance(arguments[0], ast.Geography)
        said = turned if is_turned else pattern
        return self._select_places(arguments[:2], lambda one, other: shapely.relate_pattern(one, other, said))

    def djangofunc_mindatetime(self) -> Value:
        """Return the first moment there is."""
        return Value(MOMENTS["mindatetime"])

    def djangofunc_maxdatetime(self) -> Value:
        """Return the last moment there is."""
        return Value(MOMENTS["maxdatetime"])

    def djangofunc_totaloffsetminutes(self, moment: ast._Node) -> Value:
        """Return the offset of a time from UTC, in which every time is kept and shown."""
        self.visit(moment)
        return Value(0)

    def djangofunc_fractionalseconds(self, moment: ast._Node) -> Fraction:
        """Return the fraction of a second of a time."""
        return Fraction(self.visit(moment))

    def djangofunc_sta__substringof(self, part: ast._Node, whole: ast._Node) -> Any:
        """Return whether `whole` has `part` in it."""
        return self.djangofunc_contains(whole, part)

    def djangofunc_contains(self, whole: ast._Node, part: ast._Node) -> Any:
        """Return whether `whole` has `part` in it, in these letters."""
        return lookups.GreaterThan(functions.StrIndex(self.visit(whole), self.visit(part)), 0)

    def djangofunc_startswith(self, whole: ast._Node, part: ast._Node) -> Any:
        """Return whether `whole` begins with `part`."""
        return lookups.Exact(functions.StrIndex(self.visit(whole), self.visit(part)), 1)

    def djangofunc_endswith(self, whole: ast._Node, part: ast._Node) -> Any:
        """Return whether `whole` ends in `part`."""
        end = self.visit(part)
        return lookups.Exact(functions.Right(self.visit(whole), functions.Length(end)), end)

    def djangofunc_substring(self, text: ast._Node, start: ast._Node, count: ast._Node | None = None) -> Any:
        """Return a part of a text; OData counts from 0, SQL from 1."""
        return functions.Substr(self.visit(text), self.visit(start) + 1, self.visit(count) if count else None)

    def _compare_null(self, node: ast._Node, comparator: ast._Node) -> Q:
        column, keys, _ = find_place(self.kind, flatten(node) or ())
        kind = JsonKind(column, keys)
        missing = Q(lookups.IsNull(kind, True)) | Q(lookups.Exact(kind, Value("null")))
        return missing if isinstance(comparator, ast.Eq) else ~missing

    def _compare_json(self, left: ast._Node, comparator: ast._Node, right: ast._Node) -> Q:
        """Return a comparison of what stands in JSON: with its like, a number with a number and so on."""
        if isinstance(comparator, ast.In) and isinstance(right, ast.List):
            each = (self._compare_json(left, ast.Eq(), one) for one in right.val)
            return reduce(operator.or_, each)
        if isinstance(comparator, ast.NotEq):
            same = self._compare_json(left, ast.Eq(), right)
            there = Q(*(lookups.IsNull(self.visit(one), False) for one in (left, right)))
            return there & Q(lookups.Exact(Case(When(same, then=Value(1)), default=Value(0)), 0))
        compare = ORDERS[type(comparator)]
        kinds = {self._find_kind(left), self._find_kind(right)} - {"json"}
        if not kinds:
            numbers = [self._read(one, "number") for one in (left, right)]
            texts = [self._read(one, "text") for one in (left, right)]
            no_numbers = Q(*(lookups.IsNull(one, True) for one in numbers))
            return Q(compare(*numbers)) | (no_numbers & Q(compare(*texts)))
        kind = kinds.pop()
        if kind not in READERS:
            raise TypeError("what stands in JSON is compared with numbers, texts, true, false and its like")
        return Q(compare(self._read(left, kind), self._read(right, kind)))

    def djangofunc_concat(self, *parts: ast._Node) -> functions.Concat:
        """Return texts as one."""
        return functions.Concat(*(self.visit(part) for part in parts), output_field=TextField())

    def djangofunc_matchespattern(self, text: ast._Node, pattern: ast._Node) -> Any:
        """Return whether a text matches a pattern, one that is quick for any text."""
        if isinstance(pattern, ast.String):
            check_pattern(pattern.val)
        return super().djangofunc_matchespattern(text, pattern)

    def _find_in_lists(self, one: ast._Literal, lists: ast._Node) -> Q:
        """Return the condition that a number or a text is in one of the lists that stand in JSON."""
        if not isinstance(one, ast.Integer | ast.Float | ast.String):
            raise TypeError("a number or a text is in a list")
        found = Q()
        for path in map(flatten, lists.val if isinstance(lists, ast.List) else []):
            column, keys, kind = find_place(self.kind, path) if path else ("", (), "")
            if kind != "json":
                raise TypeError("a constant is sought in lists in JSON")
            found |= Q(lookups.Exact(JsonHas(column, keys, one.py_val), True))
        return found

    def visit_CollectionLambda(self, node: ast.CollectionLambda) -> Any:  # noqa: N802 - the library's name
        """Refuse a lambda inside of a comparison or a function."""
        raise TypeError("any() and all() stand alone or are joined by and, or, not")

    def _compare_measure(self, call: ast.Call, comparator: ast._Node, limit: Any) -> Q:
        """Return the condition of a distance or a length, both in degrees as the geometries are."""
        compare = _DISTANCES.get(type(comparator))
        if compare is None or not isinstance(limit, int | float):
            raise TypeError(
                "a distance is compared to a number with lt, le, gt or ge, a length with eq and ne too"
            )
        if call.func.name == "length":
            return self._select_places(
                [*call.args, _NOWHERE], lambda one, _: compare(shapely.length(one), limit)
            )
        if type(comparator) in {ast.Eq, ast.NotEq}:
            raise TypeError("a distance is compared with lt, le, gt or ge")
        return self._select_places(call.args, lambda one, other: compare(shapely.distance(one, other), limit))

    def _select_places(self, arguments: list[ast._Node], relate: Any) -> Q:
        """Return the condition that shapely's `relate` holds between a place and a literal."""
        if len(arguments) != 2:
            raise TypeError("a geometry is compared to one other")
        if isinstance(arguments[0], ast.Geography):
            arguments, relate = arguments[::-1], TURNED.get(relate, relate)
        path, other = flatten(arguments[0]), arguments[1]
        if path is None or not isinstance(other, ast.Geography):
            raise TypeError("a geometry is compared to geography'…' in well-known text")
        column, kind = find_column(self.kind, path)
        if kind != "geometry":
            raise TypeError(f"{'/'.join(path)} is no geometry")
        try:
            literal = shapely.from_wkt(other.val.rpartition(";")[2])
        except ShapelyError as error:
            raise ValueError(str(error)) from error
        owner = column.rpartition("__")[0]
        model = models.FeatureOfInterest if path[-1] == "feature" else models.Location
        found = [
            key
            for key, geometry in model.objects.filter(west__isnull=False).values_list("pk", "geometry")
            if relate(read_geometry(path[-1], geometry), literal)
        ]
        return Q(**{f"{owner}__pk__in" if owner else "pk__in": found})
