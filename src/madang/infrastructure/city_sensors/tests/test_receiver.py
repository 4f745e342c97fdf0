"""The city's receiver protocol: every code, nothing lost, the same tables in any order."""

import csv
import random
import re
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import (
    CITY_TIMEZONE,
    HOUSE,
    Actor,
    BadInput,
    Text,
    get_broker,
    read_settings,
)
from madang.core.lake import streams
from madang.core.lake.interface import AS_IT_ARRIVES
from madang.core.people.models import Agency
from madang.core.things.interface import Kind, import_things, register_kind
from madang.infrastructure.city_sensors.actions.bringing import bring_readings
from madang.infrastructure.city_sensors.actions.hearing import hear_messages
from madang.infrastructure.city_sensors.actions.receiving import (
    define_packet,
    issue_certificate,
    receive_packets,
)
from madang.infrastructure.city_sensors.actions.sequences import sequences
from madang.infrastructure.city_sensors.actions.sources import save_source
from madang.infrastructure.city_sensors.methods.packets import read_packet, read_value, write_value
from madang.infrastructure.city_sensors.queries.stations import forget, list_stations
from madang.infrastructure.city_sensors.records import (
    OPEN_QUANTITIES,
    PROPERTY_BY_CODE,
    STATION_KIND,
    Field,
    Heard,
    PacketLayout,
    Sent,
    Source,
)

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
KEY = "k" * 20
LAYOUT = PacketLayout(
    data_no="7",
    valid_from=date(2026, 1, 1),
    fields=(
        Field(name="observed_at", width=12),
        Field(name="temperature", width=5, factor=10, offset=100, low=500, high=1800),
        Field(name="noise", width=4, low=35, high=130),
    ),
)
GOOD = "2026030112000121500070"[:12] + "01215" + "0070"


def send(packet=GOOD, key=KEY, data_no="7", serial="S1", now=NOW, pk_seq=None):
    pk_seq = packet[:12] if pk_seq is None else pk_seq
    sent = Sent(certkey=key, data_no=data_no, pk_seq=pk_seq, serial=serial, packet=packet)
    return receive_packets(now=now, sent=[sent])[0]


def write(moment, temperature="01215", noise="0070"):
    return f"{moment.astimezone(CITY_TIMEZONE):%Y%m%d%H%M}{temperature}{noise}"


@pytest.fixture
def receiver(db, settings, tmp_path, broker_url):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    forget()
    sequences.forget()
    kind = Kind(code=STATION_KIND, name=Text(ko="센서", en="Sensor"), icon="sensor", service_life_years=7)
    register_kind(actor=HOUSE, now=NOW, kind=kind)
    import_things(
        actor=HOUSE,
        now=NOW,
        rows=[{"id": "S1", "kind": STATION_KIND, "name": "하나", "agency_code": "city"}],
        source="test",
    )
    define_packet(actor=HOUSE, now=NOW, layout=LAYOUT)
    issue_certificate(
        actor=HOUSE,
        now=NOW,
        key=KEY,
        name="maker",
        agency_code="city",
        valid_from=NOW - timedelta(days=1),
        valid_until=NOW + timedelta(days=1),
    )
    yield
    forget()


@pytest.fixture
def messages(receiver):
    """What reaches the broker's disk from here on: (table, rows)."""
    broker = get_broker()
    streams.ensure_stream(broker)
    jetstream = broker.client().jetstream()
    first = broker.run(jetstream.stream_info(streams.STREAM)).state.last_seq + 1

    def read():
        last = broker.run(jetstream.stream_info(streams.STREAM)).state.last_seq
        found = [broker.run(jetstream.get_msg(streams.STREAM, number)) for number in range(first, last + 1)]
        return [(one.subject.partition(".")[2], streams.decode(one.data).to_pylist()) for one in found]

    return read


