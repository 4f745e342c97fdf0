"""Rules over tracks: each returns events with their reason; one that stands is told once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import shapely

from madang.core.base.interface import Text, read_pair
from madang.infrastructure.cctv.records import Event, EventKind, Floats, Line, Rules, Sort, Track, Zone

from .fights import find_fights
from .posing import find_standing
from .runs import exceed, find_runs, join_runs

Size = tuple[int, int]
SHORTEST_SAID_S = 0.1
"""Whoever was somewhere for less has just come."""
RETURN_S = 2.0
"""Whoever leaves a zone for no longer was there all the while."""
SETTLED_S = 1.0
"""Boxes tremble: where somebody is, is where they are within so long, and whoever is away for no longer has stayed."""
CLEAR_HEIGHTS = 0.05
"""So many body heights from a line the feet are clear of it."""
STANDING_HEIGHTS_S, STANDING_S = 1.0, 0.5
"""A bag that moves by fewer of its heights a second, over so many seconds, stands and trembles."""
FALLING_S, HEAD_DOWN_SHARE = 2.0, 0.3
"""Who falls brings the head down by this share of the height within so long."""
POSED_SHARE = 0.5
"""In so many of its frames a pose must be known to have a say."""
EDGE_SHARE = 0.99
"""A box that reaches lower is cut off by the picture's edge."""


def find_events(tracks: Sequence[Track], rules: Rules, fps: float, size: Size) -> list[Event]:
    """Return every event of a video, in the order they begin. `size` is width and height in pixels."""
    own = [event for one in tracks for event in find_own_events(one, rules, fps, size)]
    return sort_events([*own, *find_shared_events(tracks, rules, fps)])


def find_own_events(track: Track, rules: Rules, fps: float, size: Size) -> list[Event]:
    """Return the events of one person for which nobody else matters; none of anything else."""
    if track.sort is not Sort.PERSON:
        return []
    found: list[Event] = []
    for zone in rules.zones:
        found += _find_intrusion(track, zone, rules, fps, size)
    for line in rules.lines:
        found += _find_crossings(track, line, size)
    for rule in (_find_loitering, _find_running):
        found += rule(track, rules, fps)
    return [*found, *_find_fall(track, rules, fps, size)]


def find_shared_events(tracks: Sequence[Track], rules: Rules, fps: float) -> list[Event]:
    """Return the events that several make together, or one by another's absence."""
    people = [one for one in tracks if one.sort is Sort.PERSON]
    found = [*_find_crowds(people, rules, fps), *find_fights(people, rules, fps)]
    for bag in tracks:
        if bag.sort is Sort.BAG:
            found += _find_abandoned(bag, people, rules, fps)
    return found


def sort_events(found: Iterable[Event]) -> list[Event]:
    """Return events in the order they begin."""
    return sorted(found, key=lambda one: (one.start_frame, one.kind, one.tracks))


def _event(kind: EventKind, track: Track, first: int, last: int, reason: Text, **more: Any) -> Event:
    x, y = track.feet[first]
    return Event(
        kind=kind,
        start_frame=int(track.frames[first]),
        end_frame=int(track.frames[last]),
        tracks=(track.id,),
        x=round(float(x), 1),
        y=round(float(y), 1),
        reason=reason,
        **more,
    )


def _find_intrusion(track: Track, zone: Zone, rules: Rules, fps: float, size: Size) -> Iterator[Event]:
    area = shapely.Polygon(np.array(zone.points) * size)
    inside = shapely.contains_xy(area, track.feet[:, 0], track.feet[:, 1])
    stays = find_runs(inside, rules.intrusion_s * fps, track.frames)
    for first, last in join_runs(stays, RETURN_S * fps, track.frames):
        seconds = (track.frames[last] - track.frames[first]) / fps
        yield _event(
            EventKind.INTRUSION,
            track,
            first,
            last,
            _say_intrusion(zone.name, seconds),
            place=zone.name,
            strength=exceed(seconds, rules.intrusion_s),
        )


def _say_intrusion(zone: str, seconds: float) -> Text:
    name = read_pair(zone)
    if seconds < SHORTEST_SAID_S:
        return Text(ko=f"{name.ko} 안에 들어왔습니다", en=f"entered {name.en}")
    return Text(ko=f"{name.ko} 안에 {seconds:.1f}초 있었습니다", en=f"inside {name.en} for {seconds:.1f} s")


