"""Entities other than observations: selected, sorted, counted, and shown as the standard's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Max, Min, Q, QuerySet
from odata_query import ast

from madang.core.base.interface import find_row, now
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.methods.sensorthings.computing import fold, read_span
from madang.infrastructure.city_sensors.methods.sensorthings.options import Options, Sort
from madang.infrastructure.city_sensors.methods.sensorthings.schema import OBSERVATION, TYPES, EntityType
from madang.infrastructure.city_sensors.methods.sensorthings.trees import (
    enter,
    find_first,
    find_prefix,
    flatten,
    join_path,
    leave_variable,
    list_paths,
    make_path,
    replace_paths,
)
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import miss, refuse

from .filters import FLIPPED, MODELS, find_column, find_place, follows_many, make_condition
from .json_values import JsonNumber, JsonText
from .linked import MOST_NAMED
from .observations import find_features_where, find_streams_where
from .times import RELATIONS, find_streams_during, rank_by_time

LARGEST_ID = 2**63
"""A larger number is no id that a database can be asked for."""


def list_entities(
    kind: EntityType, within: Q, options: Options
) -> tuple[list[models.Thing], int | None, bool]:
    """Return entities of `kind` within a condition, their number if asked for, and whether more follow."""
    rows = select_entities(kind, within, options)
    total = rows.count() if options.count else None
    if options.orderby and _is_time_of_streams(kind, options.orderby[0].path):
        found = _page_by_time(kind, rows, options)
        return found[: options.top], total, len(found) > options.top
    rows = _sort(kind, rows, options.orderby)
    if options.skip:  # what is skipped is walked in an index of ids, not in the rows themselves
        page = rows.values("pk")[options.skip : options.skip + options.top + 1]
        rows = _sort(kind, MODELS[kind.name].objects.filter(pk__in=page), options.orderby)
    found = list(rows[: options.top + 1])
    return found[: options.top], total, len(found) > options.top


def _page_by_time(kind: EntityType, rows: QuerySet, options: Options) -> list[Any]:
    """Return a page (and one row more) of datastreams in the order of a time of theirs."""
    first, *others = options.orderby
    if len(first.path) > 1:
        raise refuse(
            "$orderby", "데이터스트림만 시각 순서로 봅니다", "only datastreams are sorted by their times"
        )
    rows = _sort(kind, rows, others).only("stream_thing", "stream_property")
    ids = rank_by_time(rows, first.path[0], descending=first.descending)
    page = ids[options.skip : options.skip + options.top + 1]
    there = MODELS[kind.name].objects.in_bulk(page)
    return [there[one] for one in page if one in there]


def _sort(kind: EntityType, rows: QuerySet, sorts: Sequence[Sort]) -> QuerySet:
    """Return rows in an order, each once: of a link to many the least counts (descending: the greatest).

    What stands in JSON is sorted as numbers, then as texts; what isn't there comes last.
    """
    order: list[Any] = []
    for number, one in enumerate(sorts):
        column, keys, found = find_place(kind, one.path)
        values = [JsonNumber(column, keys), JsonText(column, keys)] if found == "json" else [F(column)]
        if follows_many(kind, one.path):
            least = Max if one.descending else Min
            names = {f"sort_{number}_{place}": least(value) for place, value in enumerate(values)}
            rows, values = rows.annotate(**names), [F(name) for name in names]
        ends = {"nulls_last": True} if found == "json" else {}
        order += [value.desc(**ends) if one.descending else value.asc(**ends) for value in values]
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
    if isinstance(identity, int) and abs(identity) < LARGEST_ID:
        model = MODELS[kind.name]
        found = model.objects.filter(within, pk=identity).first() if within else find_row(model, id=identity)
    if found is None:
        raise miss(f"{kind.collection}({identity})")
    return found


def describe_entity(kind: EntityType, entity: Any) -> dict[str, Any]:
    """Return the properties of an entity as JSON has them; those not given are left out."""
    return {
        prop.name: write_time(value) if prop.kind == "time" else value
        for prop in kind.properties
        if (value := getattr(entity, prop.column)) is not None
    }


def _read_condition(kind: EntityType, tree: ast._Node) -> Q:
    """Return a filter's condition; what it says of Observations is asked of the readings first."""
    if isinstance(tree, ast.CollectionLambda):
        return _select_any(kind, tree)
    is_denied = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)
    before = None if is_denied else find_prefix(tree, OBSERVATION.collection)
    if before is not None:
        return _select_observed(kind, before, enter(tree, len(before) + 1))
    if isinstance(tree, ast.BoolOp):
        left, right = _read_condition(kind, tree.left), _read_condition(kind, tree.right)
        return left | right if isinstance(tree.op, ast.Or) else left & right
    if is_denied:
        rows = MODELS[kind.name].objects.filter(_read_condition(kind, tree.operand))
        return ~Q(pk__in=rows.values("pk"))
    if isinstance(tree, ast.Compare) and (observed := _find_observed(kind, tree)) is not None:
        return _select_observed(kind, *observed)
    if isinstance(tree, ast.Compare) and any(_is_time_of_streams(kind, path) for path in list_paths(tree)):
        return _select_during(kind, tree)
    return _name_linked(kind, tree) or make_condition(kind, tree)


