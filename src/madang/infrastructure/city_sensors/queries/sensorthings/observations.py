"""Observations: rows of the readings table, as the standard shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from typing import Any

import msgspec
from django.db.models import Q
from odata_query import ast

from madang.core.base.interface import ANONYMOUS, NotFound, now
from madang.core.lake.interface import (
    AnyOf,
    Filter,
    Measure,
    Op,
    Order,
    Reader,
    authorize,
    count_rows,
)
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.correcting import ORIGINAL
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.methods.sensorthings.computing import MICROSECOND, is_truth
from madang.infrastructure.city_sensors.methods.sensorthings.options import Options, Sort
from madang.infrastructure.city_sensors.methods.sensorthings.schema import OBSERVATION, TYPES
from madang.infrastructure.city_sensors.methods.sensorthings.trees import (
    enter,
    find_first,
    flatten,
    join_path,
    make_path,
    replace_paths,
)
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import miss, refuse
from madang.infrastructure.city_sensors.tables import READINGS

from .comparisons import COLUMNS, EVERYTHING, IN_DETAILS, compare, find_in_lists, locate, refuse_filter
from .filters import make_condition
from .linked import LINKS, find_linked, group_by_values, read_by_link
from .spans import Branches
from .written import await_written

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IDENTITY = re.compile(r"([0-9]{1,15})\.(0|-?[1-9][0-9]{0,17})")
DELETED = "deleted"
THERE = AnyOf(((Filter("quality", Op.NE, DELETED),), (Filter("quality", Op.IS_NULL),)))
"""What was not taken back."""
BORN, MOVED = "bornUs", "movedToUs"
"""In the details of an observation whose time was changed: where it was made; and there, where it is now."""
MOST_BRANCHES = 200


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """One observation: its datastream and its row."""

    datastream: Any
    row: dict[str, Any]

    @property
    def id(self) -> str:
        """Id: the datastream's and the microsecond of the phenomenon, as it was when it was made."""
        return f"{self.datastream.id}.{self.born_us}"

    @property
    def born_us(self) -> int:
        """Microsecond under which it was made: its own unless its time was changed since."""
        details = self.row["details"]
        if details and f'"{BORN}"' in details:
            return int(msgspec.json.decode(details).get(BORN, 0)) or count_us(self.row["observed_at"])
        return count_us(self.row["observed_at"])

    @property
    def feature_id(self) -> int | None:
        """Id of the feature of interest."""
        own = self.row["feature"]
        return int(own) if own else self.datastream.feature_id


def list_observations(within: Branches, options: Options) -> tuple[list[Observed], int | None, bool]:
    """Return observations that one branch of `within` admits, their number if asked for, and whether more follow."""
    reader, conditions = _ask(within, options)
    is_linked = _is_linked(options)
    order = _list_orders(options.orderby[is_linked:])
    skip, limit = options.skip, options.top + 1
    if not options.top:
        rows = []
    elif is_linked:
        rows = read_by_link(reader, conditions, options.orderby[0], order, skip=skip, limit=limit)
    else:
        rows = reader.read(where=conditions, order_by=order, offset=skip, limit=limit).to_pylist()
    total = count_rows(reader, conditions) if options.count else None
    return attach(rows[: options.top]), total, len(rows) > options.top


def list_observations_of(
    datastreams: Sequence[Any], options: Options
) -> list[tuple[list[Observed], int | None, bool]]:
    """Return what `list_observations` does, for each of datastreams, by one reading of them all."""
    streams = [(one.stream_thing, one.stream_property) for one in datastreams]
    if _is_linked(options) or not datastreams:
        return [list_observations((select_stream(one),), options) for one in datastreams]
    reader, conditions = _ask(select_streams_of(datastreams), options)
    found: dict[tuple[str, str], list[Observed]] = {one: [] for one in streams}
    if options.top:
        by_stream = dict(zip(streams, datastreams, strict=True))
        rows = reader.read(
            where=conditions,
            order_by=_list_orders(options.orderby),
            offset=options.skip,
            limit=options.top + 1,
            each=["thing_id", "property"],
        )
        for row in rows.to_pylist():
            stream = row["thing_id"], row["property"]
            found[stream].append(Observed(datastream=by_stream[stream], row=row))
    counts: dict[tuple[str, str], int] = {}
    if options.count:
        counted = reader.aggregate(
            [Measure(function="count", name="rows")], ["thing_id", "property"], conditions
        )
        counts = {(row["thing_id"], row["property"]): row["rows"] for row in counted.to_pylist()}
    return [
        (
            found[one][: options.top],
            counts.get(one, 0) if options.count else None,
            len(found[one]) > options.top,
        )
        for one in streams
    ]


