"""What other rooms and services may use of this room."""

from .methods.cells import cell_of_points
from .methods.coordinates import COORDINATE_SYSTEMS, transform_points
from .queries.locating import (
    detect_code_system,
    find_district_in_text,
    list_districts,
    locate_points,
    resolve_code,
)
from .records import CodeSystem, CodeVerdict, District, Located

__all__ = [
    "COORDINATE_SYSTEMS",
    "CodeSystem",
    "CodeVerdict",
    "District",
    "Located",
    "cell_of_points",
    "detect_code_system",
    "find_district_in_text",
    "list_districts",
    "locate_points",
    "resolve_code",
    "transform_points",
]
