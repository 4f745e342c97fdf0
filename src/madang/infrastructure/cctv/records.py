"""What is seen in a video: detections, tracks, the rules over them and the events they find."""

from __future__ import annotations

from enum import StrEnum

import msgspec
import numpy as np
import numpy.typing as npt

from madang.core.base.interface import Text

Floats = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]


class Sort(StrEnum):
    """What a track follows."""

    PERSON = "person"
    BAG = "bag"
    VEHICLE = "vehicle"


# Classes of the COCO list that the detector knows, by their place in it.
SORTS = {
    0: Sort.PERSON,
    1: Sort.VEHICLE, 2: Sort.VEHICLE, 3: Sort.VEHICLE, 5: Sort.VEHICLE, 7: Sort.VEHICLE,
    24: Sort.BAG, 26: Sort.BAG, 28: Sort.BAG,
}  # fmt: skip


class Detections(msgspec.Struct, frozen=True):
    """Boxes of one frame: corners x1, y1, x2, y2 in pixels, (N, 4); scores (N,); classes (N,)."""

    boxes: Floats
    scores: Floats
    classes: npt.NDArray[np.int64]


class Track(msgspec.Struct, frozen=True):
    """One thing through time: frames (N,) counted from 1, boxes (N, 4) as corners, scores (N,)."""

    id: int
    sort: Sort
    frames: npt.NDArray[np.int64]
    boxes: Floats
    scores: Floats

    @property
    def feet(self) -> Floats:
        """Middle of the lower edge in each frame, (N, 2): where a person stands."""
        return np.stack([(self.boxes[:, 0] + self.boxes[:, 2]) / 2, self.boxes[:, 3]], axis=1)

    @property
    def heights(self) -> Floats:
        """Heights in pixels, (N,)."""
        return self.boxes[:, 3] - self.boxes[:, 1]


class EventKind(StrEnum):
    """What a rule can find."""

    INTRUSION = "intrusion"
    LINE = "line"
    LOITERING = "loitering"
    RUNNING = "running"
    CROWD = "crowd"
    FALL = "fall"
    ABANDONED = "abandoned"


class Camera(msgspec.Struct, frozen=True, kw_only=True):
    """A camera of the register. lon and lat are degrees in EPSG:4326; distance in metres where asked."""

    id: str
    name: str
    district_code: str
    lon: float
    lat: float
    purpose: str = ""
    retention_days: int | None = None
    distance_m: float | None = None


CAMERA_KIND = "camera"


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A polygon in parts of the picture's width and height, 0 to 1."""

    name: str
    points: tuple[tuple[float, float], ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line from `start` to `end` in parts of the picture; crossing it is told either way."""

    name: str
    start: tuple[float, float]
    end: tuple[float, float]


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to watch for. Seconds; speeds in body heights a second, distances in body heights.

    Intrusion and line crossing need zones and lines; the others hold for the whole picture.
    """

    zones: tuple[Zone, ...] = ()
    lines: tuple[Line, ...] = ()
    intrusion_s: float = 0.5
    loitering_s: float = 60.0
    loitering_heights: float = 2.0
    running_heights_s: float = 1.9
    running_s: float = 0.8
    crowd_people: int = 8
    crowd_heights: float = 3.0
    crowd_s: float = 2.0
    fall_s: float = 1.0
    abandoned_s: float = 20.0
    abandoned_heights: float = 2.0


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a rule: from which frame to which, whose tracks, where (pixels), and why."""

    kind: EventKind
    start_frame: int
    end_frame: int
    tracks: tuple[int, ...]
    x: float
    y: float
    reason: Text
    place: str = ""
