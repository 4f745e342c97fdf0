"""`$filter` over entities as conditions of Django's: the library's visitor, taught the names of SensorThings."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import shapely
from django.core.exceptions import EmptyResultSet, FieldError, FullResultSet
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db.models import F, FloatField, Func, Q, TextField, Value, functions, lookups
from django.db.models.functions import Cast
from odata_query import ast
from odata_query.django.django_q import AstToDjangoQVisitor
from odata_query.exceptions import ODataException
from shapely.errors import ShapelyError

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.ngsi.questions import check_pattern
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_geometry
from madang.infrastructure.city_sensors.methods.sensorthings.computing import MOMENTS
from madang.infrastructure.city_sensors.methods.sensorthings.schema import TYPES, EntityType
from madang.infrastructure.city_sensors.methods.sensorthings.trees import flatten
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse

MODELS: dict[str, Any] = {name: getattr(models, name) for name in TYPES if name != "Observation"}
LOOKUPS = {ast.Eq: "exact", ast.Lt: "lt", ast.LtE: "lte", ast.Gt: "gt", ast.GtE: "gte", ast.In: "in"}
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
    steps: list[str] = []
    for place, name in enumerate(path):
        if name == "id" and place == len(path) - 1:
            return "__".join([*steps, "pk"]), "id"
        if (link := kind.find_link(name)) is not None and link.path:
            steps.append(link.path)
            kind = TYPES[link.target]
        elif (prop := kind.find_property(name)) is not None and prop.column and kind.name != "Observation":
            inner = path[place + 1 :]
            if inner and prop.kind not in {"json", "geometry"}:
                break
            return "__".join([*steps, prop.column, *inner]), "json" if inner else prop.kind
        else:
            break
    raise refuse("path", f"쓸 수 없는 항목입니다: {'/'.join(path)}", f"there is no {'/'.join(path)} here")


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

    def visit_Identifier(self, node: ast.Identifier) -> F:  # noqa: N802 - the library's name
        """Return the column of a name."""
        return F(find_column(self.kind, (node.name,))[0])

    def visit_Attribute(self, node: ast.Attribute) -> F:  # noqa: N802 - the library's name
        """Return the column at the end of a path."""
        return F(find_column(self.kind, flatten(node) or ())[0])

    def visit_Compare(self, node: ast.Compare) -> Any:  # noqa: N802 - the library's name
        """Return a comparison; those with JSON and with distances need their own words."""
        left, comparator, right = node.left, node.comparator, node.right
        if isinstance(left, ast._Literal) and type(comparator) in FLIPPED:
            left, comparator, right = right, FLIPPED[type(comparator)](), left
        if isinstance(left, ast.Call) and left.func.full_name() in {"geo.distance", "geo.length"}:
            return self._compare_measure(left, comparator, getattr(right, "py_val", None))
        path = flatten(left)
        if path is not None and find_column(self.kind, path)[1] == "json":
            return self._compare_json(find_column(self.kind, path)[0], comparator, right)
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
        """Return what is computed from columns; what stands in JSON may be of any kind and is compared only."""
        paths = [path for one in (node.left, node.right) if (path := flatten(one))]
        if any(find_column(self.kind, path)[1] == "json" for path in paths):
            raise TypeError("a value in JSON is compared, not computed with")
        return super().visit_BinOp(node)

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

    def djangofunc_sta__substringof(self, part: ast._Node, whole: ast._Node) -> lookups.Contains:
        """Return whether `whole` has `part` in it."""
        return self._substr_function(whole, part, lookups.Contains)

    def djangofunc_substring(self, text: ast._Node, start: ast._Node, count: ast._Node | None = None) -> Any:
        """Return a part of a text; OData counts from 0, SQL from 1."""
        return functions.Substr(self.visit(text), self.visit(start) + 1, self.visit(count) if count else None)

    def _substr_function(self, field: ast._Node, substr: ast._Node, lookup: Any) -> Any:
        if not isinstance(substr, ast.String):
            raise TypeError("a text in quotes is looked for")
        return lookup(self.visit(field), self.visit(substr))

    def _compare_json(self, column: str, comparator: ast._Node, right: ast._Node) -> Q:
        if isinstance(right, ast.Null):
            missing = Q(**{f"{column}__isnull": True}) | Q(**{column: None})
            return missing if isinstance(comparator, ast.Eq) else ~missing
        value = self.visit(right)
        value = [one.value for one in value] if isinstance(value, list) else value
        value = value.value if isinstance(value, Value) else value
        if isinstance(value, F):
            raise TypeError("a JSON value is compared to a literal")
        if isinstance(comparator, ast.NotEq):
            return ~Q(**{column: value}) & Q(**{f"{column}__isnull": False})
        return Q(**{f"{column}__{LOOKUPS[type(comparator)]}": value})

    def djangofunc_concat(self, *parts: ast._Node) -> functions.Concat:
        """Return texts as one."""
        return functions.Concat(*(self.visit(part) for part in parts), output_field=TextField())

    def djangofunc_matchespattern(self, text: ast._Node, pattern: ast._Node) -> Any:
        """Return whether a text matches a pattern, one that is quick for any text."""
        if isinstance(pattern, ast.String):
            check_pattern(pattern.val)
        return super().djangofunc_matchespattern(text, pattern)

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