def _find_crossings(track: Track, line: Line, size: Size) -> Iterator[Event]:
    """Find where the feet pass from clear of the line to clear of it on its other side: whoever stands on it trembles."""
    name = read_pair(line.name)
    start, end = np.array(line.start) * size, np.array(line.end) * size
    along = end - start
    off = track.feet - start
    away = (along[0] * off[:, 1] - along[1] * off[:, 0]) / max(float(np.linalg.norm(along)), 1e-9)
    clear = np.flatnonzero(np.abs(away) > CLEAR_HEIGHTS * track.heights)
    for one, other in pairwise(clear):
        if away[one] * away[other] < 0 and _passes(track.feet[one : other + 1], start, end):
            way = "→" if away[one] > 0 else "←"
            before = one + np.flatnonzero(away[one:other] * away[one] > 0)[-1]
            yield _event(
                EventKind.LINE,
                track,
                int(before),
                int(other),
                Text(ko=f"{name.ko}을(를) 넘었습니다 {way}", en=f"crossed {name.en} {way}"),
                place=line.name,
            )


def _passes(way: Floats, start: Floats, end: Floats) -> bool:
    return bool(shapely.LineString(way).intersects(shapely.LineString([start, end])))


def _find_loitering(track: Track, rules: Rules, fps: float) -> Iterator[Event]:
    """Find where somebody stays within a small circle for long, around where they are in its first second."""
    needed = int(rules.loitering_s * fps)
    frames, feet = track.frames, track.feet
    first = 0
    while first < len(frames) and frames[-1] - frames[first] >= needed:
        begun = slice(first, int(np.searchsorted(frames, frames[first] + SETTLED_S * fps, "right")))
        reach = rules.loitering_heights * float(np.median(track.heights[begun]))
        away = np.linalg.norm(feet[first:] - np.median(feet[begun], axis=0), axis=1)
        last = _find_last(first + np.flatnonzero(away <= reach), frames, SETTLED_S * fps)
        if last is not None and frames[last] - frames[first] >= needed:
            seconds = (frames[last] - frames[first]) / fps
            yield _event(
                EventKind.LOITERING,
                track,
                first,
                last,
                Text(
                    ko=f"{seconds:.0f}초 동안 같은 곳을 떠나지 않았습니다",
                    en=f"stayed in one place for {seconds:.0f} s",
                ),
                strength=exceed(seconds, rules.loitering_s),
            )
            first = last + 1
        else:
            first += max(1, int(fps / 2))


def _find_last(inside: np.ndarray, frames: np.ndarray, longest: float) -> int | None:
    """Return the last of the places in `frames` before somebody was away for longer than `longest` frames, None of none."""
    if not len(inside):
        return None
    left = np.flatnonzero(np.diff(frames[inside]) > longest + 1)
    return int(inside[left[0]] if len(left) else inside[-1])


def _find_running(track: Track, rules: Rules, fps: float) -> Iterator[Event]:
    speed = measure_speed(track, fps, rules.running_s)
    for first, last in find_runs(speed > rules.running_heights_s, rules.running_s * fps, track.frames):
        peak = float(speed[first : last + 1].max())
        yield _event(
            EventKind.RUNNING,
            track,
            first,
            last,
            Text(ko=f"1초에 키의 {peak:.1f}배를 움직였습니다", en=f"moved {peak:.1f} body heights a second"),
            strength=exceed(peak, rules.running_heights_s),
        )


def measure_speed(track: Track, fps: float, seconds: float) -> Floats:
    """Return the speed in each frame over so many seconds around it, in body heights a second, (N,).

    At its ends it is that of the first and last seconds: over a shorter time a box that trembles would run.
    """
    reach = max(1, int(fps * seconds / 2))
    last = len(track.frames) - 1
    before = np.clip(np.arange(last + 1) - reach, 0, max(0, last - 2 * reach))
    after = np.minimum(before + 2 * reach, last)
    moved = np.linalg.norm(track.feet[after] - track.feet[before], axis=1)
    took = np.maximum(track.frames[after] - track.frames[before], 1) / fps
    return moved / took / np.maximum(np.median(track.heights), 1)


def _find_fall(track: Track, rules: Rules, fps: float, size: Size) -> Iterator[Event]:
    """Find where somebody upright lies and goes on lying: wider than high, and the head came down.

    Whose lower half a wall or the picture's edge hides is as wide, and no event: the head stays, the edge is near.
    Nor is it one where the pose says, in most of the frames, that the trunk stands.
    """
    standing = find_standing(track, fps)
    widths = track.boxes[:, 2] - track.boxes[:, 0]
    tall = float(np.percentile(track.heights, 80))
    upright = track.heights > 1.5 * widths
    whole = track.boxes[:, 3] < EDGE_SHARE * size[1]
    lying = whole & (widths > 1.1 * track.heights) & (track.heights < 0.65 * tall)
    for first, last in find_runs(lying, rules.fall_s * fps, track.frames):
        stood = np.flatnonzero(upright[:first])
        if len(stood) <= first / 2:  # not upright most of the time before
            continue
        just = stood[track.frames[stood] >= track.frames[first] - FALLING_S * fps]
        head = track.boxes[just if len(just) else stood[-1:], 1].min()
        if track.boxes[first, 1] - head < HEAD_DOWN_SHARE * tall:
            continue
        known = standing[first : last + 1][~np.isnan(standing[first : last + 1])]
        is_posed = len(known) >= POSED_SHARE * (last + 1 - first)
        if is_posed and known.mean() > 0.5:  # noqa: PLR2004 - most of them: whoever sits or bends is as wide
            continue
        yield _event(
            EventKind.FALL,
            track,
            first,
            last,
            Text(
                ko=f"서 있던 사람이 누워 있습니다{'(자세로 확인)' if is_posed else ''}",
                en=f"somebody who stood is lying{' (by pose)' if is_posed else ''}",
            ),
            strength=exceed((track.frames[last] - track.frames[first]) / fps, rules.fall_s),
        )


