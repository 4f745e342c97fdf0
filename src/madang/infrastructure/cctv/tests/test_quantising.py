"""The detector in eight bits sees what the one in full sees, and is taken only where it does and is quicker."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import av
import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from madang.infrastructure.cctv.gateway import choosing
from madang.infrastructure.cctv.gateway.choosing import agree, choose_model
from madang.infrastructure.cctv.gateway.detector import MODEL, Detector
from madang.infrastructure.cctv.gateway.quantising import quantise
from madang.infrastructure.cctv.methods.boxes import measure_overlap
from madang.infrastructure.cctv.records import Detections

CPU = Path("/proc/cpuinfo")
HAS_VNNI = CPU.is_file() and "vnni" in CPU.read_text()


@pytest.fixture(scope="module")
def eight_bits(tmp_path_factory):
    made = tmp_path_factory.mktemp("models") / "eight.onnx"
    quantise(MODEL, made)
    return made


@pytest.mark.skipif(not HAS_VNNI, reason="other processors may add eight-bit numbers up wrongly")
def test_whoever_is_surely_seen_in_full_is_seen_in_eight_bits(eight_bits, municipal_files):
    with av.open(str(municipal_files / "video" / "one-by-one-person-detection.mp4")) as container:
        pictures = [
            frame.to_ndarray(format="bgr24") for frame in islice(container.decode(video=0), 0, None, 15)
        ]
    full, quick = Detector(1, 1), Detector(1, 1, eight_bits)
    seen = 0
    for found, other in ((full.detect(one), quick.detect(one)) for one in pictures):
        sure = (found.scores > 0.5) & (found.classes == 0)
        seen += int(sure.sum())
        overlap = measure_overlap(found.boxes[sure], other.boxes[other.scores > 0.4])
        assert np.all(overlap.max(axis=1, initial=0) > 0.75)
    assert seen > 5


@pytest.mark.skipif(not HAS_VNNI, reason="other processors may add eight-bit numbers up wrongly")
def test_the_eight_bits_are_taken_where_they_see_the_same_and_gain_enough(eight_bits, capfd, monkeypatch):
    monkeypatch.setattr(choosing, "GAIN", 0)
    assert choose_model(eight_bits) == eight_bits
    assert "detector in eight bits" in capfd.readouterr().err


def test_in_full_is_looked_where_the_other_is_not_there_or_gains_too_little_or_is_blind(
    eight_bits, tmp_path, monkeypatch
):
    assert choose_model(tmp_path / "nowhere.onnx") == MODEL
    monkeypatch.setattr(choosing, "GAIN", 1000)
    same = tmp_path / "same.onnx"
    same.write_bytes(MODEL.read_bytes())
    assert choose_model(same) == MODEL
    monkeypatch.setattr(choosing, "GAIN", 0)
    blind = onnx.load(eight_bits)
    for weights in (one for one in blind.graph.initializer if one.data_type == onnx.TensorProto.INT8):
        nothing = np.zeros_like(numpy_helper.to_array(weights))
        weights.CopyFrom(numpy_helper.from_array(nothing, weights.name))
    onnx.save(blind, tmp_path / "blind.onnx")
    assert choose_model(tmp_path / "blind.onnx") == MODEL


def test_what_one_alone_finds_surely_is_no_agreement():
    def find(boxes, scores, classes):
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32), np.array(classes, int)
        )

    found = find([(0, 0, 10, 20), (50, 0, 60, 20)], [0.9, 0.3], [0, 0])
    assert agree(found, find([(0, 0, 10, 19)], [0.2], [0]))
    assert not agree(found, find([(0, 0, 10, 19)], [0.9], [2]))
    assert not agree(found, find([(0, 0, 10, 9)], [0.9], [0]))
    assert not agree(found, find([], [], []))
    assert agree(find([], [], []), found)
