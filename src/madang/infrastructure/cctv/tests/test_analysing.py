"""From a video to tracks and events: the converter, the tracker's laws, every rule with a case that isn't one."""

from __future__ import annotations

import json
import struct
from itertools import islice
from pathlib import Path

import av
import msgspec
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from madang.core.base.interface import BadInput, NotFound, Text
from madang.infrastructure.cctv.cli import EXIT_BROKEN, read_rules, run_analyse, write_event, write_tracks
from madang.infrastructure.cctv.gateway.analysing import MotionGate, analyse
from madang.infrastructure.cctv.gateway.conversion import convert_model
from madang.infrastructure.cctv.gateway.detector import Detector
from madang.infrastructure.cctv.gateway.own_detector import OwnDetector
from madang.infrastructure.cctv.gateway.video import Video
from madang.infrastructure.cctv.methods.boxes import decode, drop_doubles, keep_large, measure_overlap
from madang.infrastructure.cctv.methods.mending import mend
from madang.infrastructure.cctv.methods.pacing import find_pace
from madang.infrastructure.cctv.methods.rules import find_events
from madang.infrastructure.cctv.methods.tracking import Tracker
from madang.infrastructure.cctv.records import Detections, EventKind, Line, Rules, Sort, Track, Zone

FPS, SIZE = 10.0, (640, 480)
LOOKS = np.ones((1, 64), np.float32) / 8


def walk(
    points, start=1, number=1, sort=Sort.PERSON, width=20.0, height=60.0, score=0.8, looks=None
) -> Track:
    """Return a track whose feet go through `points`, one a frame; width and height may differ by frame."""
    feet = np.array(points, np.float32)
    width, height = np.broadcast_to(width, len(feet)), np.broadcast_to(height, len(feet))
    boxes = np.stack(
        [feet[:, 0] - width / 2, feet[:, 1] - height, feet[:, 0] + width / 2, feet[:, 1]], axis=1
    )
    frames = np.arange(start, start + len(feet))
    scores = np.full(len(feet), score, np.float32)
    return Track(number, sort, frames, boxes.astype(np.float32), scores, None, looks)


def line_of(x1, y1, x2, y2, count):
    return np.stack([np.linspace(x1, x2, count), np.linspace(y1, y2, count)], axis=1)


def kinds(tracks, **rules):
    return [one.kind for one in find_events(tracks, Rules(**rules), FPS, SIZE)]


GATE = Zone(name="철로", points=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))
LINE = Line(name="정문", start=(0.5, 0.0), end=(0.5, 1.0))


def test_intrusion_is_told_once_and_not_for_a_glimpse():
    inside = walk(line_of(100, 300, 500, 300, 80))
    assert kinds([inside], zones=(GATE,)) == [EventKind.INTRUSION]
    assert kinds([walk(line_of(100, 300, 322, 300, 80))], zones=(GATE,)) == []
    wavering = walk([(330, 300)] * 20 + [(318, 300)] * 2 + [(330, 300)] * 20)
    assert kinds([wavering], zones=(GATE,)) == [EventKind.INTRUSION]
    for away, events in ((15, 1), (40, 2)):
        returning = walk([(330, 300)] * 20 + [(300, 300)] * away + [(330, 300)] * 20)
        assert kinds([returning], zones=(GATE,)) == [EventKind.INTRUSION] * events
    glimpses = walk(([(330, 300)] * 2 + [(300, 300)] * 8) * 5)
    assert kinds([glimpses], zones=(GATE,)) == []


def test_a_line_is_crossed_each_way_and_not_by_standing_on_it():
    there_and_back = walk(np.concatenate([line_of(200, 300, 440, 300, 50), line_of(440, 300, 200, 300, 50)]))
    events = find_events([there_and_back], Rules(lines=(LINE,)), FPS, SIZE)
    assert [one.kind for one in events] == [EventKind.LINE] * 2
    assert events[0].reason.ko != events[1].reason.ko
    named = msgspec.structs.replace(LINE, name="정문 · Main gate")
    said = find_events([there_and_back], Rules(lines=(named,)), FPS, SIZE)[0].reason
    assert said == Text(ko="정문을(를) 넘었습니다 →", en="crossed Main gate →")
    assert kinds([walk([(320, 300)] * 50)], lines=(LINE,)) == []
    assert kinds([walk([(319, 300), (322, 300), (318, 300)] * 20)], lines=(LINE,)) == []
    short = Line(name="문", start=(0.5, 0.0), end=(0.5, 0.1))
    assert kinds([there_and_back], lines=(short,)) == []