def _ask(within: Branches, options: Options) -> tuple[Reader, list[Filter | AnyOf]]:
    """Return who reads observations, and the conditions of those that one branch of `within` admits."""
    await_written()
    conditions: list[Filter | AnyOf] = [AnyOf(within)] if within != EVERYTHING else []
    if options.filter is not None:
        conditions.append(AnyOf(make_branches(options.filter)))
    reader = authorize(ANONYMOUS, READINGS.name)
    if count_rows(reader, [Filter("quality", Op.EQ, DELETED)]):
        conditions.append(THERE)
    return reader, conditions


def _is_linked(options: Options) -> bool:
    """Return whether observations are sorted by what they are linked to, first of all."""
    return bool(options.orderby) and len(path := options.orderby[0].path) > 1 and path[0] in LINKS


def _list_orders(sorts: Sequence[Sort]) -> list[Order]:
    order = [order for one in sorts for order in _make_order(one.path, descending=one.descending)]
    return order + [Order(name) for name in ("observed_at", "thing_id", "property")]


def list_newest(datastreams: Sequence[Any]) -> dict[int, Observed]:
    """Return the newest observation of each datastream, without a scan, by the datastream's id."""
    newest = _read_newest(datastreams, None)
    return {one.id: Observed(datastream=one, row=row) for one, row in newest}


def find_ends(datastreams: Sequence[Any]) -> dict[int, datetime]:
    """Return when the newest observation of each datastream was, by the datastream's id."""
    newest = _read_newest(datastreams, ["thing_id", "property", "observed_at", "quality"])
    return {one.id: row["observed_at"] for one, row in newest}


def _read_newest(
    datastreams: Sequence[Any], select: list[str] | None
) -> Iterator[tuple[Any, dict[str, Any]]]:
    await_written()
    by_stream = {(one.stream_thing, one.stream_property): one for one in datastreams}
    rows = authorize(ANONYMOUS, READINGS.name).list_latest(list(by_stream), select)
    return ((by_stream[row["thing_id"], row["property"]], row) for row in rows if row["quality"] != DELETED)


def get_observation(identity: object) -> Observed:
    """Return one observation by its id; raise NotFound where there is none."""
    unknown = miss(f"Observations('{identity}')")
    match = IDENTITY.fullmatch(str(identity))
    if match is None:
        raise unknown
    number, born_us = int(match[1]), int(match[2])
    try:
        born = read_us(born_us)
    except OverflowError:
        raise unknown from None
    datastream = models.Datastream.objects.select_related("thing").filter(pk=number).first()
    if datastream is not None:
        await_written()
        found = read_at(datastream, born)
        if found is not None and found["quality"] == DELETED and found["details"]:
            moved = msgspec.json.decode(found["details"]).get(MOVED)
            found = read_at(datastream, read_us(str(moved))) if moved else None
        if found is not None and found["quality"] != DELETED:
            one = Observed(datastream=datastream, row=found)
            if one.born_us == born_us:
                return one
    raise unknown


def read_at(datastream: Any, moment: datetime) -> dict[str, Any] | None:
    """Return the row of a datastream at a moment, also of what was taken back; None where there never was one."""
    where = [*select_stream(datastream), Filter("observed_at", Op.EQ, moment)]
    rows = authorize(ANONYMOUS, READINGS.name).read(where=where, limit=1).to_pylist()
    return rows[0] if rows else None


def attach(rows: Sequence[dict[str, Any]]) -> list[Observed]:
    """Return rows with their datastreams; a reading that belongs to none isn't an observation."""
    keys = {(row["thing_id"], row["property"]) for row in rows}
    things = {thing for thing, _ in keys}
    found = {
        (one.stream_thing, one.stream_property): one
        for one in models.Datastream.objects.filter(stream_thing__in=things).select_related("thing")
    }
    return [
        Observed(datastream=found[key], row=row)
        for row in rows
        if (key := (row["thing_id"], row["property"])) in found
    ]


def describe_observation(one: Observed) -> dict[str, Any]:
    """Return the properties of an observation as JSON has them."""
    row = one.row
    details = msgspec.json.decode(row["details"]) if row["details"] else {}
    begin = write_time(row["observed_at"])
    end = details.get("phenomenonEnd")
    return {
        "phenomenonTime": f"{begin}/{end}" if end else begin,
        "result": read_result(one),
        "resultTime": write_time(row["result_at"]) if row["result_at"] else None,
        **{name: details[name] for name in ("resultQuality", "validTime", "parameters") if name in details},
    }


