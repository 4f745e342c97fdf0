"""Live pictures: what is hidden in them, one event for one standing thing, tuning, and the analysis as a process."""

from __future__ import annotations

import csv
import io
import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import av
import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import HOUSE, Text, read_settings
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.infrastructure.cctv import actions
from madang.infrastructure.cctv.gateway.analyses import Analysis
from madang.infrastructure.cctv.gateway.analyst import Watched, Writer
from madang.infrastructure.cctv.gateway.clips import Files, encode_picture, hash_file, write_clip
from madang.infrastructure.cctv.gateway.detector import Detector
from madang.infrastructure.cctv.gateway.faces import FaceFinder
from madang.infrastructure.cctv.gateway.simulating import Walker, draw_street, write_street
from madang.infrastructure.cctv.gateway.troubles import UNWORKABLE
from madang.infrastructure.cctv.hot import ROUTES
from madang.infrastructure.cctv.methods import remembering
from madang.infrastructure.cctv.methods.masking import find_changed_parts, mask
from madang.infrastructure.cctv.methods.remembering import Memory
from madang.infrastructure.cctv.methods.rules import find_events, tighten
from madang.infrastructure.cctv.methods.standing import Known, find_same
from madang.infrastructure.cctv.methods.tracking import Tracker
from madang.infrastructure.cctv.methods.tuning import HIGHEST, tune
from madang.infrastructure.cctv.queries.cameras import list_cameras
from madang.infrastructure.cctv.queries.events import get_event, list_events
from madang.infrastructure.cctv.queries.sources import list_sources
from madang.infrastructure.cctv.records import (
    Clip,
    Event,
    EventKind,
    Pulse,
    Rules,
    Seen,
    Sort,
    Source,
    Told,
    Zone,
)
from madang.infrastructure.cctv.tests.rtsp import serve, wait_for
from madang.project.pytest_plugin import find_free_port

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RED = Walker(way=((0, 0.1, 0.9), (6, 0.9, 0.9), (60, 0.9, 0.9)), top=(50, 50, 170))


def seen(uid="a", kind=EventKind.LOITERING, at=0.0, lasts=1.0, **more):
    begun = NOW + timedelta(seconds=at)
    values = {"x": 0.5, "y": 0.8, "height": 0.2, "strength": 1.0, "camera_id": "C1", **more}
    return Seen(
        uid=uid, kind=kind, begun_at=begun, ended_at=begun + timedelta(seconds=lasts),
        reason=Text(ko="까닭", en="reason"), **values,
    )  # fmt: skip


def know(one):
    return Known(one.uid, one.camera_id, one.kind.value, one.place, one.x, one.y, one.height, one.ended_at)


class TestStanding:
    def test_what_the_tracker_lost_and_found_again_is_the_same(self):
        first = seen("a")
        assert find_same(seen("b", at=60), [know(first)]).uid == "a"
        assert find_same(seen("a", at=9999), [know(first)]).uid == "a"

    @pytest.mark.parametrize(
        "other",
        [
            seen("b", at=600),
            seen("b", at=60, x=0.8),
            seen("b", at=60, kind=EventKind.ABANDONED),
            seen("b", at=60, camera_id="C2"),
            seen("b", at=60, place="문"),
        ],
    )
    def test_later_elsewhere_or_otherwise_it_is_another(self, other):
        assert find_same(other, [know(seen("a"))]) is None

    def test_a_second_intruder_is_another_event_and_each_crossing_too(self):
        assert (
            find_same(seen("b", EventKind.INTRUSION, at=60), [know(seen("a", EventKind.INTRUSION))]) is None
        )
        assert (
            find_same(seen("b", EventKind.INTRUSION, at=5), [know(seen("a", EventKind.INTRUSION))])
            is not None
        )
        assert find_same(seen("b", EventKind.LINE, at=1), [know(seen("a", EventKind.LINE))]) is None


@given(st.lists(st.tuples(st.floats(1, 5), st.booleans()), max_size=30))
def test_tuning_never_silences_what_somebody_confirmed(answers):
    factor = tune(answers)
    confirmed = [strength for strength, is_right in answers if is_right]
    assert 1 <= factor <= HIGHEST
    assert all(strength >= factor - 0.005 for strength in confirmed)
    if sum(not is_right for _, is_right in answers) < 3:
        assert factor == 1


