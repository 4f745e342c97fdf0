"""Registers: a room's database rows, republished as a table whenever their version changes."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from madang.core.base.interface import Register, publish_live
from madang.core.lake.datasets import write_version
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import make_schema

BATCH_ROWS = 10_000


def republish(register: Register, ledger: Ledger) -> bool:
    """Write a register's rows as the table's new content if they changed; return whether they did.

    The version is read before the rows: a change in between is published again, never missed.
    """
    name = register.table.name
    version = str(register.version())
    if ledger.read_note(f"register {name}") == version:
        return False
    write_version(register.table, _batch(register), metadata={"madang.register": version})
    ledger.write_note(f"register {name}", version)
    publish_live(f"table.{name}", {"table": name})
    return True


def _batch(register: Register) -> Iterator[pa.Table]:
    schema = make_schema(register.table.columns)
    held: list[dict[str, object]] = []
    for row in register.rows():
        held.append(row)
        if len(held) >= BATCH_ROWS:
            yield pa.Table.from_pylist(held, schema=schema)
            held = []
    yield pa.Table.from_pylist(held, schema=schema)
