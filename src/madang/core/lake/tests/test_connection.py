"""The process's connection to DuckDB: what it keeps when nobody asks."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from madang.core.lake import engine
from madang.core.lake.engine.connection import Cursor, run

CACHED = "SELECT count(*) AS n FROM duckdb_external_file_cache()"


def test_files_are_not_kept_in_memory_once_more(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"n": range(100_000)}), path)
    assert run("SELECT sum(n) AS n FROM read_parquet(?)", [str(path)])["n"].to_pylist() == [4_999_950_000]
    assert run(CACHED)["n"].to_pylist() == [0]


def test_memory_is_given_back_while_a_query_is_being_read():
    with Cursor() as cursor:
        batches = cursor.execute("SELECT range AS n FROM range(1_000_000)").to_arrow_reader(10_000)
        total = sum(next(batches)["n"].to_pylist())
        engine.give_back()
        total += sum(sum(batch["n"].to_pylist()) for batch in batches)
    assert total == 1_000_000 * 999_999 // 2
