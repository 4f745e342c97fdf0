"""The lake is killed while it takes in, re-packs and writes: nothing acknowledged is lost or doubled.

Each round kills with SIGKILL at a moment of chance and goes on from what is on the disk. The number of
rounds is 5, or `MADANG_FAULT_ROUNDS` (`madang bench faults --rounds N`).
"""

import json
import os
import random
import shutil
import time

import pytest
from lake_processes import Lake, await_true, kill

ROUNDS = int(os.environ.get("MADANG_FAULT_ROUNDS", "5"))
KEYS = 20

WRITER = "run_writer()"
PUBLISHER = """
part, again = int(arguments[0]), None
for number in range(100_000):
    moment = START + timedelta(seconds=number, microseconds=part)
    rows = pa.Table.from_pylist([
        dict(name=f"s{key}", as_of=moment, value=float(number), unit="1", source=str(part)) for key in range(20)
    ])
    lake.append("indicators", rows, actor=HOUSE)
    print(number, flush=True)
    if number % 3 == 0 and again is not None:
        lake.append("indicators", again, actor=HOUSE)  # a sender that isn't sure sends again
    again = rows
"""
SETTLE = """
import time
ledger = Ledger(ledger_path())
while lake.get_backlogs()[0].waiting or ledger.read("SELECT count(*) FROM dirty")[0][0]:
    time.sleep(0.1)
"""
LOOK = """
reader = lake.authorize(HOUSE, "indicators")
rows = reader.read(["name", "as_of", "value", "source"])
hours = lake.authorize(HOUSE, "indicators_hour").read(["row_count"])
print(json.dumps({
    "count": reader.count(),
    "rows": [[row["name"], row["source"], row["value"]] for row in rows.to_pylist()],
    "latest": {row["name"]: str(row["as_of"]) for row in reader.latest().to_pylist()},
    "newest": {name: str(t) for name, t in zip(*rows.group_by("name").aggregate([("as_of", "max")]).to_pydict().values())},
    "rolled": sum(hours["row_count"].to_pylist()),
}))
"""


@pytest.fixture
def lake(tmp_path, request):
    started = Lake(tmp_path / "data", with_broker=request.param)
    yield started
    started.stop()


def look(lake):
    seen = json.loads(lake.run(LOOK))
    rows = [tuple(row) for row in seen["rows"]]
    assert len(rows) == len(set(rows)) == seen["count"], "a row is there twice, or the count is wrong"
    assert seen["latest"] == seen["newest"]
    return set(rows), seen


@pytest.mark.timeout(60 + 30 * ROUNDS)
@pytest.mark.parametrize("lake", [True], indirect=True)
def test_killed_while_taking_in(lake):
    chance = random.Random(20261123)
    acknowledged = set()
    for part in range(ROUNDS):
        writer, said = lake.start(WRITER)
        publisher, output = lake.start(PUBLISHER, str(part))
        await_true(lambda output=output: len(output.read_text().split()) > 3)
        time.sleep(chance.uniform(0, 1.5))
        victims = [lambda pid=pid: kill(pid) for pid in (writer, publisher)] + [lake.kill_broker] * (part % 2)
        chance.shuffle(victims)
        for victim in victims:
            victim()
            time.sleep(chance.choice([0, 0.05]))
        kill(writer)
        assert "Traceback" not in said.read_text(), said.read_text()
        numbers = [word for word in output.read_text().split() if word.isdigit()]
        acknowledged |= {(f"s{key}", str(part), float(number)) for number in numbers for key in range(KEYS)}
        if part % 2:
            lake.start_broker()
    writer, _ = lake.start(WRITER)
    lake.run(SETTLE)
    rows, seen = look(lake)
    assert acknowledged - rows == set(), "acknowledged and lost"
    assert len(acknowledged) > 3 * KEYS * ROUNDS
    assert {name for name, _, _ in rows} == {f"s{key}" for key in range(KEYS)}
    assert seen["rolled"] == seen["count"]
    kill(writer)


PUBLISH = """
for number in range(*arguments):
    rows = [dict(name="s", as_of=START + timedelta(seconds=number), value=float(number), unit="1", source="")]
    lake.append("indicators", pa.Table.from_pylist(rows), actor=HOUSE)
"""
AWAIT_ROWS = """
import time
deadline = time.monotonic() + 60
while lake.authorize(HOUSE, "indicators").count() < arguments[0]:
    assert time.monotonic() < deadline, lake.authorize(HOUSE, "indicators").count()
    time.sleep(0.1)
"""