def _find_crowds(people: Sequence[Track], rules: Rules, fps: float) -> Iterator[Event]:
    """Find where many people stand close together for a while, wherever in the picture."""
    if not people:
        return
    frames = np.concatenate([one.frames for one in people])
    feet = np.concatenate([one.feet for one in people])
    heights = np.concatenate([one.heights for one in people])
    owners = np.concatenate([np.full(len(one.frames), one.id) for one in people])
    order = np.argsort(frames, kind="stable")
    moments, starts = np.unique(frames[order], return_index=True)
    groups = [order[a:b] for a, b in zip(starts, [*starts[1:], len(order)], strict=True)]
    seen = [
        _largest_group(feet[one], heights[one], rules.crowd_heights)
        if len(one) >= rules.crowd_people
        else one[:0]
        for one in groups
    ]
    is_crowd = np.array([len(one) >= rules.crowd_people for one in seen])
    for first, last in find_runs(is_crowd, rules.crowd_s * fps, moments):
        members = groups[first][seen[first]]
        most = max(len(one) for one in seen[first : last + 1])
        x, y = feet[members].mean(axis=0)
        yield Event(
            kind=EventKind.CROWD,
            start_frame=int(moments[first]),
            end_frame=int(moments[last]),
            tracks=tuple(int(one) for one in sorted(owners[members])),
            x=round(float(x), 1),
            y=round(float(y), 1),
            reason=Text(ko=f"{most}명이 모여 있습니다", en=f"{most} people stand together"),
            strength=exceed(most, rules.crowd_people),
        )


def _largest_group(feet: Floats, heights: Floats, reach: float) -> np.ndarray:
    """Return who stands within `reach` body heights of the one with most neighbours."""
    near = np.linalg.norm(feet[:, None] - feet[None], axis=2) <= reach * np.median(heights)
    return np.flatnonzero(near[near.sum(axis=1).argmax()])


def _find_abandoned(bag: Track, people: Sequence[Track], rules: Rules, fps: float) -> Iterator[Event]:
    """Find where a bag stands still, wherever it was carried before, and nobody is near it for long."""
    alone = measure_speed(bag, fps, STANDING_S) < STANDING_HEIGHTS_S
    for one in people:
        _, at, beside = np.intersect1d(bag.frames, one.frames, assume_unique=True, return_indices=True)
        away = np.linalg.norm(one.feet[beside] - bag.feet[at], axis=1)
        alone[at] &= away > rules.abandoned_heights * one.heights[beside]
    for first, last in find_runs(alone, rules.abandoned_s * fps, bag.frames):
        seconds = (bag.frames[last] - bag.frames[first]) / fps
        yield _event(
            EventKind.ABANDONED,
            bag,
            first,
            last,
            Text(
                ko=f"가방 곁에 {seconds:.0f}초 동안 아무도 없었습니다",
                en=f"nobody near a bag for {seconds:.0f} s",
            ),
            strength=exceed(seconds, rules.abandoned_s),
        )


def tighten(rules: Rules, factors: Mapping[str, float]) -> Rules:
    """Return the rules with each limit as many times as high as the factor of its kind of event says."""
    times = {kind: max(1.0, factors.get(kind, 1.0)) for kind in EventKind}
    return msgspec.structs.replace(
        rules,
        intrusion_s=rules.intrusion_s * times[EventKind.INTRUSION],
        loitering_s=rules.loitering_s * times[EventKind.LOITERING],
        running_heights_s=rules.running_heights_s * times[EventKind.RUNNING],
        crowd_people=math.ceil(rules.crowd_people * times[EventKind.CROWD]),
        fall_s=rules.fall_s * times[EventKind.FALL],
        abandoned_s=rules.abandoned_s * times[EventKind.ABANDONED],
        fight_heights_s=rules.fight_heights_s * times[EventKind.FIGHT],
        fight_limbs_s=rules.fight_limbs_s * times[EventKind.FIGHT],
        fire_s=rules.fire_s * times[EventKind.FIRE],
        smoke_s=rules.smoke_s * times[EventKind.SMOKE],
    )