def test_tuning_goes_above_the_false_ones():
    false = [(1.1, False), (1.2, False), (1.3, False)]
    assert tune(false) == 1.35
    assert tune([*false, (1.2, True)]) == 1.2
    assert tighten(Rules(), {"loitering": 1.5, "crowd": 1.1}) == Rules(loitering_s=90, crowd_people=9)


@given(
    st.integers(0, 2**31), st.integers(0, 100), st.integers(0, 60), st.integers(20, 60), st.integers(20, 60)
)
def test_within_a_hidden_box_nothing_finer_than_a_block_is_left(seed, x, y, wide, high):
    picture = np.random.default_rng(seed).integers(0, 255, (120, 160, 3), np.uint8)
    hidden = mask(picture, np.array([[x, y, x + wide, y + high]], np.float32))
    inside = hidden[y : min(y + high, 120), x : min(x + wide, 160)]
    colours = len(np.unique(inside.reshape(-1, 3), axis=0))
    assert colours <= (wide // 8 + 4) * (high // 8 + 4)
    assert not np.shares_memory(picture, hidden)
    far = np.ones(picture.shape[:2], bool)
    far[max(0, y - 10) : y + high + 10, max(0, x - 10) : x + wide + 10] = False
    assert np.array_equal(hidden[far], picture[far])


def test_a_clip_is_whole_and_its_hash_is_the_files(tmp_path):
    files = Files(tmp_path)
    picture = np.full((90, 160, 3), 120, np.uint8)
    path = files.name_clip("a/../b")
    assert path.parent == tmp_path / "clips"
    digest = write_clip(path, [(n / 4, encode_picture(picture)) for n in range(12)])
    assert digest == hash_file(path)
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 12
    assert [one.name for one in files.list_clips()] == [path.name]


def test_drawn_people_are_found_by_the_real_detector_and_hidden():
    (picture,) = list(draw_street([RED], 0.25, 4))
    found = Detector(tiles=1).detect(picture)
    people = found.boxes[(found.classes == 0) & (found.scores > 0.5)]
    assert len(people) == 1
    hidden = mask(picture, people)
    again = Detector(tiles=1).detect(hidden)
    assert not np.any((again.classes == 0) & (again.scores > 0.45))


def lay_out():
    text = (
        "자치구,주소,위도,경도,수량\n종로구,세종로 1,37.5759,126.9769,1\n종로구,세종로 2,37.5760,126.9770,1\n"
    )
    actions.import_cameras(actor=HOUSE, now=NOW, rows=csv.DictReader(text.splitlines()), source="시험")
    return [one.id for one in list_cameras(sort="name")[0]]


@pytest.mark.django_db
class TestRecording:
    def test_a_new_event_is_an_incident_and_going_on_is_not(self):
        one, _ = lay_out()
        told = [Told(seen=seen("a", camera_id=one))]
        assert actions.record_told(now=NOW, told=told) == ["a"]
        assert actions.record_told(now=NOW, told=told) == []
        assert (
            actions.record_told(now=NOW, told=[Told(seen=seen("b", camera_id=one, at=30, strength=2.0))])
            == []
        )
        (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind="cctv_loitering"))
        # Whoever is handed the incident finds the masked clip.
        assert incident.evidence["clip"] in {one.path.replace("{uid}", "a") for one in ROUTES}
        event = get_event(HOUSE, "a")
        assert (event.incident, event.strength, event.repeats) == (incident.number, 2.0, 1)
        assert event.ended_at == NOW + timedelta(seconds=31)

    def test_two_cameras_that_see_the_same_are_one_incident(self):
        one, two = lay_out()
        told = [Told(seen=seen("a", camera_id=one)), Told(seen=seen("b", camera_id=two, at=10))]
        assert actions.record_told(now=NOW, told=told) == ["a", "b"]
        assert len(list_incidents(actor=HOUSE, where=IncidentFilter(kind="cctv_loitering"))) == 1
        assert get_event(HOUSE, "b").incident == get_event(HOUSE, "a").incident

    def test_an_unknown_camera_and_an_unknown_clip_change_nothing(self):
        lay_out()
        clip = Clip(uid="nobody", seconds=1, masked_sha256="0" * 64, original_sha256="0" * 64)
        assert actions.record_told(now=NOW, told=[Told(seen=seen("a", camera_id="X")), Told(clip=clip)]) == []

    def test_a_lost_source_is_an_incident_and_clears_itself(self):
        one, _ = lay_out()
        actions.save_source(actor=HOUSE, now=NOW, source=Source(camera_id=one, url="rtsp://camera.example/1"))
        lost = "답이 없습니다 · no answer"
        for trouble, said in (
            ("", []),
            (lost, ["no answer"]),
            (lost, ["no answer"]),
            ("", ["no answer"]),
        ):
            actions.record_told(
                now=NOW, told=[Told(pulse=Pulse(camera_id=one, at=NOW, people=2, trouble=trouble))]
            )
            incidents = list_incidents(actor=HOUSE, where=IncidentFilter(kind="cctv_source_lost"))
            assert [incident.reason.en.rpartition(": ")[2] for incident in incidents] == said
        assert incidents[0].cleared_at is not None
        (state,) = list_sources()
        assert (state.people, state.trouble, state.seen_at) == (2, "", NOW)


