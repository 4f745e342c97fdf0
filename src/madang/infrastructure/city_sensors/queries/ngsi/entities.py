"""Entities as they are now, found by type, id, values and place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.ngsi.cells import list_cells
from madang.infrastructure.city_sensors.methods.ngsi.contexts import NGSI, Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import SYSTEM, URI, Entity, list_instances
from madang.infrastructure.city_sensors.methods.ngsi.problems import bad, missing
from madang.infrastructure.city_sensors.methods.ngsi.questions import (
    Both,
    Place,
    Term,
    check_pattern,
    make_point_matcher,
    match_place,
)
from madang.infrastructure.city_sensors.methods.ngsi.selections import Sort, Tree, read_types
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_geometry, read_time

NEAR_DEGREES_M = 80_000
"""Metres that a degree of longitude has at least, at this latitude and nearer to the equator (44° and less)."""
MOST_NAMED = 500
"""More rows than this are found again by what they were found by, not by their keys."""
HOSTED = "/ngsi-ld/v1/jsonldContexts/"
COLUMNS = {"id": "entity_id", "type": "types", "createdAt": "created_at", "modifiedAt": "modified_at"}
COMPARISONS = {"==": "", ">": "__gt", "<": "__lt", ">=": "__gte", "<=": "__lte"}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: types (a selection of IRIs), ids, a pattern for ids, attributes (IRIs) of which one is there, q, place."""

    types: Tree | None = None
    scopes: Tree | None = None
    order: tuple[Sort, ...] = ()
    ids: tuple[str, ...] = ()
    id_pattern: str = ""
    attrs: tuple[str, ...] = ()
    q: Term | Both | None = None
    place: Place | None = None
    limit: int = 20
    offset: int = 0
    any_of: tuple[Asked, ...] = ()
    """Where there are any: one of these is to fit by its types, ids and pattern."""


def read_selectors(entities: Any, terms: Terms) -> tuple[Asked, ...]:
    """Return what the selectors of a query or a subscription ask for (EntitySelector, 5.2.33); raise Problem for none."""
    if not isinstance(entities, list):
        raise bad("entities is a list of objects")
    return tuple(_read_selector(one, terms) for one in entities)


def _read_selector(one: Any, terms: Terms) -> Asked:
    ids = one.get("id", []) if isinstance(one, dict) else None
    ids = [ids] if isinstance(ids, str) else ids
    texts = [*ids, one.get("type", ""), one.get("idPattern", "")] if isinstance(ids, list) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise bad("an entity is selected by type, id or idPattern, each text")
    *_, types, pattern = texts
    if not (types or ids or pattern) or not all(map(URI.fullmatch, ids)):
        raise bad("an entity is selected by a type, an id or an idPattern; an id is a URI")
    return Asked(
        types=read_types(types, terms), ids=tuple(ids), id_pattern=check_pattern(pattern) if pattern else ""
    )


def find_entities(asked: Asked, *, count: bool = False) -> tuple[list[models.ContextEntity], int | None]:
    """Return the rows of a page in the order they came in, and exactly how many there are if asked for."""
    rows = select_entities(asked)
    if asked.place is None:
        total = _count(asked, rows) if count else None
        rows = _sort(rows, asked.order)
        if asked.offset:  # what is skipped is walked in an index of ids, not in the entities themselves
            page = rows.values("pk")
            if iri := _find_only_type(asked):
                page = models.ContextType.objects.filter(iri=iri).order_by("entity_id").values("entity_id")
            page = page[asked.offset : asked.offset + asked.limit]
            rows = _sort(models.ContextEntity.objects.filter(pk__in=page), asked.order)
        return list(rows[: asked.limit]), total
    fitting = _list_fitting(asked.place, _sort(rows.filter(_box(asked.place)), asked.order))
    page = fitting[asked.offset : asked.offset + asked.limit]
    found = models.ContextEntity.objects.in_bulk(page)
    return [found[key] for key in page if key in found], len(fitting) if count else None


def _list_fitting(place: Place, rows: QuerySet[models.ContextEntity]) -> list[int]:
    """Return the keys of the rows that satisfy a geo-query, in their order; of most the box is a point, and tells enough."""
    if place.iri != f"{NGSI}location":
        found = rows.values_list("pk", "attributes").iterator()
        return [key for key, attributes in found if match_place(place, attributes)]
    match = make_point_matcher(place)
    boxes = list(rows.values_list("pk", "west", "south", "east", "north"))
    points = {key: (west, south) for key, west, south, east, north in boxes if (west, south) == (east, north)}
    others = [key for key, west, *_ in boxes if key not in points or west is None]
    shapes = models.ContextEntity.objects.filter(pk__in=others) if len(others) < MOST_NAMED else rows
    fitting = {key for key, attributes in _list_shapes(shapes, others) if match_place(place, attributes)}
    fitting |= {key for key, (lon, lat) in points.items() if lon is not None and match(lon, lat)}
    return [key for key, *_ in boxes if key in fitting]


