"""Subcommands of `madang` for area layers."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from madang.core.base.interface import HOUSE, MadangError, Subcommand, now

from .actions import import_area_layer
from .records import AreaKind, NewAreaLayer


def _run_import(arguments: Namespace) -> int:
    given = {name: getattr(arguments, name) for name in NewAreaLayer.__struct_fields__}
    try:
        layer = msgspec.convert(given, NewAreaLayer)
        report = import_area_layer(actor=HOUSE, now=now(), path=Path(arguments.file), layer=layer)
    except MadangError as error:
        sys.stderr.write(f"{error.text.en}\n")
        return 2
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    return 0


def _add_import(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="GeoJSON, TopoJSON, zipped shapefile or GeoPackage; .gz too"
    )
    parser.add_argument("--name", required=True, help="name of the layer, such as dongs-2018")
    parser.add_argument("--kind", required=True, choices=[kind.value for kind in AreaKind])
    parser.add_argument("--year", required=True, type=int, help="year the borders are of")
    for name in ("title-ko", "title-en", "source", "licence"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--crs", default="", help="coordinate system, where it isn't to be found by value")
    parser.add_argument("--code-column", default="")
    parser.add_argument("--name-column", default="")


SUBCOMMANDS = [
    Subcommand(
        name="import-areas",
        help="Import a boundary file as an area layer; prints its report as JSON.",
        run=_run_import,
        add_arguments=_add_import,
    )
]
