"""The lake's JSON API."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.lake.asking import Page
from madang.core.lake.importing.jobs import ImportRecord
from madang.core.lake.importing.records import ImportChoice
from madang.core.lake.records import DatasetChange
from madang.core.pages.interface import Route

from . import datasets, imports
from .records import (
    Aggregated,
    AggregateQuery,
    DatasetList,
    DatasetView,
    ListQuery,
    QualityView,
    RestoreBody,
    RowsQuery,
    VersionQuery,
    VersionView,
    WithdrawBody,
)

_ONE = "/api/datasets/{name}"
_IMPORT = "/api/imports/{id}"
_DATA = {"tags": ("datasets",)}
_IMPORTS = {"tags": ("imports",)}

ROUTES = [
    Route(
        "GET",
        "/api/datasets",
        datasets.list_catalogue,
        "public",
        Text(ko="데이터 목록", en="The catalogue of datasets"),
        query=ListQuery,
        returns=DatasetList,
        **_DATA,
    ),
    Route(
        "GET",
        _ONE,
        datasets.show_dataset,
        "public",
        Text(ko="데이터 하나의 설명", en="One dataset's description"),
        returns=DatasetView,
        **_DATA,
    ),
    Route(
        "GET",
        f"{_ONE}/rows",
        datasets.list_rows,
        "public",
        Text(ko="행과 정확한 전체 수", en="Rows, with their exact total"),
        query=RowsQuery,
        returns=Page,
        **_DATA,
    ),
    Route(
        "GET",
        f"{_ONE}/aggregate",
        datasets.summarize,
        "public",
        Text(ko="묶어서 계산하기", en="Groups and their measures"),
        query=AggregateQuery,
        returns=Aggregated,
        **_DATA,
    ),
    Route(
        "GET",
        f"{_ONE}/versions",
        datasets.show_versions,
        "public",
        Text(ko="판의 역사", en="Versions, newest first"),
        returns=list[VersionView],
        **_DATA,
    ),
    Route(
        "GET",
        f"{_ONE}/quality",
        datasets.show_quality,
        "public",
        Text(ko="측정한 품질", en="Measured quality"),
        returns=QualityView,
        **_DATA,
    ),
    Route(
        "GET",
        f"{_ONE}/rejected",
        datasets.send_rejected,
        "lake.import",
        Text(ko="가져올 때 버려진 행 (CSV)", en="Rows an import didn't keep (CSV)"),
        query=VersionQuery,
        **_DATA,
    ),
    Route(
        "PATCH",
        _ONE,
        datasets.change_words,
        "lake.import",
        Text(ko="설명 고치기", en="Change a dataset's description"),
        body=DatasetChange,
        returns=DatasetView,
        **_DATA,
    ),
    Route(
        "POST",
        f"{_ONE}/publish",
        datasets.publish,
        "lake.publish",
        Text(ko="공개하기", en="Publish a dataset"),
        returns=DatasetView,
        **_DATA,
    ),
    Route(
        "POST",
        f"{_ONE}/withdraw",
        datasets.withdraw,
        "lake.publish",
        Text(ko="공개에서 내리기", en="Withdraw a dataset"),
        body=WithdrawBody,
        returns=DatasetView,
        **_DATA,
    ),
    Route(
        "POST",
        f"{_ONE}/restore",
        datasets.restore,
        "lake.import",
        Text(ko="예전 판으로 되돌리기", en="Make an older version current again"),
        body=RestoreBody,
        returns=DatasetView,
        **_DATA,
    ),
    Route(
        "POST",
        "/api/imports",
        imports.upload,
        "lake.import",
        Text(ko="파일 올리기", en="Upload a file"),
        query=imports.UploadQuery,
        returns=imports.Uploaded,
        upload=True,
        **_IMPORTS,
    ),
    Route(
        "GET",
        "/api/imports",
        imports.show_imports,
        "lake.import",
        Text(ko="가져오기 목록", en="Imports, newest first"),
        query=imports.ImportsQuery,
        returns=list[ImportRecord],
        **_IMPORTS,
    ),
    Route(
        "GET",
        _IMPORT,
        imports.show_import,
        "lake.import",
        Text(ko="가져오기의 진행", en="How far an import is"),
        returns=ImportRecord,
        **_IMPORTS,
    ),
    Route(
        "POST",
        f"{_IMPORT}/confirm",
        imports.confirm,
        "lake.import",
        Text(ko="미리 본 것을 저장하기", en="Write a previewed import"),
        body=ImportChoice,
        returns=ImportRecord,
        **_IMPORTS,
    ),
    Route(
        "POST",
        f"{_IMPORT}/cancel",
        imports.cancel,
        "lake.import",
        Text(ko="가져오기 취소", en="Cancel an import"),
        returns=ImportRecord,
        **_IMPORTS,
    ),
    Route(
        "POST",
        f"{_IMPORT}/undo",
        imports.undo,
        "lake.import",
        Text(ko="가져오기 되돌리기", en="Take a finished import back"),
        returns=ImportRecord,
        **_IMPORTS,
    ),
]
