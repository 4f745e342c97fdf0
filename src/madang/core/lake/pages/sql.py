"""`/desk/sql/`: questions to the lake in SQL."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import MadangError, Text
from madang.core.lake.asking import list_records
from madang.core.lake.queries import list_datasets
from madang.core.lake.sql import run_sql
from madang.core.pages.interface import page

SHOWN_ROWS, SHOWN_TABLES = 500, 200


@page("lake.sql", Text(ko="SQL로 묻기", en="Ask in SQL"))
def show_sql(request: HttpRequest) -> HttpResponse:
    """Answer the query in the address, so that a question can be shared."""
    sql = request.GET.get("q", "").replace("\0", "").strip()[:20_000]
    tables, total = list_datasets(actor=request.actor, limit=SHOWN_TABLES)
    example = tables[0].table.name if tables else "things"
    context = {
        "sql": sql or f"SELECT *\nFROM {example}\nLIMIT 20",
        "tables": [one for one in tables if one.version >= 0],
        "table_count": total,
        "shown_rows": SHOWN_ROWS,
    }
    status = 200
    if sql:
        began = time.monotonic()
        try:
            answer = run_sql(request.actor, sql)
            context |= {
                "columns": answer.column_names,
                "rows": [list(row.values()) for row in list_records(answer.slice(0, SHOWN_ROWS))],
                "total": answer.num_rows,
                "elapsed_ms": round(1000 * (time.monotonic() - began)),
            }
        except MadangError as error:
            context["problem"], status = error.text, error.status
    return render(request, "lake/sql.html", context, status=status)
