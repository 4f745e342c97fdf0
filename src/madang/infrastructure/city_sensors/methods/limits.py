"""What no instrument of the street measures is kept as it was sent, without a value."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.infrastructure.city_sensors.records import PROPERTIES, PROPERTY_BY_CODE

from .packets import OUT_OF_RANGE

CODES = [one.code for one in PROPERTIES]
LEAST = np.array([*(one.least for one in PROPERTIES), -np.inf])
MOST = np.array([*(one.most for one in PROPERTIES), np.inf])


def is_possible(code: str, value: float | None) -> bool:
    """Return whether a value of a property lies within what instruments measure; a missing one does."""
    prop = PROPERTY_BY_CODE.get(code)
    return value is None or prop is None or prop.least <= value <= prop.most


def flag_impossible(rows: pa.Table) -> pa.Table:
    """Return readings (property, value, quality, raw, any others) in which what is out of range has no value.

    Its quality says why, and `raw` what was sent.
    """
    values = rows["value"].to_numpy()
    numbers = pc.fill_null(pc.index_in(rows["property"], pa.array(CODES, pa.string())), len(CODES)).to_numpy()
    impossible = pa.array((values < LEAST[numbers]) | (values > MOST[numbers]))
    if not pc.any(impossible).as_py():
        return rows
    sent = pc.coalesce(rows["raw"], rows["value"].cast(pa.string()))
    for name, column in (
        ("value", pc.if_else(impossible, pa.scalar(None, pa.float64()), rows["value"])),
        ("quality", pc.if_else(impossible, OUT_OF_RANGE, rows["quality"])),
        ("raw", pc.if_else(impossible, sent, rows["raw"])),
    ):
        rows = rows.set_column(rows.column_names.index(name), name, column)
    return rows
