"""Bring a file: see what it would do, then do it, and undo it if it was wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, NotFound, Text, new_id, now, read_pair
from madang.core.pages.interface import FormPage, ListColumn, ListPage, page, say_lazily
from madang.core.people.interface import require
from madang.core.things.actions import import_things, undo_import
from madang.core.things.gateway import SUFFIXES, read_rows
from madang.core.things.queries import count_imports, get_import, list_imports
from madang.core.things.records import STATE_NAMES, ImportReport
from madang.core.things.wording import FIELDS, say_agencies, say_kinds

from .listing import HOME

IMPORTS = f"{HOME}imports/"
REJECTS_SHOWN = 200
ID = re.compile(r"[0-9a-f-]{36}")


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits for its "go on"."""

    name: str
    suffix: str
    actor_id: str
    defaults: dict[str, str]


def _build_form(_actor: Actor, **_address: Any) -> type[forms.Form]:
    return type(
        "ImportForm",
        (forms.Form,),
        {
            "file": forms.FileField(
                label=say_lazily("파일 (CSV, TSV, XLSX, JSON)", "File (CSV, TSV, XLSX, JSON)"),
                widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
            ),
            "kind": _choose("kind", say_kinds()),
            "agency_code": _choose("agency_code", say_agencies()),
            "state": _choose("state", {state.value: name for state, name in STATE_NAMES.items()}),
        },
    )


def _choose(name: str, names: dict[str, Text]) -> forms.ChoiceField:
    choices = [("", "–"), *((code, say_lazily(text.ko, text.en)) for code, text in names.items())]
    label = say_lazily(f"{FIELDS[name].ko} (칸이 비었을 때)", f"{FIELDS[name].en} (where a cell is empty)")
    return forms.ChoiceField(label=label, choices=choices, required=False)


def _receive(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    """Keep the file and lead on to its preview."""
    del now
    require(actor, "things.import")
    file, upload_id = data["file"], new_id()
    upload = Upload(
        name=file.name[:200],
        suffix=Path(file.name).suffix.lower(),
        actor_id=actor.id,
        defaults={name: data[name] for name in ("kind", "agency_code", "state") if data[name]},
    )
    folder = get_folder()
    with (folder / f"{upload_id}.data").open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    (folder / f"{upload_id}.json").write_bytes(msgspec.json.encode(upload))
    next(iter(read_rows(_name_file(upload_id, upload))), None)
    return f"{HOME}import/{upload_id}/"


def get_folder() -> Path:
    """Return the folder of uploads that wait."""
    folder = Path(settings.MADANG.data_path) / "files" / "things"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _name_file(upload_id: str, upload: Upload) -> Path:
    """Give the kept file its suffix, by which it is read; only the known ones."""
    kept = get_folder() / f"{upload_id}.data"
    named = kept.with_suffix(upload.suffix if upload.suffix in SUFFIXES else ".data")
    if kept.is_file() and named != kept:
        kept.rename(named)
    return named


def _get_upload(actor: Actor, upload_id: str) -> tuple[Upload, Path]:
    path = get_folder() / f"{upload_id}.json"
    if not ID.fullmatch(upload_id) or not path.is_file():
        raise NotFound("import.unknown", "그런 파일이 없습니다.", "there is no such file")
    upload = msgspec.json.decode(path.read_bytes(), type=Upload)
    if upload.actor_id != actor.id:
        raise NotFound("import.unknown", "그런 파일이 없습니다.", "there is no such file")
    return upload, _name_file(upload_id, upload)


@page("things.import", Text(ko="가져오기 미리보기", en="Preview of an import"), ("GET", "POST"))
def show_preview(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Show what an import would do; a POST does it."""
    upload, path = _get_upload(request.actor, upload_id)
    report = import_things(
        actor=request.actor,
        now=now(),
        rows=read_rows(path),
        defaults=upload.defaults,
        source=upload.name,
        dry_run=request.method != "POST",
    )
    if request.method != "POST":
        return _draw(request, report, is_preview=True)
    path.unlink(missing_ok=True)
    (get_folder() / f"{upload_id}.json").unlink(missing_ok=True)
    return HttpResponseRedirect(f"{IMPORTS}{report.batch_id}/")


@page("things.import", Text(ko="가져온 결과", en="Result of an import"))
def show_import(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Show what an import did."""
    return _draw(request, get_import(batch_id), is_preview=False)


@page("things.import", Text(ko="가져오기 되돌리기", en="Undo an import"), ("POST",))
def undo(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Take an import back."""
    report = undo_import(actor=request.actor, now=now(), batch_id=batch_id)
    context = {"undone": report, "report": get_import(batch_id), "rejected": (), "is_preview": False}
    return render(request, "things/import.html", context)


def _draw(request: HttpRequest, report: ImportReport, *, is_preview: bool) -> HttpResponse:
    context = {
        "report": report,
        "is_preview": is_preview,
        "rejected": report.rejected[:REJECTS_SHOWN],
        "more": max(0, len(report.rejected) - REJECTS_SHOWN),
    }
    return render(request, "things/import.html", context)


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del search, filters, sort
    require(actor, "things.import")
    return list_imports(limit=limit, offset=offset), count_imports()


IMPORT = FormPage(
    title=Text(ko="시설물 파일 가져오기", en="Bring a file of things"),
    permission="things.import",
    form=_build_form,
    run=_receive,
    about=Text(
        ko="첫 줄은 열 이름입니다. id는 꼭 있어야 하고, 모르는 열은 속성으로 보관합니다. 먼저 결과를 미리 봅니다.",
        en="The first row names the columns; id is needed, unknown columns become attributes. You see the "
        "result before anything is kept.",
    ),
    button=Text(ko="미리 보기", en="Preview"),
    back=HOME,
    is_upload=True,
)


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), sortable=False, **more)


IMPORT_LIST = ListPage(
    title=Text(ko="가져온 기록", en="Past imports"),
    permission="things.import",
    columns=(
        _column("at", "때", "When", type=ColumnType.TIME, href=lambda row: f"{IMPORTS}{row.batch_id}/"),
        _column("source", "파일", "File", value=lambda row: read_pair(row.source)),
        _column("actor_name", "누가", "Who", value=lambda row: read_pair(row.actor_name)),
        _column("added", "새로", "Added", type=ColumnType.INTEGER),
        _column("changed", "변경", "Changed", type=ColumnType.INTEGER),
        _column("unchanged", "그대로", "Unchanged", type=ColumnType.INTEGER),
        _column("undone_at", "되돌림", "Undone", type=ColumnType.TIME),
    ),
    query=_query,
    row_id="batch_id",
    searchable=False,
    empty=Text(ko="아직 가져온 파일이 없습니다.", en="No file has been brought yet."),
    create=(f"{HOME}import/", Text(ko="파일 가져오기", en="Bring a file"), "things.import"),
)