def test_a_crossing_begins_where_the_feet_were_last_on_this_side():
    slow = [(300, 300)] * 5 + [(318, 300), (319, 300), (321, 300), (322, 300)] + [(340, 300)] * 5
    (event,) = find_events([walk(slow)], Rules(lines=(LINE,)), FPS, SIZE)
    assert (event.start_frame, event.end_frame) == (7, 10)


def test_only_people_intrude_cross_and_run():
    for sort in (Sort.VEHICLE, Sort.BAG):
        passing = walk(line_of(0, 300, 600, 300, 40), sort=sort)
        assert kinds([passing], zones=(GATE,), lines=(LINE,)) == []


def test_loitering_is_staying_not_passing_slowly():
    assert kinds([walk(np.concatenate([line_of(0, 300, 300, 300, 100), [(300, 300)] * 700]))]) == [
        EventKind.LOITERING
    ]
    assert kinds([walk([(300, 300)] * 700)]) == [EventKind.LOITERING]
    assert kinds([walk([(300, 300)] * 500)]) == []
    assert kinds([walk(line_of(0, 300, 600, 300, 700))]) == []


def test_whoever_stays_in_a_box_that_trembles_loiters_once_and_whoever_steps_away_does_not():
    """Each side of the box is off by a twentieth of the height, in a circle of a sixth of it: one picture decides nothing."""
    chance = np.random.default_rng(5)
    rules = {"loitering_s": 10.0, "loitering_heights": 0.17}
    for _ in range(40):
        staying = walk(np.full((150, 2), 300.0) + chance.normal(0, 3, (150, 2)))
        assert kinds([staying], **rules) == [EventKind.LOITERING]
        stepping = np.where(np.arange(150)[:, None] // 30 % 2, [340.0, 300.0], [300.0, 300.0])
        assert kinds([walk(stepping + chance.normal(0, 3, (150, 2)))], **rules) == []


def test_running_is_fast_for_its_size_and_not_a_jump_of_one_frame():
    assert kinds([walk(line_of(0, 300, 600, 300, 40))]) == [EventKind.RUNNING]
    assert kinds([walk(line_of(0, 300, 200, 300, 40))]) == []
    jump = walk(np.concatenate([line_of(100, 300, 140, 300, 20), line_of(190, 300, 230, 300, 20)]))
    assert kinds([jump]) == []


def test_whoever_walks_fast_in_a_box_that_trembles_does_not_run():
    """At nine tenths of the limit, each side of the box off by a twentieth of the height: over half a second it would run."""
    chance = np.random.default_rng(7)
    for _ in range(60):
        assert kinds([walk(line_of(0, 300, 400, 300, 40) + chance.normal(0, 3, (40, 2)))]) == []
        runs = line_of(0, 300, 600, 300, 40) + chance.normal(0, 3, (40, 2))
        assert kinds([walk(runs)]) == [EventKind.RUNNING]


def test_a_fall_is_lying_after_standing_and_not_bending_down():
    shape = {"width": [20.0] * 40 + [60.0] * 30, "height": [60.0] * 40 + [22.0] * 30}
    assert kinds([walk([(300, 300)] * 70, **shape)]) == [EventKind.FALL]
    bending = {
        "width": [20.0] * 40 + [60.0] * 5 + [20.0] * 25,
        "height": [60.0] * 40 + [22.0] * 5 + [60.0] * 25,
    }
    assert kinds([walk([(300, 300)] * 70, **bending)]) == []
    assert kinds([walk([(300, 300)] * 70, width=60.0, height=22.0)]) == []


def test_who_crouches_bends_wide_or_rose_for_a_moment_only_does_not_fall():
    crouching = {"width": 20.0, "height": [60.0] * 40 + [30.0] * 30}
    assert kinds([walk([(300, 300)] * 70, **crouching)]) == []
    wide = {"width": [20.0] * 40 + [60.0] * 30, "height": [60.0] * 40 + [45.0] * 30}
    assert kinds([walk([(300, 300)] * 40 + [(300, 312)] * 30, **wide)]) == []
    lain = {
        "width": [60.0] * 40 + [20.0] * 20 + [60.0] * 30,
        "height": [22.0] * 40 + [60.0] * 20 + [22.0] * 30,
    }
    assert kinds([walk([(300, 300)] * 90, **lain)]) == []


def test_who_walks_behind_a_wall_or_out_of_the_picture_does_not_fall():
    behind = [(300, 300)] * 40 + [(300, 262)] * 30  # the feet are hidden, the head stays
    cut = {"width": [20.0] * 40 + [24.0] * 30, "height": [60.0] * 40 + [21.0] * 30}
    assert kinds([walk(behind, **cut)]) == []
    downhill = np.concatenate([line_of(300, 250, 300, 300, 80), [(300, 262)] * 30])
    assert kinds([walk(downhill, width=[20.0] * 80 + [24.0] * 30, height=[60.0] * 80 + [21.0] * 30)]) == []
    assert kinds([walk([(300, SIZE[1])] * 70, **cut)]) == []
    assert kinds([walk([(300, 300)] * 70, **cut)]) == [EventKind.FALL]


def test_a_crowd_stands_close_and_passers_by_do_not():
    close = [walk([(300 + 12 * n, 300)] * 60, number=n) for n in range(9)]
    events = find_events(close, Rules(), FPS, SIZE)
    assert [one.kind for one in events] == [EventKind.CROWD]
    assert len(events[0].tracks) == 9
    assert kinds([walk([(300 + 12 * n, 300)] * 15, number=n) for n in range(9)]) == []  # they only pass
    apart = [walk([(60 + 70 * n, 300)] * 60, number=n) for n in range(8)]
    assert kinds(apart) == []


def test_a_bag_is_abandoned_when_its_owner_has_gone():
    bag = walk([(300, 300)] * 400, sort=Sort.BAG, number=9, width=20, height=20)
    owner = walk([(310, 300)] * 400)
    gone = walk(np.concatenate([[(310, 300)] * 50, line_of(310, 300, 600, 300, 60)]))
    assert kinds([bag, gone], loitering_s=999) == [EventKind.ABANDONED]
    assert kinds([bag, owner], loitering_s=999) == []
    watching = walk(np.concatenate([line_of(310, 300, 500, 300, 60), [(500, 300)] * 340]), number=2)
    assert kinds([bag, watching], loitering_s=999) == [EventKind.ABANDONED]
    assert kinds([bag, owner, watching], loitering_s=999) == []  # one of two stays
    assert kinds([walk([(300, 300)] * 190, sort=Sort.BAG, width=20, height=20)]) == []
    assert kinds([walk(line_of(0, 300, 600, 300, 240), sort=Sort.BAG, width=20, height=20)]) == []
    way = np.concatenate([line_of(0, 300, 300, 300, 300), [(300, 300)] * 220])
    carried = walk(way, sort=Sort.BAG, number=9, width=20, height=20)
    assert kinds([carried, walk(way[:300])], loitering_s=999) == [EventKind.ABANDONED]


def see(tracker, frames, boxes_at, score=0.8):
    for frame in frames:
        boxes = np.array(boxes_at(frame), np.float32).reshape(-1, 4)
        tracker.update(frame, boxes, np.full(len(boxes), score), np.repeat(LOOKS, len(boxes), axis=0))


def test_as_long_as_a_trackers_extent_is_the_same_so_are_its_tracks():
    tracker, chance = Tracker(Sort.PERSON, 2), np.random.default_rng(7)
    known, changes = {}, 0
    for frame in range(1, 400):
        there = frame % 90 < 40 and chance.random() < 0.9
        x = 5 * (frame % 90)
        see(tracker, [frame], lambda _: [(x, 100, x + 40, 190)] if there else [])  # noqa: B023
        if frame % 10 == 0:
            tracker.forget(frame - 120)
        tracks = [(one.id, one.frames.tobytes(), one.boxes.tobytes()) for one in tracker.list_tracks()]
        changes += tracker.extent not in known
        assert known.setdefault(tracker.extent, tracks) == tracks
    assert 100 < changes < 300


def test_two_who_pass_each_other_keep_their_numbers():
    tracker = Tracker(Sort.PERSON, FPS)

    def boxes_at(frame):
        return [(5 * frame, 100, 5 * frame + 20, 160), (400 - 5 * frame, 130, 420 - 5 * frame, 190)]

    see(tracker, range(1, 80), boxes_at)
    tracks = mend(tracker.list_tracks(), FPS, SIZE)
    assert len(tracks) == 2
    assert all(len(one.frames) == 79 for one in tracks)
    assert all(np.all(np.diff(one.boxes[:, 0]) > 0) or np.all(np.diff(one.boxes[:, 0]) < 0) for one in tracks)


def colour(*seconds_of):
    """Return looks (N, 64) of who wears the numbered colours for so many frames each."""
    return np.concatenate([np.eye(64, dtype=np.float16)[[number] * count] for number, count in seconds_of])


@pytest.mark.parametrize("turns", [False, True])
def test_two_taken_for_each_other_where_they_met_are_told_apart_by_their_colours(turns):
    """Both go on or both turn round, so that the ways alone say nothing; `red` and `blue` were mixed up in frame 30."""
    there, back = line_of(200, 300, 300, 300, 30), line_of(300, 300, 200, 300, 30)
    other, away = line_of(400, 302, 300, 302, 30), line_of(300, 302, 400, 302, 30)
    ends = (back, away) if turns else (away, back)
    mixed = [
        walk(np.concatenate([there, ends[1]]), looks=colour((1, 30), (2, 30))),
        walk(np.concatenate([other, ends[0]]), number=2, looks=colour((2, 30), (1, 30))),
    ]
    red, blue = mend(mixed, FPS, SIZE)
    assert red.feet[-1, 0] == pytest.approx(ends[0][-1, 0], abs=3)
    assert blue.feet[-1, 0] == pytest.approx(ends[1][-1, 0], abs=3)
    right = [
        walk(np.concatenate([there, ends[0]]), looks=colour((1, 60))),
        walk(np.concatenate([other, ends[1]]), number=2, looks=colour((2, 60))),
    ]
    assert [one.feet[-1, 0] for one in mend(right, FPS, SIZE)] == pytest.approx(
        [ends[0][-1, 0], ends[1][-1, 0]], abs=3
    )


def test_who_is_lost_is_not_who_begins_near_by_in_other_clothes():
    gone, begins = line_of(100, 300, 200, 300, 30), line_of(212, 300, 300, 300, 30)
    for number, people in ((1, 1), (2, 2)):
        looks = colour((1, 30)), colour((number, 30))
        parts = [walk(gone, looks=looks[0]), walk(begins, start=34, number=2, looks=looks[1])]
        assert len(mend(parts, FPS, SIZE)) == people


def test_a_gap_is_filled_along_the_way():
    tracker = Tracker(Sort.PERSON, FPS)
    see(tracker, range(1, 60), lambda f: [] if 30 <= f < 38 else [(4 * f, 100, 4 * f + 20, 160)])
    (one,) = mend(tracker.list_tracks(), FPS, SIZE)
    assert list(one.frames) == list(range(1, 60))
    assert np.allclose(one.boxes[:, 0], 4 * one.frames, atol=1.0)
    assert one.scores[33] < one.scores[5]


def test_boxes_are_steadied_where_they_tremble_and_not_held_back_at_the_ends():
    walked = line_of(100, 300, 400, 300, 60)
    chance = np.random.default_rng(5)
    trembling = walk(walked + chance.normal(0, 4, walked.shape), width=chance.normal(24, 3, 60))
    (steadied,) = mend([trembling], FPS, SIZE)
    off = [np.linalg.norm(one.feet - walked, axis=1) for one in (trembling, steadied)]
    assert off[1].mean() < 0.6 * off[0].mean()
    assert off[1][[0, -1]].max() < 12
    still = walk(walked)
    assert np.abs(mend([still], FPS, SIZE)[0].boxes - still.boxes).max() < 0.01
    assert steadied.boxes.min() >= trembling.boxes.min()


def test_a_flicker_and_a_still_weak_thing_are_nobody():
    tracker = Tracker(Sort.PERSON, FPS)
    see(tracker, range(1, 4), lambda _: [(50, 50, 70, 110)])
    see(tracker, range(4, 60), lambda _: [(300, 100, 320, 160)], score=0.46)
    assert mend(tracker.list_tracks(), FPS, SIZE) == []


def test_who_walks_out_of_the_picture_is_not_who_comes_in_there_next():
    going = walk(line_of(480, 300, 620, 300, 29))
    coming = walk(line_of(628, 300, 520, 300, 29), start=40, number=2)
    assert len(mend([going, coming], FPS, SIZE)) == 2
    hidden = walk(line_of(500, 300, 640, 300, 29), start=32, number=2)
    assert len(mend([walk(line_of(350, 300, 490, 300, 29)), hidden], FPS, SIZE)) == 1


def dress(track, colour, count=4):
    looks = np.tile(np.eye(count, dtype=np.float32)[colour] + 0.05, (len(track.frames), 1))
    return msgspec.structs.replace(track, looks=looks)


def test_who_is_lost_and_found_at_the_pictures_edge_is_one_and_nowhere_meanwhile():
    lost = walk(line_of(605, 300, 634, 300, 30))
    found = walk(line_of(632, 300, 628, 300, 30), start=48, number=2)
    (one,) = mend([dress(lost, 0), dress(found, 0)], FPS, SIZE)
    assert one.frames.tolist() == [*range(1, 31), *range(48, 78)]
    for other in (
        dress(found, 1),
        found,  # nobody knows in which colours
        dress(walk(line_of(632, 300, 628, 300, 30), start=110, number=2), 0),  # much later
        dress(walk(line_of(632, 340, 628, 340, 30), start=48, number=2), 0),  # elsewhere
    ):
        assert len(mend([dress(lost, 0), other], FPS, SIZE)) == 2
    out, into = walk(line_of(490, 300, 634, 300, 30)), walk(line_of(632, 300, 488, 300, 30), 48, 2)
    assert len(mend([dress(out, 0), dress(into, 0)], FPS, SIZE)) == 2


def test_who_is_found_twice_for_a_moment_goes_on_as_one():
    before = walk(line_of(200, 300, 260, 300, 30))
    after = walk(line_of(256, 300, 320, 300, 30), start=28, number=2)
    (one,) = mend([dress(before, 0), dress(after, 0)], FPS, SIZE)
    assert one.frames.tolist() == list(range(1, 58))
    beside = walk(line_of(275, 300, 330, 300, 30), start=28, number=2)
    longer = walk(line_of(230, 300, 320, 300, 45), start=12, number=2)
    for other in (dress(after, 1), dress(beside, 0), dress(longer, 0)):
        assert len(mend([dress(before, 0), other], FPS, SIZE)) == 2


def test_a_weak_box_over_somebody_seen_surely_is_no_second_person():
    tracker = Tracker(Sort.PERSON, FPS)
    both = np.array([(100, 100, 130, 190), (118, 100, 148, 190)], np.float32)
    double = np.array([(100, 100, 130, 190), (108, 100, 138, 190)], np.float32)
    looks = np.concatenate([LOOKS, LOOKS])
    for frame in range(
        1, 30
    ):  # from the 15th on the second is hidden, and the first is seen once more in a tile
        boxes, score = (both, 0.8) if frame < 15 else (double, 0.3)
        tracker.update(frame, boxes, np.array([0.8, score]), looks)
    assert [len(one.frames) for one in tracker.list_tracks()] == [29, 14]


def test_what_was_found_twice_is_kept_once():
    boxes = np.array([[0, 0, 20, 60], [2, 1, 21, 61], [5, 30, 15, 60], [100, 0, 120, 60]], np.float32)
    found = Detections(boxes, np.array([0.9, 0.8, 0.7, 0.6]), np.zeros(4, int))
    kept = drop_doubles(found, 0.55, 0.8)
    assert kept.scores.tolist() == [0.9, 0.6]
    assert kept.boxes[0] == pytest.approx(
        (0.9 * boxes[0] + 0.8 * boxes[1]) / 1.7
    )  # a part of it moves nothing
    assert kept.boxes[1] == pytest.approx(boxes[3])
    assert drop_doubles(
        Detections(boxes[:0], found.scores[:0], found.classes[:0]), 0.55, 0.8
    ).boxes.shape == (0, 4)
    assert measure_overlap(boxes[:1], boxes[:1])[0, 0] == pytest.approx(1.0)


def make_detector(path: Path, rows, width=64, height=48) -> Path:
    """Write a model that answers the same whatever it is shown."""
    shapes = (("x", [1, 3, height, width]), ("y", [1, len(rows), len(rows[0])]))
    given, out = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes)
    fixed = helper.make_tensor("rows", TensorProto.FLOAT, shapes[1][1], np.ravel(rows))
    nodes = [helper.make_node("Identity", ["rows"], ["y"])]
    graph = helper.make_graph(nodes, "fixed", [given], [out], [fixed])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


