"""The Open API's own port: every call is answered with HTTP 200 and a code, and counted."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections import Counter

from django.db import close_old_connections
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.core.base.interface import Process, Unavailable, now, read_settings, serve_application
from madang.core.pages.interface import make_cell, open_workbook

from .actions import write_uses
from .methods.calls import FORMS, check_call, read_call, write_json, write_xml
from .queries import answer_call, find_key_id
from .records import Answer, Call

log = logging.getLogger("madang.open_data")
EVERY_S = 5.0
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UseCounter:
    """Counts uses in memory and writes them down every few seconds, off the path of an answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: Counter[tuple[str, str]] = Counter()
        self._rows: Counter[tuple[str, str]] = Counter()
        self._thread: threading.Thread | None = None

    def add(self, service: str, key_id: str, rows: int) -> None:
        """Count one use."""
        with self._lock:
            self._uses[service, key_id] += 1
            self._rows[service, key_id] += rows
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_for_ever, daemon=True)
                self._thread.start()

    def write(self) -> None:
        """Write down what was counted since; what can't be written now is counted again."""
        with self._lock:
            uses, rows = self._uses, self._rows
            self._uses, self._rows = Counter(), Counter()
        if not uses:
            return
        try:
            close_old_connections()
            write_uses(now=now(), counted={name: (uses[name], rows[name]) for name in uses})
        except Exception:
            log.warning("uses are written later", exc_info=True)
            with self._lock:
                self._uses.update(uses)
                self._rows.update(rows)

    def _write_for_ever(self) -> None:
        while True:
            time.sleep(EVERY_S)
            self.write()


counter = UseCounter()


def answer(request: Request) -> Response:
    """Answer one call."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    call = read_call(raw.partition(b"?")[0])
    code = check_call(call)
    if code:
        return _send(Answer(code=code), call)
    close_old_connections()
    try:
        found = answer_call(call)
    except Unavailable:
        found = Answer(code="ERROR-600")
    except Exception:
        log.exception("%s", call.service)
        found = Answer(code="ERROR-500")
    if found.code == "INFO-000":
        counter.add(call.service, find_key_id(call.key) or "", len(found.rows))
    return _send(found, call)


def _send(found: Answer, call: Call) -> Response:
    form = call.form if call.form in FORMS else "xml"
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
    if form == "json":
        return Response(write_json(found), headers=headers, media_type="application/json;charset=UTF-8")
    if form == "xls" and found.code == "INFO-000":
        headers["Content-Disposition"] = f'attachment; filename="{found.envelope}.xlsx"'
        return Response(_write_sheet(found), headers=headers, media_type=SHEET)
    return Response(write_xml(found), headers=headers, media_type="application/xml;charset=UTF-8")


def _write_sheet(found: Answer) -> bytes:
    book, sheet = open_workbook(found.envelope)
    sheet.append(list(found.rows[0]))
    for row in found.rows:
        sheet.append([make_cell(sheet, value) for value in row.values()])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


application = Starlette(routes=[Route("/{path:path}", answer, methods=["GET"])])


def run_open_api() -> None:
    """Serve until asked to stop."""
    serve_application("madang.citizens.open_data.processes:application", port=read_settings().open_api_port)


PROCESSES = [Process(name="open-api", run=run_open_api)] if read_settings().open_api_port else []
