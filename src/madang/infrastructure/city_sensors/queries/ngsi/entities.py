"""Entities as they are now, found by type, id, values and place."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.ngsi.contexts import NGSI
from madang.infrastructure.city_sensors.methods.ngsi.documents import Entity
from madang.infrastructure.city_sensors.methods.ngsi.problems import missing
from madang.infrastructure.city_sensors.methods.ngsi.questions import Both, Place, Term, match_place
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_geometry

NEAR_DEGREES_M = 80_000
"""Metres that a degree of longitude has at least, at this latitude and nearer to the equator (44° and less)."""
HOSTED = "/ngsi-ld/v1/jsonldContexts/"
COMPARISONS = {"==": "", ">": "__gt", "<": "__lt", ">=": "__gte", "<=": "__lte"}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: type IRIs, ids, a pattern for ids, attributes (IRIs) of which one is there, q, place."""

    types: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    id_pattern: str = ""
    attrs: tuple[str, ...] = ()
    q: Term | Both | None = None
    place: Place | None = None
    limit: int = 20
    offset: int = 0


def find_entities(asked: Asked, *, count: bool = False) -> tuple[list[models.ContextEntity], int | None]:
    """Return the rows of a page in the order they came in, and exactly how many there are if asked for."""
    rows = select_entities(asked)
    if asked.place is None:
        total = _count(asked, rows) if count else None
        return list(rows.order_by("pk")[asked.offset : asked.offset + asked.limit]), total
    places = rows.filter(_box(asked.place)).order_by("pk").values_list("pk", "attributes")
    fitting = [key for key, attributes in places.iterator() if match_place(asked.place, attributes)]
    page = fitting[asked.offset : asked.offset + asked.limit]
    found = models.ContextEntity.objects.in_bulk(page)
    return [found[key] for key in page if key in found], len(fitting) if count else None


def _count(asked: Asked, rows: QuerySet[models.ContextEntity]) -> int:
    """Return how many rows there are; of types alone, from the index of types."""
    if asked == Asked(types=asked.types, limit=asked.limit, offset=asked.offset) and len(asked.types) == 1:
        return models.ContextType.objects.filter(iri=asked.types[0]).count()
    return rows.count()


def select_entities(asked: Asked) -> QuerySet[models.ContextEntity]:
    """Return the query of all but the place."""
    rows = models.ContextEntity.objects.all()
    if asked.types:
        rows = rows.filter(
            Exists(models.ContextType.objects.filter(entity=OuterRef("pk"), iri__in=asked.types))
        )
    if asked.ids:
        rows = rows.filter(entity_id__in=asked.ids)
    if asked.id_pattern:
        rows = rows.filter(entity_id__regex=asked.id_pattern)
    if asked.attrs:
        rows = rows.filter(
            Exists(models.ContextValue.objects.filter(entity=OuterRef("pk"), path__in=asked.attrs))
        )
    if asked.q is not None:
        rows = rows.filter(_make_condition(asked.q))
    return rows


def get_row(identity: str) -> models.ContextEntity:
    """Return the row of an entity; raise Problem where there is none."""
    row = models.ContextEntity.objects.filter(entity_id=identity).first()
    if row is None:
        raise missing(f"entity {identity[:200]}")
    return row


def read_row(row: models.ContextEntity) -> Entity:
    """Return the entity of a row."""
    return Entity(id=row.entity_id, types=tuple(row.types.strip("|").split("|")), attributes=row.attributes)


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


def find_context(address: str) -> Any:
    """Return the hosted context of an address (or of an id alone), or None."""
    row = models.HostedContext.objects.filter(context_id=address.rpartition(HOSTED)[2][:40]).first()
    return row.body if row else None


def _make_condition(tree: Term | Both) -> Q:
    if isinstance(tree, Both):
        parts = [_make_condition(one) for one in tree.parts]
        joined = parts[0]
        for one in parts[1:]:
            joined = joined & one if tree.join == "and" else joined | one
        return joined
    values = models.ContextValue.objects.filter(path=tree.path)
    if tree.op == "!":
        return ~Q(pk__in=values.values("entity"))
    if tree.op in {"!=", "!~="}:
        hit = _compare(msgspec.structs.replace(tree, op="==" if tree.op == "!=" else "~="))
        return Q(pk__in=values.exclude(hit).values("entity"))
    return Q(pk__in=values.filter(_compare(tree)).values("entity"))


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
    return Q(west__lte=east + wide, east__gte=west - wide, south__lte=north + wide, north__gte=south - wide)