def test_a_detector_of_ones_own_takes_the_place_of_nanodet(tmp_path, capsys):
    person, bag, doubt = [10, 6, 20, 36, 0.9, 0], [40, 30, 50, 36, 0.6, 24], [0, 0, 9, 9, 0.05, 0]
    model = make_detector(tmp_path / "own.onnx", [person, bag, doubt])
    found = OwnDetector(model, tiles=1).detect(np.zeros((96, 192, 3), np.uint8))
    assert found.boxes.tolist() == pytest.approx(np.array([[30, 18, 60, 96], [120, 90, 150, 96]]))
    assert found.classes.tolist() == [0, 24]
    arguments = Arguments(
        write_video(
            tmp_path / "a.mp4", np.random.default_rng(1).integers(0, 255, (12, 96, 128, 3), np.uint8)
        ),
        tmp_path,
    )
    arguments.detector = model
    assert run_analyse(arguments) == 0
    assert arguments.tracks.read_text().startswith("1,1,20.00,12.00,20.00,60.00,0.900")
    capsys.readouterr()
    (tmp_path / "no.onnx").write_text("no model")
    for wrong in (tmp_path / "no.onnx", make_detector(tmp_path / "five.onnx", [person[:5]])):
        with pytest.raises(BadInput):
            OwnDetector(wrong)
    with pytest.raises(NotFound):
        OwnDetector(tmp_path / "nowhere.onnx")


