"""`madang backup` and `madang restore`: one file that holds the whole city.

Registers travel as rows, so a backup of SQLite can be laid into PostgreSQL and back. Lake tables are
immutable files under a log, so the files that the log named at that moment are the table. The lake's
side database is read before the tables: what the tables have beyond it, the writer applies again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import msgspec
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist
from django.core.management.color import no_style
from django.db import connection, transaction

from madang.core.base.interface import BadInput, Conflict, NotFound, Text, Unavailable, prepare_registers

REGISTERS = "registers.jsonl"
SIDE_DATABASES = ("lake/lake.sqlite",)
FOLDERS = ("lake", "files", "places", "checkpoints", "keys")
NOT_COPIED = {("lake", "locks"), ("lake", "scratch"), ("lake", "codes")}
"""What is of this machine alone, or is written anew from the rest."""
KEYS = ("secret_key", "demo-accounts.json", "madang.toml")
ROWS_AT_ONCE = 500
UNFINISHED = "restore-unfinished"
READINGS_S = 30.0
"""How long a backup waits for readings that the broker holds to come into their tables."""
NOT_CARRIED = frozenset({"contenttypes.ContentType", "auth.Permission"})


def back_up(file: str) -> Text:
    """Write the city to `file` (tar, gzip) and return one sentence about it."""
    target = Path(file)
    if target.exists():
        raise Conflict("backup.exists", f"{file}이(가) 이미 있습니다", f"{file} exists already")
    if not target.parent.is_dir():
        raise NotFound(
            "backup.folder", f"폴더 {target.parent}이(가) 없습니다", f"there is no folder {target.parent}"
        )
    left = _await_readings()
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        partial.touch(0o600)  # it holds the city's keys
        rows, files = _write_archive(partial)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    size = target.stat().st_size
    ko = f"{file}: 등록부 {rows:,}행, 파일 {files:,}개, {size:,}바이트"
    en = f"{file}: {rows:,} register rows, {files:,} files, {size:,} bytes"
    if left:
        ko += f". 브로커에 밀린 메시지 {left:,}건은 들어 있지 않습니다. 밀림이 풀린 뒤 다시 백업해 주십시오."
        en += f". {left:,} messages that wait at the broker are not in it; back up again once they are read."
    return Text(ko=ko, en=en)


def _await_readings() -> int:
    """Wait until the readings that the broker holds are in their tables; return how many messages still aren't."""
    from madang.core.lake.interface import await_readings  # noqa: PLC0415 (its models need a set-up Django)

    try:
        return await_readings(READINGS_S)
    except Unavailable:
        return 0  # no house runs


def _write_archive(target: Path) -> tuple[int, int]:
    """Write the city to `target`; return how many register rows and files it has."""
    data, files = settings.MADANG.data_path, 0
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(target, "w:gz", compresslevel=4) as archive:
        rows = _write_registers(Path(scratch) / REGISTERS)
        archive.add(Path(scratch) / REGISTERS, REGISTERS)
        for name in SIDE_DATABASES:
            if (data / name).is_file():
                copy = _copy_database(data / name, Path(scratch) / Path(name).name)
                archive.add(copy, name)
        for path in _list_files(data):
            archive.add(path, str(path.relative_to(data)), recursive=False)
            files += 1
    return rows, files


