"""Cameras as an open dataset: where they stand, whose they are and why; never what they see."""

from __future__ import annotations

from collections.abc import Iterator

from madang.core.base.interface import ColumnType, Register, Table, TableKind, Text, declare_column

from .queries.cameras import get_version, iterate_cameras

CAMERAS = Table(
    name="cctv_cameras",
    title=Text(ko="CCTV 카메라", en="CCTV cameras"),
    description=Text(
        ko="CCTV 카메라의 위치, 소유 기관, 목적, 영상 보관 기간",
        en="CCTV cameras: where they stand, whose they are, what for, and how long pictures are kept",
    ),
    kind=TableKind.REGISTER,
    key=("id",),
    freshness_promise_s=600,
    licence="KOGL-1",
    lon="lon",
    lat="lat",
    crs="EPSG:4326",
    columns=(
        declare_column("id", "카메라 번호", "Camera"),
        declare_column("name", "이름", "Name"),
        declare_column("agency_code", "소유 기관 코드", "Owner code"),
        declare_column("district_code", "자치구 코드", "District code"),
        declare_column("declared_district", "목록의 자치구 코드", "District code of the list"),
        declare_column(
            "is_misplaced", "목록의 자치구 밖", "Outside the district of the list", ColumnType.BOOLEAN
        ),
        declare_column("purpose", "목적", "Purpose"),
        declare_column("retention_days", "보관 일수", "Days kept", ColumnType.INTEGER, "d"),
        declare_column("has_sign", "안내판", "Notice sign", ColumnType.BOOLEAN),
        declare_column("units", "대수", "Units", ColumnType.INTEGER),
        declare_column("state", "상태", "State"),
        declare_column("lon", "경도", "Longitude", ColumnType.NUMBER, "deg"),
        declare_column("lat", "위도", "Latitude", ColumnType.NUMBER, "deg"),
        declare_column("source", "출처", "Source"),
    ),
)
NAMES = tuple(column.name for column in CAMERAS.columns)


def list_rows() -> Iterator[dict[str, object]]:
    """Yield one row a camera."""
    for camera in iterate_cameras():
        yield {name: getattr(camera, name) for name in NAMES}


REGISTERS = [Register(table=CAMERAS, rows=list_rows, version=get_version)]