def test_what_the_tiles_show_larger_is_told_by_them_alone():
    found = Detections(
        np.array([[0, 0, 20, 60], [0, 0, 40, 30], [0, 0, 70, 9]]), np.ones(3), np.zeros(3, int)
    )
    assert keep_large(found, 60).boxes[:, 2].tolist() == [20, 70]
    looked: list[float] = []

    class Nearsighted(Detector):
        def _look(self, picture, x, y, width, height):
            looked.append(width)
            side = width / 8  # one small thing in each part, the whole picture's elsewhere
            box = [[3 * side, 0, 4 * side, side]]
            return Detections(np.array(box, np.float32) + [x, 0, x, 0], np.ones(1), np.zeros(1, int))

    boxes = Nearsighted(tiles=2).detect(np.zeros((480, 640, 3), np.uint8)).boxes
    assert looked == [640, 400, 400]
    assert sorted(boxes[:, 0]) == [150, 390]


def write_video(path: Path, pictures, codec="mpeg4") -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = pictures[0].shape[1], pictures[0].shape[0], "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


class Arguments:
    def __init__(self, video, folder, rules=None):
        self.video, self.rules, self.tiles, self.quiet = video, rules, 1, True
        self.tracks, self.events = folder / "tracks.txt", folder / "events.jsonl"
        self.fire_model = self.detector = None


