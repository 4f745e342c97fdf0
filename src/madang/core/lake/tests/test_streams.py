"""Readings arrive early, late, twice and corrected, while everything falls over; the tables don't mind."""

import random
import threading
import time
from datetime import UTC, date, datetime, timedelta

import msgspec
import pyarrow as pa
import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.core.base.interface import (
    ANONYMOUS,
    HOUSE,
    BadInput,
    Column,
    ColumnType,
    NotAllowed,
    Register,
    Table,
    TableKind,
    Text,
    get_broker,
    read_settings,
)
from madang.core.lake import finding, streams
from madang.core.lake.declarations import list_handlers, list_registers
from madang.core.lake.folders import ledger_path
from madang.core.lake.interface import (
    AS_IT_ARRIVES,
    Filter,
    Group,
    Measure,
    TableHandler,
    append,
    authorize,
    await_readings,
    get_backlogs,
    get_table,
)
from madang.core.lake.latest import _open_ledger as open_ledger
from madang.core.lake.ledger import Ledger
from madang.core.lake.records import Backlog
from madang.core.lake.tables import INDICATORS
from madang.core.lake.tables_on_disk import read_snapshot
from madang.core.lake.writing import rolling
from madang.core.lake.writing.detecting import Detecting
from madang.core.lake.writing.falling_behind import report_backlogs
from madang.core.lake.writing.republishing import republish
from madang.core.lake.writing.rolling import roll_up
from madang.core.lake.writing.silence import check_silence
from madang.core.lake.writing.source import Source
from madang.core.lake.writing.stream_table import StreamTable
from madang.core.lake.writing.writer import Writer

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2024, 11, 20, 3, tzinfo=UTC)


def reading(name="pm", minute=0, value=1.0, revision=0):
    return {
        "name": name,
        "as_of": START + timedelta(minutes=minute),
        "value": value,
        "unit": "ug/m3",
        "target": None,
        "source": "test",
        "revision": revision,
    }


def batch(*readings):
    return streams.validate(INDICATORS, pa.Table.from_pylist(list(readings)), datetime.now(UTC))[0]


class House:
    """The writer's parts without the broker: batches go straight in, the process may die anywhere."""

    def __init__(self):
        self.ledger = Ledger(ledger_path())
        self.table = StreamTable(INDICATORS, self.ledger, "epoch")
        self.sequence = self.table.applied.sequence

    def take_in(self, *readings, dies_before_ledger=False):
        self.sequence += 1
        consequences, commit = self.table.take_in(batch(*readings), self.sequence)
        if not dies_before_ledger:
            self.ledger.apply([consequences])
        return commit

    def roll_up(self):
        while roll_up(INDICATORS, self.ledger):
            pass


def rows_of(table="indicators", order_by=("name", "as_of")):
    return authorize(HOUSE, table).read(order_by=order_by).to_pylist()


def everything():
    """Return all that can be seen of the stream."""
    reader = authorize(HOUSE, "indicators")
    return {
        "rows": rows_of(),
        "count": reader.count(),
        "latest": reader.latest().to_pylist(),
        "hours": rows_of("indicators_hour", ("name", "hour_at")),
        "days": rows_of("indicators_day", ("name", "day_on")),
    }


def test_the_newest_reading_is_the_latest_whatever_comes_after_it(lake):
    house = House()
    house.take_in(reading(minute=5, value=5), reading("o3", 1))
    house.take_in(reading(minute=3, value=3), reading(minute=4, value=4))
    reader = authorize(HOUSE, "indicators")
    assert [row["value"] for row in reader.latest(["pm"]).to_pylist()] == [5.0]
    assert reader.list_latest(["pm", "nobody"]) == reader.latest(["pm"]).to_pylist()
    assert list(reader.list_latest(["pm"], ["value"])[0]) == ["value"]
    assert reader.latest().num_rows == 2
    assert reader.latest(["nobody"]).num_rows == 0
    assert reader.count() == 4 == reader.count([Filter("value", ">", 0)])


def test_the_same_reading_again_changes_nothing(lake):
    house = House()
    assert house.take_in(reading(), reading(), reading(minute=1)).rows.num_rows == 2
    assert house.take_in(reading(minute=1), reading()) is None
    assert authorize(HOUSE, "indicators").count() == 2


