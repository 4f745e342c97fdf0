"""Search over districts, dongs, imported areas and registered places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
import shapely
from django.db.models import Q

from madang.core.base.interface import NotFound
from madang.core.places.methods.korean import (
    initials_of,
    is_near,
    matches_at_start,
    matches_within,
    normalize,
)
from madang.core.places.models import Place
from madang.core.places.records import BoundaryArea, PlaceHit, PlaceRecord

from .layers import get_layer_folder, list_area_layers, load_areas
from .locating import find_district_in_text

CANDIDATES = 2000
EXACT, BEGINS, ALL_WORDS, WITHIN, NEAR = range(5)


class Entry(msgspec.Struct, frozen=True):
    """A hit with its names as they are compared."""

    hit: PlaceHit
    names: tuple[str, ...]
    initials: tuple[str, ...]
    around: str


def search_places(query: str, limit: int = 20) -> tuple[PlaceHit, ...]:
    """Return what people may mean by `query`, the likeliest first, at most `limit` (1–100).

    A name may be written in full, by its beginning, by its initials ("ㄱㄴ", "강ㄴ"), with one wrong
    letter, romanised, or with the district or street before it ("종로구 청운동"), an area also by the beginning of its
    code. Of an address that nothing else fits ("서울특별시 중구 을지로 30") the dong it names, else its district.
    """
    asked = normalize(query[:100])
    words = [word for word in map(normalize, query[:100].split()) if word]
    if not asked:
        return ()
    most = max(1, min(limit, 100))
    if asked.isdigit() and (coded := list_area_hits(asked)):
        return coded[:most]
    areas = tuple(_list_area_entries())
    initials = initials_of(asked)
    fitting = [*areas, *_list_fitting_places(initials, words)]
    ranked = _rank_all(fitting, lambda entry: _rank(asked, initials, words, entry))
    if not ranked:
        similar = [*areas, *_enter_places(Q(search_initials__startswith=initials[:2]))]
        ranked = _rank_all(
            similar, lambda entry: NEAR if any(is_near(asked, n) for n in entry.names) else None
        )
    return tuple(hit for *_, hit in ranked[:most]) or _find_in_address(query[:100], areas)[:most]


def list_area_hits(search: str = "") -> tuple[PlaceHit, ...]:
    """Return every area of every layer, or those whose name or code begins with `search`, layer by layer."""
    asked = normalize(search[:100])
    entries = _list_area_entries()
    if search.strip().isdigit():
        return tuple(entry.hit for entry in entries if entry.hit.code.startswith(search.strip()))
    return tuple(
        entry.hit
        for entry in entries
        if not asked or any(matches_at_start(asked, name) for name in entry.names)
    )


def get_place(place_id: str) -> PlaceRecord:
    """Return one registered place."""
    place = Place.objects.filter(pk=place_id).first()
    if place is None:
        raise NotFound("places.place", "그 장소가 없습니다", "there is no such place")
    return describe_place(place)


def describe_place(place: Place) -> PlaceRecord:
    """Return a register row as a record."""
    return PlaceRecord(**{name: getattr(place, name) for name in PlaceRecord.__struct_fields__})


def list_places(kind: str = "", *, limit: int = 1000) -> tuple[PlaceRecord, ...]:
    """Return registered places by name, of one kind where `kind` is given."""
    found = Place.objects.filter(kind=kind) if kind else Place.objects.all()
    return tuple(PlaceRecord(**row) for row in found.values(*PlaceRecord.__struct_fields__)[:limit])


def _find_in_address(query: str, areas: Sequence[Entry]) -> tuple[PlaceHit, ...]:
    """Return the dongs that an address names within its district, or the district; nothing where it names none."""
    code = str(find_district_in_text([query])[0])
    inside = [entry.hit for entry in areas if code and entry.hit.code.startswith(code)]
    words = set(query.split())
    named = tuple(hit for hit in inside if len(hit.code) > len(code) and hit.name_ko in words)
    return named or tuple(hit for hit in inside if hit.code == code)


def _list_fitting_places(initials: str, words: list[str]) -> list[Entry]:
    """Return registered places that may fit: those that begin so before those that only hold it."""
    in_words = Q()
    for word in words:
        in_words &= Q(search_name__contains=word) | Q(search_address__contains=word)
    begins = Q(search_initials__startswith=initials)
    return _enter_places(begins) + _enter_places(~begins & (Q(search_initials__contains=initials) | in_words))


def _enter_places(wanted: Q) -> list[Entry]:
    return [_enter_place(place) for place in Place.objects.filter(wanted)[:CANDIDATES]]


def _list_area_entries() -> Iterator[Entry]:
    for layer in list_area_layers():
        yield from _list_layer(get_layer_folder(), layer.name, layer.version)


def _rank_all(
    entries: list[Entry], rank_of: Callable[[Entry], int | None]
) -> list[tuple[int, int, int, PlaceHit]]:
    ranked = []
    for order, entry in enumerate(entries):
        rank = rank_of(entry)
        if rank is not None:
            ranked.append((rank, len(entry.names[0]), order, entry.hit))
    return sorted(ranked, key=lambda item: item[:3])


def _rank(asked: str, initials: str, words: list[str], entry: Entry) -> int | None:
    if asked in entry.names:
        return EXACT
    # Where the initials don't fit, nothing finer does: a fast no for nearly all.
    fitting = [name for name, start in zip(entry.names, entry.initials, strict=True) if initials in start]
    if any(matches_at_start(asked, name) for name in fitting):
        return BEGINS
    if len(words) > 1 and _matches_words(words, entry):
        return ALL_WORDS
    return WITHIN if any(matches_within(asked, name) for name in fitting) else None


def _matches_words(words: list[str], entry: Entry) -> bool:
    """Return whether each word stands in the name or in what is around it, and one of them in the name."""
    name, start = entry.names[0], entry.initials[0]
    in_name = [initials_of(word) in start and matches_within(word, name) for word in words]
    return any(in_name) and all(
        named or matches_within(word, entry.around) for word, named in zip(words, in_name, strict=True)
    )


@lru_cache(maxsize=16)
def _list_layer(folder: Path, layer: str, version: str) -> tuple[Entry, ...]:
    areas = load_areas(layer, version)
    points = shapely.get_coordinates(shapely.point_on_surface([area.geometry for area in areas]))
    return tuple(_enter_area(layer, area, point) for area, point in zip(areas, points.tolist(), strict=True))


def _enter_area(layer: str, area: BoundaryArea, point: list[float]) -> Entry:
    hit = PlaceHit(
        kind=layer,
        code=area.code,
        name_ko=area.name_ko,
        name_en=area.name_en,
        parent=area.parent,
        lon=point[0],
        lat=point[1],
    )
    names = tuple(name for name in (normalize(area.name_ko), normalize(area.name_en)) if name) or ("",)
    return Entry(hit, names, tuple(map(initials_of, names)), normalize(area.parent))


def _enter_place(place: Place) -> Entry:
    hit = PlaceHit(
        kind=place.kind,
        code=place.id,
        name_ko=place.name,
        address=place.address,
        lon=place.lon,
        lat=place.lat,
        is_area=False,
    )
    return Entry(hit, (place.search_name,), (place.search_initials,), place.search_address)