def read_result(one: Observed) -> Any:
    """Return the result as it was sent by SensorThings; a measured value of a station otherwise."""
    row = one.row
    is_sent_here = row["details"] is not None and ORIGINAL not in msgspec.json.decode(row["details"])
    if is_sent_here or not one.datastream.is_registered:
        return msgspec.json.decode(row["raw"]) if row["raw"] else row["value"]
    return row["value"]


def select_stream(datastream: Any) -> tuple[Filter, ...]:
    """Return the filters that a datastream's readings satisfy."""
    return (
        Filter("thing_id", Op.EQ, datastream.stream_thing),
        Filter("property", Op.EQ, datastream.stream_property),
    )


def admits(branches: Branches, row: dict[str, Any]) -> bool:
    """Return whether a row satisfies the filters by which links lead to observations."""
    return any(all(_holds(one, row.get(one.column)) for one in branch) for branch in branches)


def _holds(one: Filter, value: Any) -> bool:
    if one.op is Op.IS_NULL:
        return value is None
    return value in one.value if one.op is Op.IN else bool(value == one.value)


def select_streams(condition: Q) -> Branches:
    """Return one branch for each property that the datastreams of a condition have."""
    streams = models.Datastream.objects.filter(condition).values_list("stream_thing", "stream_property")
    branches = _gather(streams.distinct())
    if len(branches) > MOST_BRANCHES:
        raise refuse("$filter", "조건에 맞는 것이 너무 많습니다", "too many datastreams fit; narrow it")
    return branches


def select_streams_of(datastreams: Iterable[Any]) -> Branches:
    """Return one branch for each property that datastreams have."""
    return _gather((one.stream_thing, one.stream_property) for one in datastreams)


def _gather(streams: Iterable[tuple[str, str]]) -> Branches:
    by_property: dict[str, list[str]] = {}
    for thing, prop in streams:
        by_property.setdefault(prop, []).append(thing)
    return tuple(
        (Filter("property", Op.EQ, prop), Filter("thing_id", Op.IN, sorted(things)))
        for prop, things in sorted(by_property.items())
    )


def select_features(ids: Iterable[int]) -> Branches:
    """Return the branches of observations of features of interest."""
    wanted = sorted(ids)
    own = (Filter("feature", Op.IN, [str(one) for one in wanted]),)
    usual = select_streams(Q(feature__in=wanted))
    return (own, *((*branch, Filter("feature", Op.IS_NULL)) for branch in usual))


def find_streams_where(tree: ast._Node) -> list[int]:
    """Return the ids of datastreams that have an observation which satisfies `tree`."""
    wanted = {(row["thing_id"], row["property"]) for row in _group_where(tree, "thing_id", "property")}
    return [one.id for one in _list_datastreams(wanted)]


def find_features_where(tree: ast._Node) -> list[int]:
    """Return the ids of features of interest that have an observation which satisfies `tree`."""
    rows = _group_where(tree, "thing_id", "property", "feature")
    usual = {(row["thing_id"], row["property"]) for row in rows if not row["feature"]}
    features = {one.feature_id for one in _list_datastreams(usual) if one.feature_id}
    return sorted(features | {int(row["feature"]) for row in rows if row["feature"]})


def _group_where(tree: ast._Node, *columns: str) -> list[dict[str, Any]]:
    """Return the values of columns that observations which satisfy `tree` have together."""
    await_written()
    count = Measure(function="count", name="rows")
    where = [AnyOf(make_branches(tree)), THERE]
    return authorize(ANONYMOUS, READINGS.name).aggregate([count], columns, where).to_pylist()


def _list_datastreams(streams: set[tuple[str, str]]) -> list[models.Datastream]:
    found = models.Datastream.objects.filter(stream_thing__in={thing for thing, _ in streams})
    return [one for one in found if (one.stream_thing, one.stream_property) in streams]


