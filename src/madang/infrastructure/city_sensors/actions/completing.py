"""Readings as they are kept, whichever way they came: the impossible flagged, the rest corrected, all numbered."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from madang.core.lake.interface import AS_IT_ARRIVES
from madang.infrastructure.city_sensors.methods.correcting import correct
from madang.infrastructure.city_sensors.methods.limits import flag_impossible
from madang.infrastructure.city_sensors.queries.corrections import map_corrections


def complete(rows: pa.Table) -> pa.Table:
    """Return readings (thing_id, property, observed_at, value, quality, raw, revision) as the table takes them.

    Those without a revision, whose sender numbers nothing, count as they arrive.
    """
    rows = flag_impossible(rows)
    numbered = pc.fill_null(rows["revision"], AS_IT_ARRIVES)
    rows = rows.set_column(rows.column_names.index("revision"), "revision", numbered)
    known = map_corrections()
    if not known:
        return rows
    stations = pa.array(sorted({thing_id for thing_id, _ in known}), pa.string())
    values = rows["value"].to_pylist()
    details: list[str | None] = [None] * rows.num_rows
    for number in pc.indices_nonzero(pc.is_in(rows["thing_id"], stations)).to_pylist():
        stream = (rows["thing_id"][number].as_py(), rows["property"][number].as_py())
        moment = rows["observed_at"][number].as_py()
        values[number], details[number] = correct(known.get(stream, ()), moment, values[number])
    rows = rows.set_column(rows.column_names.index("value"), "value", pa.array(values, pa.float64()))
    return rows.append_column("details", pa.array(details, pa.string()))
