"""The writer's cycle: stream → tables → ledger → detectors, one direction, nothing released before its time."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time

import msgspec
import pyarrow as pa
from deltalake.exceptions import DeltaError

from madang.core.base.interface import BadInput, Broker, Unavailable, beat, publish_live
from madang.core.lake.declarations import list_handlers, list_streams
from madang.core.lake.folders import ledger_path, lock_path, quarantine_path
from madang.core.lake.ledger import Consequences, Ledger
from madang.core.lake.schemas import REVISION, conform, identity_of
from madang.core.lake.storage.durable import hold_lock, make_folder, sync_file
from madang.core.lake.streams import decode, encode
from madang.core.lake.tables_on_disk import open_folder

from .detecting import Detecting
from .source import Message, Source
from .stream_table import Commit, StreamTable
from .upkeep import Upkeep

log = logging.getLogger(__name__)
FETCH = 64
LONGEST_LINGER_S = 1.0
FULL_ROWS = 400_000
RELEASE_EVERY_S = 1.0


class Buffer(msgspec.Struct, kw_only=True):
    """Messages of one table that wait for company; `due_at` is on the monotonic clock."""

    due_at: float
    first: int
    last: int
    rows: list[pa.Table]
    count: int = 0


class Writer:
    """Exactly one per data folder. After any error it starts over from what is on the disk."""

    def __init__(self, broker: Broker, stopping: threading.Event) -> None:
        self.broker = broker
        self.stopping = stopping
        self.ledger = Ledger(ledger_path())
        self.buffers: dict[str, Buffer] = {}
        self.position = self._released = 0
        self._released_at = 0.0

    def run(self) -> None:
        """Take in until asked to stop. Waits while another writer works on the same folder."""
        with hold_lock(lock_path(".writer")):
            for name in list_streams():
                for damaged in open_folder(name).repair():
                    log.error("table %s: put aside %s, damaged by a crash", name, damaged)
            while not self.stopping.is_set():
                beat()
                try:
                    self._work()
                except (Unavailable, OSError, DeltaError, sqlite3.Error) as error:
                    log.error("the writer starts over in a second: %s", error)
                    self.stopping.wait(1.0)

    def _work(self) -> None:
        self._open()
        detecting = Detecting(
            self.ledger, self.handlers, {name: one.applied.version for name, one in self.tables.items()}
        )
        upkeep = Upkeep(self.ledger)
        detecting.start()
        upkeep.start()
        try:
            while not self.stopping.is_set():
                self._cycle(detecting)
            self._flush(list(self.buffers), detecting)
            self._release()
        finally:
            detecting.stop()
            upkeep.stop()

    def _open(self) -> None:
        """Find out from the disk where to go on."""
        self.buffers = {}
        self.source = Source(self.broker)
        known, _, position = self.ledger.read_note("position").rpartition(" ")
        self.epoch = self.source.name_epoch(known, int(position or 0))
        self.tables = {}
        for name, table in list_streams().items():
            try:
                self.tables[name] = StreamTable(table, self.ledger, self.epoch)
            except (BadInput, pa.ArrowException):
                log.exception("table %s can't be opened; its messages are put into quarantine", name)
        self.handlers = [one for one in list_handlers() if one.table in self.tables]
        self.source.seek(int(position) if known == self.epoch else 0)
        self.position = self._released = self.source.position

    def _cycle(self, detecting: Detecting) -> None:
        beat()
        due_at = min((buffer.due_at for buffer in self.buffers.values()), default=time.monotonic() + 1.0)
        wait_s = max(0.002, due_at - time.monotonic())
        for message in self.source.fetch(FETCH, wait_s):
            self._hold(message)
        moment = time.monotonic()
        full = sum(buffer.count for buffer in self.buffers.values()) >= FULL_ROWS
        due = [name for name, buffer in self.buffers.items() if full or buffer.due_at <= moment]
        if due or (not self.buffers and self.source.position > self.position):
            self._flush(due, detecting)
        if self.position > self._released and moment - self._released_at > RELEASE_EVERY_S:
            self._release()

    def _release(self) -> None:
        """Let the stream forget what is in tables and in the ledger."""
        self.source.release(self.position)
        self._released, self._released_at = self.position, time.monotonic()

    def _hold(self, message: Message) -> None:
        """Keep a message's rows for the next commit of its table."""
        rows = self._read(message)
        if rows is None:
            return
        buffer = self.buffers.get(message.table)
        if buffer is None:
            due_at = time.monotonic() + self._linger_s(message.table)
            buffer = Buffer(due_at=due_at, first=message.sequence, last=message.sequence, rows=[])
            self.buffers[message.table] = buffer
        buffer.rows.append(rows)
        buffer.count += rows.num_rows
        buffer.last = message.sequence

    def _read(self, message: Message) -> pa.Table | None:
        """Return a message's rows; None for one already taken in, or put into quarantine."""
        table = self.tables.get(message.table)
        if table is not None and message.sequence <= table.applied.sequence:
            return None
        try:
            if table is None:
                raise BadInput("lake.table_unknown", "없는 표입니다", f"no stream {message.table}")
            rows = conform(decode(message.payload), table.columns)
            if any(rows[name].null_count for name in (*identity_of(table.table), REVISION)):
                raise BadInput("lake.missing", "키나 시각이 없습니다", "a row has no key, time or revision")
        except (BadInput, pa.ArrowInvalid, OSError) as error:
            log.error("message %d for %s is put into quarantine: %s", message.sequence, message.table, error)
            self._quarantine(message)
            return None
        return rows

    def _quarantine(self, message: Message) -> None:
        make_folder(quarantine_path())
        path = quarantine_path() / f"{message.sequence:020d}-{message.table}.arrow"
        path.write_bytes(message.payload)
        sync_file(path)
        sync_file(path.parent)

    def _flush(self, names: list[str], detecting: Detecting) -> None:
        """Commit the rows held for `names`, then write down everything that follows."""
        consequences: list[Consequences] = []
        commits: list[Commit] = []
        for name in names:
            beat()
            followed, commit = self._take_in(name, self.buffers[name])
            consequences += followed
            commits += commit
        for name in names:
            del self.buffers[name]
        self.position = min((one.first - 1 for one in self.buffers.values()), default=self.source.position)
        self.ledger.apply(consequences, note=("position", f"{self.epoch} {self.position}"))
        for commit in commits:
            detecting.offer(commit)
            publish_live(f"table.{commit.table}", {"table": commit.table, "version": commit.version})

    def _take_in(self, name: str, buffer: Buffer) -> tuple[list[Consequences], list[Commit]]:
        """Commit what is held for one table; a batch that breaks our own code must not hold up the others."""
        rows = pa.concat_tables(buffer.rows)
        try:
            followed, commit = self.tables[name].take_in(rows, buffer.last)
        except (Unavailable, OSError, DeltaError, sqlite3.Error):
            raise
        except Exception:
            log.exception("rows for %s up to message %d are put into quarantine", name, buffer.last)
            self._quarantine(Message(table=name, sequence=buffer.last, payload=encode(rows)))
            return [], []
        return [followed], [commit] if commit else []

    def _linger_s(self, name: str) -> float:
        """Return how long a reading may wait for others: half of what its detectors allow."""
        delays = [one.max_delay_ms for one in self.handlers if one.table == name]
        return min(LONGEST_LINGER_S, min([self.tables[name].table.detector_delay_ms, *delays]) / 2000)
