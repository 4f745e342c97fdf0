"""A data file's columns as short codes beside it: one small number a row, for columns of few different values.

A data file never changes, so its codes don't either; without them everything is answered from the file itself.
They are Arrow's own dictionary arrays in a file that is mapped, not read: memory holds what the system can spare.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .durable import refuse_when_full, sync_file

MOST_VALUES = 65_536
_MOST_GROUP_BYTES = 64 << 20
"""Bytes of one column in a row group up to which it is looked at."""


class Coded(NamedTuple):
    """A column: its different values in their order, a missing one last, and the position of each row's among them."""

    values: pa.Array
    codes: np.ndarray


def write_codes(data: Path, target: Path) -> None:
    """Write the codes of `data`'s columns to `target`, together no larger than `data` itself.

    Columns of more than MOST_VALUES values, and those that find no room, are left out.
    """
    room, coded = data.stat().st_size, {}
    with pq.ParquetFile(data) as file:
        for name in file.schema_arrow.names:
            column = _encode(file, name)
            if column is not None and column.nbytes <= room:
                coded[name], room = column, room - column.nbytes
    batch = pa.RecordBatch.from_arrays(list(coded.values()), names=list(coded))
    partial = target.with_name(f"{target.name}.part")
    with refuse_when_full():
        target.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        sync_file(partial)
        partial.replace(target)


@lru_cache(maxsize=256)
def read_codes(path: str) -> dict[str, Coded]:
    """Return the columns that a file of codes has."""
    batch = pa.ipc.open_file(pa.memory_map(path)).get_batch(0)
    return {
        name: Coded(column.dictionary, column.indices.to_numpy())
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }


def _encode(file: pq.ParquetFile, name: str) -> pa.DictionaryArray | None:
    at, values, parts = file.schema_arrow.names.index(name), None, []
    for group in range(file.num_row_groups):
        if file.metadata.row_group(group).column(at).total_uncompressed_size > _MOST_GROUP_BYTES:
            return None
        column = file.read_row_group(group, [name]).column(0).combine_chunks()
        part = pc.dictionary_encode(column, null_encoding="encode")
        both = [part.dictionary] if values is None else [values, part.dictionary]
        values = pa.concat_arrays(both).unique()
        if len(values) > MOST_VALUES:
            return None
        parts.append(pc.index_in(part.dictionary, values).take(part.indices))
    if values is None:
        return None
    order = pc.sort_indices(values)
    kind = np.uint8 if len(values) <= np.iinfo(np.uint8).max + 1 else np.uint16
    ranks = np.empty(len(values), kind)
    ranks[order.to_numpy()] = np.arange(len(values), dtype=kind)
    codes = ranks[pa.concat_arrays(parts).to_numpy()]
    return pa.DictionaryArray.from_arrays(pa.array(codes), values.take(order))
