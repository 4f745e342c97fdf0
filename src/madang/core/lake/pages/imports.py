"""`/desk/data/import/`: drop a file, look at what it would become, decide, watch, undo."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import Actor, MadangError, Text, now
from madang.core.lake.importing.jobs import (
    RUNNING,
    ImportRecord,
    ImportState,
    cancel_import,
    confirm_import,
    get_choice,
    get_import,
    list_imports,
    make_import_id,
    open_import,
    turn_to_sheet,
    undo_finished_import,
    upload_path,
)
from madang.core.lake.importing.records import ImportChoice, Preview
from madang.core.lake.importing.rejected import rejected_path
from madang.core.lake.models import Dataset
from madang.core.lake.queries import get_dataset
from madang.core.lake.vocabulary import IMPORT_STATES, TYPES, say_reason
from madang.core.pages.interface import MapBlock, page, points_layer, render_error_page
from madang.core.people.interface import find_personal

from .dataset import describe_report, offer_rejected
from .forms import PERSONAL, ImportForm, fill_from_choice, fill_from_record, read_words

STEPS = (
    Text(ko="파일 고르기", en="Choose a file"),
    Text(ko="미리 보고 정하기", en="Look and decide"),
    Text(ko="저장", en="Stored"),
)
BUTTON = Text(ko="이대로 저장하기", en="Store it")
GONE = Text(ko="없어지는 열", en="Columns that go")
ADDED = Text(ko="새로 생기는 열", en="Columns that are new")
RETYPED = Text(ko="형식이 바뀌는 열", en="Columns of another type")


@page("lake.import", Text(ko="파일 올리기", en="Upload a file"), methods=("GET", "POST"))
def show_upload(request: HttpRequest) -> HttpResponse:
    """Take a file; browsers with scripts send it to the API instead, with progress."""
    file = request.FILES.get("file") if request.method == "POST" else None
    limit_mb = settings.MADANG.upload_limit_mb
    if file is not None and file.size > limit_mb * 1_000_000:
        said = Text(
            ko=f"파일은 {limit_mb:,} MB까지 받습니다.", en=f"Files of up to {limit_mb:,} MB are taken."
        )
        messages.error(request, said.say(request.language))
    elif file is not None:
        import_id = make_import_id()
        with (upload_path(import_id) / "file").open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        open_import(
            actor=request.actor,
            now=now(),
            import_id=import_id,
            file_name=str(file.name),
            choice=ImportChoice(),
            wants_preview=True,
        )
        return HttpResponseRedirect(f"/desk/data/import/{import_id}/")
    recent = [(one, IMPORT_STATES[one.state.value]) for one in list_imports(actor=request.actor, limit=8)]
    return render(request, "lake/upload.html", {"steps": STEPS, "step": 0, "imports": recent})


@page("lake.import", Text(ko="가져오기", en="Import"), methods=("GET", "POST"))
def show_import(request: HttpRequest, import_id: str) -> HttpResponse:
    """Show where an import is; a preview carries the form that decides."""
    try:
        job = get_import(actor=request.actor, import_id=import_id)
    except MadangError as error:
        return render_error_page(request, error.status, error.text)
    is_running = job.state in RUNNING
    if request.headers.get("HX-Request") and not is_running:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "job": job,
        "is_running": is_running,
        "state": IMPORT_STATES[job.state.value],
        "steps": STEPS,
        "step": _step_of(job),
    }
    if job.state is ImportState.PREVIEWED and job.preview is not None:
        form = _make_form(request, job)
        if request.method == "POST" and form.is_valid() and _confirm(request, job, form):
            return HttpResponseRedirect(request.path)
        context |= _draw_preview(job.preview) | {"form": form, "page": {"button": BUTTON}}
        context["changed"] = _list_changes(request.actor, job.preview)
    elif job.report:
        context["did"] = describe_report(job.report) | _offer_rejected(request.actor, job)
    status = 422 if request.method == "POST" else 200
    return render(request, "lake/import.html", context, status=status)


@page("lake.import", methods=("POST",))
def cancel(request: HttpRequest, import_id: str) -> HttpResponse:
    """Stop an import."""
    return _do(request, import_id, cancel_import)


@page("lake.import", methods=("POST",))
def undo(request: HttpRequest, import_id: str) -> HttpResponse:
    """Take a finished import back."""
    return _do(request, import_id, undo_finished_import)


@page("lake.import", methods=("POST",))
def turn_sheet(request: HttpRequest, import_id: str) -> HttpResponse:
    """Look at another sheet of a workbook."""
    return _do(request, import_id, partial(turn_to_sheet, sheet=request.POST.get("sheet", "")))


def _do(request: HttpRequest, import_id: str, action: Any) -> HttpResponse:
    try:
        action(actor=request.actor, now=now(), import_id=import_id)
    except MadangError as error:
        messages.error(request, error.text.say(request.language))
    return HttpResponseRedirect(f"/desk/data/import/{import_id}/")


def _step_of(job: ImportRecord) -> int:
    if job.state is ImportState.DONE or (job.state is ImportState.WRITING):
        return 2
    return 1 if job.preview is not None else 0


def _offer_rejected(actor: Actor, job: ImportRecord) -> dict[str, Any]:
    if job.version is None or not rejected_path(job.table_name, job.version).is_file():
        return {}
    return offer_rejected(actor, get_dataset(actor=actor, name=job.table_name).table, job.version)


def _make_form(request: HttpRequest, job: ImportRecord) -> ImportForm:
    initial = _fill(request.actor, job.preview)
    if job.message.ko:  # decided before, and refused
        initial |= fill_from_choice(get_choice(actor=request.actor, import_id=job.id))
    return ImportForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        columns=job.preview.columns,
        initial=initial,
    )


def _fill(actor: Actor, preview: Preview) -> dict[str, Any]:
    if not preview.is_new and Dataset.objects.filter(name=preview.table_name).exists():
        filled = fill_from_record(get_dataset(actor=actor, name=preview.table_name))
    else:
        filled = {"title_ko": preview.title.ko, "owner_agency": actor.agency_code}
        filled[PERSONAL] = _find_personal(preview)
    return filled | {"table_name": preview.table_name}


def _list_changes(actor: Actor, preview: Preview) -> list[tuple[Text, str]]:
    """Return what the next version's columns have other than the present one's: (what is so, names)."""
    if preview.is_new or not Dataset.objects.filter(name=preview.table_name).exists():
        return []
    present = get_dataset(actor=actor, name=preview.table_name).table.columns
    before, after = ({one.name: one.type for one in columns} for columns in (present, preview.columns))
    found = (
        (GONE, [name for name in before if name not in after]),
        (ADDED, [name for name in after if name not in before]),
        (RETYPED, [name for name in after if before.get(name, after[name]) != after[name]]),
    )
    return [(what, ", ".join(names)) for what, names in found if names]


def _find_personal(preview: Preview) -> list[str]:
    """Return the columns of which most first values are personal data: they are ticked until somebody decides."""
    found = []
    for at, column in enumerate(preview.columns):
        values = [row[at] for row in preview.rows if isinstance(row[at], str)]
        hits = sum(find_personal(value) is not None for value in values)
        if hits * 2 > len(values):
            found.append(column.name)
    return found


def _confirm(request: HttpRequest, job: ImportRecord, form: ImportForm) -> bool:
    data = form.cleaned_data
    name = data["table_name"]
    if name != job.table_name and Dataset.objects.filter(name=name).exists():
        said = Text(
            ko="다른 데이터가 쓰는 이름입니다. 그 데이터를 바꾸려면 같은 이름의 파일로 올려 주십시오.",
            en="Another dataset has this name. To replace it, upload a file named as its own was.",
        )
        form.add_error("table_name", said.say(request.language))
        return False
    choice = ImportChoice(
        **read_words(data),
        table_name=name,
        personal=dict.fromkeys(data[PERSONAL], "개인정보"),
        publish=data["publish"],
    )
    try:
        confirm_import(actor=request.actor, now=now(), import_id=job.id, choice=choice)
    except MadangError as error:
        form.add_error(None, error.text.say(request.language))
        return False
    return True


def _draw_preview(preview: Preview) -> dict[str, Any]:
    points = [{"lon": lon, "lat": lat, "id": str(at)} for at, (lon, lat) in enumerate(preview.points)]
    return {
        "preview": preview,
        "did": describe_report(msgspec.to_builtins(preview.report)),
        "columns": [(column, TYPES[column.type.value]) for column in preview.columns],
        "rejected": [(one, say_reason(one.reason)) for one in preview.rejected],
        "map": MapBlock(
            title=Text(ko="파일에 든 위치", en="Places in the file"),
            layers=(points_layer(points, layer_id="points"),),
            quiet_scroll=True,
        )
        if points
        else None,
    }
