"""Events of tracks that go on: what somebody did is looked at again only once more of it was seen."""

from __future__ import annotations

from collections.abc import Sequence

from madang.infrastructure.cctv.records import Event, Rules, Sort, Track

from .rules import Size, find_own_events, find_shared_events, sort_events

SHARED_S = 30.0
"""Who was last seen longer ago makes nothing new together with others."""
Extent = tuple[Sort, int, int, int, int]
"""What tells a track as it is now: sort, number, first and last frame, how many it has."""


class Memory:
    """Finds events in the same pictures again and again; tracks grow at their ends and are forgotten from the front."""

    def __init__(self) -> None:
        self._given: tuple[Rules, float, Size] | None = None
        self._own: dict[Extent, list[Event]] = {}

    def find_events(self, tracks: Sequence[Track], rules: Rules, fps: float, size: Size) -> list[Event]:
        """Return the events that `rules.find_events` finds, those that several made only while they are new."""
        if self._given != (rules, fps, size):
            self._given, self._own = (rules, fps, size), {}
        known, self._own = self._own, {}
        for one in tracks:
            extent = one.sort, one.id, int(one.frames[0]), int(one.frames[-1]), len(one.frames)
            events = known.get(extent)
            self._own[extent] = find_own_events(one, rules, fps, size) if events is None else events
        oldest = max((int(one.frames[-1]) for one in tracks), default=0) - SHARED_S * fps
        shared = find_shared_events([one for one in tracks if one.frames[-1] >= oldest], rules, fps)
        return sort_events([*(event for events in self._own.values() for event in events), *shared])
