"""Readings on their way in: validated, published to the broker's stream, acknowledged when on its disk.

Only the writer takes them from there into tables. The same rows may be sent again at any time: a row is
its key and time. Of several rows with the same key and time the highest `revision` wins (a row without
one has 0), and among equal revisions the row that is greater when its values are compared column by
column: so any order of arrival ends in the same table. A correction must therefore carry a higher
revision than what it corrects. Where the sender has no number, `AS_IT_ARRIVES` says so: of such rows the one
that arrives last counts, whatever is there, and one that says the same as what is there changes nothing.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from nats.js.api import StreamConfig
from nats.js.errors import NoStreamResponseError, NotFoundError

from madang.core.base.interface import (
    Actor,
    BadInput,
    Broker,
    Table,
    TableKind,
    Text,
    Unavailable,
    get_broker,
)
from madang.core.base.interface import now as read_clock
from madang.core.people.interface import require

from .declarations import get_table, is_rollup
from .records import AppendResult, Reject
from .schemas import REVISION, conform, identity_of, list_stored_columns
from .storage.durable import require_room

STREAM = "LAKE"
SUBJECT = "lake."
MESSAGE_ROWS = 65_536
MESSAGE_BYTES = 4_000_000
AHEAD = timedelta(hours=24)
"""A clock that is further ahead than this is wrong, and would keep `latest` from moving on for years."""

WORTH_COMPRESSING = 256
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd")
_PLAIN = pa.ipc.IpcWriteOptions()


def append(table: str, batch: pa.RecordBatch | pa.Table, *, actor: Actor) -> AppendResult:
    """Take in readings of stream `table`; when this returns, those kept survive a power cut.

    Rows without key, time or another required value, from the future, or older than the table's
    retention are refused one by one. Raises BadInput where columns don't fit the declaration, and
    Unavailable where disk or broker can't store: nothing or a part may be stored then; send all again.
    """
    declaration = get_table(table)
    if declaration.kind is not TableKind.STREAM or is_rollup(table):
        raise BadInput("lake.kind", f"{table}은(는) 수신 표가 아닙니다", f"{table} is no stream")
    require(actor, "lake.append", declaration.owner_agency)
    require_room(settings.MADANG.data_path)
    kept, rejects = validate(declaration, batch, read_clock())
    sequence = publish(get_broker(), table, kept) if kept.num_rows else 0
    return AppendResult(rows_kept=kept.num_rows, rejects=rejects, sequence=sequence)


def validate(
    table: Table, batch: pa.RecordBatch | pa.Table, now: datetime
) -> tuple[pa.Table, tuple[Reject, ...]]:
    """Return the rows of `batch` that `table` takes, in its stored columns, and the others with reasons."""
    rows = conform(batch, list_stored_columns(table))
    rows = rows.set_column(
        rows.column_names.index(REVISION), rows.schema.field(REVISION), pc.fill_null(rows[REVISION], 0)
    )
    refused = np.zeros(rows.num_rows, bool)
    rejects = []
    for code, reason, found in _list_faults(table, rows, now):
        mask = np.asarray(pc.fill_null(found, fill_value=False)) & ~refused
        if mask.any():
            refused |= mask
            rejects.append(Reject(code=code, reason=reason, rows=tuple(np.flatnonzero(mask).tolist())))
    return (rows.filter(pa.array(~refused)) if rejects else rows), tuple(rejects)


def publish(broker: Broker, table: str, rows: pa.Table) -> int:
    """Send `rows` to the stream in messages and return the last one's sequence once all are on disk."""
    ensure_stream(broker)
    messages = _encode_all(rows, broker.client().max_payload)
    try:
        return _send(broker, table, messages)
    except Unavailable as error:
        if not isinstance(error.__cause__, NoStreamResponseError):
            raise
        ensure_stream.cache_clear()  # the broker was set up anew
        ensure_stream(broker)
        return _send(broker, table, messages)


