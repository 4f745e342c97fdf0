"""The city's map: views that rooms contribute, one of them drawn."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import cache

import msgspec

from madang.core.base.interface import Actor, Text, collect

from .blocks import MapBlock
from .records import CityLayer, CityPicture, CityView

log = logging.getLogger("madang.pages")
QUIET_MAP = MapBlock(
    title=Text(ko="자치구", en="Districts"),
    layers=(),
    base="plain",
    quiet_scroll=True,
    href="/search/?q={name}",
)


class CityMap(msgspec.Struct, frozen=True, kw_only=True):
    """The map as it is drawn: every view to choose from, the chosen one, and what it shows.

    Without a picture the map is the quiet one; with `chosen` its view could not be drawn.
    """

    block: MapBlock
    views: tuple[CityView, ...] = ()
    chosen: CityView | None = None
    picture: CityPicture | None = None


@cache
def list_layers() -> tuple[CityLayer, ...]:
    """Return the layers that rooms contribute to the city's map, in order."""
    found = (layer for _, layer in collect("doors", "CITY_LAYERS"))
    return tuple(sorted(found, key=lambda layer: layer.order))


def draw_city_map(layers: Iterable[CityLayer], wanted: str, actor: Actor, language: str) -> CityMap:
    """Return the map with the view named `wanted`, else the first; a layer that fails is logged and left out."""
    views = list_city_views(layers, actor, language)
    chosen = next((view for view in views if view.name == wanted), views[0] if views else None)
    picture = draw_city_view(chosen) if chosen else None
    return CityMap(
        block=_lay_on_city(chosen, picture) if chosen and picture else QUIET_MAP,
        views=tuple(views),
        chosen=chosen,
        picture=picture,
    )


def list_city_views(layers: Iterable[CityLayer], actor: Actor, language: str) -> list[CityView]:
    """Return every view of `layers` that `actor` may choose; a layer that fails is logged and left out."""
    return [
        view for layer in layers if actor.may(layer.permission) for view in _build(layer, actor, language)
    ]


def draw_city_view(view: CityView) -> CityPicture | None:
    """Return what a view shows, None where it fails, which is logged, or has nothing to show."""
    try:
        return view.draw()
    except Exception:
        log.exception("city view %s", view.name)
        return None


def _build(layer: CityLayer, actor: Actor, language: str) -> Sequence[CityView]:
    try:
        return layer.build(actor, language)
    except Exception:
        log.exception("city layer %s", layer.title.en)
        return ()


def _lay_on_city(view: CityView, picture: CityPicture) -> MapBlock:
    return msgspec.structs.replace(
        QUIET_MAP, title=view.title, layers=(picture.layer,), property_titles=picture.property_titles
    )
