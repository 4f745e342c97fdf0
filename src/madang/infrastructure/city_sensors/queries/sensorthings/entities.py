"""Entities other than observations: selected, sorted, counted, and shown as the standard's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from odata_query import ast

from madang.core.base.interface import find_row, now
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_time, write_time
from madang.infrastructure.city_sensors.methods.sensorthings.computing import fold
from madang.infrastructure.city_sensors.methods.sensorthings.options import Options, Sort, flatten
from madang.infrastructure.city_sensors.methods.sensorthings.schema import TYPES, EntityType
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import miss, refuse

from .filters import MODELS, find_column, follows_many, make_condition
from .observations import find_streams_where
from .times import RELATIONS, find_streams_during


def list_entities(
    kind: EntityType, within: Q, options: Options
) -> tuple[list[models.Thing], int | None, bool]:
    """Return entities of `kind` within a condition, their number if asked for, and whether more follow."""
    rows = select_entities(kind, within, options)
    total = rows.count() if options.count else None
    rows = _sort(kind, rows, options.orderby)
    if options.skip:  # what is skipped is walked in an index of ids, not in the rows themselves
        page = rows.values("pk")[options.skip : options.skip + options.top + 1]
        rows = _sort(kind, MODELS[kind.name].objects.filter(pk__in=page), options.orderby)
    found = list(rows[: options.top + 1])
    return found[: options.top], total, len(found) > options.top


def _sort(kind: EntityType, rows: QuerySet, sorts: Sequence[Sort]) -> QuerySet:
    """Return rows in an order, each once: of a link to many the least counts (descending: the greatest)."""
    order = []
    for number, one in enumerate(sorts):
        column = find_column(kind, one.path)[0]
        if follows_many(kind, one.path):
            rows = rows.annotate(**{f"sort_{number}": (Max if one.descending else Min)(column)})
            column = f"sort_{number}"
        order.append(f"{'-' if one.descending else ''}{column}")
    return rows.order_by(*order, "pk")


def select_entities(kind: EntityType, within: Q, options: Options) -> QuerySet:
    """Return the query of the entities within a condition that satisfy the filter, each once."""
    rows = MODELS[kind.name].objects.filter(within)
    if options.filter is not None:
        rows = rows.filter(_read_condition(kind, options.filter))
    return MODELS[kind.name].objects.filter(pk__in=rows.values("pk")) if _may_double(rows) else rows


def _may_double(rows: QuerySet) -> bool:
    """Return whether a filter follows a link to many, by which an entity may come more than once."""
    fields = (getattr(join, "join_field", None) for join in rows.query.alias_map.values())
    return any(field is not None and (field.one_to_many or field.many_to_many) for field in fields)


def get_entity(kind: EntityType, identity: object, within: Q | None = None) -> Any:
    """Return one entity; raise NotFound where there is none (within a condition)."""
    found = None
    if isinstance(identity, int):
        model = MODELS[kind.name]
        found = model.objects.filter(within, pk=identity).first() if within else find_row(model, id=identity)
    if found is None:
        raise miss(f"{kind.collection}({identity})")
    return found


def describe_entity(kind: EntityType, entity: Any) -> dict[str, Any]:
    """Return the properties of an entity as JSON has them; those not given are left out."""
    values = {prop.name: getattr(entity, prop.column) for prop in kind.properties}
    return {
        name: write_time(value) if name == "time" else value
        for name, value in values.items()
        if value is not None
    }


def _read_condition(kind: EntityType, tree: ast._Node) -> Q:
    """Return a filter's condition; what it says of Observations is asked of the readings first."""
    if isinstance(tree, ast.BoolOp):
        left, right = _read_condition(kind, tree.left), _read_condition(kind, tree.right)
        return left | right if isinstance(tree.op, ast.Or) else left & right
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        rows = MODELS[kind.name].objects.filter(_read_condition(kind, tree.operand))
        return ~Q(pk__in=rows.values("pk"))
    path = flatten(tree.left) if isinstance(tree, ast.Compare) else None
    if path and _is_time_of_streams(kind, path):
        return _select_during(kind, path, tree)
    if path and "Observations" in path[:-1]:
        place = path.index("Observations")
        inner: ast._Node = ast.Identifier(path[place + 1])
        for name in path[place + 2 :]:
            inner = ast.Attribute(inner, name)
        streams = find_streams_where(ast.Compare(tree.comparator, inner, tree.right))
        steps = find_column(kind, (*path[:place], "id"))[0]
        if kind.name == "FeatureOfInterest":
            steps = "datastreams__pk"
        return Q(**{f"{steps}__in": streams})
    return make_condition(kind, tree)


def _is_time_of_streams(kind: EntityType, path: tuple[str, ...]) -> bool:
    """Return whether a path of names leads to what datastreams work out from their observations."""
    for name in path[:-1]:
        link = kind.find_link(name)
        if link is None:
            return False
        kind = TYPES[link.target]
    return path[-1] in kind.computed


def _select_during(kind: EntityType, path: tuple[str, ...], tree: ast.Compare) -> Q:
    moment = fold(tree.right, now())
    if not isinstance(moment, ast.DateTime) or type(tree.comparator) not in RELATIONS:
        raise refuse("$filter", "시각과 견줄 수 있습니다", f"{path[-1]} is compared with a moment")
    found = find_streams_during(path[-1], type(tree.comparator), read_time("$filter", moment.val)[0])
    return Q(**{f"{find_column(kind, (*path[:-1], 'id'))[0]}__in": found})