class Tape:
    """What an analysis of one source tells, gathered while it runs."""

    def __init__(self, folder, url, **more):
        rules = Rules(zones=(Zone(name="문", points=((0.6, 0), (1, 0), (1, 1), (0.6, 1))),), loitering_s=600)
        self.source = Source(camera_id="C1", url=url, fps=3, rules=rules, **more)
        self.analysis = Analysis(Files(folder))
        self.told: list[Told] = []

    def look(self, want):
        """Keep it running; return the first that was told and is wanted."""
        self.analysis.keep([self.source])
        self.told += self.analysis.take(0.1)
        return next((one for one in self.told if want(one)), None)


def test_a_camera_by_rtsp_is_watched_hidden_and_kept_though_the_analysis_is_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "127.0.0.0/8")
    video = tmp_path / "street.mp4"
    write_street(video, [RED], 30, 6)
    server, url = serve(video, find_free_port())
    tape = Tape(tmp_path / "files", url)
    try:
        first = wait_for(lambda: tape.look(lambda one: one.seen is not None), 90).seen
        assert (first.kind, first.place) == (EventKind.INTRUSION, "문")
        clip = wait_for(lambda: tape.look(lambda one: one.clip is not None), 60).clip
        assert clip.uid == first.uid
        assert hash_file(tape.analysis.files.name_clip(clip.uid)) == clip.masked_sha256
        _check_hidden(tape.analysis.files, clip.uid)
        tape.analysis.child.send_signal(signal.SIGKILL)
        wait_for(lambda: tape.look(lambda _: False) or tape.analysis.starts == 2, 30)
        tape.told.clear()
        wait_for(lambda: tape.look(lambda one: one.pulse is not None and one.pulse.at is not None), 90)
        server.kill()
        wait_for(lambda: tape.look(lambda one: one.pulse is not None and one.pulse.trouble != ""), 60)
    finally:
        server.kill()
        tape.analysis.stop()
    assert not [one for one in tape.analysis.files.list_clips() if one.suffix != ".mp4"]


def _check_hidden(files, uid):
    """Assert that somebody is seen in the original and nobody in the masked clip, by the detector itself."""
    detector = Detector(tiles=1)
    counts = []
    for path in (files.name_original(uid), files.name_clip(uid)):
        with av.open(str(path)) as container:
            pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)][-6:]
        found = [detector.detect(one) for one in pictures]
        counts.append(sum(bool(np.any((one.classes == 0) & (one.scores > 0.5))) for one in found))
    assert counts[0] >= 4
    assert counts[1] <= 1
    live = cv2.imread(str(files.name_live("C1")))
    assert not np.any((detector.detect(live).classes == 0) & (detector.detect(live).scores > 0.5))