def test_an_empty_scene_has_nobody_and_is_hardly_looked_at(tmp_path):
    video = write_video(tmp_path / "still.mp4", [np.full((120, 160, 3), 90, np.uint8)] * 30)
    found = analyse(video, Detector(tiles=1), Rules())
    assert (found.frames, found.tracks, found.events, found.broken) == (30, [], [], "")
    gate = MotionGate()
    assert [gate.is_moving(np.zeros((120, 160, 3), np.uint8)) for _ in range(30)].count(True) <= 10


def test_what_is_no_video_is_refused_and_a_cut_one_leaves_what_was_seen(tmp_path, capsys):
    with pytest.raises(NotFound):
        run_analyse(Arguments(tmp_path / "nowhere.mp4", tmp_path))
    (tmp_path / "text.mp4").write_text("no video " * 500)
    with pytest.raises(BadInput):
        run_analyse(Arguments(tmp_path / "text.mp4", tmp_path))
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 255, (120, 160, 3), np.uint8) for _ in range(30)]
    whole = write_video(tmp_path / "whole.avi", pictures)
    (tmp_path / "cut.avi").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    code = run_analyse(Arguments(tmp_path / "cut.avi", tmp_path))
    assert (tmp_path / "tracks.txt").exists()
    assert code == 0 or "isn't whole" in capsys.readouterr().err


