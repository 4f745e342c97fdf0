"""Charts and maps that a page declares as data; the table behind each chart comes with it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from madang.core.base.interface import Text

from .formats import format_short, format_unit


class ChartKind(StrEnum):
    """Forms of a chart."""

    BAR = "bar"
    BARS_ACROSS = "bars-across"
    LINE = "line"
    TREEMAP = "treemap"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One row of values, as many as the chart has `x`; `low` and `high` bound their uncertainty."""

    name: Text
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] | None = None
    high: tuple[float | None, ...] | None = None


class ChartBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A chart with its table. `summary` says in a sentence what the chart shows, for everyone.

    Of `x`, days and moments of this year are written in the reader's language. With `hrefs`, one for each `x`, the table's rows lead on; of a treemap (first series only) the tiles do, too.
    """

    title: Text
    kind: ChartKind
    x: tuple[str | date | Text, ...]
    series: tuple[Series, ...]
    unit: str = ""
    x_title: Text = Text(ko="구분", en="Category")
    summary: Text = Text(ko="", en="")
    source: Text = Text(ko="", en="")
    as_of: datetime | None = None
    target: float | None = None
    hrefs: tuple[str, ...] = ()

    def configure(self, language: str) -> dict[str, Any]:
        """Return what the script draws from."""
        return {
            "kind": self.kind.value,
            "title": self.summary.say(language) or self.title.say(language),
            "unit": format_unit(self.unit, language),
            "x": self.list_labels(language),
            "target": self.target,
            "hrefs": self.hrefs,
            "series": [
                {"name": one.name.say(language), "values": one.values, "low": one.low, "high": one.high}
                for one in self.series
            ],
        }

    @property
    def has_legend(self) -> bool:
        """Whether its colours must be named beside it: lines carry their names at their end, bars don't."""
        return len(self.series) > 1 and self.kind in {ChartKind.BAR, ChartKind.BARS_ACROSS}

    def list_labels(self, language: str) -> list[str]:
        """Return each x as it is written."""
        said = (format_short(x, language) if isinstance(x, date) else x for x in self.x)
        return [x.say(language) if isinstance(x, Text) else x for x in said]

    def list_rows(self, language: str) -> list[tuple[str, str, list[float | None]]]:
        """Return the table behind the chart: each x with where it leads ("" for nowhere) and its values."""
        hrefs = self.hrefs or ("",) * len(self.x)
        labels = self.list_labels(language)
        return [(x, hrefs[at], [one.values[at] for one in self.series]) for at, x in enumerate(labels)]


class MapClass(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a legend: the value in the data, its words, and how many there are.

    `colour` names a colour of the style sheet ("danger") where the usual ones don't say what is meant.
    """

    value: str
    title: Text
    count: int | None = None
    colour: str = ""


class MapLayer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer: GeoJSON in `data` (a FeatureCollection or its address) or vector `tiles`.

    A feature's properties `id`, `title` and `href` join it to the list and its page; others are
    shown in the popup, which leads to the layer's `href` where the feature has none. `shape` is "points",
    "areas", "lines", or "any" where each feature is drawn as what it is. At most five classes; with `is_ramp` they are steps of one colour, lowest first, the last the strongest.

    `joined` maps the `code` of areas in `tiles` (their layer named `source_layer`) to what is said of them:
    `class`, the value of a MapClass; `label`, written on the map; `title` and others for the popup.
    Points are `scale` times as big as usual; bigger ones lie above the names of districts. With `is_named` their
    titles are written beside them.
    """

    id: str
    shape: str = "points"
    data: dict[str, Any] | str | None = None
    tiles: str | None = None
    colour_by: str | None = None
    classes: tuple[MapClass, ...] = ()
    is_ramp: bool = False
    source_layer: str = ""
    joined: dict[str, dict[str, Any]] | None = None
    href: str = ""
    scale: float = 1.0
    is_named: bool = False

    @property
    def legend(self) -> list[tuple[str, MapClass]]:
        """Each class with the name of its colour; a class without a value stands for what is missing."""
        name = "ramp" if self.is_ramp else "chart"
        first = 5 - min(5, sum(bool(one.value) for one in self.classes)) if self.is_ramp else 0
        return [
            (entry.colour or (f"{name}-{(first + at) % 5 + 1}" if entry.value else "map-missing"), entry)
            for at, entry in enumerate(self.classes)
        ]


class MapBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A map with its legend. `list_selector` names the list that moves with it.

    `bounds` is west, south, east, north in degrees; None fits the data. `href` is where a click on a
    district leads, with {code} and {name}. What is clicked names its properties by `property_titles`, and says
    words of a register that are in one language as `words` has them; "한국어 · English" it says in the page's.
    """

    title: Text
    layers: tuple[MapLayer, ...]
    bounds: tuple[float, float, float, float] | None = None
    list_selector: str = ""
    property_titles: dict[str, Text] = {}
    words: dict[str, Text] = {}
    base: str = "labels"
    href: str = ""
    quiet_scroll: bool = False

    def configure(self, language: str) -> dict[str, Any]:
        """Return what the script draws from."""
        return {
            "layers": [_configure_layer(layer) for layer in self.layers],
            "bounds": self.bounds,
            "list": self.list_selector,
            "base": self.base,
            "href": self.href,
            "titles": {name: title.say(language) for name, title in self.property_titles.items()},
            "words": {word: said.say(language) for word, said in self.words.items()},
        }

    @property
    def legend(self) -> list[tuple[str, MapClass]]:
        """Legend entries with the names of their colours."""
        return [entry for layer in self.layers for entry in layer.legend]


def _configure_layer(layer: MapLayer) -> dict[str, Any]:
    return {
        "id": layer.id,
        "shape": layer.shape,
        "data": layer.data,
        "tiles": layer.tiles,
        "colour_by": layer.colour_by,
        "classes": [{"value": entry.value, "colour": name} for name, entry in layer.legend],
        "source_layer": layer.source_layer or None,
        "joined": layer.joined,
        "href": layer.href or None,
        "scale": layer.scale,
        "is_named": layer.is_named,
    }


def points_layer(rows: list[dict[str, Any]], *, layer_id: str = "rows") -> MapLayer:
    """Return a layer of points from rows with `lon` and `lat` (degrees); rows without are left out.

    A row whose `geometry` is a GeoJSON object is drawn as that.
    """
    features = [
        {
            "type": "Feature",
            "geometry": _find_geometry(row) or {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {
                name: value for name, value in row.items() if name not in {"lon", "lat", "geometry"}
            },
        }
        for row in rows
        if row.get("lon") is not None and row.get("lat") is not None
    ]
    shape = "any" if any(map(_find_geometry, rows)) else "points"
    return MapLayer(id=layer_id, shape=shape, data={"type": "FeatureCollection", "features": features})


def _find_geometry(row: dict[str, Any]) -> dict[str, Any] | None:
    found = row.get("geometry")
    return found if isinstance(found, dict) else None