def make_branches(tree: ast._Node, *, negated: bool = False) -> Branches:
    """Return a `$filter` on observations as alternatives of filters joined by AND."""
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return make_branches(tree.operand, negated=not negated)
    if isinstance(tree, ast.BoolOp):
        left = make_branches(tree.left, negated=negated)
        right = make_branches(tree.right, negated=negated)
        branches = (
            left + right
            if isinstance(tree.op, ast.Or) is not negated
            else tuple(one + other for one in left for other in right)
        )
        if len(branches) > MOST_BRANCHES:
            raise refuse("$filter", "조건이 너무 복잡합니다", "the filter has too many alternatives")
        return branches
    link = find_first(tree)
    if link in LINKS:
        return _follow_link(link, tree, negated=negated)
    if isinstance(tree, ast.Compare) and (linked := find_linked(tree)):
        return _compare_linked(linked, tree, negated=negated)
    if isinstance(tree, ast.Boolean):
        return EVERYTHING if tree.py_val is not negated else ()
    path = flatten(tree)
    if is_truth(tree) or (path and path[0] in {*IN_DETAILS, "result"}):
        tree = ast.Compare(ast.Eq(), tree, ast.Boolean("true"))
    if isinstance(tree, ast.Compare):
        return _make_comparison(tree, negated=negated)
    raise refuse_filter()


def _make_comparison(tree: ast.Compare, *, negated: bool) -> Branches:
    if isinstance(tree.comparator, ast.In) and isinstance(tree.right, ast.List) and tree.right.val:
        if isinstance(tree.left, ast.Integer | ast.Float | ast.String):
            found = find_in_lists(tree.left, tree.right.val, negated=negated)
            return tuple((one,) for one in found) if not negated else (tuple(found),)
        each: list[ast._Node] = [ast.Compare(ast.Eq(), tree.left, one) for one in tree.right.val]
        return make_branches(reduce(partial(ast.BoolOp, ast.Or()), each), negated=negated)
    found = compare(tree, now(), negated=negated)
    return _select_one(*found) if found and isinstance(found[0], Op) else found


def _follow_link(name: str, tree: ast._Node, *, negated: bool) -> Branches:
    """Return the branches of a tree about what observations belong to."""
    condition = make_condition(TYPES[name], enter(tree))
    condition = ~condition if negated else condition
    if name == "Datastream":
        return select_streams(condition)
    return select_features(models.FeatureOfInterest.objects.filter(condition).values_list("pk", flat=True))


def _compare_linked(paths: Sequence[tuple[str, ...]], tree: ast.Compare, *, negated: bool) -> Branches:
    """Return the branches of a comparison with what observations are linked to: for each value there the comparison with it."""
    name = paths[0][0]
    branches: Branches = ()
    for values, owners in group_by_values(paths).items():
        known = dict(zip(paths, values, strict=True))
        with_values = replace_paths(
            tree, lambda path, known=known: known[path] if path in known else make_path(path)
        )
        compared = make_branches(with_values, negated=negated)
        belongs = select_streams(Q(pk__in=owners)) if name == "Datastream" else select_features(owners)
        branches += tuple(one + other for one in compared for other in belongs)
        if len(branches) > MOST_BRANCHES:
            raise refuse(
                "$filter", "견줄 값이 너무 많습니다", "too many different values to compare with; narrow it"
            )
    return branches


def _select_one(op: Op, right: ast._Node) -> Branches:
    if op is not Op.EQ or not isinstance(right, ast.String | ast.Float | ast.Integer):
        raise refuse_filter()
    try:
        one = get_observation(right.val)
    except NotFound:
        return ()
    return ((*select_stream(one.datastream), Filter("observed_at", Op.EQ, one.row["observed_at"])),)


def _make_order(path: tuple[str, ...], *, descending: bool) -> list[Order]:
    """Return the orders that a path of names means: what stands in JSON is sorted as numbers, then as texts."""
    if path in {("id",), ("Datastream", "id")}:
        columns = ["thing_id", "property", *(["observed_at"] if path == ("id",) else [])]
        return [Order(one, descending=descending) for one in columns]
    if path == ("validTime",):
        column, steps = locate(path, (("begin", None),), is_number=False)
        return [Order(column, descending, steps)]
    if path[0] in IN_DETAILS or (path[0] == "result" and len(path) > 1):
        places = (locate(path, (), is_number=is_number) for is_number in (True, False))
        return [Order(column, descending, steps) for column, steps in places]
    if len(path) > 1 or path[0] not in COLUMNS:
        raise refuse(
            "$orderby",
            f"이 순서로는 볼 수 없습니다: {join_path(path)}",
            f"{OBSERVATION.collection} can't be sorted by {join_path(path)} (by what they are linked to: first)",
        )
    return [Order(COLUMNS[path[0]], descending)]


def count_us(moment: datetime) -> int:
    """Return a moment as the microsecond since 1970."""
    return (moment - EPOCH) // MICROSECOND


def read_us(number: int | str) -> datetime:
    """Return the moment of a microsecond since 1970."""
    return EPOCH + timedelta(microseconds=int(number))
