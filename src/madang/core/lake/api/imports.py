"""Uploads through the API: streamed to the disk, read by the worker, watched, cancelled, undone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import msgspec
from django.conf import settings
from django.db import close_old_connections
from msgspec import Meta
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from madang.core.base.interface import BadInput, MadangError, Text, now
from madang.core.lake.importing.jobs import (
    ImportRecord,
    cancel_import,
    confirm_import,
    get_import,
    list_imports,
    make_import_id,
    open_import,
    undo_finished_import,
    upload_path,
)
from madang.core.lake.importing.records import ImportChoice

TableName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class TooLarge(MadangError):
    """The file is larger than this house takes."""

    status = 413


class UploadQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What the file is called and what becomes of it; with `preview` it waits for a decision."""

    file_name: Annotated[str, Meta(max_length=300)] = ""
    table: TableName | None = None
    sheet: Annotated[
        str, Meta(max_length=100, description="which sheet of a workbook; else the first table")
    ] = ""
    title_ko: Annotated[str, Meta(max_length=200)] = ""
    title_en: Annotated[str, Meta(max_length=200)] = ""
    publish: bool = False
    preview: bool = False


class Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """An import that has begun: its id, where to ask for it, and its page."""

    id: str
    status: str
    next: str


class ImportsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which imports."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20


async def upload(request: Request, query: UploadQuery, body: None) -> Uploaded:
    """Answer POST /api/imports: a multipart form with one file, or the file itself as the body."""
    import_id = await run_in_threadpool(make_import_id)
    folder = upload_path(import_id)
    try:
        name = await _receive(request, folder / "file")
        name = query.file_name or name or "upload"
        if (folder / "file").stat().st_size == 0:
            raise BadInput("import.empty", "빈 파일입니다", "the file is empty", field="file")
        await run_in_threadpool(_open, request, import_id, Path(name.replace("\\", "/")).name, query)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Uploaded(id=import_id, status=f"/api/imports/{import_id}", next=f"/desk/data/import/{import_id}/")


def show_import(request: Request, query: None, body: None) -> ImportRecord:
    """Answer GET /api/imports/{id}."""
    return get_import(actor=request.state.actor, import_id=request.path_params["id"])


def show_imports(request: Request, query: ImportsQuery, body: None) -> list[ImportRecord]:
    """Answer GET /api/imports."""
    return list_imports(actor=request.state.actor, limit=query.limit)


def confirm(request: Request, query: None, body: ImportChoice) -> ImportRecord:
    """Answer POST /api/imports/{id}/confirm."""
    return confirm_import(
        actor=request.state.actor, now=now(), import_id=request.path_params["id"], choice=body
    )


def cancel(request: Request, query: None, body: None) -> ImportRecord:
    """Answer POST /api/imports/{id}/cancel."""
    return cancel_import(actor=request.state.actor, now=now(), import_id=request.path_params["id"])


def undo(request: Request, query: None, body: None) -> ImportRecord:
    """Answer POST /api/imports/{id}/undo."""
    return undo_finished_import(actor=request.state.actor, now=now(), import_id=request.path_params["id"])


def _open(request: Request, import_id: str, file_name: str, query: UploadQuery) -> None:
    close_old_connections()
    title = Text(ko=query.title_ko or query.title_en, en=query.title_en or query.title_ko)
    open_import(
        actor=request.state.actor,
        now=now(),
        import_id=import_id,
        file_name=file_name,
        choice=ImportChoice(
            table_name=query.table,
            title=title if title.ko else None,
            sheet=query.sheet or None,
            publish=query.publish,
        ),
        wants_preview=query.preview,
    )
    close_old_connections()


async def _receive(request: Request, path: Path) -> str:
    """Stream the body to `path` and return the file's name where the form gives one."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    stream = _limit(request)
    if kind != b"multipart/form-data":
        with path.open("wb") as file:
            async for chunk in stream:
                file.write(chunk)
        return ""
    if b"boundary" not in options:
        raise BadInput("import.form", "업로드 양식이 잘못되었습니다", "the multipart form has no boundary")
    with path.open("wb") as file:
        form = _Form(file)
        parser = MultipartParser(options[b"boundary"], form.callbacks())
        try:
            async for chunk in stream:
                parser.write(chunk)
            parser.finalize()
        except ValueError as error:
            raise BadInput(
                "import.form",
                f"업로드 양식이 잘못되었습니다: {error}",
                f"the multipart form is damaged: {error}",
            ) from error
    if not form.name:
        raise BadInput("import.form", "양식에 파일이 없습니다", "the form holds no file", field="file")
    return form.name


async def _limit(request: Request) -> AsyncIterator[bytes]:
    limit = settings.MADANG.upload_limit_mb * 1_000_000
    taken = 0
    async for chunk in request.stream():
        taken += len(chunk)
        if taken > limit:
            megabytes = settings.MADANG.upload_limit_mb
            raise TooLarge(
                "import.too_large",
                f"파일은 {megabytes:,} MB까지 받습니다. 나누어 올리거나 관리자에게 문의해 주십시오.",
                f"files of up to {megabytes:,} MB are taken; split it or ask your administrator",
            )
        yield chunk


class _Form:
    """Writes the first file of a multipart form; other fields are passed over."""

    def __init__(self, file: Any) -> None:
        self.name = ""
        self._file = file
        self._header, self._value = b"", b""
        self._is_ours = False

    def callbacks(self) -> dict[str, Any]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._add,
            "on_header_end": self._end_header,
            "on_part_data": self._data,
        }

    def _begin(self) -> None:
        self._is_ours = False

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition" and not self.name:
            _, options = parse_options_header(self._value)
            name = options.get(b"filename", b"").decode("utf-8", "replace")
            self.name, self._is_ours = unquote(name), bool(name)
        self._header, self._value = b"", b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_ours:
            self._file.write(data[start:end])