def _list_shapes(rows: QuerySet[models.ContextEntity], wanted: Sequence[int]) -> Iterator[tuple[int, Any]]:
    known = set(wanted)
    if known:
        found = rows.values_list("pk", "attributes").iterator()
        yield from ((key, attributes) for key, attributes in found if key in known)


def _count(asked: Asked, rows: QuerySet[models.ContextEntity]) -> int:
    """Return how many rows there are; of types alone, from the index of types."""
    if iri := _find_only_type(msgspec.structs.replace(asked, order=())):
        return models.ContextType.objects.filter(iri=iri).count()
    return rows.count()


def _find_only_type(asked: Asked) -> str:
    """Return the type (IRI) of which all are asked for, in the order they came in; "" where it is another question."""
    plain = Asked(types=asked.types, limit=asked.limit, offset=asked.offset)
    return asked.types[1] if asked == plain and asked.types is not None and asked.types[0] == "is" else ""


def _sort(rows: QuerySet[models.ContextEntity], order: tuple[Sort, ...]) -> QuerySet[models.ContextEntity]:
    """Return rows in an order, those without the value last; of several values the least (descending: the greatest) counts."""
    keys: list[OrderBy] = []
    for number, one in enumerate(order):
        if one.path in COLUMNS:
            columns = [COLUMNS[one.path]]
        else:
            columns = [f"sort_{number}_{kind}" for kind in ("number", "text")]
            for column in columns:
                kind = column.rpartition("_")[2]
                values = models.ContextValue.objects.filter(entity=OuterRef("pk"), path=one.path)
                first = values.order_by(f"{'-' if one.descending else ''}{kind}").exclude(
                    **{f"{kind}__isnull": True}
                )
                rows = rows.annotate(**{column: Subquery(first.values(kind)[:1])})
        keys += [OrderBy(F(column), descending=one.descending, nulls_last=True) for column in columns]
    return rows.order_by(*keys, "pk")


def select_entities(asked: Asked) -> QuerySet[models.ContextEntity]:
    """Return the query of all but the place."""
    rows = models.ContextEntity.objects.all()
    rows = rows.filter(_select_names(asked))
    if asked.any_of:
        rows = rows.filter(_join("or", [_select_names(one) for one in asked.any_of]))
    if asked.scopes is not None:
        rows = rows.filter(_select_scopes(asked.scopes))
    if asked.attrs:
        rows = rows.filter(
            Exists(models.ContextValue.objects.filter(entity=OuterRef("pk"), path__in=asked.attrs))
        )
    if asked.q is not None:
        rows = rows.filter(_make_condition(asked.q))
    return rows


def _select_names(asked: Asked) -> Q:
    condition = _select_types(asked.types) if asked.types is not None else Q()
    if asked.ids:
        condition &= Q(entity_id__in=asked.ids)
    if asked.id_pattern:
        condition &= Q(entity_id__regex=asked.id_pattern)
    return condition


def _select_types(tree: Tree) -> Q:
    join, inner = tree
    if join == "is":
        return Q(Exists(models.ContextType.objects.filter(entity=OuterRef("pk"), iri=inner)))
    if join == "or" and all(one[0] == "is" for one in inner):
        iris = [one[1] for one in inner]
        return Q(Exists(models.ContextType.objects.filter(entity=OuterRef("pk"), iri__in=iris)))
    return _join(join, [_select_types(one) for one in inner])


def _select_scopes(tree: Tree) -> Q:
    join, inner = tree
    if join == "is":
        return Q(scopes__regex=rf"\|{inner.replace('.*', '[^|]*').replace('[^/]+', '[^/|]+')}\|")
    return _join(join, [_select_scopes(one) for one in inner])


def _join(join: str, parts: Sequence[Q]) -> Q:
    joined = parts[0]
    for one in parts[1:]:
        joined = joined | one if join == "or" else joined & one
    return joined


def get_row(identity: str) -> models.ContextEntity:
    """Return the row of an entity; raise Problem where there is none."""
    row = models.ContextEntity.objects.filter(entity_id=identity).first()
    if row is None:
        raise missing(f"entity {identity[:200]}")
    return row


def read_row(row: models.ContextEntity) -> Entity:
    """Return the entity of a row."""
    return Entity(
        id=row.entity_id,
        types=tuple(row.types.strip("|").split("|")),
        attributes=row.attributes,
        scopes=tuple(one for one in row.scopes.split("|") if one),
    )


def count_types() -> dict[str, int]:
    """Return how many entities there are of each type (IRI)."""
    rows = models.ContextType.objects.values("iri").annotate(count=Count("pk")).order_by("iri")
    return {row["iri"]: row["count"] for row in rows}


