"""Poses: read of real people, carried with their tracks, and what they say of fights and falls."""

from __future__ import annotations

from itertools import islice

import msgspec
import numpy as np
import pytest

from madang.core.base.interface import NotFound
from madang.infrastructure.cctv.gateway.analysing import take_frame
from madang.infrastructure.cctv.gateway.detector import Detector
from madang.infrastructure.cctv.gateway.poses import PoseReader
from madang.infrastructure.cctv.gateway.video import Video
from madang.infrastructure.cctv.methods.mending import mend
from madang.infrastructure.cctv.methods.pacing import find_pace
from madang.infrastructure.cctv.methods.posing import (
    MOST_READ,
    choose_read,
    find_standing,
    find_step,
    measure_limbs,
)
from madang.infrastructure.cctv.methods.rules import find_events, tighten
from madang.infrastructure.cctv.methods.tracking import Tracker
from madang.infrastructure.cctv.records import JOINTS, Detections, EventKind, Rules, Sort
from madang.infrastructure.cctv.tests.test_analysing import FPS, SIZE, line_of, walk

HEIGHT = 75.0


def test_the_joints_of_somebody_real_lie_where_a_person_has_them(municipal_files):
    video = Video(municipal_files / "video" / "one-by-one-person-detection.mp4")
    reader, detector, read = PoseReader(threads=1), Detector(tiles=1, threads=1), []
    for picture in islice(video.frames(), 20, 120, 10):
        found = detector.detect(picture)
        for box in found.boxes[(found.classes == 0) & (found.scores >= 0.6)]:
            (pose,) = reader.read(picture, box[None])
            if pose[:, 2].mean() >= 0.4:
                read.append((box, pose))
    assert len(read) >= 3
    for box, pose in read:
        heights = [
            np.mean([y for name, (_, y, _) in zip(JOINTS, pose, strict=True) if name.endswith(part)])
            for part in ("nose", "shoulder", "hip", "knee", "ankle")
        ]
        assert heights == sorted(heights)
        sure = pose[pose[:, 2] >= 0.3, :2]
        reach = (box[2:] - box[:2]) * 0.1
        assert ((sure >= box[:2] - reach) & (sure <= box[2:] + reach)).all(axis=1).mean() >= 0.9


def test_a_box_at_the_edge_is_read_and_nobody_gives_nothing():
    picture = np.full((90, 120, 3), 80, np.uint8)
    reader = PoseReader(threads=1)
    assert reader.read(picture, np.zeros((0, 4), np.float32)).shape == (0, 17, 3)
    edges = np.array([[-20, -20, 10, 60], [100, 60, 119.6, 90], [300, 300, 320, 360]], np.float32)
    poses = reader.read(picture, edges)
    assert np.isfinite(poses).all()
    assert poses[..., 2].max() < 0.3


def test_a_model_that_is_not_there_is_asked_for_by_name(tmp_path):
    with pytest.raises(NotFound, match=r"movenet\.onnx"):
        PoseReader(model=tmp_path / "movenet.onnx")


STANDING = {
    "nose": (0, -0.92), "eye": (0.02, -0.94), "ear": (0.04, -0.93), "shoulder": (0.1, -0.8),
    "elbow": (0.13, -0.63), "wrist": (0.13, -0.47), "hip": (0.07, -0.5), "knee": (0.07, -0.27), "ankle": (0.07, -0.05),
}  # fmt: skip
"""Joints from the feet in body heights, the left half of somebody who is seen from the front."""
POSE = np.array([
    ((-1 if name.startswith("right") else 1) * STANDING[part][0], STANDING[part][1])
    for name in JOINTS
    for part in [name.split("_")[-1]]
])  # fmt: skip


def pose(track, moves=None, score=0.8):
    """Return a track with joints: standing, with `moves` (N, 17, 2) added, in body heights."""
    count = len(track.frames)
    places = np.tile(POSE, (count, 1, 1)) + (0 if moves is None else moves)
    joints = np.full((count, len(JOINTS), 3), score, np.float32)
    joints[..., :2] = track.feet[:, None] + places * HEIGHT
    return msgspec.structs.replace(track, joints=joints)


def shift(count, **ways):
    """Return moves by the part's name: (N, 2) for the left one, the right one against it."""
    moves = np.zeros((count, len(JOINTS), 2))
    for part, way in ways.items():
        moves[:, JOINTS.index(f"left_{part}")] += way
        moves[:, JOINTS.index(f"right_{part}")] -= way
    return moves


def swing(count, reach, hertz=1.0, phase=0.0):
    """Return an arm or leg that swings sidewards by `reach` body heights, (N, 2)."""
    angle = 2 * np.pi * hertz * np.arange(count) / FPS + phase
    return np.stack([reach * np.sin(angle), np.zeros(count)], axis=1)