def test_a_file_cut_off_says_so_though_nothing_in_it_is_broken(municipal_files, tmp_path, capsys):
    whole = (municipal_files / "video" / "one-by-one-person-detection.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[:50_000])
    assert run_analyse(Arguments(tmp_path / "cut.mp4", tmp_path)) == EXIT_BROKEN
    assert "it should hold" in capsys.readouterr().err


def test_a_video_that_lies_is_turned_and_one_cut_without_an_index_says_so(tmp_path):
    lying = np.zeros((48, 96, 3), np.uint8)
    lying[:, 64:] = (0, 0, 255)
    path = write_video(tmp_path / "lying.mp4", [lying] * 20)
    body = bytearray(path.read_bytes())
    at = body.find(b"tkhd") + 4 + 20 + 16  # the matrix of the track's header
    body[at : at + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 48 * 65536, 0, 1 << 30)
    path.write_bytes(bytes(body))
    video = Video(path)
    pictures = list(video.frames())
    assert (video.facts.width, video.facts.height, pictures[0].shape) == (48, 96, (96, 48, 3))
    assert pictures[0][70:, :, 2].mean() > 200 > 50 > pictures[0][:60, :, 2].mean()
    rng = np.random.default_rng(1)
    noise = [rng.integers(0, 255, (120, 160, 3), np.uint8) for _ in range(30)]
    whole = write_video(tmp_path / "whole.mkv", noise).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])
    cut = Video(tmp_path / "cut.mkv")
    assert 0 < len(list(cut.frames())) < 27
    assert "it should last 3.0 s" in cut.broken