def test_a_packet_is_durable_when_it_is_acknowledged(messages):
    assert send().code == "SUCC-000"
    ((table, rows),) = messages()
    assert table == "city_sensor_readings"
    assert {row["property"]: row["value"] for row in rows} == {"temperature": 21.5, "noise": 70.0}
    assert {row["observed_at"] for row in rows} == {datetime(2026, 3, 1, 3, 0, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": "another key of ours"}, "ERROR-100"),
        ({"now": NOW + timedelta(days=2)}, "ERROR-100"),
        ({"now": NOW - timedelta(days=2)}, "READY-000"),
    ],
)
def test_who_has_no_valid_key_leaves_nothing(messages, changed, code):
    assert send(**changed).code == code
    assert messages() == []


def test_a_key_sends_for_the_stations_of_its_agency_and_of_its_sources_only(messages):
    """Another's station is refused by every way in, and what was sent is kept with the reason."""
    for code, above in (("city", ""), ("office", "city"), ("division", "office"), ("district", "")):
        Agency.objects.create(code=code, name_ko=code, name_en=code, parent_code=above)
    rows = [
        {"id": serial, "kind": STATION_KIND, "name": serial, "agency_code": agency, "source": source}
        for serial, agency, source in (
            ("below", "division", ""),
            ("kept", "district", "ours"),
            ("other", "district", "x"),
        )
    ]
    import_things(actor=HOUSE, now=NOW, rows=rows, source="test")
    forget()
    for name, agency in (("ours", "division"), ("x", "district")):
        save_source(actor=HOUSE, now=NOW, source=Source(name=name, agency_code=agency))
    forget()
    answers = {serial: send(serial=serial) for serial in ("S1", "below", "kept", "other")}
    codes = {serial: one.code for serial, one in answers.items()}
    assert codes == {"S1": "SUCC-000", "below": "SUCC-000", "kept": "SUCC-000", "other": "ERROR-100"}
    said = [{"serial": serial, "values": {"noise": 60}} for serial in ("other", "kept")]
    judged = hear_messages(now=NOW, messages=[Heard(certkey=KEY, payload=msgspec.json.encode(said))])[0]
    assert (judged.taken, judged.reasons) == (1, ("the key is not for serial other",))
    found = [(table, row) for table, rows in messages() for row in rows]
    assert {row["thing_id"] for table, row in found if table == "city_sensor_readings"} == {
        "S1",
        "below",
        "kept",
    }
    refused = [
        (row["serial"], row["sender"], row["packet"] == GOOD)
        for table, row in found
        if table == "city_sensor_refused"
    ]
    assert refused == [("other", "maker", True), ("other", "maker", False)]


@pytest.mark.parametrize(
    ("changed", "code", "word"),
    [
        ({"data_no": "8"}, "ERROR-200", "8"),
        ({"serial": "S2"}, "ERROR-200", "S2"),
        ({"packet": GOOD[:-3]}, "ERROR-300", "21 ≠ 18"),
        ({"packet": "2026139912" + GOOD[10:]}, "ERROR-300", "time"),
        ({"packet": "202603021200" + GOOD[12:]}, "ERROR-300", "future"),
    ],
)
def test_what_cannot_be_taken_is_kept_with_its_reason(messages, changed, code, word):
    answer = send(**changed)
    assert answer.code == code
    assert word in answer.message
    ((table, (row,)),) = messages()
    assert table == "city_sensor_refused"
    assert row["status"] == "E"
    assert row["packet"] == changed.get("packet", GOOD)


def test_a_sequence_names_one_packet_and_a_higher_one_corrects(messages):
    """The same again is answered as before; another under the same number is kept aside, told to its sender."""
    assert send(pk_seq="5").code == send(pk_seq="5").code == "SUCC-000"
    doubled = send(GOOD[:-1] + "1", pk_seq="5")
    assert (doubled.code, "duplicate sequence 5" in doubled.message) == ("ERROR-300", True)
    assert send(GOOD[:-1] + "2", pk_seq="6").code == send(GOOD[:-1] + "3", pk_seq="x").code == "SUCC-000"
    kept = [rows[-1] for table, rows in messages() if table == "city_sensor_readings"]
    revisions = [row["revision"] for row in kept]
    assert revisions[0] == revisions[1] < revisions[2]
    assert revisions[3] == AS_IT_ARRIVES
    assert [rows[0]["pk_seq"] for table, rows in messages() if table == "city_sensor_refused"] == ["5"]


