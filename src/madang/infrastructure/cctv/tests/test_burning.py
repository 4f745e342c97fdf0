"""Fire, smoke and fights on drawn clips: what is one, and what only looks like one."""

from __future__ import annotations

import json

import cv2
import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from madang.core.base.interface import BadInput
from madang.infrastructure.cctv.gateway.analysing import NOTHING, watch_burning
from madang.infrastructure.cctv.gateway.classifier import Classifier
from madang.infrastructure.cctv.methods.burning import BurnWatch
from madang.infrastructure.cctv.methods.fights import _merge, measure_restlessness
from madang.infrastructure.cctv.methods.rules import find_events
from madang.infrastructure.cctv.records import Detections, EventKind, Rules
from madang.infrastructure.cctv.tests.test_analysing import FPS, SIZE, line_of, walk

WIDE, HIGH, SECONDS = 320, 180, 14


def draw_wall(rng, light=1.0):
    """Return a street before a wall of bricks with windows."""
    picture = np.full((HIGH, WIDE, 3), (150, 155, 165), np.float32)
    picture[110:] = (95, 98, 100)
    for y in range(0, 110, 10):
        picture[y : y + 2] = (110, 115, 125)
    for x in range(20, WIDE, 60):
        picture[30:70, x : x + 25] = (60, 55, 50)
    picture += rng.normal(0, 6, (HIGH, WIDE, 1))
    return picture * light


def flames(canvas, rng, number):
    """Tongues that never keep their outline, yellow within orange."""
    for low, colour in ((0, (30, 120, 250)), (8, (120, 235, 255))):
        tips = [(x, 140 - max(4, rng.normal(34 - low, 10))) for x in range(150 + low, 192 - low, 6)]
        outline = np.array([(150 + low, 140), *tips, (190 - low, 140)], np.int32)
        cv2.fillPoly(canvas, [outline], colour)


def plume(canvas, rng, number):
    """A grey cloud that spreads and rises, its edges nowhere sharp."""
    alpha = np.zeros((HIGH, WIDE), np.float32)
    for at in range(max(0, number - 15)):
        spread = 5 + 0.35 * (number - at)
        x, y = 160 + 12 * np.sin(at) + rng.normal(0, 2), 120 - 0.8 * (number - 15 - at)
        cv2.circle(alpha, (int(x), int(y)), int(spread), 0.75, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 9)[:, :, None]
    canvas[:] = canvas * (1 - alpha) + 190 * alpha


def red_coat(canvas, rng, number):
    x = 60 + 3 * number
    cv2.rectangle(canvas, (x, 80), (x + 22, 120), (45, 45, 215), -1)
    cv2.rectangle(canvas, (x + 2, 120), (x + 20, 150), (60, 50, 45), -1)


def orange_coat_waits(canvas, rng, number):
    sway = int(2 * np.sin(number))
    cv2.rectangle(canvas, (150 + sway, 80), (175 + sway, 120), (30, 130, 245), -1)


def beacon(canvas, rng, number):
    if number // 5 % 2:
        cv2.circle(canvas, (160, 60), 9, (60, 170, 255), -1)


def street_lamp(canvas, rng, number):
    cv2.circle(canvas, (160, 40), 10, (150, 215, 255), -1)
    cv2.circle(canvas, (160, 40), 16, (40, 150, 240), 3)


