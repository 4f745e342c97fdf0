"""The analysis of live cameras, as a program of its own: `python -m …gateway.analyst FOLDER`.

It is told by lines of JSON on its standard input which sources to watch, and tells on its standard output what
it sees; pictures go to files. It knows no database, so that killing it loses nothing but its short memory: the
watch starts it again. It ends when its input does.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

import av
import cv2
import msgspec
import numpy as np

from madang.core.base.interface import now
from madang.infrastructure.cctv.methods.burning import BurnWatch
from madang.infrastructure.cctv.methods.clothing import describe_wear
from madang.infrastructure.cctv.methods.fights import LEAST_POSE_FPS
from madang.infrastructure.cctv.methods.masking import find_motion, hide_others, mask
from madang.infrastructure.cctv.methods.remembering import Memory
from madang.infrastructure.cctv.methods.rules import tighten
from madang.infrastructure.cctv.methods.tracking import Followed, Tracker
from madang.infrastructure.cctv.records import (
    NOTHING_COMES,
    SORTS,
    Clip,
    Detections,
    Event,
    EventKind,
    Floats,
    Picture,
    Pulse,
    Rules,
    Seen,
    Sighting,
    Sort,
    Source,
    Told,
)

from .analysing import NOTHING, MotionGate, take_frame, watch_burning
from .choosing import find_quick_detector
from .classifier import find_classifier
from .clips import Files, encode_picture, put, to_name, write_clip
from .detector import Detector
from .faces import FaceFinder
from .poses import PoseReader, find_poses
from .sources import SourceReader
from .troubles import UNWORKABLE

WIDTH = 960
BEFORE_S, AFTER_S = 5.0, 5.0
MEMORY_S = 180.0
"""How far back rules look; longer than the longest of their limits should be."""
LOOK_EVERY_S = 1.0
PULSE_EVERY_S = 5.0
LOST_S = 10.0
FAILED_S = 5.0
IDLE_S, LONGEST_REST_S = 0.01, 1.0
BACKGROUND_SHARE = 0.05
FACES_EVERY_S = 2.0
"""A face in nobody who was found: it costs more than all else, and what has come is hidden as moving for longer."""
FACED_HEIGHT = 120
"""Pixels: of whoever is smaller no face is large enough to be known by."""
SEARCHED_HEIGHT = 48
SIGHTED_EVERY = timedelta(seconds=3)
UNKNOWN = (1, 1)
"""Width and height before the first picture: none is so small."""
DUE = attrgetter("due_at")
BEGINNING = datetime.min.replace(tzinfo=UTC)


ENDING = frozenset({EventKind.INTRUSION, EventKind.CROWD})
"""Kinds whose rules say that it is over: what comes later is another one."""


class ToldOf(NamedTuple):
    """An event that was told: under which name, when last, and of which frames."""

    uid: str
    at: float
    start_frame: int
    end_frame: int


class Writer:
    """Tells what is seen, a line at a time, and writes clips in a thread beside the analysis."""

    def __init__(self, files: Files, output: BinaryIO) -> None:
        self._files, self._output = files, output
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="clips")

    def tell(self, told: Told) -> None:
        """Write one line."""
        with self._lock:
            self._output.write(msgspec.json.encode(told) + b"\n")
            self._output.flush()

    def write_clip(self, uid: str, pictures: list[tuple[float, bytes, bytes]]) -> None:
        """Write both clips of an event, of pictures (seconds, masked JPEG, original JPEG), and tell of them."""
        self._pool.submit(self._write_clip, uid, pictures)

    def close(self) -> None:
        """Write what waits."""
        self._pool.shutdown()

    def _write_clip(self, uid: str, pictures: list[tuple[float, bytes, bytes]]) -> None:
        try:
            original = write_clip(self._files.name_original(uid), [(at, body) for at, _, body in pictures])
            masked = write_clip(self._files.name_clip(uid), [(at, body) for at, body, _ in pictures])
        except (av.error.FFmpegError, OSError) as error:
            sys.stderr.write(f"clip {uid}: {error}\n")
            return
        seconds = round(pictures[-1][0] - pictures[0][0], 1)
        self.tell(Told(clip=Clip(uid=uid, seconds=seconds, masked_sha256=masked, original_sha256=original)))


class Watched:
    """One camera that is watched: its reader, its tracks, and the last seconds of its pictures."""

    def __init__(
        self,
        source: Source,
        detector: Detector,
        files: Files,
        writer: Writer,
        came: threading.Event,
        poses: PoseReader | None = None,
    ) -> None:
        self._poses = poses
        self.source, self._detector, self._files, self._writer = source, detector, files, writer
        self._tell = writer.tell
        self._reader = SourceReader(source.url, came)
        self._classifier = find_classifier()
        self._begun = time.monotonic()
        self._ring: deque[tuple[float, bytes, bytes]] = deque(
            maxlen=int((BEFORE_S + AFTER_S + 2) * source.fps)
        )
        self._size = UNKNOWN
        self._number = self._count = 0
        self._waiting: list[tuple[float, str]] = []
        self._due = self._look_due = self._pulse_due = self._faces_due = 0.0
        self._came: tuple[float, datetime] | None = None
        self._failure = ""
        self._begin()

    def _begin(self) -> None:
        """Forget what was seen: it says nothing of the pictures that come now. Clips that wait are written before."""
        self._write_clips(float("inf"))
        self._ring.clear()
        self._gate, self._burns, self._faces = MotionGate(), BurnWatch(self.source.fps), FaceFinder()
        self._trackers = {sort: Tracker(sort, self.source.fps) for sort in Sort}
        self._background: Floats | None = None
        self._boxes = self._face_boxes = np.zeros((0, 4), np.float32)
        self._known: tuple[object, ...] = ()
        self._events: list[Event] = []
        self._memory = Memory()
        self._heights: dict[tuple[Sort, int], float] = {}
        self._told: dict[tuple[object, ...], ToldOf] = {}
        self._sighted: dict[int, datetime] = {}
        name = self.source.camera_id
        mark = hashlib.sha256(name.encode()).hexdigest()[:6]
        self._prefix = f"{to_name(name)[:16]}-{mark}-{int(now().timestamp())}-{self._number}"

    @property
    def _rules(self) -> Rules:
        return tighten(self.source.rules, self.source.factors)

    def close(self) -> None:
        """Watch no longer; clips that wait are written with what there is."""
        self._reader.close()
        self._write_clips(float("inf"))

    def take_rules(self, source: Source) -> bool:
        """Go on with other rules; return False where the pictures themselves are to be others."""
        same = msgspec.structs.replace(
            source, rules=self.source.rules, factors=self.source.factors, is_searched=self.source.is_searched
        )
        if same != self.source:
            return False
        self.source = source
        return True

    @property
    def due_at(self) -> float:
        """From when on there is something to do, on the monotonic clock; a picture that hasn't come says so itself."""
        return min(self._pulse_due, self._due) if self._reader.has_picture else self._pulse_due

    def work(self) -> bool:
        """Take the newest picture if its time has come; return whether there was one.

        What can't be worked on is its own trouble: it begins anew a little later, and no other camera is held up.
        """
        try:
            return self._work(time.monotonic())
        except Exception as error:  # noqa: BLE001 - whatever a camera sends, the others are watched
            sys.stderr.write(f"camera {self.source.camera_id}: {error!r}\n")
            self._failure, self._due = UNWORKABLE, time.monotonic() + FAILED_S
            self._begin()
            return False

    def _work(self, at: float) -> bool:
        if at >= self._pulse_due:
            self._pulse_due = at + PULSE_EVERY_S
            self._tell(Told(pulse=self._describe(at)))
        if at < self._due:
            return False
        picture = self._reader.take(WIDTH)
        if picture is None:
            return False
        self._due = max(self._due + 1 / self.source.fps, at)
        self._came = (at, now())
        size = picture.shape[1], picture.shape[0]
        if self._size not in {UNKNOWN, size}:  # the camera was set otherwise
            self._begin()
        self._size = size
        self._take(at, picture)
        self._failure = ""
        if at >= self._look_due:
            self._look_due = at + LOOK_EVERY_S
            self._look(at)
        self._write_clips(at)
        return True

    def _take(self, at: float, picture: Picture) -> None:
        self._number = max(self._number + 1, int((at - self._begun) * self.source.fps) + 1)
        found = NOTHING
        if self._gate.is_moving(picture) or not all(one.is_idle for one in self._trackers.values()):
            found = self._detector.detect(picture)
            reach = self._rules.fight_heights if self.source.fps >= LEAST_POSE_FPS else 0.0
            take_frame(self._trackers, self._number, picture, found, self._poses, reach)
            seen = self._list_to_tell() if self.source.is_searched else []
            hidden = _choose(found)
            if seen or at >= self._faces_due or self._is_anybody_lost():
                # Of whom a picture is told apart the face is hidden besides.
                covered = self._boxes[:0] if seen else np.concatenate([*hidden.values()])
                self._faces_due, self._face_boxes = at + FACES_EVERY_S, self._faces.find(picture, covered)
            self._boxes = np.concatenate([*hidden.values(), self._face_boxes])
            for one in seen:
                self._tell_person(picture, one, hidden)
        watch_burning(self._burns, self._number, picture, self._rules, found, self._classifier)
        masked = mask(picture, self._boxes, self._find_motion(picture))
        body = encode_picture(masked)
        put(self._files.name_live(self.source.camera_id), body)
        self._ring.append((at, body, encode_picture(picture)))

    def _is_anybody_lost(self) -> bool:
        """Return whether somebody so near that a face is seen was found in the last picture and isn't in this one."""
        return any(
            one.missed == 1 and one.boxes[-1][3] - one.boxes[-1][1] >= FACED_HEIGHT
            for one in self._trackers[Sort.PERSON].list_followed()
        )

    def _list_to_tell(self) -> list[Followed]:
        """Return who is seen now and large enough, and of whom nothing was told for a few seconds."""
        moment = self._came[1] if self._came else now()
        return [
            one
            for one in self._trackers[Sort.PERSON].list_followed()
            if not one.missed
            and one.boxes[-1][3] - one.boxes[-1][1] >= SEARCHED_HEIGHT
            and moment - self._sighted.get(one.id, BEGINNING) >= SIGHTED_EVERY
        ]

    def _tell_person(self, picture: Picture, one: Followed, hidden: dict[Sort, Floats]) -> None:
        """Tell who is to be seen: the colours of their clothes, and a picture in which every head is hidden."""
        moment = self._came[1] if self._came else now()
        self._sighted[one.id] = moment
        box = one.boxes[-1]
        top, bottom = describe_wear(picture, box)
        uid = f"{self._prefix}-p{one.id}"
        masks = [hide_others(box, hidden[Sort.PERSON]), hidden[Sort.VEHICLE], self._face_boxes]
        x1, y1, x2, y2 = (int(value) for value in box)
        part = mask(picture, np.concatenate(masks))[max(0, y1 - 8) : y2 + 8, max(0, x1 - 8) : x2 + 8]
        put(self._files.name_sighting(uid), encode_picture(part))
        self._tell(Told(sighting=Sighting(
            uid=uid, camera_id=self.source.camera_id, last_at=moment, top=dict(top), bottom=dict(bottom),
            first_at=self._to_moment(one.frames[0]),
        )))  # fmt: skip

    def _find_motion(self, picture: Picture) -> np.ndarray | None:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
        if self._background is None or self._background.shape != grey.shape:
            self._background = grey
            return None
        moving = find_motion(grey, self._background)
        cv2.accumulateWeighted(grey, self._background, BACKGROUND_SHARE)
        return moving

    def _look(self, at: float) -> None:
        """Look for events in what is remembered; tell new ones, and old ones that go on."""
        fps = self.source.fps
        oldest = self._number - int(MEMORY_S * fps)
        for tracker in self._trackers.values():
            tracker.forget(oldest)
        self._burns.forget(oldest)
        rules = self._rules
        known = rules, self._size, *(tracker.extent for tracker in self._trackers.values())
        if known != self._known:  # nobody came, went or stayed: what the rules say stands
            tracks = [track for tracker in self._trackers.values() for track in tracker.list_tracks()]
            self._known, self._events = known, self._memory.find_events(tracks, rules, fps, self._size)
            self._heights = {(one.sort, one.id): float(one.heights.mean()) for one in tracks}
        for event in (*self._events, *self._burns.list_events(rules)):
            self._tell_event(at, event)
        self._sighted = {
            one.id: self._sighted[one.id]
            for one in self._trackers[Sort.PERSON].list_followed()
            if one.id in self._sighted
        }
        self._told = {name: one for name, one in self._told.items() if at - one.at <= 2 * MEMORY_S}

    def _tell_event(self, at: float, event: Event) -> None:
        # A crossing is its own; any other rule's event is one with what the same track does there, unless the rule itself
        # says when it ended.
        who = event.tracks[0] if event.tracks else (event.x, event.y)
        name = (
            event.kind,
            event.place,
            0 if event.kind is EventKind.CROWD else who,
            event.start_frame if event.kind is EventKind.LINE else 0,
        )
        told = self._told.get(name)
        if told is not None and event.kind in ENDING and event.end_frame < told.start_frame:
            return  # it was told, and another one since
        if told is None or (event.kind in ENDING and event.start_frame > told.end_frame):
            self._count += 1
            uid = f"{self._prefix}-{event.kind.value}-{self._number}-{self._count}"
            told = ToldOf(uid, at, event.start_frame, event.end_frame)
            self._waiting.append((at, uid))
        uid = told.uid
        self._told[name] = told._replace(at=at, end_frame=max(told.end_frame, event.end_frame))
        width, height = self._size
        self._tell(Told(seen=Seen(
            uid=uid,
            camera_id=self.source.camera_id,
            kind=event.kind,
            begun_at=self._to_moment(event.start_frame),
            ended_at=self._to_moment(event.end_frame),
            strength=round(event.strength * max(1.0, self.source.factors.get(event.kind, 1.0)), 2),
            reason=event.reason,
            place=event.place,
            x=round(event.x / width, 4),
            y=round(event.y / height, 4),
            height=round(self._measure(event), 4),
        )))  # fmt: skip

    def _measure(self, event: Event) -> float:
        """Return the height of the event's first track, in parts of the picture."""
        if not event.tracks:
            return 0.1
        sort = Sort.BAG if event.kind is EventKind.ABANDONED else Sort.PERSON
        return self._heights[sort, event.tracks[0]] / self._size[1]

    def _to_moment(self, frame: int) -> datetime:
        at, moment = self._came or (time.monotonic(), now())
        return moment - timedelta(seconds=max(0.0, at - self._begun - (frame - 1) / self.source.fps))

    def _write_clips(self, at: float) -> None:
        due = [(told, uid) for told, uid in self._waiting if at - told >= AFTER_S]
        self._waiting = [(told, uid) for told, uid in self._waiting if at - told < AFTER_S]
        for told, uid in due:
            pictures = [one for one in self._ring if told - BEFORE_S <= one[0] <= told + AFTER_S]
            if pictures:
                self._writer.write_clip(uid, pictures)

    def _describe(self, at: float) -> Pulse:
        came = self._came
        is_lost = at - (came[0] if came else self._begun) > LOST_S
        trouble = self._failure or ((self._reader.trouble or NOTHING_COMES) if is_lost else "")
        people = 0 if is_lost else sum(one.missed == 0 for one in self._trackers[Sort.PERSON].list_followed())
        return Pulse(
            camera_id=self.source.camera_id, at=came[1] if came else None, people=people, trouble=trouble
        )