@pytest.mark.parametrize("is_writer_away", [False, True])
@pytest.mark.parametrize("lake", [True], indirect=True)
def test_a_broker_laid_back_to_an_earlier_state_has_nothing_new_passed_over(lake, is_writer_away):
    """From a copy of its disk, say: its stream is the same, and gives numbers that the writer has seen."""
    store, copy = lake.folder / "broker", lake.folder.parent / "copy"
    writer, _ = lake.start(WRITER)
    lake.run(PUBLISH, 0, 5)
    lake.run(AWAIT_ROWS, 5)
    lake.kill_broker()
    shutil.copytree(store, copy)
    lake.start_broker()
    lake.run(PUBLISH, 5, 35)
    lake.run(AWAIT_ROWS, 35)
    lake.kill_broker()
    if is_writer_away:
        kill(writer)
    shutil.rmtree(store)
    copy.rename(store)
    lake.start_broker()
    lake.run(PUBLISH, 35, 40)
    if is_writer_away:
        writer, _ = lake.start(WRITER)
    lake.run(AWAIT_ROWS, 40)
    lake.run(PUBLISH, 40, 45)
    lake.run(AWAIT_ROWS, 45)
    rows, _ = look(lake)
    assert rows == {("s", "", float(number)) for number in range(45)}
    kill(writer)


TAKE_IN = """
part = int(arguments[0])
ledger = Ledger(ledger_path())
table = StreamTable(INDICATORS, ledger, "epoch")
schema = make_schema(list_stored_columns(INDICATORS))
for number in range(10_000):
    rows = [dict(name="s", as_of=START + timedelta(seconds=number), value=float(number + part), unit="1", source="", revision=part),
            dict(name=f"p{part}", as_of=START + timedelta(seconds=number), value=float(number), unit="1", source="", revision=0)]
    followed, commit = table.take_in(pa.Table.from_pylist(rows, schema=schema), table.applied.sequence + 1)
    ledger.apply([followed])
    print(number, flush=True)
"""
COMPACT = """
while True:
    maintenance.FEW_FILES = 3
    maintenance.KEEP_HOURS = 1
    print(maintenance.compact_table(INDICATORS), maintenance.tidy_table(INDICATORS), flush=True)
"""
READ = """
rows = lake.authorize(HOUSE, "indicators").read(["name", "as_of", "value"], order_by=["name", "as_of"]).to_pylist()
print(json.dumps([lake.authorize(HOUSE, "indicators").count(), [[r["name"], (r["as_of"] - START).seconds, r["value"]] for r in rows]]))
"""


@pytest.mark.timeout(60 + 30 * ROUNDS)
@pytest.mark.parametrize("lake", [False], indirect=True)
def test_killed_while_repacking(lake):
    chance = random.Random(20261123)
    best, interrupted = {}, set()
    for part in range(ROUNDS):
        compactor, packed = lake.start(COMPACT)
        writer, output = lake.start(TAKE_IN, str(part))
        enough = chance.randint(5, 25)
        await_true(lambda output=output, enough=enough: len(output.read_text().split()) > enough)
        await_true(lambda packed=packed: "1 " in packed.read_text())
        time.sleep(chance.uniform(0, 0.1))
        for pid in chance.sample([compactor, writer], 2):
            kill(pid)
        assert "Traceback" not in packed.read_text() + output.read_text(), (
            packed.read_text() + output.read_text()
        )
        done = [int(word) for word in output.read_text().split() if word.isdigit()]
        best |= {("s", number): float(number + part) for number in done}
        best |= {(f"p{part}", number): float(number) for number in done}
        interrupted.add(("s", len(done), float(len(done) + part)))
    count, rows = json.loads(lake.run(READ))
    found = {(name, second): value for name, second, value in rows}
    assert len(found) == len(rows) == count, "a row is there twice, or the count is wrong"
    for key, value in best.items():
        assert found[key] == value or (*key, found[key]) in interrupted, key
    assert len(found) <= len(best) + 2 * ROUNDS


REGISTER = """
from madang.core.base.interface import Column, ColumnType, Table, Text
t = lambda s: Text(ko=s, en=s)
table = Table(name="shared", title=t("x"), columns=(Column(name="id", type=ColumnType.TEXT, title=t("x")),))
lake.register_dataset(actor=HOUSE, now=now(), table=table)
"""
APPEND = """
table = get_table("shared")
for number in range(int(arguments[1])):
    ids = pa.table({"id": [f"{arguments[0]}-{number}-{n}" for n in range(100)]})
    lake.append_rows(table, [ids], actor=HOUSE, now=now())
"""
COMPACT_SHARED = """
maintenance.FEW_FILES = 3
while True:
    print(maintenance.compact_table(get_table("shared")), flush=True)
"""
IDS = """print(json.dumps(lake.authorize(HOUSE, "shared").read()["id"].to_pylist()))"""


@pytest.mark.parametrize("lake", [False], indirect=True)
def test_two_writers_and_a_repacking_at_once(lake):
    lake.run(REGISTER)
    compactor, packed = lake.start(COMPACT_SHARED)
    outputs = [lake.start(APPEND, name, "12")[1] for name in "ab"]
    await_true(lambda: all("end" in output.read_text() for output in outputs))
    await_true(lambda: "1" in packed.read_text())
    kill(compactor)
    assert not any("Traceback" in output.read_text() for output in [*outputs, packed])
    ids = json.loads(lake.run(IDS))
    assert len(ids) == len(set(ids)) == 2 * 12 * 100