def test_a_packet_is_read_by_the_layout_of_its_own_day(messages):
    """Noise comes before temperature and is wider from tomorrow on; packets of before are still on their way then."""
    day = NOW.astimezone(CITY_TIMEZONE).date() + timedelta(days=1)
    time_field, temperature, noise = LAYOUT.fields
    wider = PacketLayout(data_no="7", valid_from=day, fields=(noise, time_field, temperature))
    define_packet(actor=HOUSE, now=NOW, layout=wider)
    later = NOW + timedelta(hours=13)
    new = "0071" + write(later, noise="")
    assert send().code == send(now=later, pk_seq="2").code == send(new, now=later).code == "SUCC-000"
    found = [{row["property"]: row["value"] for row in rows} for _, rows in messages()]
    assert found == [{"temperature": 21.5, "noise": 70}] * 2 + [{"temperature": 21.5, "noise": 71}]
    longer = PacketLayout(
        data_no="7", valid_from=day, fields=(time_field, temperature, Field(name="noise", width=6))
    )
    define_packet(actor=HOUSE, now=NOW, layout=longer)
    assert send(now=later).code == send(write(later, noise="000071"), now=later).code == "SUCC-000"
    early, late = send(write(NOW, noise="000071"), now=later), send(write(later), now=later)
    assert ("21 ≠ 23" in early.message, "23 ≠ 21" in late.message) == (True, True)
    before = send(write(datetime(2025, 12, 1, tzinfo=UTC)), now=later)
    assert (before.code, "2026-01-01" in before.message) == ("ERROR-200", True)


def test_what_no_instrument_measures_is_kept_without_a_value(messages):
    layout = PacketLayout(
        data_no="8", valid_from=date(2026, 1, 1), fields=(LAYOUT.fields[0], Field(name="noise", width=4))
    )
    define_packet(actor=HOUSE, now=NOW, layout=layout)
    assert send(GOOD[:12] + "0170", data_no="8").code == "SUCC-000"
    said = {"serial": "S1", "values": {"humidity": 250, "pm25": 1e308, "noise": 60}}
    heard = Heard(certkey=KEY, payload=msgspec.json.encode(said))
    judged = hear_messages(now=NOW, messages=[heard])[0]
    assert (judged.taken, len(judged.reasons)) == (3, 2)
    rows = {(row["property"], row["raw"]): row for table, rows in messages() for row in rows}
    kept = {key: (row["value"], row["quality"]) for key, row in rows.items()}
    assert kept == {
        ("noise", "0170"): (None, "out_of_range"),
        ("humidity", "250"): (None, "out_of_range"),
        ("pm25", "1e+308"): (None, "out_of_range"),
        ("noise", None): (60.0, "good"),
    }


def test_what_says_no_time_counts_as_of_when_the_broker_took_it_in(messages):
    """However many waited while nobody listened, and however often they come."""
    payload = msgspec.json.encode({"serial": "S1", "values": {"noise": 60}})
    moments = [NOW - timedelta(minutes=minute) for minute in (3, 2, 1)]
    heard = [Heard(certkey=KEY, payload=payload, at=at) for at in moments]
    for now in (NOW, NOW + timedelta(seconds=30)):
        assert [one.taken for one in hear_messages(now=now, messages=heard)] == [1, 1, 1]
    found = [
        row["observed_at"] for table, rows in messages() for row in rows if table == "city_sensor_readings"
    ]
    assert sorted(found) == sorted(moments * 2)


