"""What the lake adds to the doors: newest datasets, waiting imports, datasets in the search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from madang.core.base.interface import Actor, Text, now
from madang.core.pages.interface import (
    CityLayer,
    FirstStep,
    MenuLink,
    Panel,
    Protocol,
    SearchHit,
    SearchSource,
    Topic,
)

from .catalogue import Browse, browse_catalogue
from .city_views import list_views
from .importing.jobs import list_imports
from .models import Dataset
from .queries import list_late_datasets
from .vocabulary import IMPORT_STATES, say_category

SHOWN = 5


def show_newest(actor: Actor, _language: str) -> dict[str, Any] | None:
    """Return the newest published datasets; nothing where there are none."""
    found = browse_catalogue(actor=actor, asked=Browse(facets={"kind": "dataset"}, limit=SHOWN))
    total = sum(count for _, count in found.facets["kind"])
    return {"newest": found.records, "total": total} if found.total else None


def show_waiting(actor: Actor, _language: str) -> dict[str, Any]:
    """Return imports that wait, work or ended since yesterday, and datasets that are late."""
    recent = now() - timedelta(days=1)
    waiting = [one for one in list_imports(actor=actor, limit=SHOWN) if one.updated_at > recent]
    return {
        "imports": [(one, IMPORT_STATES[one.state.value]) for one in waiting],
        "late": list_late_datasets(actor=actor, moment=now())[:SHOWN],
    }


def search_datasets(actor: Actor, query: str, limit: int) -> list[SearchHit]:
    """Return published datasets whose words hold all of `query`."""
    found = browse_catalogue(actor=actor, asked=Browse(search=query, limit=limit))
    return [
        SearchHit(
            title=record.table.title,
            href=f"/datasets/{record.table.name}/",
            about=_describe(record),
        )
        for record in found.records
    ]


def _describe(record: Any) -> Text:
    rows = f"{record.rows:,}"
    category = say_category(record.category) if record.category else None
    ko = f"{category.ko} · {rows}행" if category else f"{rows}행"
    en = f"{category.en} · {rows} rows" if category else f"{rows} rows"
    return Text(ko=ko, en=en)


CITY_LAYERS = [CityLayer(title=Text(ko="데이터", en="Data"), order=50, permission="public", build=list_views)]
CITY_PANELS = [
    Panel(
        title=Text(ko="새로 들어온 데이터", en="Newest data"),
        order=50,
        permission="public",
        template="lake/panel_city.html",
        context=show_newest,
    )
]
DESK_PANELS = [
    Panel(
        title=Text(ko="데이터", en="Data"),
        order=50,
        permission="lake.import",
        template="lake/panel_desk.html",
        context=show_waiting,
    )
]
SEARCH = [SearchSource(title=Text(ko="데이터", en="Data"), search=search_datasets, order=20)]
MENU = [
    MenuLink(title=Text(ko="데이터", en="Data"), href="/datasets/", order=20),
    MenuLink(
        title=Text(ko="데이터 업무", en="Data desk"),
        href="/desk/data/",
        door="desk",
        order=20,
        permission="lake.read_internal",
    ),
]
FIRST_STEPS = [
    FirstStep(
        title=Text(ko="첫 데이터 올리기", en="Bring the first file"),
        about=Text(
            ko="도시가 쓰던 파일을 그대로 끌어 놓으면 읽고 고쳐 데이터로 만듭니다.",
            en="Drop in a file as your city has it: it is read, repaired and becomes a dataset.",
        ),
        href="/desk/data/import/",
        permission="lake.import",
        is_done=lambda: Dataset.objects.filter(in_code=False).exists(),
        order=30,
    ),
]
TOPICS = [Topic(name="imports", permission="lake.import")]
PROTOCOLS = [
    Protocol(
        title=Text(ko="JSON API", en="JSON API"),
        about=Text(
            ko="모든 데이터의 설명과 줄, 정확한 총계. CSV, Excel, Parquet로도 내려받아요.",
            en="Every dataset's description and rows with exact totals; also as CSV, Excel and Parquet.",
        ),
        example="/api/datasets?limit=3",
        order=10,
    ),
]