def tell_fights(*tracks, fps=FPS):
    return [one for one in find_events(tracks, Rules(), fps, SIZE) if one.kind is EventKind.FIGHT]


def walk_two(*moves, score=0.8):
    """Return two who go side by side for six seconds."""
    lines = (line_of(100 + 40 * at, 300, 280 + 40 * at, 300, 60) for at in (0, 1))
    return [
        pose(walk(line, number=at, height=HEIGHT, width=25), move, score)
        for at, (line, move) in enumerate(zip(lines, moves, strict=True))
    ]


STRIDE = {"wrist": swing(60, 0.2), "elbow": swing(60, 0.1), "ankle": swing(60, 0.25), "knee": swing(60, 0.12)}
BLOWS = {"wrist": swing(60, 0.25, 2.2), "elbow": swing(60, 0.18, 2.2)}


def test_limbs_are_measured_against_the_hips_whichever_is_taken_for_left():
    one, _ = walk_two(shift(60, **STRIDE), shift(60))
    speed = measure_limbs(one, FPS)
    assert 0.6 < np.nanmean(speed) < 1.2
    mixed = one.joints.copy()
    mixed[::3] = mixed[::3][:, [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]]
    assert np.nanmean(measure_limbs(msgspec.structs.replace(one, joints=mixed), FPS)) <= np.nanmean(speed)
    doubtful = one.joints.copy()
    doubtful[:, [JOINTS.index("left_hip")], 2] = 0.2
    assert np.isnan(measure_limbs(msgspec.structs.replace(one, joints=doubtful), FPS)).all()


def test_poses_of_every_third_picture_say_the_same_and_no_more_once_they_are_old():
    moves = shift(150, wrist=swing(150, 0.25, 0.88), elbow=swing(150, 0.18, 0.88))
    one = pose(walk(line_of(100, 300, 280, 300, 150), height=HEIGHT, width=25), moves)
    joints = one.joints.copy()
    joints[np.arange(150) % find_step(25.0) > 0] = np.nan
    joints[90:] = np.nan
    rare = msgspec.structs.replace(one, joints=joints)
    often, seldom = measure_limbs(one, 25.0)[3:90], measure_limbs(rare, 25.0)
    assert np.mean(seldom[3:90]) == pytest.approx(np.mean(often), rel=0.1)
    assert np.isnan(seldom[90:]).all()
    assert find_standing(rare, 25.0)[:90].tolist() == [1] * 90
    assert np.isnan(find_standing(rare, 25.0)[90:]).all()


def test_blows_are_a_fight_by_pose_though_the_outlines_are_calm():
    (event,) = tell_fights(*walk_two(shift(60, **BLOWS), shift(60, **BLOWS)))
    assert event.tracks == (0, 1)
    assert "자세로 확인" in event.reason.ko
    assert "by pose" in event.reason.en
    assert event.strength > 1
    tuned = tighten(Rules(), {EventKind.FIGHT: 2.0})
    assert not find_events(walk_two(shift(60, **BLOWS), shift(60, **BLOWS)), tuned, FPS, SIZE)


def bend(count):
    """Return somebody who bows down to the knees and up again, slowly."""
    moves = np.zeros((count, len(JOINTS), 2))
    deep = np.sin(np.linspace(0, np.pi, count))[:, None]
    above = [at for at, name in enumerate(JOINTS) if not name.endswith(("hip", "knee", "ankle"))]
    moves[:, above] = deep[..., None] * np.array([0.25, 0.3])
    return moves


@pytest.mark.parametrize(
    "moves",
    [
        (shift(60, **STRIDE), shift(60, **STRIDE)),
        (shift(60, **BLOWS), shift(60)),
        (bend(60), bend(60)),
        (shift(60, wrist=line_of(0, 0, -0.3, -0.1, 60), elbow=line_of(0, 0, -0.15, -0.05, 60)),) * 2,
        (shift(60, wrist=swing(60, 0.1, 2.0) - (0, 0.4)), shift(60, wrist=swing(60, 0.1, 2.0) - (0, 0.4))),
    ],
    ids=["walking", "one alone waves about", "bending", "hugging", "waving"],
)
def test_what_people_do_beside_each_other_is_no_fight(moves):
    assert find_events(walk_two(*moves), Rules(), FPS, SIZE) == []


def test_limbs_speak_only_where_poses_are_known_and_pictures_are_dense():
    fighting = (shift(60, **BLOWS), shift(60, **BLOWS))
    assert tell_fights(*walk_two(*fighting, score=0.2)) == []
    few = [
        msgspec.structs.replace(
            one, joints=np.where(np.arange(60)[:, None, None] % 3 == 0, one.joints, np.nan)
        )
        for one in walk_two(*fighting)
    ]
    assert tell_fights(*few) == []
    assert tell_fights(*walk_two(*fighting), fps=4.0) == []


LYING = {"width": [25.0] * 40 + [72.0] * 30, "height": [HEIGHT] * 40 + [26.0] * 30}


