"""A dataset that is published anew while somebody downloads it: the reader gets one version whole."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from madang.core.base.interface import ANONYMOUS, HOUSE, Column, ColumnType, Table, Text, read_settings
from madang.core.lake.hot.downloads import BATCH_ROWS, DownloadQuery, write_csv, write_json
from madang.core.lake.interface import authorize, publish_dataset, register_dataset, replace_rows

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
ROWS = 3 * BATCH_ROWS
TABLE = Table(
    name="readings",
    title=Text(ko="측정", en="Readings"),
    key=("id",),
    columns=(
        Column(name="id", type=ColumnType.INTEGER, title=Text(ko="번호", en="Id")),
        Column(name="edition", type=ColumnType.INTEGER, title=Text(ko="판", en="Edition")),
    ),
)


def publish(edition: int) -> None:
    rows = pa.table({"id": list(range(ROWS)), "edition": [edition] * ROWS})
    replace_rows(TABLE, [rows], actor=HOUSE, now=NOW)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_was_begun_ends_as_it_began(db, settings, tmp_path, form):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    register_dataset(actor=HOUSE, now=NOW, table=TABLE)
    publish(1)
    publish_dataset(actor=HOUSE, now=NOW, name="readings")
    write = write_csv if form == "csv" else write_json
    taken, turns = [], 0
    content = write(authorize(ANONYMOUS, "readings"), DownloadQuery())
    # The iterator is asked step by step, as a slow reader does; a new edition comes after each of the first steps.
    for chunk in content.chunks:
        taken.append(chunk)
        turns += 1
        if turns < 4:
            publish(1 + turns)
    content = b"".join(taken).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content))) if form == "csv" else json.loads(content)
    assert {int(row["edition"]) for row in rows} == {1}
    assert sorted(int(row["id"]) for row in rows) == list(range(ROWS))
    assert turns >= 3
