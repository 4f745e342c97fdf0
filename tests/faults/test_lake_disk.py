"""The disk fills up at every possible place of a commit: refused in words, nothing half, then on as before."""

import json
import os
import shutil
import subprocess

from lake_processes import Lake

from madang.project.pytest_plugin import miss

ON_SMALL_DISK = ["sh", "-c", 'mount -t tmpfs -o size=48m none "$0" && exec "$@"']

FILL = """
import errno
DISK = os.environ["MADANG_DATA"]
FILLER = DISK + "/filler"

def leave(free_bytes):
    "Let the disk have only about so much room."
    with open(FILLER, "ab") as filler:
        filler.truncate(0)
        room = os.statvfs(DISK).f_bavail * 4096
        filler.write(b"x" * max(0, room - free_bytes))
    return os.statvfs(DISK).f_bavail * 4096

def make_rows(number, count=40):
    moment = START + timedelta(seconds=number)
    rows = [dict(name=f"s{key}", as_of=moment, value=float(number), unit=os.urandom(200).hex(), source="", revision=0)
            for key in range(count)]
    return pa.Table.from_pylist(rows, schema=make_schema(list_stored_columns(INDICATORS)))

def take_in(rows):
    ledger = Ledger(ledger_path())
    table = StreamTable(INDICATORS, ledger, "epoch")
    followed, _ = table.take_in(rows, table.applied.sequence + 1)
    ledger.apply([followed])

take_in(make_rows(0))
refused = []
sizes = [0, 4096, 8192, 16384, 24576, 28672, 32768, 36864, 40960, 49152, 57344, 65536, 81920, 131072, 262144]
for number, size in enumerate(sizes, 1):
    rows = make_rows(number)
    leave(size)
    before = lake.authorize(HOUSE, "indicators").read(order_by=["name", "as_of"])
    try:
        take_in(rows)
    except MadangError as error:
        refused.append([error.code, error.status])
        now_there = lake.authorize(HOUSE, "indicators").read(order_by=["name", "as_of"])
        whole = now_there.num_rows in (before.num_rows, before.num_rows + rows.num_rows)
        assert whole and now_there.num_rows == lake.authorize(HOUSE, "indicators").count(), "half a batch is visible"
        os.unlink(FILLER)
        take_in(rows)
    assert lake.authorize(HOUSE, "indicators").count() == 40 * (number + 1)
    assert lake.authorize(HOUSE, "indicators").latest()["value"].to_pylist() == [float(number)] * 40
if os.path.exists(FILLER):
    os.unlink(FILLER)

from madang.core.base.interface import Column, ColumnType, Table, Text
t = lambda s: Text(ko=s, en=s)
table = Table(name="big", title=t("x"), columns=(Column(name="id", type=ColumnType.TEXT, title=t("x")),))
lake.register_dataset(actor=HOUSE, now=now(), table=table)
lake.replace_rows(table, [pa.table({"id": ["first"]})], actor=HOUSE, now=now())
leave(6 << 20)
try:
    lake.append("indicators", make_rows(99), actor=HOUSE)
except MadangError as error:
    refused.append([error.code, error.status])
try:
    noise = (pa.table({"id": [os.urandom(500).hex() for _ in range(10_000)]}) for _ in range(10))
    lake.replace_rows(table, noise, actor=HOUSE, now=now())
except MadangError as error:
    refused.append([error.code, error.status])
left = [path.name for path in (ledger_path().parent / "tables" / "big").glob("*.parquet")]
os.unlink(FILLER)
assert lake.authorize(HOUSE, "big").read()["id"].to_pylist() == ["first"], "half a version is visible"
lake.replace_rows(table, [pa.table({"id": ["second"]})], actor=HOUSE, now=now())
assert lake.authorize(HOUSE, "big").read()["id"].to_pylist() == ["second"]
print(json.dumps({"refused": refused, "left": len(left)}))
"""


def find_mounter() -> list[str]:
    """Return a command that may mount a disk of its own, or skip."""
    unshare = shutil.which("unshare")
    for options in (["--mount"], ["--mount", "--map-root-user"]):
        probe = [unshare or "false", *options, "mount", "-t", "tmpfs", "none", "/mnt"]
        if subprocess.run(probe, capture_output=True).returncode == 0:
            return [unshare, *options]
    miss("permission to mount a small disk")


def test_a_full_disk_is_refused_clearly_and_recovered_from(tmp_path):
    (tmp_path / "data").mkdir()
    lake = Lake(tmp_path / "data", *find_mounter(), *ON_SMALL_DISK, str(tmp_path / "data"))
    try:
        told = json.loads(lake.run(FILL))
    finally:
        lake.stop()
    assert len(told["refused"]) >= 5, "the disk was never full"
    assert {tuple(one) for one in told["refused"]} == {("lake.full", 503)}
    assert told["left"] == 1, "files of the refused version stay behind"
    assert not os.listdir(tmp_path / "data")