def test_what_follows_a_damaged_part_is_seen(tmp_path):
    pictures = [np.full((240, 320, 3), 7 * at % 255, np.uint8) for at in range(60)]
    for at, picture in enumerate(pictures):
        picture[:, 5 * at % 300 : 5 * at % 300 + 20] = 200
    body = bytearray(write_video(tmp_path / "whole.mp4", pictures, "libx264").read_bytes())
    body[len(body) // 2 : len(body) // 2 + 200] = bytes(200)
    (tmp_path / "damaged.mp4").write_bytes(body)
    video = Video(tmp_path / "damaged.mp4")
    assert len(list(video.frames())) > 50
    assert "damaged" in video.broken


def test_a_picture_that_changes_its_size_is_given_in_the_first_one_and_nothing_at_all_is_refused(tmp_path):
    parts = [
        write_video(tmp_path / f"{wide}.m4v", [np.full((wide // 2, wide, 3), 90, np.uint8)] * 5)
        for wide in (160, 96)
    ]
    path = tmp_path / "both.m4v"
    path.write_bytes(b"".join(one.read_bytes() for one in parts))
    assert {one.shape for one in Video(path).frames()} == {(80, 160, 3)}
    (tmp_path / "empty.mp4").write_bytes(b"")
    with pytest.raises(BadInput):
        Video(tmp_path / "empty.mp4")


def test_rules_count_seconds_where_pictures_come_unevenly():
    """A second at 10 pictures a second, 60 seconds at one, a second at 10 again."""
    times = [n / 10 for n in range(10)] + [float(n) for n in range(1, 61)] + [61 + n / 10 for n in range(10)]
    pace = find_pace(times, len(times) / times[-1])
    assert (np.diff(pace.steps) > 0).all()
    assert np.allclose((pace.steps - 1) / pace.fps, times, atol=0.11)
    standing = walk([(300, 300)] * len(times))
    (event,) = pace.take(find_events(pace.put([standing]), Rules(), pace.fps, SIZE))
    assert (event.kind, event.start_frame, event.end_frame) == (EventKind.LOITERING, 1, len(times))
    assert json.loads(write_event(event, times))["end_s"] == 61.9
    even = find_pace([n / 10 for n in range(50)], 10.0)
    assert (list(even.steps), even.fps) == (list(range(1, 51)), 10.0)


def test_outputs_that_cannot_be_written_are_refused_before_the_work(tmp_path):
    video = write_video(tmp_path / "still.avi", [np.full((120, 160, 3), 90, np.uint8)] * 3)
    before = video.read_bytes()
    for wrong in (video, tmp_path, tmp_path / "events.jsonl", tmp_path / "nowhere" / "tracks.txt"):
        arguments = Arguments(video, tmp_path)
        arguments.tracks = wrong
        with pytest.raises(BadInput):
            run_analyse(arguments)
    assert video.read_bytes() == before


def test_rules_are_read_or_refused_with_their_place(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text('loitering_s = 5\n[[lines]]\nname = "정문"\nstart = [0.1, 0.2]\nend = [0.3, 0.4]\n')
    assert read_rules(path).lines[0].name == "정문"
    zone = '[[zones]]\nname = "철로"\npoints = '
    for wrong in (
        "loitering_s = 'long'",
        "loitering_s = -5",
        "unknown = 1",
        "loitering_s = =",
        "x=" + "[" * 3000,
        zone + "[[0, 0], [1, 1]]",
        zone + "[[0, 0], [640, 0], [640, 480]]",
    ):
        path.write_text(wrong)
        with pytest.raises(BadInput):
            read_rules(path)


def test_real_people_on_a_real_street_are_followed(municipal_files, tmp_path):
    """One person after another walks through this scene: most of its frames hold exactly one."""
    video = municipal_files / "video" / "one-by-one-person-detection.mp4"
    pictures = []
    with av.open(str(video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number >= 130:
                break
            if number % 2 == 0:
                pictures.append(frame.to_ndarray(format="bgr24"))
    short = write_video(tmp_path / "short.mp4", pictures)
    arguments = Arguments(short, tmp_path)
    assert run_analyse(arguments) == 0
    lines = [line.split(",") for line in arguments.tracks.read_text().splitlines()]
    assert lines
    assert all(len(line) == 10 and float(line[4]) > 0 for line in lines)
    assert len({line[1] for line in lines}) <= 6
    assert all(json.loads(line)["reason"]["ko"] for line in arguments.events.read_text().splitlines())


def test_the_border_of_a_wide_picture_is_no_work_and_no_loss(municipal_files, monkeypatch):
    given: list[tuple[int, ...]] = []

    def tell(scores, distances, width, least):
        given.append((width, scores[2].shape[0]))
        return decode(scores, distances, width, least)

    monkeypatch.setattr("madang.infrastructure.cctv.gateway.detector.decode", tell)
    with av.open(str(municipal_files / "video" / "one-by-one-person-detection.mp4")) as container:
        pictures = [
            frame.to_ndarray(format="bgr24") for frame in islice(container.decode(video=0), 0, 130, 40)
        ]
    seen = [Detector(tiles=1).detect(one) for one in pictures]
    monkeypatch.setattr("madang.infrastructure.cctv.gateway.detector.CELL", 416)
    squared = [Detector(tiles=1).detect(one) for one in pictures]
    assert set(given) == {(416, 13 * 8), (416, 13 * 13)}
    surely = [one.boxes[one.scores > 0.5] for one in squared]
    assert sum(map(len, surely)) > 0
    for boxes, one in zip(surely, seen, strict=True):
        assert not len(boxes) or measure_overlap(boxes, one.boxes).max(axis=1).min() > 0.9


def test_lines_are_people_by_frame():
    tracks = [walk([(50, 100)] * 3, start=2, number=2), walk([(9, 9)] * 3, sort=Sort.BAG)]
    assert write_tracks(tracks) == [
        f"{frame},2,40.00,40.00,20.00,60.00,0.800,-1,-1,-1\n" for frame in (2, 3, 4)
    ]


def test_the_converter_computes_what_the_source_says(tmp_path):
    """A convolution, its bias and a rectifier, worked out by hand."""
    rng = np.random.default_rng(3)
    kernel = rng.normal(size=(3, 3, 2, 4)).astype(np.float16)
    bias = rng.normal(size=4).astype(np.float16)
    (tmp_path / "m.bin").write_bytes(kernel.tobytes() + bias.tobytes())
    half = {"dtype": "float16", "original_dtype": "float32"}
    text = {"VALID": "VkFMSUQ=", "NHWC": "TkhXQw=="}
    shape = {"dim": [{"size": str(size)} for size in (1, 5, 5, 2)]}
    out = {"dim": [{"size": str(size)} for size in (1, 3, 3, 4)]}
    strides = {"list": {"i": ["1", "1", "1", "1"]}}
    nodes = [
        {"name": "x", "op": "Placeholder"},
        {"name": "k", "op": "Const"},
        {"name": "b", "op": "Const"},
        {"name": "c", "op": "Conv2D", "input": ["x", "k"], "attr": {
            "padding": {"s": text["VALID"]}, "data_format": {"s": text["NHWC"]}, "strides": strides,
            "dilations": strides}},
        {"name": "a", "op": "AddV2", "input": ["c", "b"], "attr": {}},
        {"name": "y", "op": "LeakyRelu", "input": ["a"], "attr": {"alpha": {"f": 0.1}}},
    ]  # fmt: skip
    model = {
        "modelTopology": {"node": nodes},
        "signature": {
            "inputs": {"x": {"name": "x:0", "tensorShape": shape}},
            "outputs": {"y": {"name": "y:0", "tensorShape": out}},
        },
        "weightsManifest": [{"paths": ["m.bin"], "weights": [
            {"name": "k", "shape": [3, 3, 2, 4], "dtype": "float32", "quantization": half},
            {"name": "b", "shape": [4], "dtype": "float32", "quantization": half},
        ]}],
    }  # fmt: skip
    (tmp_path / "m.json").write_text(json.dumps(model))
    made = convert_model(tmp_path / "m.json")
    given = rng.normal(size=(1, 5, 5, 2)).astype(np.float32)
    (answer,) = onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"x": given})
    windows = np.lib.stride_tricks.sliding_window_view(given[0], (3, 3), axis=(0, 1))
    expected = np.einsum("ijcuv,uvco->ijo", windows, kernel.astype(np.float32)) + bias.astype(np.float32)
    assert np.allclose(answer[0], np.where(expected > 0, expected, 0.1 * expected), atol=1e-4)
    nodes[-1]["op"] = "Softmax3D"
    (tmp_path / "m.json").write_text(json.dumps(model))
    with pytest.raises(ValueError, match="unknown operation"):
        convert_model(tmp_path / "m.json")
