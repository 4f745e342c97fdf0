"""Tracks cut into pieces, chained from pieces, and compared by how they look."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from madang.infrastructure.cctv.records import UNREAD, Floats, Track


def cut(one: Track, kept: slice | npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Track:
    """Return what a track was in some of its frames."""
    return msgspec.structs.replace(
        one,
        frames=one.frames[kept],
        boxes=one.boxes[kept],
        scores=one.scores[kept],
        joints=None if one.joints is None else one.joints[kept],
        looks=None if one.looks is None else one.looks[kept],
    )


def chain(parts: Sequence[Track]) -> Track:
    """Return pieces that follow each other as one track with the first one's number."""
    looks = [one.looks for one in parts if one.looks is not None]
    return msgspec.structs.replace(
        parts[0],
        frames=np.concatenate([one.frames for one in parts]),
        boxes=np.concatenate([one.boxes for one in parts]),
        scores=np.concatenate([one.scores for one in parts]),
        joints=None
        if all(one.joints is None for one in parts)
        else np.concatenate([_list_joints(one) for one in parts]),
        looks=np.concatenate(looks) if len(looks) == len(parts) else None,
    )


def differ_in_looks(one: Track, other: Track) -> float:
    """Return how different the mean colours of two tracks are, from 0 to 1; 0 where they aren't known."""
    if one.looks is None or other.looks is None:
        return 0.0
    mine, its = (each.mean(axis=0, dtype=np.float32) for each in (one.looks, other.looks))
    return float(1 - mine @ its / max(float(np.linalg.norm(mine) * np.linalg.norm(its)), 1e-9))


def _list_joints(one: Track) -> Floats:
    return np.full((len(one.frames), *UNREAD.shape), np.nan, np.float32) if one.joints is None else one.joints