def headlights(canvas, rng, number):
    at, size = number % 60, 3 + (number % 60) // 8
    for x in (120 + at, 150 + at + size):
        cv2.circle(canvas, (x, 120 + at // 3), size, (255, 255, 255), -1)
    glow = np.zeros((HIGH, WIDE), np.float32)
    cv2.circle(glow, (135 + at, 130 + at // 3), 30 + size, 1.0, -1)
    canvas += 60 * cv2.GaussianBlur(glow, (0, 0), 10)[:, :, None]


def rain(canvas, rng, number):
    for _ in range(120):
        x, y = rng.integers(0, WIDE), rng.integers(0, HIGH)
        cv2.line(canvas, (int(x), int(y)), (int(x) + 2, int(y) + 12), (200, 200, 200), 1)


def cable(canvas, rng, number):
    sag = int(30 + 14 * np.sin(number / 3))
    points = np.array(
        [(0, 20), (80, 20 + sag // 2), (160, 20 + sag), (240, 20 + sag // 2), (WIDE, 20)], np.int32
    )
    cv2.polylines(canvas, [points], False, (40, 40, 40), 3)


def van_parks(canvas, rng, number):
    x = min(-140 + 6 * number, 120)
    cv2.rectangle(canvas, (x, 90), (x + 130, 150), (185, 185, 185), -1)
    cv2.rectangle(canvas, (x + 90, 96), (x + 122, 115), (50, 45, 40), -1)
    for wheel in (x + 25, x + 105):
        cv2.circle(canvas, (wheel, 150), 10, (30, 30, 30), -1)


def cloud_shadow(canvas, rng, number):
    reach = min(WIDE, 4 * number)
    canvas[:, :reach] *= 0.72


def fog(canvas, rng, number):
    thick = min(0.8, number / 60)
    canvas[:] = canvas * (1 - thick) + 185 * thick


def grey_coat(canvas, rng, number):
    tall = 20 + number
    cv2.rectangle(canvas, (160 - tall // 5, 140 - tall), (160 + tall // 5, 140), (120, 118, 116), -1)
    cv2.circle(canvas, (160, 140 - tall), max(3, tall // 8), (140, 165, 205), -1)


def watch(*things, light=1.0, noise=2.0, seed=5, fps=5.0):
    """Return the kinds of what was found in a clip in which `things` are drawn."""
    rng = np.random.default_rng(seed)
    wall, burns, rules = draw_wall(rng, light), BurnWatch(fps), Rules()
    for number in range(int(SECONDS * max(1.0, 2 / fps) * fps)):
        canvas = np.ascontiguousarray(wall)
        canvas = canvas.copy()
        for draw in things:
            draw(canvas, rng, int(number * 5 / fps))
        canvas += rng.normal(0, noise, canvas.shape)
        picture = np.clip(canvas, 0, 255).astype(np.uint8)
        watch_burning(burns, number + 1, picture, rules, NOTHING, None)
    return {one.kind for one in burns.list_events(rules)}


@pytest.mark.parametrize("light", [1.0, 0.35])
@pytest.mark.parametrize("seed", range(2))
def test_flames_are_fire_by_day_and_by_night(light, seed):
    assert EventKind.FIRE in watch(flames, light=light, seed=seed)


@pytest.mark.parametrize("seed", range(2))
def test_a_spreading_plume_is_smoke(seed):
    assert watch(plume, seed=seed) == {EventKind.SMOKE}


@pytest.mark.parametrize("fps", [0.5, 1.0])
def test_few_pictures_are_judged_too(fps):
    assert EventKind.FIRE in watch(flames, fps=fps)
    assert watch(plume, fps=fps) == {EventKind.SMOKE}
    assert watch(orange_coat_waits, beacon, fps=fps) == set()


@pytest.mark.parametrize(
    "thing",
    [
        red_coat, orange_coat_waits, beacon, street_lamp, headlights, rain, cable, van_parks, cloud_shadow, fog,
        grey_coat,
    ],
)  # fmt: skip
@pytest.mark.parametrize("light", [1.0, 0.3])
def test_what_only_looks_like_it_is_nothing(thing, light):
    assert watch(thing, light=light, noise=2.0 if light == 1.0 else 6.0) == set()


def watch_walkers(ways, paint=None):
    """Return the kinds of what is found where people walk whom the detector sees, each a way of x by look."""
    rng, burns, rules = np.random.default_rng(3), BurnWatch(5.0), Rules()
    wall = draw_wall(rng)
    if paint:
        paint(wall)
    for number in range(100):
        canvas, boxes = wall.copy(), []
        for way in ways:
            x = int(way(number))
            cv2.rectangle(canvas, (x, 90), (x + 24, 160), (40, 35, 30), -1)
            boxes.append((x - 3, 86, x + 27, 163))
        canvas += rng.normal(0, 2.0, canvas.shape)
        found = Detections(np.array(boxes, np.float32), np.full(len(boxes), 0.8), np.zeros(len(boxes), int))
        watch_burning(burns, number + 1, np.clip(canvas, 0, 255).astype(np.uint8), rules, found, None)
    return {one.kind for one in burns.list_events(rules)}


def test_who_stood_there_from_the_beginning_and_leaves_uncovers_no_smoke():
    assert (
        watch_walkers([lambda at: 60 + max(0, at - 20) * 0.7, lambda at: 220 - max(0, at - 30) * 0.5])
        == set()
    )


def test_people_who_pass_sand_are_no_flames():
    def sand(wall):
        wall[120:150, 100:220] = (150, 205, 235)

    assert watch_walkers([lambda at: (9 * at) % 400 - 40, lambda at: 350 - (7 * at) % 380], sand) == set()


def test_an_event_says_where_and_why():
    rng, burns, rules = np.random.default_rng(1), BurnWatch(5.0), Rules()
    wall = draw_wall(rng)
    for number in range(40):
        canvas = wall.copy()
        if number >= 10:
            flames(canvas, rng, number)
        watch_burning(burns, number + 1, np.clip(canvas, 0, 255).astype(np.uint8), rules, NOTHING, None)
    (event,) = burns.list_events(rules)
    assert event.kind is EventKind.FIRE
    assert abs(event.x - 170) < 25
    assert abs(event.y - 140) < 15
    assert "불꽃" in event.reason.ko
    assert event.start_frame < 20
    assert event.end_frame >= 38


def make_classifier(path, answer, names=("fire", "nothing", "smoke")):
    """Write a model that answers the same whatever it is shown."""
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])
    nodes = [
        helper.make_node("ReduceSum", ["x"], ["s"], keepdims=0),
        helper.make_node("Mul", ["s", "zero"], ["n"]),
        helper.make_node("Add", ["n", "answer"], ["y"]),
    ]
    fixed = [
        helper.make_tensor("zero", TensorProto.FLOAT, [], [0.0]),
        helper.make_tensor("answer", TensorProto.FLOAT, [1, 3], answer),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "fixed", [given], [out], fixed),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    if names:
        model.metadata_props.add(key="names", value=json.dumps(names))
    onnx.save(model, str(path))
    return path


def test_a_model_of_ones_own_must_agree(tmp_path):
    picture, box = np.zeros((90, 160, 3), np.uint8), np.array([10, 10, 40, 40], np.float32)
    sure = Classifier(make_classifier(tmp_path / "a.onnx", [0.9, 0.05, 0.05]))
    assert sure.agrees(picture, box, EventKind.FIRE)
    assert not sure.agrees(picture, box, EventKind.SMOKE)
    logits = Classifier(make_classifier(tmp_path / "b.onnx", [-3.0, 0.0, 4.0]))
    assert logits.agrees(picture, box, EventKind.SMOKE)
    with pytest.raises(BadInput):
        Classifier(make_classifier(tmp_path / "c.onnx", [1, 0, 0], names=()))
    (tmp_path / "d.onnx").write_text("no model")
    with pytest.raises(BadInput):
        Classifier(tmp_path / "d.onnx")


def test_what_a_model_refused_stays_refused_until_it_is_something_else(tmp_path):
    refuses = Classifier(make_classifier(tmp_path / "no.onnx", [0.05, 0.9, 0.05]))
    agrees = Classifier(make_classifier(tmp_path / "yes.onnx", [0.9, 0.05, 0.05]))
    rng, burns, rules = np.random.default_rng(1), BurnWatch(5.0), Rules()
    wall, number = draw_wall(rng), 0

    def burn(seconds, classifier, *draws):
        nonlocal number
        for _ in range(int(seconds * 5)):
            canvas, number = wall.copy(), number + 1
            for draw in draws:
                draw(canvas, rng, number)
            picture = np.clip(canvas, 0, 255).astype(np.uint8)
            watch_burning(burns, number, picture, rules, NOTHING, classifier)
        return [one.kind for one in burns.list_events(rules)]

    def blaze(canvas, rng, number):
        for low, colour in ((0, (30, 120, 250)), (16, (120, 235, 255))):
            tips = [(x, 140 - max(4, rng.normal(68 - low, 20))) for x in range(120 + low, 222 - low, 6)]
            cv2.fillPoly(canvas, [np.array([(120 + low, 140), *tips, (220 - low, 140)], np.int32)], colour)

    assert burn(8, refuses, flames) == []
    assert burn(8, agrees, flames) == [], "it is what it was"
    assert burn(8, agrees, blaze) == [EventKind.FIRE], "it grew"


def struggle(x, number, seed, jerk=0.25, count=80):
    """Somebody whose outline jerks by so many heights."""
    rng = np.random.default_rng(seed)
    return walk(
        np.stack([x + 60 * jerk / 3 * rng.normal(size=count), np.full(count, 300.0)], axis=1),
        number=number,
        width=np.clip(26 + 60 * jerk * rng.normal(size=count), 14, 70),
        height=np.clip(60 * (1 + jerk / 2 * rng.normal(size=count)), 40, 75),
    )


def test_two_who_jerk_beside_each_other_fight():
    events = find_events([struggle(300, 1, 1), struggle(325, 2, 2)], Rules(), FPS, SIZE)
    fights = [one for one in events if one.kind is EventKind.FIGHT]
    assert [one.tracks for one in fights] == [(1, 2)]
    assert "2명" in fights[0].reason.ko


def test_a_third_one_joins_the_same_fight():
    three = [struggle(300 + 22 * at, at, at) for at in range(3)]
    fights = [one for one in find_events(three, Rules(), FPS, SIZE) if one.kind is EventKind.FIGHT]
    assert [one.tracks for one in fights] == [(0, 1, 2)]


def fight(one, other, begun, ended):
    """A fight of two as it was found, before those that belong together are one."""
    return begun, ended, {one, other}, 1.0, (0.0, 0.0)


@given(st.permutations([fight(1, 2, 0, 50), fight(3, 4, 10, 60), fight(2, 3, 40, 90), fight(5, 6, 0, 99)]))
def test_pairs_that_share_somebody_and_a_moment_are_one_fight_by_any_link(found):
    assert sorted(sorted(tracks) for _, _, tracks, _, _ in _merge(found)) == [[1, 2, 3, 4], [5, 6]]


def test_who_fights_another_later_is_in_another_fight():
    found = _merge([fight(1, 2, 0, 50), fight(2, 3, 40, 100), fight(1, 4, 90, 120)])
    assert [(begun, ended, tracks) for begun, ended, tracks, _, _ in found] == [
        (0, 100, {1, 2, 3}),
        (90, 120, {1, 4}),
    ]


def swing(points, number, seed=0):
    """Somebody walks, the legs opening twice a second, and the detector trembles."""
    rng, count = np.random.default_rng(seed), len(points)
    return walk(
        np.array(points) + rng.normal(0, 0.8, (count, 2)),
        number=number,
        width=22 + 6 * np.sin(2 * np.pi * 2 * np.arange(count) / FPS) + rng.normal(0, 0.8, count),
        height=60 + rng.normal(0, 0.8, count),
    )


def test_walking_together_greeting_and_dancing_alone_are_no_fight():
    pair = [swing(line_of(100, 300, 350, 300, 80), 1, 1), swing(line_of(125, 300, 375, 300, 80), 2, 2)]
    meet = [swing(line_of(100, 300, 300, 300, 80), 1, 3), swing(line_of(540, 300, 325, 300, 80), 2, 4)]
    dance = [struggle(200, 1, 5), swing([(222, 300)] * 80, 2, 6)]
    apart = [struggle(100, 1, 7), struggle(400, 2, 8)]
    for people in (pair, meet, dance, apart):
        assert EventKind.FIGHT not in {one.kind for one in find_events(people, Rules(), FPS, SIZE)}
    assert np.median(measure_restlessness(pair[0], FPS)) < 0.7