def lie(turned, known=30, score=0.8):
    """Return somebody who stands for 4 s, then has a box that lies; the pose of the last 3 s turned or not."""
    track = walk([(300, 300)] * 70, **LYING)
    posed = pose(track, score=score)
    joints = posed.joints.copy()
    if turned:
        joints[40:, :, :2] = track.feet[40:, None] + POSE[:, ::-1] * (HEIGHT, HEIGHT)
    joints[40 + known :] = np.nan
    return msgspec.structs.replace(posed, joints=joints)


def test_a_fall_is_confirmed_or_refused_by_the_trunk():
    (event,) = find_events([lie(turned=True)], Rules(), FPS, SIZE)
    assert event.kind is EventKind.FALL
    assert "자세로 확인" in event.reason.ko
    assert "by pose" in event.reason.en
    assert find_events([lie(turned=False)], Rules(), FPS, SIZE) == []  # sits or crouches: wide, and upright


@pytest.mark.parametrize("track", [lie(turned=False, known=10), lie(turned=False, score=0.2)])
def test_a_pose_that_is_hardly_known_has_no_say_in_a_fall(track):
    (event,) = find_events([track], Rules(), FPS, SIZE)
    assert event.kind is EventKind.FALL
    assert "자세" not in event.reason.ko


def test_poses_are_read_of_who_may_lie_and_who_is_near_somebody():
    def box(x, width=30, height=75):
        return [x - width / 2, 300 - height, x + width / 2, 300]

    apart = np.array([box(100), box(400), box(700)], np.float32)
    assert choose_read(apart, 0.9).tolist() == []
    assert choose_read(apart[:0], 0.9).tolist() == []
    assert choose_read(np.array([box(100), box(400, 80), box(700), box(740)], np.float32), 0.9).tolist() == [
        1,
        2,
        3,
    ]
    assert choose_read(np.array([box(100), box(400, 80), box(420)], np.float32), 0.0).tolist() == [1]
    crowd = np.array([box(30 * at) for at in range(20)] + [box(900, 90)], np.float32)
    chosen = choose_read(crowd, 0.9).tolist()
    assert len(chosen) == MOST_READ
    assert chosen[0] == 20


def test_joints_go_with_their_track_through_gaps_and_paces():
    tracker = Tracker(Sort.PERSON, FPS)
    for frame in range(1, 60):
        there = not 30 <= frame < 34
        boxes = np.array([(4 * frame, 100, 4 * frame + 20, 160)] * there, np.float32).reshape(-1, 4)
        joints = np.full((len(boxes), 17, 3), frame, np.float32)
        if frame % 2:
            joints[:] = np.nan
        looks = np.ones((len(boxes), 64), np.float32) / 8
        tracker.update(frame, boxes, np.full(len(boxes), 0.8), looks, joints)
    (one,) = mend(tracker.list_tracks(), FPS, SIZE)
    read = ~np.isnan(one.joints[:, 0, 0])
    assert one.joints.shape == (59, 17, 3)
    assert one.frames[read].tolist() == [at for at in range(2, 60, 2) if not 30 <= at < 34]
    assert (one.joints[read][:, 5, 1] == one.frames[read]).all()
    (put,) = find_pace([n / 10 for n in range(60)], FPS).put([one])
    assert np.array_equal(put.joints, one.joints, equal_nan=True)
    tracker.forget(50)
    (late,) = tracker.list_tracks()
    assert len(late.joints) == len(late.frames) == 10
    (plain,) = mend([walk(line_of(0, 300, 200, 300, 40))], FPS, SIZE)
    assert plain.joints is None


def test_a_joined_track_keeps_what_either_part_knew():
    going = walk(line_of(300, 300, 440, 300, 29))
    posed = pose(walk(line_of(460, 300, 600, 300, 29), start=33, number=2))
    (one,) = mend([going, posed], FPS, SIZE)
    assert np.isnan(one.joints[:32]).all()
    assert not np.isnan(one.joints[32:]).any()


def test_poses_are_read_into_the_tracks_of_people_and_only_of_those_who_matter():
    reader, trackers = PoseReader(threads=1), {sort: Tracker(sort, FPS) for sort in Sort}
    picture = np.random.default_rng(2).integers(0, 255, (320, 640, 3), np.uint8)
    boxes = np.array([[100, 100, 130, 180], [140, 100, 170, 180], [500, 100, 530, 180]], np.float32)
    for number in range(1, 5):
        found = Detections(boxes, np.full(3, 0.8, np.float32), np.zeros(3, np.int64))
        take_frame(trackers, number, picture, found, reader if number > 1 else None, Rules().fight_heights)
    beside, other, alone = trackers[Sort.PERSON].list_tracks()
    for one in (beside, other):
        assert np.isnan(one.joints[0]).all()
        assert np.isfinite(one.joints[1:]).all()
    assert alone.joints is None
