"""Poses: read of real people, carried with their tracks, and what they say of fights and falls."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from madang.core.base.interface import NotFound
from madang.infrastructure.cctv.gateway.detector import Detector
from madang.infrastructure.cctv.gateway.poses import PoseReader
from madang.infrastructure.cctv.gateway.video import Video
from madang.infrastructure.cctv.records import JOINTS


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