def restore(file: str) -> Text:
    """Lay the backup `file` into the data folder, which must hold no city yet, and return a sentence."""
    data = settings.MADANG.data_path
    if not Path(file).is_file():
        raise NotFound("restore.missing", f"{file}이(가) 없습니다", f"there is no {file}")
    prepare_registers()
    unfinished = data / UNFINISHED
    if not unfinished.exists():
        _refuse_full_city(data)
    for left in data.glob(".restore-*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as scratch:
        _unpack(file, Path(scratch))
        unfinished.touch()
        rows = _read_registers(Path(scratch) / REGISTERS)
        (Path(scratch) / REGISTERS).unlink()
        shutil.copytree(scratch, data, dirs_exist_ok=True, copy_function=os.replace)
    unfinished.unlink()
    return Text(
        ko=f"{file}: 등록부 {rows:,}행을 {data}에 복원했습니다",
        en=f"{file}: {rows:,} register rows are back in {data}",
    )


def refuse_half_restored(data: Path) -> None:
    """Raise Conflict where a restore into the folder began and didn't end."""
    if (data / UNFINISHED).exists():
        raise Conflict(
            "restore.unfinished",
            f"{data}에 복원하던 일이 끝나지 않았습니다. `madang restore`를 다시 실행해 주십시오.",
            f"a restore into {data} didn't end; run `madang restore` again",
        )


def _unpack(file: str, folder: Path) -> None:
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise BadInput(
            "restore.damaged", f"{file}을(를) 읽을 수 없습니다: {error}", f"{file} can't be read: {error}"
        ) from error
    if not (folder / REGISTERS).is_file():
        raise BadInput("restore.other", f"{file}은(는) 백업이 아닙니다", f"{file} is no backup of a city")


def _write_registers(path: Path) -> int:
    count = 0
    with transaction.atomic(), path.open("wb") as output:
        for model in _list_models():
            for record in serializers.serialize("python", model._default_manager.order_by("pk").iterator()):
                output.write(msgspec.json.encode(record, enc_hook=str) + b"\n")
                count += 1
    return count


def _read_registers(path: Path) -> int:
    count = 0
    with transaction.atomic(), connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for model in reversed(_list_models()):
            links = [field.remote_field.through for field in model._meta.local_many_to_many]
            for emptied in (*links, model):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(emptied._meta.db_table)}")
        try:
            records = serializers.deserialize("python", _read_lines(path))
            for model, alike in groupby(records, key=lambda record: type(record.object)):
                while batch := list(islice(alike, ROWS_AT_ONCE)):
                    _insert(model, batch)
                    count += len(batch)
        except (serializers.base.DeserializationError, FieldDoesNotExist) as error:
            raise BadInput(
                "restore.version",
                f"이 판이 모르는 등록부가 백업에 있습니다({error}). 백업을 만든 판으로 복원해 주십시오.",
                f"the backup has registers that this version doesn't know ({error}); restore with the version that made it",
            ) from error
        connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _list_models()):
            cursor.execute(statement)
    return count


def _insert(model: Any, records: Sequence[Any]) -> None:
    """Write rows into an emptied table as they are: no field is made anew, and each table of a parent has its own rows."""
    fields = model._meta.local_concrete_fields
    size = connection.ops.bulk_batch_size(fields, records)
    objects = iter(record.object for record in records)
    while some := list(islice(objects, size)):
        model._base_manager._insert(some, fields=fields, raw=True)
    for record in records:
        for name, others in record.m2m_data.items():
            getattr(record.object, name).set(others)


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line)


def _list_models() -> list[Any]:
    """Return every table's model, those others point at first."""
    configs = [(config, None) for config in apps.get_app_configs()]
    models = serializers.sort_dependencies(configs)
    return [model for model in models if model._meta.label not in NOT_CARRIED and not model._meta.proxy]


def _copy_database(source: Path, target: Path) -> Path:
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as origin, sqlite3.connect(target) as copy:
        origin.backup(copy)
    return target


def _list_files(data: Path) -> Iterator[Path]:
    """Yield keys and every file of the carried folders; a table's log before its data files."""
    yield from (data / name for name in KEYS if (data / name).is_file())
    for folder in FOLDERS:
        paths = (path for path in (data / folder).rglob("*") if path.is_file())
        for path in sorted(paths, key=lambda path: "_delta_log" not in path.parts):
            if ".sqlite" not in path.name and path.relative_to(data).parts[:2] not in NOT_COPIED:
                yield path


def _refuse_full_city(data: Path) -> None:
    tables = data / "lake" / "tables"
    if (tables.is_dir() and any(tables.iterdir())) or apps.get_model("people.Account").objects.exists():
        raise Conflict(
            "restore.full",
            f"{data}에는 이미 도시가 있습니다. 빈 폴더를 --data로 지정해 주십시오.",
            f"{data} holds a city already; name an empty folder with --data",
        )
