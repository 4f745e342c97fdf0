"""What other rooms and services may use of this room."""

from .blocks import ChartBlock, ChartKind, MapBlock, MapClass, MapLayer, Series, points_layer
from .city_map import draw_city_view, list_city_views, list_layers
from .conditional import is_held
from .details import Detail, DetailPage, Fact, Happening, RecordAction, Tab
from .error_pages import find_way_back, render_error_page
from .exports import make_cell, open_workbook
from .formats import format_day, format_moment, format_number, format_short, format_unit
from .forms import FormPage, say_lazily
from .kept_pages import KeptPages
from .lists import ListAction, ListColumn, ListFilter, ListPage, columns_of
from .openapi import build_openapi
from .parsing import parse_body
from .pictures import read_picture, remake_picture
from .print import print_pdf
from .qr import draw_qr
from .records import (
    CityLayer,
    CityPicture,
    CityView,
    ErrorRecord,
    FirstStep,
    MenuLink,
    Panel,
    Protocol,
    Route,
    SearchHit,
    SearchSource,
    Topic,
    Watch,
)
from .routing import NotSignedIn, build_starlette_routes, find_address, read_language, render_error
from .schedule import run_due_jobs_forever
from .static_files import build_static_mount
from .status import name_process
from .translations import (
    LEFT,
    build_state_filter,
    build_translation_upload,
    list_translation_columns,
    pick_translations,
)
from .views import page

__all__ = [
    "LEFT",
    "ChartBlock",
    "ChartKind",
    "CityLayer",
    "CityPicture",
    "CityView",
    "Detail",
    "DetailPage",
    "ErrorRecord",
    "Fact",
    "FirstStep",
    "FormPage",
    "Happening",
    "KeptPages",
    "ListAction",
    "ListColumn",
    "ListFilter",
    "ListPage",
    "MapBlock",
    "MapClass",
    "MapLayer",
    "MenuLink",
    "NotSignedIn",
    "Panel",
    "Protocol",
    "RecordAction",
    "Route",
    "SearchHit",
    "SearchSource",
    "Series",
    "Tab",
    "Topic",
    "Watch",
    "build_openapi",
    "build_starlette_routes",
    "build_state_filter",
    "build_static_mount",
    "build_translation_upload",
    "columns_of",
    "draw_city_view",
    "draw_qr",
    "find_address",
    "find_way_back",
    "format_day",
    "format_moment",
    "format_number",
    "format_short",
    "format_unit",
    "is_held",
    "list_city_views",
    "list_layers",
    "list_translation_columns",
    "make_cell",
    "name_process",
    "open_workbook",
    "page",
    "parse_body",
    "pick_translations",
    "points_layer",
    "print_pdf",
    "read_language",
    "read_picture",
    "remake_picture",
    "render_error",
    "render_error_page",
    "run_due_jobs_forever",
    "say_lazily",
]