def _choose(found: Detections) -> dict[Sort, Floats]:
    """Return the boxes of whoever and whatever must be hidden: people and vehicles, also the doubtful ones."""
    sorts = np.array([SORTS.get(int(one), "") for one in found.classes], object)
    return {sort: found.boxes[sorts == sort] for sort in (Sort.PERSON, Sort.VEHICLE)}


class Analyst:
    """Watches every source it was told of, each core one at a time, who waits longest first; a detector for each number of tiles."""

    def __init__(self, files: Files, output: BinaryIO) -> None:
        self.files, self.writer = files, Writer(files, output)
        self._watched: dict[str, Watched] = {}
        self._detectors: dict[int, Detector] = {}
        self._poses = find_poses(threads=1)
        self._wanted: list[Source] | None = None
        self._ended, self._came = threading.Event(), threading.Event()

    def run(self, told: BinaryIO) -> None:
        """Work until the input ends."""
        threading.Thread(target=self._listen, args=(told,), daemon=True).start()
        working: dict[Watched, Future[bool]] = {}
        with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="cameras") as pool:
            while not self._ended.is_set():
                self._came.clear()
                wanted, self._wanted = self._wanted, None
                if wanted is not None:
                    wait(working.values())
                    self._change(wanted)
                working = {one: work for one, work in working.items() if not work.done()}
                idle, at = [one for one in self._watched.values() if one not in working], time.monotonic()
                for one in sorted((one for one in idle if one.due_at <= at), key=DUE):
                    working[one] = pool.submit(one.work)
                    working[one].add_done_callback(lambda _: self._came.set())
                due_at = min((one.due_at for one in idle if one not in working), default=float("inf"))
                self._came.wait(min(max(0.0, due_at - time.monotonic()), LONGEST_REST_S))
                time.sleep(IDLE_S)  # what many cameras give is taken together
        for one in self._watched.values():
            one.close()
        self.writer.close()

    def _listen(self, told: BinaryIO) -> None:
        for line in told:
            self._wanted = msgspec.json.decode(line, type=list[Source])
            self._came.set()
        self._ended.set()
        self._came.set()

    def _change(self, wanted: list[Source]) -> None:
        named = {one.camera_id: one for one in wanted}
        for camera_id, watched in list(self._watched.items()):
            source = named.get(camera_id)
            if source is not None and watched.take_rules(source):
                continue
            watched.close()
            del self._watched[camera_id]
        for camera_id, source in named.items():
            if camera_id not in self._watched:
                if source.tiles not in self._detectors:
                    self._detectors[source.tiles] = find_quick_detector(source.tiles)
                detector = self._detectors[source.tiles]
                self._watched[camera_id] = Watched(
                    source, detector, self.files, self.writer, self._came, self._poses
                )


def main() -> None:
    """Watch what the standard input says."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)  # cameras are worked on side by side
    Analyst(Files(Path(sys.argv[1])), sys.stdout.buffer).run(sys.stdin.buffer)


if __name__ == "__main__":
    main()
