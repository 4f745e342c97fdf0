"""A person's SQL: answered in a child process that sees only what the person may read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from madang.core.base.interface import CITY_TIMEZONE, Actor, BadInput, NotFound, Unavailable, new_id
from madang.core.people.interface import require

from . import engine, sql_child
from .folders import scratch_path
from .reading import Reader, authorize
from .schemas import make_schema

RESULT_BYTES = 256 << 20
AT_ONCE = 2
# Strangers have a place of their own: whatever they ask, staff go on asking.
_places = {is_known: threading.BoundedSemaphore(AT_ONCE if is_known else 1) for is_known in (True, False)}


def run_sql(
    actor: Actor, sql: str, purpose: str = "", *, heard: Callable[[Sequence[str]], None] | None = None
) -> pa.Table:
    """Answer one query (DuckDB's SQL) over the tables that `actor` may read, by their names.

    Only reading: no files, no settings, no other statement. Bounded by the settings `sql_memory_mb` and
    `sql_seconds` (`public_sql_seconds` for strangers); an answer may have 256 MB. Raises BadInput with a
    code (`lake.sql`, `lake.sql_time`, `lake.sql_memory`, `lake.sql_size`), NotFound for tables the actor
    may not know of, NotAllowed, and Unavailable while too many others ask. `heard` is told which tables were read.
    """
    return pa.ipc.open_stream(run_sql_to_ipc(actor, sql, purpose, heard=heard)).read_all()


def run_sql_to_ipc(
    actor: Actor, sql: str, purpose: str = "", *, heard: Callable[[Sequence[str]], None] | None = None
) -> bytes:
    """Answer like `run_sql`, as an Arrow IPC stream."""
    require(actor, "lake.sql")
    is_known = actor.kind != "anonymous"
    seconds = settings.MADANG.sql_seconds if is_known else settings.MADANG.public_sql_seconds
    if not _places[is_known].acquire(timeout=seconds):
        raise Unavailable(
            "lake.sql_busy",
            "지금은 질의가 많습니다. 잠시 뒤에 다시 해 주세요.",
            "too many queries now; try again soon",
        )
    try:
        with _copies() as folder, _Child(seconds) as child:
            names = child.ask(sql)
            readers = [reader for name in names if (reader := _authorize(actor, name, purpose, sql))]
            answer = child.answer(*_describe(readers, folder))
        if heard is not None:
            heard([reader.table.name for reader in readers])
        return answer
    finally:
        _places[is_known].release()


class _Child:
    """One child process; killed when its time is over, whatever it does."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def __enter__(self) -> _Child:
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", sql_child.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        self.is_over = False
        self.timer = threading.Timer(self.seconds, self._end)
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        self.process.kill()
        self.process.communicate()

    def ask(self, sql: str) -> list[str]:
        """Hand over the question and return the tables that it speaks of."""
        limits = {"memory_mb": settings.MADANG.sql_memory_mb, "seconds": self.seconds}
        zone = str(CITY_TIMEZONE)
        self._tell({"sql": sql, "spatial": engine.find_spatial_extension(), "timezone": zone, **limits})
        line = _stream(self.process.stdout).readline()
        if not line:
            self._refuse()
        return json.loads(line)["tables"]

    def answer(self, views: dict[str, str], files: Sequence[str]) -> bytes:
        """Hand over the tables and return the answer."""
        self._tell({"views": views, "files": files})
        answer = _stream(self.process.stdout).read(RESULT_BYTES + 1)
        if len(answer) > RESULT_BYTES:
            raise BadInput(
                "lake.sql_size",
                "결과가 너무 큽니다. LIMIT을 붙여 주세요.",
                "the answer is too large; add a LIMIT",
            )
        if self.process.wait() != 0:
            self._refuse()
        return answer

    def _tell(self, what: dict[str, Any]) -> None:
        try:
            self.process.stdin.write(json.dumps(what).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self._refuse()

    def _end(self) -> None:
        self.is_over = True
        self.process.kill()

    def _refuse(self) -> None:
        error = _stream(self.process.stderr).read(1 << 20)
        self.process.wait()
        if self.is_over:
            raise BadInput(
                "lake.sql_time",
                f"질의가 {self.seconds}초를 넘어 중단했습니다",
                f"stopped: the query took more than {self.seconds} s",
            )
        try:
            reason = json.loads(error)
        except ValueError:
            reason = {"kind": "memory" if self.process.returncode < 0 else "refused", "message": "it broke"}
        if reason["kind"] == "memory":
            raise BadInput(
                "lake.sql_memory", "질의가 메모리를 너무 많이 씁니다", "the query needs too much memory"
            )
        raise BadInput("lake.sql", f"질의를 실행할 수 없습니다: {reason['message']}", reason["message"])


def _authorize(actor: Actor, name: str, purpose: str, sql: str) -> Reader | None:
    """Return a reader of table `name`; None where it may be a name the query makes itself."""
    try:
        return authorize(actor, name, purpose)
    except NotFound:
        if "with" in sql.lower():
            return None
        raise


def _describe(readers: Sequence[Reader], folder: Path) -> tuple[dict[str, str], list[str]]:
    """Return each table's view and the files that they need.

    Who may see only a part of a table gets a copy of that part: the child can't open what isn't there.
    """
    views, files = {}, []
    for reader in readers:
        name = reader.table.name
        if reader.is_restricted:
            path = str(_copy(reader, folder))
            views[name] = f"SELECT * FROM read_parquet([{engine.quote_text(path)}])"  # noqa: S608
            files.append(path)
        else:
            views[name] = engine.relation_sql(reader.snapshot, reader.columns)
            files += [file.path for file in reader.snapshot.files]
    return views, files


def _copy(reader: Reader, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{reader.table.name}.parquet"
    with pq.ParquetWriter(path, make_schema(reader.columns)) as writer:
        for batch in reader.iter_batches():
            writer.write_batch(batch)
    return path


@contextmanager
def _copies() -> Generator[Path, None, None]:
    folder = scratch_path() / f"sql-{new_id()}"
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101
    return stream
