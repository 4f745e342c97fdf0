"""The Open API's own port: every call is answered with HTTP 200 and a code, and counted."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import duckdb
from deltalake.exceptions import DeltaError
from django.db import Error as DatabaseError
from django.db import close_old_connections
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.core.base.interface import Process, Text, Unavailable, now, read_settings, serve_application
from madang.core.pages.interface import make_cell, open_workbook

from .actions.counting import counter
from .actions.quotas import meter
from .methods.calls import FORMS, check_call, read_call, write_json, write_xml
from .queries.calls import answer_call, find_key
from .queries.quotas import find_caller, find_limit, get_quota, name_address
from .records.calls import SAMPLE_KEY, Answer, Call

log = logging.getLogger("madang.open_data")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def serve(request: Request) -> Response:
    """Answer one call on a connection that still works."""
    close_old_connections()
    return answer(request)


def answer(request: Request) -> Response:
    """Answer one call."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    call = read_call(raw.partition(b"?")[0])
    code = check_call(call)
    if code:
        return _send(Answer(code=code), call)
    try:
        found = answer_call(call) if _may_call(request, call) else Answer(code="ERROR-337")
        if found.code == "INFO-000" and (key := find_key(call.key)):
            counter.add(call.service, key.id, len(found.rows))
    except Exception as error:
        log.exception("%s", call.service)
        found = Answer(code=_name_failure(error))
    return _send(found, call)


def _name_failure(error: Exception) -> str:
    """Return the code of what went wrong in the house: its store, a question to it, or anything else."""
    if isinstance(error, Unavailable | DatabaseError | DeltaError | OSError | duckdb.OperationalError):
        return "ERROR-600"
    return "ERROR-601" if isinstance(error, duckdb.Error) else "ERROR-500"


def _may_call(request: Request, call: Call) -> bool:
    """Count a call against the quota of its key, with the sample key of its address; unknown keys aren't counted."""
    key, moment = find_key(call.key), now()
    if key is None:
        return True
    if key.id != SAMPLE_KEY:
        return meter.take(f"key:{key.id}", find_limit(key.id), moment)
    client = request.client.host if request.client else ""
    caller = find_caller(client, request.headers.get("x-forwarded-for", ""))
    return meter.take(name_address(caller, moment), get_quota().address_daily, moment)


def _send(found: Answer, call: Call) -> Response:
    form = call.form if call.form in FORMS else "xml"
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
    if form == "json":
        return Response(write_json(found), headers=headers, media_type="application/json;charset=UTF-8")
    if form == "xls" and found.code == "INFO-000":
        headers["Content-Disposition"] = f'attachment; filename="{found.envelope}.xlsx"'
        return Response(_write_sheet(found), headers=headers, media_type=SHEET)
    if form == "xmlf" and found.code == "INFO-000":
        headers["Content-Disposition"] = f'attachment; filename="{found.envelope}.xml"'
    return Response(write_xml(found), headers=headers, media_type="application/xml;charset=UTF-8")


def _write_sheet(found: Answer) -> bytes:
    book, sheet = open_workbook(found.envelope)
    sheet.append([make_cell(sheet, name) for name in found.rows[0]])
    for row in found.rows:
        sheet.append([make_cell(sheet, value) for value in row.values()])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


@asynccontextmanager
async def _write_at_end(_application: Starlette) -> AsyncGenerator[None, None]:
    yield
    await run_in_threadpool(counter.stop)
    await run_in_threadpool(counter.write)
    await run_in_threadpool(meter.flush)


application = Starlette(routes=[Route("/{path:path}", serve, methods=["GET"])], lifespan=_write_at_end)


def run_open_api() -> None:
    """Serve until asked to stop."""
    serve_application("madang.citizens.open_data.processes:application", port=read_settings().open_api_port)


PROCESSES = (
    [Process(name="open-api", title=Text(ko="서울 열린데이터 API", en="Open API"), run=run_open_api)]
    if read_settings().open_api_port
    else []
)
