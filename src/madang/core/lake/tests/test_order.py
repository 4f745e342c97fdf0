"""A power cut may come between any two system calls: what is acknowledged is on the disk by then.

kill -9 can't reveal a missing fsync, since the kernel keeps what a dead process wrote. So a child takes
a batch in under strace, and the order of its calls is read.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

from madang.project.pytest_plugin import miss

CHILD = """
import os, django
django.setup()
from datetime import UTC, datetime
import pyarrow as pa
from madang.core.lake.folders import ledger_path
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import list_stored_columns, make_schema
from madang.core.lake.tables import INDICATORS
from madang.core.lake.writing.stream_table import StreamTable
ledger = Ledger(ledger_path())
table = StreamTable(INDICATORS, ledger, "epoch")
row = dict(name="pm", as_of=datetime(2024, 1, 1, tzinfo=UTC), value=1.0, unit="1", source="test", revision=0)
os.write(1, b"BEGIN")
followed, commit = table.take_in(pa.Table.from_pylist([row], schema=make_schema(list_stored_columns(INDICATORS))), 7)
os.write(1, b"COMMITTED")
ledger.apply([followed])
os.write(1, b"ACKNOWLEDGED")
"""
CALLS = "openat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,mkdir,mkdirat"


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """Return the successful file calls between BEGIN and ACKNOWLEDGED, in order, as lines of strace."""
    strace = shutil.which("strace")
    if strace is None:
        miss("strace")
    folder = tmp_path_factory.mktemp("order")
    log = folder / "calls"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MADANG_")}
    environment |= {"MADANG_DATA": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "madang.project.settings"}
    command = [
        strace,
        "-f",
        "-y",
        "-qq",
        "-s",
        "24",
        "-e",
        f"trace={CALLS}",
        "-o",
        str(log),
        sys.executable,
        "-c",
        CHILD,
    ]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=100)
    if b"ptrace" in done.stderr:
        miss("permission to trace")
    assert done.stdout == b"BEGINCOMMITTEDACKNOWLEDGED", done.stderr.decode()[-2000:]
    lines = join_unfinished(log.read_text("utf-8", "replace").splitlines())
    start = next(n for n, line in enumerate(lines) if '"BEGIN"' in line)
    return [line for line in lines[start:] if not re.search(r"= -1 E", line)]


def join_unfinished(lines):
    """Put calls that another thread interrupted back together, at the place where they ended."""
    begun, joined = {}, []
    for line in lines:
        thread, _, rest = line.partition(" ")
        if rest.rstrip().endswith("<unfinished ...>"):
            begun[thread] = rest.replace("<unfinished ...>", "")
        elif "resumed>" in rest:
            joined.append(begun.pop(thread, "") + rest.split("resumed>", 1)[1])
        else:
            joined.append(rest)
    return [line.strip() for line in joined]


def find(calls, pattern, after=-1):
    for number in range(after + 1, len(calls)):
        if re.search(pattern, calls[number]):
            return number
    raise AssertionError(f"no call like {pattern} after number {after}:\n" + "\n".join(calls))


SYNC = r"f(data)?sync\(\d+<"


def test_data_is_on_the_disk_before_the_log_names_it(calls):
    named = find(calls, r"(link|rename)\w*\(.*_delta_log/0+1\.json")
    last_write = max(
        n for n, line in enumerate(calls[:named]) if re.search(r"write\w*\(\d+<[^>]*\.parquet>", line)
    )
    synced = find(calls, SYNC + r"[^>]*\.parquet>", after=last_write)
    folder = find(calls, SYNC + r"[^>]*/city_date=2024-01-01>", after=synced)
    parent = find(calls, SYNC + r"[^>]*/tables/indicators>")
    assert last_write < synced < folder < named
    assert parent < named, "the new date's folder must be in its parent"


def test_the_log_entry_is_on_the_disk_before_the_commit_is_told(calls):
    named = find(calls, r"(link|rename)\w*\(.*_delta_log/0+1\.json")
    entry = find(calls, SYNC + r"[^>]*_delta_log/0+1\.json>", after=named)
    folder = find(calls, SYNC + r"[^>]*_delta_log>", after=entry)
    assert folder < find(calls, '"COMMITTED"')


def test_the_ledger_is_on_the_disk_before_anything_is_acknowledged(calls):
    committed = find(calls, '"COMMITTED"')
    written = find(calls, r"write\w*\(\d+<[^>]*lake\.sqlite-wal>", after=committed)
    acknowledged = find(calls, '"ACKNOWLEDGED"')
    last_write = max(
        n for n in range(written, acknowledged) if "lake.sqlite-wal>" in calls[n] and "write" in calls[n]
    )
    assert (
        written <= last_write < find(calls, SYNC + r"[^>]*lake\.sqlite-wal>", after=last_write) < acknowledged
    )