def test_a_clock_that_jumps_loses_nothing_and_doubles_nothing(messages):
    """Sensors' clocks are right, ours jumps by hours both ways; what was refused is sent again once it is right."""
    chance = random.Random(3)
    sent, waiting = set(), []
    for minute in range(0, 60, 3):
        moment = NOW + timedelta(minutes=minute)
        packet = f"{moment.astimezone(CITY_TIMEZONE):%Y%m%d%H%M}{1000 + minute:05d}0070"
        sent.add(moment)
        for again in [packet, *waiting]:
            answer = send(packet=again, now=moment + timedelta(hours=chance.choice([-9, -1, 0, 0, 1, 9])))
            waiting = [one for one in waiting if one != again]
            if answer.code != "SUCC-000":
                assert (answer.code, "future" in answer.message) == ("ERROR-300", True)
                waiting.append(again)
    assert {send(packet=one, now=NOW + timedelta(hours=2)).code for one in waiting} <= {"SUCC-000"}
    kept = [
        row["observed_at"] for table, rows in messages() if table == "city_sensor_readings" for row in rows
    ]
    assert set(kept) == sent
    assert len(kept) == 2 * len(sent)


def test_a_layout_with_unknown_or_doubled_fields_is_refused(receiver):
    for fields in (
        (Field(name="observed_at", width=12), Field(name="gravity", width=3)),
        (Field(name="noise", width=3),),
        (Field(name="observed_at", width=12), Field(name="noise", width=0)),
        (Field(name="observed_at", width=12), Field(name="noise", width=3, factor=float("nan"))),
        (Field(name="observed_at", width=12), Field(name="noise", width=3, offset=float("inf"))),
        (Field(name="observed_at", width=12), Field(name="noise", width=3, low=9, high=8)),
        (Field(name="observed_at", width=14), Field(name="noise", width=3)),
    ):
        layout = PacketLayout(data_no="9", valid_from=date(2026, 1, 1), fields=fields)
        with pytest.raises(BadInput):
            define_packet(actor=HOUSE, now=NOW, layout=layout)


@pytest.mark.parametrize(
    ("text", "value", "quality"),
    [
        ("00070", 70.0, "good"),
        ("+0070", 70.0, "good"),
        ("-0012", -12.0, "good"),
        ("xxxxx", None, "missing"),
        ("00a70", None, "unreadable"),
        ("0--70", None, "unreadable"),
        ("09999", None, "out_of_range"),
    ],
)
def test_a_field_says_what_it_holds(text, value, quality):
    found = read_value(Field(name="noise", width=5, low=-50, high=200), text)
    assert (found.value, found.quality, found.raw) == (value, quality, text)


@given(st.floats(-50, 80), st.integers(35, 130), st.integers(0, 5_000_000))
def test_what_is_written_reads_back(temperature, noise, moment):
    fields = LAYOUT.fields
    moment = datetime(2020, 1, 1, tzinfo=CITY_TIMEZONE) + timedelta(minutes=moment)
    text = f"{moment:%Y%m%d%H%M}" + write_value(fields[1], temperature) + write_value(fields[2], noise)
    assert len(text) == LAYOUT.length
    packet = read_packet(LAYOUT, text, CITY_TIMEZONE)
    assert packet.observed_at == moment
    assert packet.values[0].value == pytest.approx(temperature, abs=0.051)
    assert packet.values[1].value == noise


@given(st.text(max_size=21))
def test_no_packet_is_a_crash(text):
    try:
        read_packet(LAYOUT, text.ljust(21, "x")[:21], CITY_TIMEZONE)
    except ValueError:
        return


def test_the_citys_own_positions_are_registered(receiver, municipal_files):
    with (municipal_files / "sdot" / "sensor_longitude_latitude.csv").open(encoding="utf-8-sig") as file:
        rows = [
            {
                "id": row["시리얼"],
                "kind": STATION_KIND,
                "name": row["시리얼"],
                "agency_code": "city",
                "lon": float(row["경도"]),
                "lat": float(row["위도"]),
            }
            for row in csv.DictReader(file)
        ]
    import_things(actor=HOUSE, now=NOW, rows=rows, source="S-DoT")
    forget()
    stations = list_stations()
    assert len(stations) == len({row["id"] for row in rows}) + 1
    located = [one for one in stations.values() if one.district_code]
    assert len(located) > 0.95 * len(rows)


FIELD_CODES = (
    "model", "serial", "pm25", "pm10", "temperature", "humidity", "wind_direction", "wind_speed", "gust_direction",
    "gust_speed", "illuminance", "uv", "noise", "vibration_x", "vibration_y", "vibration_z", "vibration_x_max",
    "vibration_y_max", "vibration_z_max", "globe_temperature", "pm25_corrected", "pm10_corrected", "observed_at",
)  # fmt: skip
WORD_WIDTHS = {"model": 6, "serial": 12, "observed_at": 12}


