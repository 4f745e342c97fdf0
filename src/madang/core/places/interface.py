"""What other rooms and services may use of this room."""

from .actions import (
    change_place,
    import_area_layer,
    register_place,
    remove_area_layer,
    remove_place,
)
from .methods.cells import cell_of_points
from .methods.coordinates import COORDINATE_SYSTEMS, transform_points
from .methods.korean import matches_within, normalize
from .methods.tiles import (
    TileFeatures,
    choose_drawn,
    encode_tile,
    group_points,
    thin_points,
    tile_bounds,
    tile_degrees,
)
from .queries.layers import get_area_layer, get_layer_report, list_area_layers, list_areas
from .queries.locating import (
    detect_code_system,
    find_district_in_text,
    find_own_district,
    get_area_name,
    list_districts,
    locate_in_outlines,
    locate_points,
    resolve_code,
    say_area,
)
from .queries.searching import get_place, list_places, search_places
from .queries.tiles import get_tile
from .records import (
    AreaKind,
    AreaLayerRecord,
    BoundaryArea,
    CodeSystem,
    CodeVerdict,
    District,
    LayerReport,
    Located,
    NewAreaLayer,
    NewPlace,
    PlaceHit,
    PlaceRecord,
)

__all__ = [
    "COORDINATE_SYSTEMS",
    "AreaKind",
    "AreaLayerRecord",
    "BoundaryArea",
    "CodeSystem",
    "CodeVerdict",
    "District",
    "LayerReport",
    "Located",
    "NewAreaLayer",
    "NewPlace",
    "PlaceHit",
    "PlaceRecord",
    "TileFeatures",
    "cell_of_points",
    "change_place",
    "choose_drawn",
    "detect_code_system",
    "encode_tile",
    "find_district_in_text",
    "find_own_district",
    "get_area_layer",
    "get_area_name",
    "get_layer_report",
    "get_place",
    "get_tile",
    "group_points",
    "import_area_layer",
    "list_area_layers",
    "list_areas",
    "list_districts",
    "list_places",
    "locate_in_outlines",
    "locate_points",
    "matches_within",
    "normalize",
    "register_place",
    "remove_area_layer",
    "remove_place",
    "resolve_code",
    "say_area",
    "search_places",
    "thin_points",
    "tile_bounds",
    "tile_degrees",
    "transform_points",
]