def test_a_correction_wins_by_revision_and_an_older_one_never_comes_back(lake):
    house = House()
    house.take_in(reading(value=1), reading(minute=1, value=7))
    house.take_in(reading(value=2, revision=2))
    house.take_in(reading(value=9, revision=1))
    house.take_in(reading(minute=1, value=8, revision=1))
    assert [row["value"] for row in rows_of()] == [2.0, 8.0]
    reader = authorize(HOUSE, "indicators")
    assert (reader.count(), reader.latest().to_pylist()[0]["value"]) == (2, 8.0)


def test_codes_of_a_streams_files_say_what_the_files_say_also_where_rows_were_corrected(lake, monkeypatch):
    monkeypatch.setattr(finding, "LEAST_ROWS", 1)
    house = House()
    house.take_in(*(reading(minute=minute, value=minute % 3) for minute in range(40)))
    house.take_in(*(reading(minute=1_800 + minute, value=minute % 3) for minute in range(40)))
    where = [Filter("value", "=", 1), Filter("unit", "=", "ug/m3")]
    for changed in ([], [reading(value=1, revision=2)], [reading(minute=3_600, value=1)]):
        if changed:
            house.take_in(*changed)
        finding.encode_table(INDICATORS)
        held = sum(row["value"] == 1 for row in rows_of())
        assert authorize(HOUSE, "indicators").count(where) == held
        assert finding._find(read_snapshot(INDICATORS), where) is not None


def test_without_a_number_what_arrives_last_counts_and_a_double_changes_nothing(lake):
    house = House()
    for value in (20, 80, 15, 3):
        assert house.take_in(reading(value=value, revision=AS_IT_ARRIVES)).rows.num_rows == 1
        assert house.take_in(reading(value=value, revision=AS_IT_ARRIVES)) is None
        assert [row["value"] for row in rows_of()] == [value]
    house.take_in(*(reading(value=value, revision=AS_IT_ARRIVES) for value in (7, 9, 5)), reading(minute=1))
    assert [row["value"] for row in rows_of()] == [5, 1]
    assert [row["value"] for row in authorize(HOUSE, "indicators").latest().to_pylist()] == [1]