def _select_observed(kind: EntityType, before: tuple[str, ...], tree: ast._Node) -> Q:
    """Return the condition that one of the observations, which lie behind the links `before`, satisfies a tree."""
    if kind.name == "FeatureOfInterest":
        return Q(pk__in=find_features_where(tree))
    return Q(**{f"{find_column(kind, (*before, 'id'))[0]}__in": find_streams_where(tree)})


def _find_observed(kind: EntityType, tree: ast.Compare) -> tuple[tuple[str, ...], ast._Node] | None:
    """Return the links before the observations of a comparison with what they belong to, and it as one about them.

    `Observations/result gt properties/limit` of a datastream is `result gt Datastream/properties/limit` of its observations.
    """
    many = OBSERVATION.collection
    befores = {path[: path.index(many)] for path in list_paths(tree) if many in path[:-1]}
    if len(befores) != 1:
        return None
    before = befores.pop()
    owner = TYPES[before[-1].removesuffix("s")] if before and before[-1] == "Datastreams" else kind
    if len(before) > 1 or OBSERVATION.find_link(owner.name) is None:
        return None
    back = (owner.name,)

    def turn(path: tuple[str, ...]) -> ast._Node:
        if many in path[:-1]:
            return make_path(path[len(before) + 1 :])
        is_owners = path[: len(before)] == before
        return make_path((*back, *path[len(before) :]) if is_owners else (*back, kind.name, *path))

    return before, replace_paths(tree, turn)


def _select_any(kind: EntityType, tree: ast.CollectionLambda) -> Q:
    """Return the condition that one (or each) of what a link to many leads to satisfies a lambda."""
    owner = flatten(tree.owner) or ()
    inner: ast._Node = ast.Boolean("true")
    is_all = isinstance(tree.operator, ast.All)
    try:
        target, back = _follow_links(kind, owner)
        if tree.lambda_ is not None:
            inner = leave_variable(tree.lambda_.expression, tree.lambda_.identifier.name, back)
    except ValueError as error:
        raise refuse("$filter", "이 조건을 쓸 수 없습니다", f"can't filter by this: {error}") from error
    if is_all:
        inner = ast.UnaryOp(ast.Not(), inner)
    if target is OBSERVATION:
        found = _select_observed(kind, owner[:-1], inner)
    else:
        fitting = MODELS[target.name].objects.filter(_read_condition(target, inner)).values("pk")
        found = Q(**{f"{find_column(kind, (*owner, 'id'))[0]}__in": fitting})
    there = Q(pk__in=MODELS[kind.name].objects.filter(found).values("pk"))
    return ~there if is_all else there


def _follow_links(kind: EntityType, path: tuple[str, ...]) -> tuple[EntityType, tuple[str, ...]]:
    """Return what a path of links leads to, the last of them to many, and the links to one that lead back (else none).

    Raises ValueError where it leads nowhere.
    """
    is_many = False
    back: list[str | None] = []
    for name in path:
        link = kind.find_link(name)
        if link is None:
            raise ValueError(f"a {kind.name} has no {name}")
        target, is_many = TYPES[link.target], link.is_many
        back.append(
            next((one.name for one in target.links if one.target == kind.name and not one.is_many), None)
        )
        kind = target
    if not is_many:
        raise ValueError(f"{join_path(path)} aren't many")
    known = tuple(name for name in reversed(back) if name is not None)
    return kind, known if len(known) == len(back) else ()


def _name_linked(kind: EntityType, tree: ast._Node) -> Q | None:
    """Return the condition of a tree about what a link to one leads to by the ids of those that fit, None where they are many.

    A database that joins looks at every row of this side instead, for it doesn't know how few those are.
    """
    link = kind.find_link(find_first(tree))
    if link is None or any(follows_many(kind, path) for path in list_paths(tree)):
        return None
    condition = make_condition(TYPES[link.target], enter(tree))
    fitting = MODELS[link.target].objects.filter(condition).values_list("pk", flat=True)[: MOST_NAMED + 1]
    return Q(**{f"{link.path}__in": list(fitting)}) if len(fitting) <= MOST_NAMED else None


def _is_time_of_streams(kind: EntityType, path: tuple[str, ...]) -> bool:
    """Return whether a path of names leads to what datastreams work out from their observations."""
    for name in path[:-1]:
        link = kind.find_link(name)
        if link is None:
            return False
        kind = TYPES[link.target]
    return path[-1] in kind.computed


def _select_during(kind: EntityType, tree: ast.Compare) -> Q:
    left, right, comparator = fold(tree.left, now()), fold(tree.right, now()), type(tree.comparator)
    if flatten(left) is None:
        left, right, comparator = right, left, FLIPPED.get(comparator, comparator)
    path, span = flatten(left), read_span(right)
    is_null = isinstance(right, ast.Null) and comparator in {ast.Eq, ast.NotEq}
    if path is None or comparator not in RELATIONS or (span is None and not is_null):
        raise refuse(
            "$filter", "시각이나 기간과 견줄 수 있습니다", "it is compared with a moment or an interval"
        )
    found = find_streams_during(path[-1], comparator, span)
    condition = Q(**{f"{find_column(kind, (*path[:-1], 'id'))[0]}__in": found})
    return ~condition if is_null and comparator is ast.Eq else condition
