"""Fire and smoke in the pictures of a camera that stands still: by colour, flicker, growth and soft edges.

Flames: pixels of their colours (Chen, Wu and Chiou 2004: red above a limit and R ≥ G > B, saturated as far as they
aren't glaring) that stay in one place, glare, and never keep the same outline. Smoke: greyish pixels (Chen et al.
2006) that cover what stood behind them, spread from where they began, have no edge of their own and let the
edges behind them fade. What moves on (coats, headlights), blinks (beacons), keeps its outline (signs, lamps), has
edges (vans), doesn't spread (shadows) or fills the picture at once (fog, lighting) is neither.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from madang.core.base.interface import Text
from madang.infrastructure.cctv.records import Event, EventKind, Floats, Picture, Rules

Mask = npt.NDArray[np.bool_]

WIDTH, LOOKS_S, JUDGED_S = 160, 5.0, 2.0
LEAST_FLAME, LEAST_SMOKE, MOST_SMOKE, MOST_PLUMES = 6, 60, 0.5, 2
"""Pixels of the small picture; the largest share of it that is smoke rather than fog; plumes at once."""
RED, SATURATION, GLARE, GLARING = 160, 60, 200, 0.1
PRESENT, RESTLESS, HARDLY_ANYTHING_LEFT, STAYS, FLICKER = 0.85, 0.12, 0.9, 0.5, 8.0
GREYISH, DARKEST, BRIGHTEST, DIFFERENT = 30, 50, 225, 9
STILL_GROWS = 1.08
GROWTH, STEP, KEPT, SOFT, FADED = 1.4, 0.5, 0.7, 0.26, 0.6
FLAT = 6.0
"""Steepness (levels a pixel) from which what stands behind has edges of its own."""
LEARNED, FIRST_LOOKS = 0.002, 5
LEAST_LOOKS, LONGEST_S = 6, 12.0
"""Looks that are needed; seconds that they may be old where a camera gives few pictures."""
CHANGED, AWAY_S = 1.5, 10.0
"""What was refused is asked about again once it is so many times as large or wild, or was away for so long."""


@dataclass(frozen=True)
class _Look:
    frame: int
    grey: Floats
    flame: Mask
    smoke: Mask
    peopled: Mask


@dataclass
class Burning:
    """Something that burns: of which kind, since when, seen last, its box in pixels (corners), and how it looked.

    `asked` is how large (square pixels) and how restless or grown it was when a classifier was asked about it.
    """

    kind: EventKind
    first: int
    last: int
    box: Floats
    place: tuple[float, float]
    measured: float
    asked: tuple[float, float]
    is_refused: bool = False

    def has_changed(self) -> bool:
        """Return whether it is no longer what a classifier was asked about."""
        size, measured = self.asked
        return _measure(self.box) >= CHANGED * size or self.measured >= CHANGED * measured


class BurnWatch:
    """Watches one camera of `fps` frames a second: looks at most LOOKS_S times a second, judges JUDGED_S times."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._every = max(1, round(fps / LOOKS_S))
        self._looks: deque[_Look] = deque()
        self._background: Floats | None = None
        self._known: Mask | None = None
        self._seen = self._judged = 0
        self._burning: list[Burning] = []

    def update(
        self, frame: int, picture: Picture, rules: Rules, people: Floats, vehicles: Floats
    ) -> list[Burning]:
        """Take in a picture and the boxes of whom and what is known in it; return what burns since this one."""
        if self._looks and frame - self._looks[-1].frame < self._every:
            return []
        scale = WIDTH / picture.shape[1]
        small = cv2.resize(
            picture, (WIDTH, max(1, round(picture.shape[0] * scale))), interpolation=cv2.INTER_AREA
        )
        peopled = _cover(small.shape[:2], people * scale)
        flame = _find_flame(small) & ~peopled
        grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (3, 3), 0).astype(np.float32)
        smoke = self._find_smoke(small, grey, peopled | _cover(small.shape[:2], vehicles * scale))
        self._looks.append(_Look(frame, grey, flame, smoke, peopled))
        oldest = frame - int(max(rules.fire_s, rules.smoke_s) * self._fps)
        while len(self._looks) > LEAST_LOOKS and self._looks[1].frame <= oldest:
            self._looks.popleft()
        if frame - self._judged < self._fps / JUDGED_S:
            return []
        self._judged = frame
        found = [*self._judge_flames(frame, rules), *self._judge_smoke(frame, rules)]
        return [
            one for kind, box, measured in found for one in self._keep(frame, kind, box / scale, measured)
        ]

    def list_events(self, rules: Rules) -> list[Event]:
        """Return what burned or burns, as events."""
        return [_describe(one, rules, self._fps) for one in self._burning if not one.is_refused]

    def forget(self, before: int) -> None:
        """Forget what ended before a frame."""
        self._burning = [one for one in self._burning if one.last >= before]

    def _find_smoke(self, small: Picture, grey: Floats, covered: Mask) -> Mask:
        """Return what hides the background, which is learned where nobody stands: who leaves uncovers no smoke."""
        self._seen += 1
        if self._background is None or self._known is None or self._background.shape != grey.shape:
            self._background, self._known, self._seen = grey.copy(), ~covered, 1
        free = ~covered
        new = free & ~self._known
        self._background[new] = grey[new]
        self._known |= free
        different = free & (np.abs(grey - self._background) > DIFFERENT)
        if different.mean() > MOST_SMOKE:  # the light changed, or the camera was turned
            self._background, self._known, self._seen = grey.copy(), free, 1
            self._looks.clear()
            return np.zeros(grey.shape, bool)
        rate = 1 / self._seen if self._seen <= FIRST_LOOKS else np.where(different, LEARNED, 0.1)
        before = self._background
        self._background = (before + np.where(free, rate, 0) * (grey - before)).astype(np.float32)
        spread = small.max(axis=2).astype(int) - small.min(axis=2)
        greyish = (spread < GREYISH) & (grey > DARKEST) & (grey < BRIGHTEST)
        found = (different & greyish).astype(np.uint8)
        return cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(bool)

    def _judge_flames(self, frame: int, rules: Rules) -> Iterator[tuple[EventKind, Floats, float]]:
        looks = self._list_looks(frame, rules.fire_s)
        if looks is None:
            return
        masks = np.stack([one.flame for one in looks])
        greys = np.stack([one.grey for one in looks])
        peopled = np.stack([one.peopled for one in looks])
        often = cv2.dilate((masks.mean(axis=0) >= 0.3).astype(np.uint8), np.ones((3, 3), np.uint8))
        for blob, box in _list_blobs(often, LEAST_FLAME):
            x1, y1, x2, y2 = box.astype(int)
            # Looking at the rest finds nothing, and costs most.
            part = slice(None), slice(y1, y2), slice(x1, x2)
            flicker = _measure_flames(masks[part] & blob[part[1:]], greys[part], peopled[part])
            if flicker:
                yield EventKind.FIRE, box, flicker

    def _judge_smoke(self, frame: int, rules: Rules) -> Iterator[tuple[EventKind, Floats, float]]:
        looks = self._list_looks(frame, rules.smoke_s)
        if looks is None or self._background is None:
            return
        masks = np.stack([one.smoke for one in looks])
        third = max(1, len(looks) // 3)
        now = (masks[-third:].mean(axis=0) >= 0.5).astype(np.uint8)
        now = cv2.morphologyEx(now, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        blobs = [
            (blob, box, growth)
            for blob, box in _list_blobs(now, LEAST_SMOKE)
            if (growth := _measure_growth(masks & blob, blob, third))
        ]
        for blob, box, growth in blobs if len(blobs) <= MOST_PLUMES else ():  # more at once is the weather
            if _is_soft(looks[-1].grey, self._background, looks[-1].smoke & blob):
                yield EventKind.SMOKE, box, growth

    def _list_looks(self, frame: int, seconds: float) -> list[_Look] | None:
        """Return the looks of the last seconds, of longer where these are few; None while there aren't enough."""
        least = frame - seconds * self._fps
        if self._looks[0].frame > least + self._every:
            return None
        inside = sum(one.frame >= least for one in self._looks)
        looks = list(self._looks)[-max(inside, LEAST_LOOKS) :]
        longest = max(LONGEST_S * self._fps, 2 * LEAST_LOOKS * self._every)
        return looks if len(looks) >= LEAST_LOOKS and frame - looks[0].frame <= longest else None

    def _keep(self, frame: int, kind: EventKind, box: Floats, measured: float) -> list[Burning]:
        """Return what is to be asked about: what is new, and what was refused and has become something else."""
        for one in self._burning:
            if one.kind is kind and _touch(one.box, box):
                was_away = frame - one.last > AWAY_S * self._fps
                one.last, one.measured = frame, max(one.measured, measured)
                one.box = np.concatenate([np.minimum(one.box[:2], box[:2]), np.maximum(one.box[2:], box[2:])])
                if not one.is_refused or not (was_away or one.has_changed()):
                    return []
                one.first, one.asked = self._looks[0].frame, (_measure(one.box), one.measured)
                return [one]
        place = float((box[0] + box[2]) / 2), float(box[3])
        asked = _measure(box), measured
        self._burning.append(Burning(kind, self._looks[0].frame, frame, box, place, measured, asked))
        return self._burning[-1:]


def _measure(box: Floats) -> float:
    return float(np.prod(box[2:] - box[:2]))


def _find_flame(small: Picture) -> Mask:
    blue, green, red = (small[:, :, at].astype(int) for at in range(3))
    saturation = 255 * (1 - small.min(axis=2) / np.maximum(small.sum(axis=2) / 3, 1))
    saturated = saturation >= (255 - red) * SATURATION / RED
    return (red > RED) & (red >= green) & (green > blue + 15) & saturated & (green > 0.3 * red)


def _measure_flames(masks: Mask, greys: Floats, peopled: Mask) -> float:
    """Return how much of the outline changes from look to look (0 to 1); 0 where these are no flames.

    What somebody walks before isn't compared, nor is anything that flickers for less than half of the time: a coat
    that passes sand or a yellow wall isn't its flicker.
    """
    areas = masks.sum(axis=(1, 2))
    if (areas >= LEAST_FLAME / 2).mean() < PRESENT or (greys[masks] >= GLARE).mean() < GLARING:
        return 0.0
    shown = masks.any(axis=0)
    flicker = float(np.median(np.abs(np.diff(greys[:, shown], axis=0)).mean(axis=1)))
    if flicker < FLICKER:
        return 0.0
    free = ~(peopled[1:] | peopled[:-1])
    changed = ((masks[1:] ^ masks[:-1]) & free).sum(axis=(1, 2)) / np.maximum(
        ((masks[1:] | masks[:-1]) & free).sum(axis=(1, 2)), 1
    )
    rows, columns = np.indices(shown.shape)
    there = areas > 0
    centres = np.stack(
        [(masks * at).sum(axis=(1, 2))[there] / areas[there] for at in (rows, columns)], axis=1
    )
    drift = float(np.linalg.norm(centres.std(axis=0))) / float(np.sqrt(areas[there].mean()))
    restless = float(np.median(changed))
    is_fire = RESTLESS <= restless <= HARDLY_ANYTHING_LEFT and drift <= STAYS
    return restless if is_fire else 0.0


def _measure_growth(masks: Mask, blob: Mask, third: int) -> float:
    """Return how many times as large it is as it was; 0 where it doesn't spread as smoke does."""
    areas = masks.sum(axis=(1, 2)).astype(float)
    first, last = float(np.median(areas[:third])), float(np.median(areas[-third:]))
    middle = masks[third : 2 * third]
    kept = (middle & masks[-1]).sum() / max(1, middle.sum())
    step = float(np.diff(areas).max(initial=0)) / max(last, 1)
    growth = last / max(first, float(LEAST_SMOKE) / 4)
    goes_on = last >= STILL_GROWS * float(np.median(areas[third : 2 * third]))
    spreads = growth >= GROWTH and goes_on and step <= STEP and kept >= KEPT and middle.sum() > 0
    return growth if spreads and blob.mean() <= MOST_SMOKE else 0.0


def _is_soft(grey: Floats, background: Floats, shown: Mask) -> bool:
    """Return whether it has no edge of its own and what stands behind it fades."""
    if shown.sum() < LEAST_SMOKE / 2:
        return False
    added = (grey - background).astype(np.float32)
    steepness = _measure_steepness(added)
    rim = cv2.dilate(shown.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    rim &= ~cv2.erode(shown.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    rim &= _measure_steepness(background) < FLAT
    if not rim.any():
        return False
    contrast = float(np.abs(added[shown]).mean())
    inner = cv2.erode(shown.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    edges, edges_before = (np.abs(cv2.Laplacian(one, cv2.CV_32F)) for one in (grey, background))
    fades = not inner.any() or edges[inner].mean() <= FADED * max(float(edges_before[inner].mean()), 2.0)
    return bool(np.percentile(steepness[rim], 80) <= SOFT * contrast and fades)


def _measure_steepness(grey: Floats) -> Floats:
    """Return how many levels a pixel each pixel's surroundings rise."""
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(grey, cv2.CV_32F, 0, 1) / 8)


def _list_blobs(found: npt.NDArray[np.uint8], least: int) -> Iterator[tuple[Mask, Floats]]:
    """Yield each connected piece of at least so many pixels, and its box as corners."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats(found)
    for number in range(1, count):
        x, y, wide, high, area = facts[number]
        if area >= least:
            yield labels == number, np.array([x, y, x + wide, y + high], np.float32)


def _cover(shape: tuple[int, ...], boxes: Floats) -> Mask:
    covered = np.zeros(shape, bool)
    for x1, y1, x2, y2 in boxes:
        covered[max(0, int(y1) - 1) : int(y2) + 2, max(0, int(x1) - 1) : int(x2) + 2] = True
    return covered


def _touch(one: Floats, other: Floats) -> bool:
    reach = (one[2:] - one[:2]) / 2
    return bool(np.all(other[:2] <= one[2:] + reach) and np.all(other[2:] >= one[:2] - reach))


def _describe(one: Burning, rules: Rules, fps: float) -> Event:
    seconds = (one.last - one.first) / fps
    if one.kind is EventKind.FIRE:
        reason = Text(
            ko=f"불꽃색이 {seconds:.0f}초 동안 한곳에서 흔들렸습니다 (윤곽의 {one.measured:.0%}가 매번 바뀜)",
            en=f"colours of flames flickered in one place for {seconds:.0f} s ({one.measured:.0%} of the outline "
            "changed each time)",
        )
        limit = rules.fire_s
    else:
        reason = Text(
            ko=f"가장자리가 흐린 회색이 {seconds:.0f}초 동안 {one.measured:.1f}배로 퍼지며 뒤를 가렸습니다",
            en=f"something grey without edges spread to {one.measured:.1f} times its size in {seconds:.0f} s and "
            "hid what stood behind",
        )
        limit = rules.smoke_s
    return Event(
        kind=one.kind,
        start_frame=one.first,
        end_frame=one.last,
        tracks=(),
        x=round(one.place[0], 1),
        y=round(one.place[1], 1),
        reason=reason,
        strength=round(max(1.0, seconds / limit), 2) if limit > 0 else 1.0,
    )
