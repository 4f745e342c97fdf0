"""Videos whose pictures don't come at an even pace: rules count in seconds, so frames become even steps of time."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from madang.infrastructure.cctv.records import Event, Track

EVEN = 0.75
"""Where no frame is further from its even place than so many frames, the pace is even."""
MOST_HZ = 60.0


class Pace(msgspec.Struct, frozen=True):
    """The step of each frame, (N,), counted from 1 and growing; and how many steps a second has."""

    steps: np.ndarray
    fps: float

    def put(self, tracks: Sequence[Track]) -> list[Track]:
        """Return tracks with steps for frames."""
        return [msgspec.structs.replace(one, frames=self.steps[one.frames - 1]) for one in tracks]

    def take(self, events: Sequence[Event]) -> list[Event]:
        """Return events of such tracks with frames for steps."""
        return [
            msgspec.structs.replace(
                one, start_frame=self._find(one.start_frame), end_frame=self._find(one.end_frame)
            )
            for one in events
        ]

    def _find(self, step: int) -> int:
        return min(int(np.searchsorted(self.steps, step)) + 1, len(self.steps))


def find_pace(times: Sequence[float], fps: float) -> Pace:
    """Return the steps of frames that came at these seconds since the first, `fps` a second on average."""
    numbers = np.arange(len(times))
    came = np.asarray(times, np.float64)
    gaps = np.diff(came)
    if np.all(np.abs(came * fps - numbers) <= EVEN) or not (gaps > 0).any():
        return Pace(numbers + 1, fps)
    pace = float(np.clip(1 / np.percentile(gaps[gaps > 0], 10), fps, max(fps, MOST_HZ)))
    steps = np.round(came * pace).astype(np.int64)
    return Pace(np.maximum.accumulate(steps - numbers) + numbers + 1, pace)