def list_attributes(of_type: str = "") -> list[str]:
    """Return the attributes (IRIs) that some entity has, or some entity of a type (IRI)."""
    values = models.ContextValue.objects.all()
    if of_type:
        values = values.filter(entity__type_rows__iri=of_type)
    paths = values.values_list("path", flat=True).distinct()
    iris = {path.partition("[")[0] for path in paths}
    return sorted(
        one for one in iris if not any(one != other and one.startswith(f"{other}.") for other in iris)
    )


def list_kinds(iri: str, of_type: str = "") -> list[str]:
    """Return the kinds (Property, Relationship …) that an attribute has among the newest hundred entities with it."""
    rows = models.ContextEntity.objects.filter(
        Exists(models.ContextValue.objects.filter(entity=OuterRef("pk"), path=iri))
    )
    if of_type:
        rows = rows.filter(_select_types(("is", of_type)))
    found = rows.order_by("-pk").values_list("attributes", flat=True)[:100]
    return sorted({one["type"] for attributes in found for one in list_instances(attributes[iri])})


def list_types_with(iri: str) -> list[str]:
    """Return the types (IRIs) of entities that have an attribute (IRI)."""
    values = models.ContextValue.objects.filter(entity=OuterRef("entity"), path=iri)
    types = models.ContextType.objects.filter(Exists(values)).values_list("iri", flat=True)
    return sorted(types.distinct())


def list_contexts() -> list[models.HostedContext]:
    """Return the hosted contexts, oldest first."""
    return list(models.HostedContext.objects.order_by("created_at", "pk"))


def get_context(context_id: str) -> models.HostedContext:
    """Return a hosted context by its id; raise Problem where there is none."""
    row = models.HostedContext.objects.filter(context_id=context_id[:40]).first()
    if row is None:
        raise missing(f"context {context_id[:200]}")
    return row


def find_context(address: str) -> Any:
    """Return the context that was handed in for an address, of the house or elsewhere (or of an id alone), or None."""
    known = Q(context_id=address.rpartition(HOSTED)[2][:40]) | Q(address=address[:500])
    row = models.HostedContext.objects.filter(known).first()
    return row.body if row else None


def _make_condition(tree: Term | Both) -> Q:
    if isinstance(tree, Both):
        return _join(tree.join, [_make_condition(one) for one in tree.parts])
    if tree.path in SYSTEM:
        return _select_during(tree)
    values = models.ContextValue.objects.filter(path=tree.path)
    if tree.op == "!":
        return ~Q(pk__in=values.values("entity"))
    if tree.op in {"!=", "!~="}:
        hit = _compare(msgspec.structs.replace(tree, op="==" if tree.op == "!=" else "~="))
        return Q(pk__in=values.exclude(hit).values("entity"))
    return Q(pk__in=values.filter(_compare(tree)).values("entity"))


def _select_during(term: Term) -> Q:
    """Return the condition on when entities were made or changed, which all of them were."""
    if not term.values:
        return Q(pk__in=[]) if term.op == "!" else Q()
    moments = [read_time(term.path, one)[0] for one in term.values]
    column = COLUMNS[term.path]
    if term.is_range:
        hit = Q(**{f"{column}__range": moments[:2]})
    else:
        hit = _join("or", [Q(**{f"{column}{COMPARISONS.get(term.op, '')}": one}) for one in moments])
    return ~hit if term.op == "!=" else hit


def _compare(term: Term) -> Q:
    if not term.op:
        return Q()
    if term.op == "~=":
        return Q(text__regex=term.values[0])
    if term.is_range:
        low, high = term.values[:2]
        column = "text" if isinstance(low, str) else "number"
        return Q(**{f"{column}__gte": low, f"{column}__lte": high})
    condition = Q(pk__in=[])
    for value in term.values:
        column = "text" if isinstance(value, str) else "number"
        condition |= Q(**{f"{column}{COMPARISONS[term.op]}": value})
    return condition


def _box(place: Place) -> Q:
    """Return the condition that an entity's box can satisfy the geo-query; all where that isn't told by boxes."""
    far = place.relation == "disjoint" or (place.relation == "near" and place.high is None)
    if far or place.iri != f"{NGSI}location":
        return Q()
    geometry = read_geometry("geometry", place.geometry)
    west, south, east, north = geometry.bounds if geometry is not None else (-180, -90, 180, 90)
    if max(abs(south), abs(north)) > 40:  # degrees of longitude are too short for the estimate
        return Q()
    wide = (place.high or 0) / NEAR_DEGREES_M
    west, south, east, north = west - wide, south - wide, east + wide, north + wide
    inside = Q(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
    cells = list_cells(west, south, east, north)
    return inside & Q(cell__in=["", *cells]) if cells else inside