def _send(broker: Broker, table: str, messages: list[bytes]) -> int:
    jetstream = broker.client().jetstream()

    async def send() -> int:
        acks = await asyncio.gather(
            *(jetstream.publish(SUBJECT + table, message, timeout=30) for message in messages)
        )
        return max(ack.seq for ack in acks)

    return broker.run(send(), timeout_s=60)


@cache
def ensure_stream(broker: Broker) -> None:
    """Make sure that the broker keeps the lake's stream, in files."""
    config = StreamConfig(name=STREAM, subjects=[SUBJECT + "*"])
    broker.run(broker.client().jetstream().add_stream(config))


def read_last(broker: Broker) -> int:
    """Return the number of the last message that the stream has taken."""
    ensure_stream(broker)
    return broker.run(broker.client().jetstream().stream_info(STREAM)).state.last_seq


def count_waiting(broker: Broker, position: int) -> tuple[int, datetime | None]:
    """Return how many messages after `position` there are, and since when the first has waited."""
    ensure_stream(broker)
    jetstream = broker.client().jetstream()
    state = broker.run(jetstream.stream_info(STREAM)).state
    first = max(position + 1, state.first_seq)
    if state.last_seq < first:
        return 0, None
    try:
        return state.last_seq - first + 1, broker.run(jetstream.get_msg(STREAM, first)).time
    except Unavailable as error:
        if isinstance(error.__cause__, NotFoundError):
            return 0, None  # taken in since
        raise


def encode(rows: pa.Table) -> bytes:
    """Return rows as one message (Arrow IPC stream, zstd where there is anything to gain)."""
    sink = pa.BufferOutputStream()
    options = _COMPRESSED if rows.num_rows >= WORTH_COMPRESSING else _PLAIN
    with pa.ipc.new_stream(sink, rows.schema, options=options) as writer:
        writer.write_table(rows)
    return sink.getvalue().to_pybytes()


def decode(message: bytes) -> pa.Table:
    """Return the rows of a message; raise ArrowInvalid or OSError for what isn't one."""
    with pa.ipc.open_stream(message) as reader:
        return reader.read_all()


def _encode_all(rows: pa.Table, limit: int) -> list[bytes]:
    pieces = [rows.slice(start, MESSAGE_ROWS) for start in range(0, rows.num_rows, MESSAGE_ROWS)]
    return [message for piece in pieces for message in _encode_within(piece, min(limit, MESSAGE_BYTES))]


def _encode_within(rows: pa.Table, limit: int) -> list[bytes]:
    message = encode(rows)
    if len(message) <= limit:
        return [message]
    if rows.num_rows == 1:
        raise BadInput("lake.row_size", "한 행이 너무 큽니다", "one row is larger than a message may be")
    half = rows.num_rows // 2
    return _encode_within(rows.slice(0, half), limit) + _encode_within(rows.slice(half), limit)


def _list_faults(
    table: Table, rows: pa.Table, now: datetime
) -> list[tuple[str, Text, pa.ChunkedArray | pa.Array]]:
    needed = dict.fromkeys([*identity_of(table), *(c.name for c in table.columns if c.required)])
    faults = [
        (f"missing:{name}", Text(ko=f"{name} 값이 없습니다", en=f"{name} is missing"), pc.is_null(rows[name]))
        for name in needed
    ]
    time = rows[table.time]
    limit = pa.scalar(now + AHEAD, time.type)
    ahead = Text(ko="시각이 하루 넘게 앞서 있습니다", en="its time is more than a day ahead")
    faults.append(("future", ahead, pc.greater(time, limit)))
    if table.retention_days is not None:
        oldest = pa.scalar(now - timedelta(days=table.retention_days), time.type)
        late = Text(ko="보존 기간이 지난 자료입니다", en="older than the table keeps")
        faults.append(("too_old", late, pc.less(time, oldest)))
    return faults