def write_pictures(path, pictures, codec="libx264"):
    """Write pictures (blue, green, red), six a second, whole or not at all."""
    new = path.with_suffix(".new")
    with av.open(str(new), "w", format=path.suffix[1:].replace("mkv", "matroska")) as container:
        stream = container.add_stream(codec, rate=6)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    new.replace(path)


def test_a_camera_that_is_set_otherwise_is_watched_on_and_one_that_sends_nonsense_holds_up_nobody(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("MADANG_CAMERA_FILES", str(tmp_path))
    street = list(draw_street([RED], 10, 6))
    write_pictures(tmp_path / "street.mp4", street)
    write_pictures(tmp_path / "strip.mkv", [np.zeros((2, 4000, 3), np.uint8)] * 60, "ffv1")
    tape = Tape(tmp_path / "files", str(tmp_path / "street.mp4"))
    strip = Source(camera_id="C2", url=str(tmp_path / "strip.mkv"), fps=3)
    heard = []

    def look(want):
        tape.analysis.keep([tape.source, strip])
        heard.extend(tape.analysis.take(0.1))
        return next((one for one in heard if want(one)), None)

    try:
        first = wait_for(lambda: look(lambda one: one.seen is not None), 120).seen
        write_pictures(tmp_path / "street.mp4", [cv2.resize(one, (480, 270)) for one in street])
        live = tape.analysis.files.name_live("C1")
        wait_for(lambda: look(lambda _: False) or cv2.imread(str(live)).shape == (270, 480, 3), 120)
        later = wait_for(lambda: look(lambda one: one.seen is not None and one.seen.uid != first.uid), 120)
        assert (later.seen.kind, later.seen.camera_id) == (first.kind, "C1")
        nonsense = wait_for(
            lambda: look(lambda one: one.pulse is not None and UNWORKABLE in one.pulse.trouble), 60
        )
        assert nonsense.pulse.camera_id == "C2"
        assert tape.analysis.starts == 1
    finally:
        tape.analysis.stop()


@pytest.mark.django_db(transaction=True)
def test_the_watch_writes_down_what_a_file_played_in_real_time_shows(tmp_path):
    from madang.infrastructure.cctv.processes import watch  # noqa: PLC0415

    one, _ = lay_out()
    video = read_settings().data_path / "files" / "cctv_simulated" / "street.mp4"
    video.parent.mkdir(parents=True, exist_ok=True)
    write_street(video, [RED], 20, 6)
    rules = Rules(zones=(Zone(name="문", points=((0.6, 0), (1, 0), (1, 1), (0.6, 1))),), loitering_s=600)
    actions.save_source(
        actor=HOUSE, now=NOW, source=Source(camera_id=one, url=str(video), fps=3, rules=rules)
    )
    analysis, stop = Analysis(Files(tmp_path / "files")), threading.Event()
    thread = threading.Thread(target=watch, args=(analysis, stop))
    thread.start()
    try:
        events = wait_for(lambda: list_events(HOUSE)[0], 90)
        assert events[0].kind is EventKind.INTRUSION
        # From the picture that shows it until it is an incident.
        assert events[0].recorded_at - events[0].ended_at < timedelta(seconds=15)
        wait_for(lambda: get_event(HOUSE, events[0].uid).has_clip, 60)
    finally:
        stop.set()
        thread.join(30)
    assert list_events(HOUSE)[1] == 1


@pytest.mark.skipif(os.cpu_count() < 2, reason="one core works on one camera after the other")
def test_a_camera_that_takes_long_holds_no_other_up(tmp_path):
    video = tmp_path / "street.mp4"
    write_street(video, [RED], 30, 20)
    slow, quick = (
        Source(camera_id=name, url=str(video), fps=20, tiles=tiles) for name, tiles in (("C1", 8), ("C2", 1))
    )
    analysis = Analysis(Files(tmp_path / "files"))
    paths = [analysis.files.name_live(one.camera_id) for one in (slow, quick)]
    counts, last = [0, 0], [0, 0]

    def count():
        analysis.keep([slow, quick])
        analysis.take(0.01)
        for at, path in enumerate(paths):
            written = path.stat().st_mtime_ns if path.exists() else 0
            counts[at] += written != last[at] and all(last)
            last[at] = written
        return counts[0] >= 12

    try:
        wait_for(count, 90)
    finally:
        analysis.stop()
    assert counts[1] > 1.4 * counts[0]


def draw_face(canvas, x, y, side, skin=170):
    """Draw a face that the cascade takes for one."""
    for across, down, wide, high, grey in (
        (0, 0, 0.38, 0.5, skin), (-0.16, -0.1, 0.09, 0.045, 40), (0.16, -0.1, 0.09, 0.045, 40),
        (-0.16, -0.2, 0.12, 0.03, 70), (0.16, -0.2, 0.12, 0.03, 70), (0, 0.27, 0.14, 0.04, 80),
    ):  # fmt: skip
        centre = round(x + across * side), round(y + down * side)
        cv2.ellipse(canvas, centre, (round(wide * side), round(high * side)), 0, 0, 360, (grey,) * 3, -1)


def test_faces_are_looked_for_where_a_picture_changed_and_stay_hidden_where_it_did_not():
    empty = np.full((480, 640, 3), 90, np.uint8)
    first, both = empty.copy(), empty.copy()
    draw_face(first, 160, 200, 90)
    draw_face(both, 160, 200, 90)
    draw_face(both, 480, 250, 90)
    finder = FaceFinder()
    assert len(finder.find(empty)) == 0
    one = finder.find(first)
    assert [round(x) // 100 for x in one.mean(axis=0)[[0, 2]]] == [1, 2]
    assert len(finder.find(both)) == 2
    assert len(finder.find(both)) == 2  # nothing changed: nothing is forgotten
    assert finder.find(first).tolist() == one.tolist()
    assert len(finder.find(empty)) == 0


def test_a_face_in_a_hidden_box_is_looked_for_once_nothing_hides_it_though_nothing_changes_then():
    empty = np.full((480, 640, 3), 90, np.uint8)
    shown = empty.copy()
    draw_face(shown, 160, 200, 90)
    draw_face(shown, 480, 250, 90)
    somebody = np.array([[80, 100, 240, 470]], np.float32)
    finder = FaceFinder()
    finder.find(empty)
    one = finder.find(shown, somebody)
    assert [round(x) // 100 for x in one.mean(axis=0)[[0, 2]]] == [4, 5]
    assert len(finder.find(shown, somebody)) == 1
    assert len(finder.find(shown)) == 2


def test_whoever_is_no_longer_found_has_the_face_looked_for_in_the_same_picture(tmp_path):
    files = Files(tmp_path)
    source = Source(camera_id="C1", url=str(tmp_path / "nothing.mp4"), fps=5)
    watched = Watched(source, Detector(tiles=1), files, Writer(files, io.BytesIO()), threading.Event())
    pictures = [cv2.resize(one, None, fx=2, fy=2) for one in draw_street([RED], 1.2, 5)]
    (empty,) = draw_street([], 0.2, 5)
    searches = []
    for at, picture in enumerate([*pictures, cv2.resize(empty, None, fx=2, fy=2), *pictures]):
        watched._take(100 + at / 5, picture)
        searches.append(watched._faces_due)
    watched.close()
    changes = [at for at in range(1, len(searches)) if searches[at] != searches[at - 1]]
    assert changes == [len(pictures)]


def test_what_changed_lies_in_parts_that_do_not_overlap():
    chance = np.random.default_rng(3)
    before = chance.integers(80, 120, (480, 640), dtype=np.uint8)
    now = np.clip(before + chance.integers(-8, 9, before.shape), 0, 255).astype(np.uint8)
    assert find_changed_parts(before, now, 20) == []
    changed = np.zeros(now.shape, bool)
    for x, y in chance.integers(0, 440, (6, 2)):
        changed[y : y + 30, x : x + 60] = True
    now[changed] = 220
    covered = np.zeros(now.shape, int)
    for left, top, right, bottom in find_changed_parts(before, now, 20):
        covered[top:bottom, left:right] += 1
    assert covered.max() == 1
    assert covered[changed].min() == 1
    assert covered.mean() < 0.8


def walk_on(chance, frames=400, fps=3.0):
    """Yield a tracker of people who come, stop, go and pass each other, picture by picture."""
    tracker = Tracker(Sort.PERSON, fps)
    ways = [
        (chance.integers(1, frames), chance.uniform(-1, 1) * 12, chance.uniform(150, 400)) for _ in range(14)
    ]
    for frame in range(1, frames):
        there = [(frame - start, speed, y) for start, speed, y in ways if 0 <= frame - start < 90]
        xs = [320 - 40 * speed + speed * min(age, 60) for age, speed, _ in there]
        boxes = np.array([(x, y - 90, x + 40, y) for x, (_, _, y) in zip(xs, there, strict=True)], np.float32)
        looks = np.eye(64, dtype=np.float32)[: len(boxes)]
        tracker.update(frame, boxes.reshape(-1, 4), np.full(len(boxes), 0.8), looks)
        yield frame, tracker


def test_what_is_remembered_is_what_would_be_found_anew(monkeypatch):
    rules = Rules(
        zones=(Zone(name="문", points=((0.5, 0), (1, 0), (1, 1), (0.5, 1))),), loitering_s=5, crowd_people=3
    )
    memory, looked, asked, kinds = Memory(), 0, 0, set()
    real = remembering.find_own_events

    def count(*given):
        nonlocal looked
        looked += 1
        return real(*given)

    monkeypatch.setattr(remembering, "find_own_events", count)
    for frame, tracker in walk_on(np.random.default_rng(11)):
        if frame % 3:
            continue
        tracker.forget(frame - 240)
        tracks = tracker.list_tracks()
        asked += len(tracks)
        found, anew = (each(tracks, rules, 3.0, (640, 480)) for each in (memory.find_events, find_events))
        recent = [one for one in anew if one.kind is not EventKind.CROWD or one.end_frame > frame - 60]
        assert [one for one in found if one in recent] == recent
        kinds |= {one.kind for one in found}
    assert {EventKind.INTRUSION, EventKind.LOITERING, EventKind.CROWD} <= kinds
    assert looked < 0.7 * asked


def test_an_intruder_who_comes_back_at_once_is_one_event_and_one_who_comes_back_later_another(tmp_path):
    def stay(first, last):
        return Event(
            kind=EventKind.INTRUSION, start_frame=first, end_frame=last, tracks=(1,), x=300, y=400,
            reason=Text(ko="까닭", en="reason"), place="문", strength=1.0,
        )  # fmt: skip

    output = io.BytesIO()
    files = Files(tmp_path)
    source = Source(camera_id="C1", url=str(tmp_path / "nothing.mp4"), fps=3)
    watched = Watched(source, Detector(tiles=1), files, Writer(files, output), threading.Event())
    watched._heights[Sort.PERSON, 1] = 100.0
    for known in ([stay(5, 9)], [stay(5, 20)], [stay(5, 20), stay(60, 62)], [stay(5, 20), stay(60, 70)]):
        for event in known:
            watched._tell_event(1.0, event)
    watched.close()
    told = [msgspec.json.decode(line, type=Told).seen for line in output.getvalue().splitlines()]
    assert [one.uid == told[0].uid for one in told] == [True, True, True, False, False]
    assert len({one.uid for one in told}) == 2


def test_a_clip_holds_seconds_before_and_after_though_pictures_came_rarely(tmp_path):
    files, output = Files(tmp_path), io.BytesIO()
    writer = Writer(files, output)
    source = Source(camera_id="C1", url=str(tmp_path / "nothing.mp4"), fps=3)
    watched = Watched(source, Detector(tiles=1), files, writer, threading.Event())
    body = encode_picture(np.full((120, 160, 3), 90, np.uint8))
    watched._ring.extend((at, body, body) for at in range(0, 60, 2))
    watched._waiting = [(30.0, "a")]
    watched._write_clips(34.9)
    assert watched._waiting
    watched._write_clips(60.0)
    watched.close()
    writer.close()
    (clip,) = [msgspec.json.decode(line, type=Told).clip for line in output.getvalue().splitlines()]
    assert (clip.uid, clip.seconds) == ("a", 8)
    with av.open(str(files.name_original("a"))) as container:
        assert sum(1 for _ in container.decode(video=0)) == 5
