"""Subcommands of `madang` for area layers and streets."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from madang.core.base.interface import HOUSE, MadangError, Subcommand, now, say_help

from .actions import import_area_layer, import_streets
from .records import AreaKind, NewAreaLayer, NewStreets

T = TypeVar("T", bound=msgspec.Struct)


def _run_areas(arguments: Namespace) -> int:
    layer = _take(arguments, NewAreaLayer)
    return _print(lambda: import_area_layer(actor=HOUSE, now=now(), path=Path(arguments.file), layer=layer))


def _run_streets(arguments: Namespace) -> int:
    streets = _take(arguments, NewStreets)
    return _print(lambda: import_streets(actor=HOUSE, now=now(), path=Path(arguments.file), streets=streets))


def _take(arguments: Namespace, record: type[T]) -> T:
    return msgspec.convert({name: getattr(arguments, name) for name in record.__struct_fields__}, record)


def _print(work: Callable[[], object]) -> int:
    try:
        report = work()
    except MadangError as error:
        sys.stderr.write(f"{error.text.en}\n")
        return 2
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    return 0


def _add_areas(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help=say_help(
            "GeoJSON, TopoJSON, 압축한 셰이프파일, GeoPackage. .gz도 됩니다",
            "GeoJSON, TopoJSON, zipped shapefile or GeoPackage; .gz too",
        ),
    )
    parser.add_argument(
        "--name",
        required=True,
        help=say_help("레이어 이름(예: dongs-2018)", "name of the layer, such as dongs-2018"),
    )
    parser.add_argument("--kind", required=True, choices=[kind.value for kind in AreaKind])
    parser.add_argument(
        "--year", required=True, type=int, help=say_help("경계의 기준 연도", "year the borders are of")
    )
    for name in ("title-ko", "title-en", "source", "licence"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument(
        "--crs",
        default="",
        help=say_help(
            "좌표계. 값으로 알 수 없을 때만 적습니다",
            "coordinate system, where it isn't to be found by value",
        ),
    )
    parser.add_argument("--code-column", default="")
    parser.add_argument("--name-column", default="")


def _add_streets(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help=say_help(
            "선: GeoJSON, 압축한 셰이프파일, GeoPackage, LINESTRING이 든 CSV. .gz도 됩니다",
            "lines: GeoJSON, zipped shapefile, GeoPackage, or CSV with LINESTRING; .gz too",
        ),
    )
    parser.add_argument(
        "--title",
        required=True,
        help=say_help("도로망의 이름과 기준일", "what the streets are called, with their date"),
    )
    for name in ("source", "licence"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument(
        "--crs",
        default="",
        help=say_help(
            "좌표계. 값으로 알 수 없을 때만 적습니다",
            "coordinate system, where it isn't to be found by value",
        ),
    )


SUBCOMMANDS = [
    Subcommand(
        name="import-areas",
        help=say_help(
            "경계 파일을 구역 레이어로 가져오고, 결과를 JSON으로 출력합니다.",
            "Import a boundary file as an area layer; prints its report as JSON.",
        ),
        run=_run_areas,
        add_arguments=_add_areas,
    ),
    Subcommand(
        name="import-streets",
        help=say_help(
            "선을 걷는 거리를 잴 도로망으로 가져오고, 결과를 JSON으로 출력합니다.",
            "Import lines as the streets that distances on foot go by; prints a report as JSON.",
        ),
        run=_run_streets,
        add_arguments=_add_streets,
    ),
]
