"""A theme's own places as a public dataset of the lake, so that every door of the city serves them."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
from django.db.models import F

from madang.citizens.city_map import models
from madang.citizens.city_map.methods.shaping import declare_table, make_row
from madang.citizens.city_map.queries.features import forget
from madang.citizens.city_map.queries.themes import get_theme, list_places, list_themes
from madang.citizens.city_map.records import Theme
from madang.core.base.interface import HOUSE, NotFound, to_city_time
from madang.core.lake.interface import (
    DatasetChange,
    DatasetState,
    describe_dataset,
    drop_table,
    get_dataset,
    publish_dataset,
    register_dataset,
    replace_rows,
    withdraw_dataset,
)

CATEGORY = "city"
NOT_SHOWN = "지도 주제가 지금 공개되어 있지 않습니다 / the map's theme isn't public now"


def touch(code: str) -> None:
    """Note, in the caller's transaction, that what the public sees of a theme has changed."""
    models.ThemeRow.objects.filter(pk=code).update(revision=F("revision") + 1)


def mirror_theme(code: str, *, now: datetime) -> None:
    """Write a theme's places into the lake, and publish or withdraw them as the theme is.

    Call it after the change is committed. Whoever writes last looks again afterwards: had it read
    anything older than what is committed, it writes once more, so the newest places stand in the end.
    """
    while True:
        theme = get_theme(code)
        if theme.values.dataset:
            _drop(theme, now)
        else:
            _write(theme, now)
        models.ThemeRow.objects.filter(pk=code, mirrored__lt=theme.revision).update(mirrored=theme.revision)
        if get_theme(code).revision == theme.revision:
            break
    forget()


def mirror_late(*, now: datetime) -> int:
    """Mirror the themes whose change didn't reach the lake, or whose first or last day came; return how many."""
    today = to_city_time(now).date()
    late = [
        one
        for one in list_themes()
        if one.mirrored < one.revision
        or (not one.values.dataset and _find_state(one) == DatasetState.PUBLISHED) != _is_public(one, today)
    ]
    for one in late:
        mirror_theme(one.code, now=now)
    return len(late)


def _write(theme: Theme, now: datetime) -> None:
    is_shown = theme.is_shown(to_city_time(now).date())
    state = _find_state(theme)
    if state is None and not is_shown:
        return
    table = declare_table(theme)
    if state is None:
        register_dataset(actor=HOUSE, now=now, table=table, category=CATEGORY)
    if state == DatasetState.PUBLISHED and not is_shown:
        withdraw_dataset(actor=HOUSE, now=now, name=table.name, reason=NOT_SHOWN)
    rows = [make_row(theme, place) for place in list_places(theme.code)[0]]
    replace_rows(table, [pa.Table.from_pylist(rows)], actor=HOUSE, now=now, source_name=theme.values.source)
    words = DatasetChange(
        title=table.title,
        description=table.description,
        licence=table.licence,
        source=table.source,
        owner_agency=table.owner_agency,
    )
    describe_dataset(actor=HOUSE, now=now, name=table.name, change=words)
    if is_shown and state != DatasetState.PUBLISHED:
        publish_dataset(actor=HOUSE, now=now, name=table.name)


def _drop(theme: Theme, now: datetime) -> None:
    """Take away the places of its own that a theme had before it became one of another dataset."""
    own = f"map_{theme.code}"
    try:
        get_dataset(actor=HOUSE, name=own)
    except NotFound:
        return
    drop_table(own, actor=HOUSE, now=now)


def _is_public(theme: Theme, today: object) -> bool:
    return not theme.values.dataset and theme.is_shown(today)  # type: ignore[arg-type]


def _find_state(theme: Theme) -> DatasetState | None:
    try:
        return get_dataset(actor=HOUSE, name=theme.collection).state
    except NotFound:
        return None