def read_field_list(path):
    """Return the layout that the city's own list of fields describes, in its order: ranges and arithmetic stand in words."""
    with path.open(encoding="utf-8-sig") as file:
        described = [row["데이터 설명"] for row in csv.DictReader(file)]
    fields = []
    for code, words in zip(FIELD_CODES, described, strict=True):
        low, high = (int(one) for one in re.findall(r"[0-9]+", words.partition("→")[2])[:2] or (0, 1500))
        factor = float((re.findall(r"× ?(10+)", words) or [1])[0])
        if code in WORD_WIDTHS:
            fields.append(Field(name=code, width=WORD_WIDTHS[code]))
        else:
            offset = 100 if "＋ 100" in words else 0
            width = len(str(high))
            fields.append(Field(name=code, width=width, factor=factor, offset=offset, low=low, high=high))
    return PacketLayout(data_no="23", valid_from=date(2026, 1, 1), fields=tuple(fields))


def test_the_citys_own_23_fields_are_taken_at_both_ends_of_their_ranges(messages, municipal_files):
    layout = read_field_list(municipal_files / "sdot" / "sensor_data_information.csv")
    assert len(layout.fields) == 23
    define_packet(actor=HOUSE, now=NOW, layout=layout)
    words = {"model": "SDOT01", "serial": "OC3CL2000001"}
    measured = [one for one in layout.fields if one.name not in WORD_WIDTHS]
    for minute, end in enumerate(("low", "high")):
        sent = {one.name: f"{getattr(one, end):0{one.width}d}" for one in measured}
        sent |= words | {"observed_at": f"20260301110{minute}"}
        answer = send("".join(sent[one.name] for one in layout.fields), data_no="23", pk_seq=end)
        assert answer.code == "SUCC-000", answer.message
    found = {end: {} for end in ("low", "high")}
    for end, (_, rows) in zip(found, messages(), strict=True):
        found[end] = {row["property"]: row["value"] for row in rows}
    ranges = {code: (found["low"][code], found["high"][code]) for code in found["low"]}
    assert set(ranges) == set(FIELD_CODES) - set(WORD_WIDTHS)
    assert {
        tuple(row.values()) for _, rows in messages() for row in rows if row["quality"] != "good"
    } == set()
    assert ranges["temperature"] == ranges["globe_temperature"] == (-50, 80)
    assert ranges["wind_direction"] == (0.1, 359.9)
    assert ranges["wind_speed"] == (0.1, 100)
    assert ranges["vibration_z_max"] == (0, 16)
    assert ranges["noise"] == (35, 85)
    assert ranges["pm25_corrected"] == (0, 1500)


def test_every_field_of_the_open_rows_can_be_measured():
    assert {one.property for one in OPEN_QUANTITIES} <= set(PROPERTY_BY_CODE)


def test_an_officer_brings_no_readings_of_another_agencys_stations(messages, tmp_path):
    rows = [{"id": "other", "kind": STATION_KIND, "name": "둘", "agency_code": "district"}]
    import_things(actor=HOUSE, now=NOW, rows=rows, source="test")
    forget()
    path = tmp_path / "readings.csv"
    path.write_text("serial,time,noise\nS1,2026-03-01 10:00,50\nother,2026-03-01 10:00,51\n", "utf-8")
    officer = Actor(id="o", name="officer", grants=frozenset({("city_sensors.change_receiver", "city")}))
    outcome = bring_readings(actor=officer, now=NOW, path=path, file_name=path.name)
    assert (outcome.taken, outcome.refused) == (1, 1)
    found = [(table, row) for table, rows in messages() for row in rows]
    assert [row["thing_id"] for table, row in found if table == "city_sensor_readings"] == ["S1"]
    (refused,) = [row for table, row in found if table == "city_sensor_refused"]
    assert (refused["serial"], "another agency" in refused["reason"]) == ("other", True)