ARRIVALS = st.tuples(st.integers(0, 2), st.one_of(st.integers(0, 3), st.integers(100, 103)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(ARRIVALS, max_size=6), max_size=8))
def test_numbers_count_before_arrival_and_arrival_where_there_are_none(tmp_path_factory, settings, batches):
    """Values from 100 on carry a number that grows with them; what a row is after each batch is counted beside it."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path_factory.mktemp("lake"))})
    house, standing = House(), {}
    for one in batches:
        rows = []
        for minute, value in one:
            numbered = value >= 100
            was = standing.get(minute, (-1, None))
            rows.append(
                reading(minute=minute, value=value, revision=1000 * value if numbered else AS_IT_ARRIVES)
            )
            if not numbered and was[1] != value:
                standing[minute] = (was[0] + 1, value)
            elif numbered and 1000 * value > was[0]:
                standing[minute] = (1000 * value, value)
        if rows:
            house.take_in(*rows)
        found = {(row["as_of"] - START).seconds // 60: row["value"] for row in rows_of()}
        assert found == {minute: value for minute, (_, value) in standing.items()}


def test_rollups_are_right_when_late_data_comes(lake):
    house = House()
    house.take_in(*(reading(minute=m, value=m) for m in range(60)))
    house.roll_up()
    house.take_in(reading(minute=59, value=119, revision=1), reading(minute=-30, value=10))
    house.take_in(reading(minute=24 * 60, value=1))
    house.roll_up()
    hours = rows_of("indicators_hour", ("hour_at",))
    assert [(h["row_count"], h["value_mean"], h["value_max"]) for h in hours] == [
        (1, 10.0, 10.0),
        (60, 30.5, 119.0),
        (1, 1.0, 1.0),
    ]
    days = rows_of("indicators_day", ("day_on",))
    assert [(d["day_on"], d["row_count"]) for d in days] == [
        (date(2024, 11, 20), 61),
        (date(2024, 11, 21), 1),
    ]
    assert days[0]["value_mean"] == pytest.approx((30.5 * 60 + 10) / 61, rel=1e-12)
    assert days[0]["target_count"] == 0


def test_what_comes_while_hours_are_rolled_up_is_rolled_up_too(lake, monkeypatch):
    monkeypatch.setattr(rolling, "HOURS_AT_ONCE", 2)
    house = House()
    house.take_in(*(reading(name, 60 * hour, hour) for name in ("pm", "o3") for hour in range(5)))
    late, compute = [reading(minute=1, value=50), reading("no2", 60, 7)], rolling.engine.roll_up_hours

    def compute_slowly(*asked):
        found = compute(*asked)
        if late:
            house.take_in(*late)
            late.clear()
        return found

    monkeypatch.setattr(rolling.engine, "roll_up_hours", compute_slowly)
    house.roll_up()
    hours = {(one["name"], one["hour_at"]): one["row_count"] for one in rows_of("indicators_hour", ("name",))}
    assert len(hours) == 11
    assert hours["pm", START] == 2
    assert hours["no2", START + timedelta(hours=1)] == 1
    assert house.ledger.read("SELECT count(*) FROM dirty") == [(0,)]


def test_days_are_the_citys(lake):
    house = House()
    eve = (datetime(2024, 11, 20, 14, 59, tzinfo=UTC) - START) / timedelta(minutes=1)
    house.take_in(reading(minute=eve, value=1), reading(minute=eve + 1, value=2))
    house.roll_up()
    assert [d["day_on"] for d in rows_of("indicators_day", ("day_on",))] == [
        date(2024, 11, 20),
        date(2024, 11, 21),
    ]
    assert sorted(p.name for p in (lake / "tables/indicators").glob("city_date=*")) == [
        "city_date=2024-11-20",
        "city_date=2024-11-21",
    ]
    by_day = authorize(HOUSE, "indicators").aggregate(
        [Measure(function="sum", column="value")],
        [Group(column="as_of", by="day")],
        where=[Filter("as_of", ">=", "2024-11-21T00:00:00+09:00")],
    )
    assert by_day.to_pylist() == [{"as_of": date(2024, 11, 21), "value_sum": 2.0}]


def test_a_crash_between_table_and_ledger_is_made_good(lake):
    house = House()
    house.take_in(reading(minute=0), reading("o3", 0))
    house.take_in(reading(minute=1, value=2), dies_before_ledger=True)
    house = House()
    house.take_in(reading(minute=2, value=3), reading(minute=1, value=4, revision=1), dies_before_ledger=True)
    house = House()
    assert house.table.applied.sequence == 3
    house.roll_up()
    seen = everything()
    assert [row["value"] for row in seen["latest"]] == [1.0, 3.0]
    assert (seen["count"], seen["hours"][1]["row_count"], seen["hours"][1]["value_max"]) == (4, 3, 4.0)


def test_a_lost_ledger_is_derived_from_the_tables(lake):
    house = House()
    house.take_in(*(reading(minute=m, value=m) for m in range(100)))
    house.roll_up()
    before = everything()
    for file in lake.glob("lake.sqlite*"):
        file.unlink()
    open_ledger.cache_clear()
    House().roll_up()
    assert everything() == before


READINGS = st.builds(
    reading,
    name=st.sampled_from(["pm", "o3"]),
    minute=st.integers(-90, 90),
    value=st.sampled_from([None, 0.0, -0.0, 1.5, float("nan"), 2.25, 1e300]),
    revision=st.integers(0, 2),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(readings=st.lists(READINGS, min_size=1, max_size=25), seed=st.integers(0, 10**6))
def test_any_order_gives_the_same_tables(tmp_path_factory, settings, readings, seed):
    """Shuffled, doubled, delayed, in other batches, with crashes: the same input is the same city."""

    def replay(order, sizes, dies):
        settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path_factory.mktemp("lake"))})
        house = House()
        while order:
            size = sizes.randint(1, 8)
            dead = dies and sizes.random() < 0.3
            house.take_in(*order[:size], dies_before_ledger=dead)
            order = order[size:]
            if sizes.random() < 0.3:
                house.roll_up()
            house = House() if dead else house
        house.roll_up()
        return everything()

    chance = random.Random(seed)
    shuffled = readings + chance.sample(readings, len(readings) // 2)
    chance.shuffle(shuffled)
    assert replay(shuffled, chance, True) == replay(readings, random.Random(0), False)


class Intake:
    """A real writer on a real broker, in this process."""

    def __init__(self, broker_url):
        self.stopping = threading.Event()
        self.writer = Writer(get_broker(), self.stopping)
        self.thread = threading.Thread(target=self.writer.run)
        self.thread.start()

    def stop(self):
        self.stopping.set()
        self.thread.join(30)


def wait_until(condition, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it didn't come about"
        time.sleep(0.05)


@pytest.fixture
def intake(lake, broker_url):
    streams.ensure_stream(get_broker())
    get_broker().run(get_broker().client().jetstream().delete_stream(streams.STREAM))
    streams.ensure_stream.cache_clear()
    running = Intake(broker_url)
    yield running
    running.stop()


def test_what_is_appended_is_in_the_table_soon(intake):
    result = append("indicators", pa.Table.from_pylist([reading(minute=m) for m in range(1000)]), actor=HOUSE)
    assert (result.rows_kept, result.rejects) == (1000, ())
    wait_until(lambda: authorize(HOUSE, "indicators").count() == 1000)
    wait_until(lambda: [(b.name, b.waiting) for b in get_backlogs()][0] == ("stream", 0))
    wait_until(lambda: authorize(HOUSE, "indicators_hour").count() == 17)


def test_acknowledged_rows_wait_for_a_writer_that_is_away(intake):
    intake.stop()
    append("indicators", batch(reading()), actor=HOUSE)
    assert get_backlogs()[0].waiting == 1
    assert await_readings(0.1) == 1
    again = Intake(None)
    try:
        assert await_readings(20) == 0
        assert authorize(HOUSE, "indicators").latest().num_rows == 1
    finally:
        again.stop()
    assert get_backlogs()[0].waiting == 0


def test_a_message_that_the_stream_has_lost_holds_nothing_up(intake):
    intake.stop()
    lost = [append("indicators", batch(reading(minute=m)), actor=HOUSE).sequence for m in range(3)][1]
    get_broker().run(get_broker().client().jetstream().delete_msg(streams.STREAM, lost))
    again = Intake(None)
    try:
        wait_until(lambda: authorize(HOUSE, "indicators").count() == 2)
        append("indicators", batch(reading(minute=3)), actor=HOUSE)
        wait_until(lambda: authorize(HOUSE, "indicators").count() == 3)
    finally:
        again.stop()


def test_a_stream_that_was_made_anew_meanwhile_is_read_from_its_start(intake):
    for minute in range(5):
        append("indicators", batch(reading(minute=minute)), actor=HOUSE)
    wait_until(lambda: authorize(HOUSE, "indicators").count() == 5)
    get_broker().run(get_broker().client().jetstream().delete_stream(streams.STREAM))
    for minute in range(5, 8):
        append("indicators", batch(reading(minute=minute)), actor=HOUSE)
    wait_until(lambda: authorize(HOUSE, "indicators").count() == 8)


def test_a_wait_that_is_used_up_is_no_broker_out_of_reach(lake, broker_url, monkeypatch):
    streams.ensure_stream(get_broker())
    source = Source(get_broker())
    source.name_epoch("", 0)
    source.seek(source.read_info().state.last_seq)
    for _ in range(3):
        append("indicators", batch(reading()), actor=HOUSE)
    assert len(source.fetch(1, 5)) == 1

    async def use_up(*_args, **_named):
        raise TimeoutError  # asyncio's own, as nats-py raises it where its time is up between two requests

    monkeypatch.setattr(source._subscription, "fetch", use_up)
    assert source.fetch(10, 0.1) == []
    rest = [one for _ in range(20) for one in source.fetch(10, 0.5)]
    assert [one.sequence for one in rest] == [source.position - 1, source.position]


def test_bad_rows_are_refused_with_their_reason_and_the_others_kept(intake):
    rows = [reading(), reading(minute=1) | {"name": None}, reading(minute=2) | {"value": None}]
    rows.append(reading() | {"as_of": datetime.now(UTC) + timedelta(days=2)})
    result = append("indicators", pa.Table.from_pylist(rows), actor=HOUSE)
    assert result.rows_kept == 1
    assert {r.code: r.rows for r in result.rejects} == {
        "missing:name": (1,),
        "missing:value": (2,),
        "future": (3,),
    }
    with pytest.raises(BadInput):
        append("indicators", pa.table({"colour": ["red"]}), actor=HOUSE)
    with pytest.raises(NotAllowed):
        append("indicators", pa.Table.from_pylist([reading()]), actor=ANONYMOUS)
    with pytest.raises(BadInput):
        append("indicators_hour", pa.table({}), actor=HOUSE)


def test_what_no_table_takes_is_kept_aside_and_holds_nothing_up(intake, lake):
    streams.ensure_stream(get_broker())
    get_broker().publish_acknowledged("lake.nowhere", b"hello")
    get_broker().publish_acknowledged("lake.indicators", b"not arrow")
    append("indicators", pa.Table.from_pylist([reading()]), actor=HOUSE)
    wait_until(lambda: authorize(HOUSE, "indicators").count() == 1)
    assert sorted(p.read_bytes() for p in (lake / "quarantine").iterdir()) == [b"hello", b"not arrow"]


def test_detectors_see_every_row_once_more_rather_than_never(lake):
    house = House()
    seen, fail = [], [True]

    def on_batch(rows):
        if fail.pop() if fail else False:
            raise RuntimeError("a detector's fault")
        seen.extend(rows["value"].to_pylist())

    handler = TableHandler(name="test", table="indicators", on_batch=on_batch)

    def detect(*commits, version):
        detecting = Detecting(house.ledger, [handler], {"indicators": version})
        for commit in commits:
            detecting.offer(commit)
        detecting.start()
        wait_until(lambda: house.ledger.read_handled("test") == house.table.applied.version)
        detecting.stop()

    start = house.table.applied.version
    first = house.take_in(reading(value=1), reading(minute=1, value=2))
    detect(first, version=start)
    assert seen == [1.0, 2.0]
    house.take_in(reading(minute=2, value=3))
    detect(version=house.table.applied.version)
    assert seen == [1.0, 2.0, 3.0]


def test_silence_is_found_and_its_end_too(lake):
    house = House()
    house.take_in(*(reading(f"s{n}", minute=0) for n in range(20)))
    table = get_table("indicators")
    table = msgspec.structs.replace(table, expected_interval_s=60)
    incidents = apps.get_model("incidents", "IncidentRow").objects.order_by("key")
    soon, later = START + timedelta(seconds=119), START + timedelta(seconds=121)
    assert check_silence(table, house.ledger, soon, START - timedelta(days=1)) == 0
    assert check_silence(table, house.ledger, later, later - timedelta(seconds=5)) == 0
    assert not incidents.exists()
    house.take_in(*(reading(f"s{n}", minute=2) for n in range(18)))
    assert check_silence(table, house.ledger, later, START - timedelta(days=1)) == 2
    assert [i.key for i in incidents] == ['silence:indicators:["s18"]', 'silence:indicators:["s19"]']
    house.take_in(reading("s18", minute=2))
    assert check_silence(table, house.ledger, later, START - timedelta(days=1)) == 1
    hours_later = START + timedelta(hours=5)
    assert check_silence(table, house.ledger, hours_later, START - timedelta(days=1)) == 20
    assert "silence:indicators:*" in [i.key for i in incidents.all()]
    unwatched = msgspec.structs.replace(table, unwatched_prefix="s1")
    house.take_in(*(reading(f"s{n}", minute=2) for n in range(20)))
    assert (
        check_silence(unwatched, house.ledger, START + timedelta(seconds=241), START - timedelta(days=1)) == 9
    )


def test_a_backlog_is_found_and_its_end_too(lake):
    ledger = House().ledger
    incidents = apps.get_model("incidents", "IncidentRow").objects.filter(key="backlog:stream")
    late = Backlog(name="stream", waiting=7, oldest_age_s=40.0, alarmed=True)
    for backlogs in ([late], [late], [], []):
        report_backlogs(backlogs, ledger, START)
    assert incidents.count() == 1


def test_what_falls_behind_is_told_in_words(lake):
    handlers = [one for one in list_handlers() if one.title]
    late = [Backlog(name=one.name, waiting=7, oldest_age_s=40.0, alarmed=True) for one in handlers]
    report_backlogs(late, House().ledger, START)
    incidents = apps.get_model("incidents", "IncidentRow").objects
    assert handlers
    for one in handlers:
        reason = incidents.get(key=f"backlog:{one.name}").reason_ko
        assert one.title.ko in reason
        assert one.name.partition(".")[2] not in reason


def test_a_register_is_republished_when_it_changes_and_only_then(lake):
    rows = [{"id": "A-1", "owner": "11140"}]
    text = Text(ko="가", en="a")
    columns = tuple(Column(name=name, type=ColumnType.TEXT, title=text) for name in ("id", "owner"))
    table = Table(name="things_of_test", title=text, kind=TableKind.REGISTER, columns=columns)
    register = Register(table=table, rows=lambda: iter(rows), version=lambda: len(rows))
    ledger = Ledger(ledger_path())
    assert (republish(register, ledger), republish(register, ledger)) == (True, False)
    rows.append({"id": "A-2"})
    assert republish(register, ledger)
    assert read_snapshot(table).rows == 2
    assert set(list_registers()) >= {"things", "incidents"}
    for declared in list_registers().values():
        republish(declared, ledger)
        assert authorize(HOUSE, declared.table.name).count() == len(list(declared.rows()))
