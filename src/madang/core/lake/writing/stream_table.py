"""One stream's table as the writer sees it: taking batches in, and catching up after a crash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from madang.core.base.interface import Table, new_id
from madang.core.lake import engine
from madang.core.lake.intake import Sifted, encode_keys, follow, sift
from madang.core.lake.ledger import Applied, Consequences, LatestRow, Ledger
from madang.core.lake.rollups import list_measured_columns
from madang.core.lake.schemas import conform, list_stored_columns, make_schema
from madang.core.lake.storage.delta import Change
from madang.core.lake.storage.parquet import NewFile, write_files
from madang.core.lake.tables_on_disk import CORRECTION, ensure_folder, read_snapshot

REPLAY_VERSIONS = 200
"""With more versions than this to catch up with, deriving everything from the table is quicker."""


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """What one commit did; `rows` are those accepted, in declared columns."""

    table: str
    version: int
    rows: pa.Table


class StreamTable:
    """The writer's hold on one stream's table. Not for more than one thread."""

    def __init__(self, table: Table, ledger: Ledger, epoch: str) -> None:
        self.table = table
        self.ledger = ledger
        self.folder = ensure_folder(table)
        self.columns = list_stored_columns(table)
        self.applied = ledger.read_applied(table.name)
        self.times = ledger.read_times(table.name)
        self._catch_up(epoch)
        self._follow_declaration()

    def take_in(self, rows: pa.Table, sequence: int) -> tuple[Consequences, Commit | None]:
        """Commit the new rows among `rows`, the last of which came with `sequence`, durably.

        The consequences must then be written to the ledger. Raises Unavailable when the disk is full.
        """
        sifted = sift(self.table, rows, self.times, self._find_existing)
        version = self.applied.version
        commit = None
        if sifted.parts:
            version = self._commit(sifted, sequence)
            commit = Commit(table=self.table.name, version=version, rows=self._declared(sifted.accepted))
        applied = Applied(epoch=self.applied.epoch, sequence=sequence, version=version)
        return self._adopt(applied, sifted.latest, sifted.dirty), commit

    def _commit(self, sifted: Sifted, sequence: int) -> int:
        files: list[NewFile] = []
        for part in sifted.parts:
            stem = f"{CORRECTION if part.corrects else 'add-'}{new_id()}"
            schema = make_schema(self.columns)
            files += write_files(self.folder.folder, [part.rows], schema, stem=stem, date=part.date)
        transaction = (_application(self.applied.epoch), sequence)
        return self.folder.commit(Change(add=tuple(files), transaction=transaction))

    def _find_existing(self, rows: pa.Table) -> pa.Table:
        return conform(engine.find_rows(read_snapshot(self.table), rows), self.columns)

    def _follow_declaration(self) -> None:
        """Derive everything anew where columns were added since: the newest rows are kept in column order."""
        name, columns = f"columns {self.table.name}", " ".join(column.name for column in self.columns)
        if self.ledger.read_note(name) != columns:
            if self.applied.version:
                self._rebuild(self.applied)
            self.ledger.write_note(name, columns)

    def _catch_up(self, epoch: str) -> None:
        """Write down what commits newer than the ledger did: the writer died before it could."""
        committed = self.folder.read_transaction(_application(epoch)) or 0
        known = self.applied.sequence if self.applied.epoch == epoch else 0
        newest = self.folder.read_files()[0]
        goal = Applied(epoch=epoch, sequence=max(committed, known), version=newest)
        if newest - self.applied.version > REPLAY_VERSIONS:
            self._rebuild(goal)
        for commit in read_commits(self.table, self.applied.version, newest):
            if commit is None:
                self._rebuild(goal)
                break
            version, rows = commit
            latest, dirty = follow(self.table, rows, self.times)
            step = Applied(epoch=epoch, sequence=known, version=version)
            self.ledger.apply([self._adopt(step, latest, dirty)])
        if self.applied != goal:
            self.ledger.apply([self._adopt(goal, (), ())])

    def _rebuild(self, goal: Applied) -> None:
        """Derive everything from the table itself, where its log no longer tells."""
        snapshot = read_snapshot(self.table)
        latest, _ = follow(self.table, conform(engine.read_newest(snapshot), self.columns), {})
        hours = engine.list_hours(snapshot)
        codes, keys = encode_keys(hours, self.table.key)
        dirty = [(keys[code], hour) for code, hour in zip(codes, hours["hour"].to_pylist(), strict=True)]
        self.ledger.apply([self._adopt(goal, latest, dirty)])

    def _adopt(
        self, applied: Applied, latest: tuple[LatestRow, ...], dirty: Sequence[tuple[str, int]]
    ) -> Consequences:
        self.applied = applied
        dirty = dirty if list_measured_columns(self.table) else ()
        self.times |= {row.key: (row.time_us, row.revision) for row in latest}
        return Consequences(table=self.table.name, applied=applied, latest=latest, dirty=dirty)

    def _declared(self, rows: pa.Table) -> pa.Table:
        return rows.select([column.name for column in self.table.columns])


def read_commits(table: Table, after: int, until: int) -> Iterator[tuple[int, pa.Table] | None]:
    """Yield (version, stored rows) that each version after `after` added; None where that is forgotten."""
    columns = list_stored_columns(table)
    folder = ensure_folder(table)
    for version in range(after + 1, until + 1):
        entry = folder.read_entry(version)
        if entry is None:
            yield None
            continue
        added = [one["add"]["path"] for one in entry if "add" in one and one["add"]["dataChange"]]
        try:
            parts = [conform(pq.ParquetFile(folder.folder / path).read(), columns) for path in sorted(added)]
        except FileNotFoundError:
            yield None
            continue
        yield version, pa.concat_tables([make_schema(columns).empty_table(), *parts])


def _application(epoch: str) -> str:
    return f"madang-stream-{epoch}"
