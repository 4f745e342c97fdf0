"""Files are re-packed, forgotten and tidied behind everybody's back, and nobody can tell from the rows."""

import time
from datetime import timedelta

import msgspec
import pyarrow as pa
import pytest

from madang.core.base.interface import HOUSE, Conflict, Table, TableKind, Text, now
from madang.core.lake import datasets, maintenance
from madang.core.lake.actions import list_in_catalogue
from madang.core.lake.declarations import get_table
from madang.core.lake.interface import (
    authorize,
    get_dataset,
    list_versions,
    register_dataset,
    restore_version,
)
from madang.core.lake.maintenance import compact_table, forget_old_rows, tidy_table
from madang.core.lake.models import DatasetVersion
from madang.core.lake.storage.delta import Change
from madang.core.lake.tables import INDICATORS
from madang.core.lake.tables_on_disk import open_folder, read_snapshot

from .test_datasets import CAFES, NOW, OFFICER, rows
from .test_streams import START, House, everything, reading

pytestmark = pytest.mark.django_db(transaction=True)


def test_repacking_keeps_every_row_and_applies_corrections(lake):
    house = House()
    for n in range(12):
        house.take_in(
            reading(minute=n, value=n), reading("o3", minute=n), reading(minute=n - 1, value=-n, revision=1)
        )
    house.roll_up()
    before = everything()
    assert len(read_snapshot(INDICATORS).files) > 12
    assert compact_table(INDICATORS) == 1
    assert len(read_snapshot(INDICATORS).files) == 1
    assert everything() == before
    assert compact_table(INDICATORS) == 0
    house.take_in(reading(minute=3, value=9, revision=5), reading(minute=3))
    assert authorize(HOUSE, "indicators").count() == before["count"]
    House()
    assert authorize(HOUSE, "indicators").count() == before["count"]


def test_repacking_gives_way_to_whoever_was_faster(lake):
    house = House()
    for n in range(10):
        house.take_in(reading(minute=n))
    stale = open_folder("indicators").read_files()[1]
    compact_table(INDICATORS)
    with pytest.raises(Conflict):
        open_folder("indicators").commit(Change(remove=tuple(stale)))
    assert authorize(HOUSE, "indicators").count() == 10


def test_tidying_forgets_files_and_log_but_not_how_far_the_stream_is(lake, monkeypatch):
    monkeypatch.setattr(maintenance, "KEEP_HOURS", 0)
    house = House()
    for n in range(10):
        house.take_in(reading(minute=n))
    compact_table(INDICATORS)
    time.sleep(0.01)
    orphan = next((lake / "tables/indicators").glob("city_date=*")) / "add-orphan-00000.parquet"
    orphan.write_bytes(b"left by a crash")
    assert tidy_table(INDICATORS) == 11
    assert len(list((lake / "tables/indicators").rglob("*-0*.parquet"))) == 1
    open_folder.__globals__["_open_folder"].cache_clear()
    again = House()
    assert again.table.applied.sequence == 10
    assert again.take_in(reading(minute=3)) is None
    assert authorize(HOUSE, "indicators").count() == 10


def test_versions_to_go_back_to_survive_tidying(lake, monkeypatch):
    monkeypatch.setattr(maintenance, "KEEP_DATASET_HOURS", 0)
    register_dataset(actor=OFFICER, now=NOW, table=CAFES)
    for n in range(1, 8):
        datasets.replace_rows(CAFES, [rows(n)], actor=OFFICER, now=NOW)
    time.sleep(0.01)
    assert tidy_table(CAFES) == 2
    fifth = list_versions(actor=OFFICER, name="cafes")[2]
    restore_version("cafes", fifth.version, actor=OFFICER, now=NOW)
    assert authorize(OFFICER, "cafes").read().num_rows == 5


def test_retention_forgets_whole_days_and_their_latest(lake):
    house = House()
    age = (now() - timedelta(days=10) - START) / timedelta(minutes=1)
    house.take_in(reading("old", minute=age), reading("new", minute=age + 14_000))
    table = msgspec.structs.replace(get_table("indicators"), retention_days=5)
    assert forget_old_rows(table) == 1
    assert forget_old_rows(table) == 0
    reader = authorize(HOUSE, "indicators")
    assert (reader.count(), reader.latest()["name"].to_pylist()) == (1, ["new"])


def test_a_version_whose_writer_died_before_the_catalogue_knew_is_adopted(lake):
    register_dataset(actor=OFFICER, now=NOW, table=CAFES)
    first = datasets.replace_rows(CAFES, [rows(1)], actor=OFFICER, now=NOW)
    datasets.write_version(CAFES, [rows(2)], metadata=datasets._metadata(CAFES, OFFICER, "lost.csv"))
    maintenance.refresh_catalogue()
    versions = list_versions(actor=OFFICER, name="cafes")
    assert [(v.rows, v.source_name, v.actor_name) for v in versions] == [
        (2, "lost.csv", "김자료"),
        (1, "", "김자료"),
    ]
    assert get_dataset(actor=OFFICER, name="cafes").rows == 2
    maintenance.refresh_catalogue()
    assert DatasetVersion.objects.count() == 2
    assert versions[1].version == first


def test_tables_of_code_are_in_the_catalogue(lake):
    House().take_in(reading(minute=1), reading(minute=2))
    maintenance.refresh_catalogue()
    maintenance.refresh_quality()
    record = get_dataset(actor=HOUSE, name="indicators")
    assert (record.rows, record.quality["rows"], record.table) == (2, 2, INDICATORS)


def test_a_table_of_code_is_as_new_as_its_rows_and_written_anew_only_then(lake):
    house = House()
    house.take_in(reading(minute=1))
    maintenance.refresh_catalogue()
    first = get_dataset(actor=HOUSE, name="indicators").updated_at
    assert list_in_catalogue(now=now()) == 0
    maintenance.refresh_catalogue()
    assert get_dataset(actor=HOUSE, name="indicators").updated_at == first
    house.take_in(reading(minute=2))
    maintenance.refresh_catalogue()
    assert get_dataset(actor=HOUSE, name="indicators").updated_at > first


def test_many_small_files_of_a_dataset_become_one(lake):
    table = Table(
        name="many", title=Text(ko="많음", en="Many"), columns=CAFES.columns, kind=TableKind.DATASET
    )
    register_dataset(actor=HOUSE, now=NOW, table=table)
    for n in range(9):
        datasets.append_rows(table, [rows(2, start=2 * n)], actor=HOUSE, now=NOW)
    assert compact_table(table) == 1
    reader = authorize(HOUSE, "many")
    assert len(reader.snapshot.files) == 1
    assert reader.read(["id"]) == pa.table({"id": [f"C-{n}" for n in range(18)]})
