"""Intelligent CCTV: AP, MOTA, IDF1, events, milliseconds a frame, cameras at 3 pictures a second, frame to event.

`madang bench cctv [--people VIDEO]… [--clip VIDEO TRUTH]… [--cameras N] [--live]`.

Labelled pictures can't be had from the registries that this project uses, so accuracy is measured four ways: the
tracker on the tracks of TUD-Campus and TUD-Stadtmitte (in the package motmetrics) as a trembling detector would see
them; the whole chain on clips composed of people cut out of real videos (`--people`; Debian's opencv-doc has one),
whose truth is known, also on the ways of TUD's true tracks; 16 pictures of Debian's vtest.avi in which we wrote down
who is to be seen, whole as MOTChallenge has them (`cctv_clips/vtest.txt`; 0 is what nobody can tell); and any labelled
clip that is given (`--clip`, truth as MOTChallenge text). Floors in the same run: the same detections followed by
overlap alone, and, for the tracks of motmetrics, the tracker whose results it ships. Events are compared with those that
the same rules derive from the true tracks. Each part is bounded in time, so that the whole ends in minutes on any
machine; where one was cut short it says so.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2
import motmetrics
import numpy as np
import psutil
from cctv_clips.composing import compose, cut_people, dress, write_clip
from cctv_clips.happenings import say_events
from cctv_clips.scoring import Rows, count_right, drop_over, read_rows, say, score
from cctv_clips.trembling import Seen, follow_greedily, see

from madang.infrastructure.cctv.gateway.analyses import Analysis
from madang.infrastructure.cctv.gateway.analysing import LOOKS, analyse
from madang.infrastructure.cctv.gateway.choosing import EIGHT_BITS
from madang.infrastructure.cctv.gateway.clips import Files
from madang.infrastructure.cctv.gateway.detector import MODEL, Detector
from madang.infrastructure.cctv.gateway.poses import find_poses
from madang.infrastructure.cctv.gateway.simulating import Walker, write_street
from madang.infrastructure.cctv.methods.mending import mend
from madang.infrastructure.cctv.methods.tracking import NEW, Tracker
from madang.infrastructure.cctv.records import (
    SORTS,
    Detections,
    EventKind,
    Picture,
    Rules,
    Sort,
    Source,
    Told,
    Track,
    Zone,
)
from madang.infrastructure.cctv.tests.rtsp import start_server
from madang.project.pytest_plugin import find_free_port

DEBIAN = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
BY_EYE = Path(__file__).parent / "cctv_clips" / "vtest.txt"
TUD = Path(motmetrics.__file__).parent / "data"
SCENES = ((11, 6), (13, 12))
"""Seed and number of people of each composed clip."""
DRESSES = (1, 2)
FRAMES, FPS, TUD_FPS, TUD_SIZE = 100, 10, 25.0, (640, 480)
PACE, TURNS, WATCHED_S, LONGEST_WAIT_S = 3.0, 1, 20.0, 60.0
ROUNDS = 3
PERSON = 0
"""COCO's number of a person."""


def main() -> None:
    """Measure and print."""
    arguments = _read_arguments()
    os.environ["MADANG_CAMERA_NETWORKS"] = "127.0.0.0/8"
    began = time.monotonic()
    print(f"load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not arguments.live:
            _measure_accuracy(arguments, folder)
        _measure_cameras(folder, arguments.cameras, arguments.people[:1])
        _measure_delay(folder)
    print(f"took {time.monotonic() - began:.0f} s; load at the end {os.getloadavg()[0]:.1f}")


def _measure_accuracy(arguments: argparse.Namespace, folder: Path) -> None:
    for name in ("TUD-Campus", "TUD-Stadtmitte"):
        _measure_tracker(name)
    for video in arguments.people:
        _measure_composed(video, folder)
    if DEBIAN.is_file():
        _measure_by_eye()
        _measure_models()
    for video, truth in arguments.clip:
        _measure_clip(Path(video).stem, Path(video), read_rows(Path(truth)))


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="madang bench cctv")
    parser.add_argument("--people", type=Path, action="append", metavar="VIDEO")
    parser.add_argument("--clip", nargs=2, action="append", default=[], metavar=("VIDEO", "TRUTH"))
    parser.add_argument(
        "--live", action="store_true", help="cameras and delay alone: for a machine that does nothing else"
    )
    parser.add_argument("--cameras", type=int, nargs="+", default=[4, 8])
    arguments = parser.parse_args()
    if arguments.people is None:
        arguments.people = [DEBIAN] if DEBIAN.is_file() else []
    if not arguments.people:
        print("no video to cut people out of: give one by --people, or install Debian's opencv-doc")
    return arguments


def _measure_tracker(name: str) -> None:
    truth = read_rows(TUD / name / "gt.txt")
    seen = see(truth, seed=1)
    tracker = Tracker(Sort.PERSON, TUD_FPS)
    for frame, boxes, scores, looks in seen:
        tracker.update(frame, boxes, scores, looks)
    tracks = mend(tracker.list_tracks(with_looks=True), TUD_FPS, TUD_SIZE)
    say(f"{name}, tracks seen trembling", score(truth, _to_rows(tracks)))
    say_events(truth, tracks, TUD_FPS, TUD_SIZE)
    say("  floor: by overlap alone", score(truth, follow_greedily(seen)))
    say("  peer: results that motmetrics ships", score(truth, read_rows(TUD / name / "test.txt")))


def _measure_composed(video: Path, folder: Path) -> None:
    empty, people = cut_people(video)
    print(f"{video.name}: {len(people)} people cut out")
    for seed, count in SCENES:
        path, truth = write_clip(folder, f"scene-{seed}", compose(empty, people, seed, count, FRAMES), FPS)
        _measure_clip(f"{count} people of {video.stem}, seed {seed}", path, truth)
    for name in ("TUD-Campus", "TUD-Stadtmitte"):
        ways = read_rows(TUD / name / "gt.txt")
        for seed in DRESSES:
            pictures = dress(cv2.resize(empty, TUD_SIZE), people, ways, seed, TUD_FPS)
            path, truth = write_clip(folder, f"{name}-{seed}", pictures, int(TUD_FPS))
            _measure_clip(f"people of {video.stem} on the ways of {name}, {seed}", path, truth)


def _measure_by_eye() -> None:
    """Compare all of a real video's tracks with the people of the pictures that were looked at."""
    labels = np.loadtxt(BY_EYE, delimiter=",")
    began = time.process_time()
    found = analyse(DEBIAN, Detector(), Rules(), poses=find_poses())
    cost = 1000 * (time.process_time() - began) / found.frames
    rows = _to_rows([one for one in found.tracks if one.sort is Sort.PERSON])
    people, doubtful = labels[labels[:, 6] > 0], labels[labels[:, 6] == 0]
    right, seen = count_right(people, drop_over(rows[np.isin(rows[:, 0], labels[:, 0])], doubtful))
    print(
        f"{DEBIAN.name}, {len(np.unique(labels[:, 0]))} pictures labelled by eye: recall {right / len(people):.3f}  "
        f"precision {right / seen:.3f}  ({len(people)} people, {seen} found; {len(found.events)} events in "
        f"{found.frames / found.fps:.0f} s; {cost:.0f} ms of processor time a frame)",
        flush=True,
    )


def _measure_models() -> None:
    """Compare what both models see at one look, as live pictures are looked at, with who is there, and what it costs."""
    labels = np.loadtxt(BY_EYE, delimiter=",")
    with av.open(str(DEBIAN)) as container:
        pictures = {
            number: frame.to_ndarray(format="bgr24")
            for number, frame in enumerate(container.decode(video=0), start=1)
            if number in labels[:, 0]
        }
    people, doubtful = labels[labels[:, 6] > 0], labels[labels[:, 6] == 0]
    for name, model in (("in full", MODEL), ("in eight bits", EIGHT_BITS)):
        detector, rows = Detector(tiles=1, threads=1, model=model), []
        began = time.process_time()
        seen = {number: detector.detect(picture) for number, picture in pictures.items()}
        cost = 1000 * (time.process_time() - began) / len(pictures)
        for number, found in seen.items():
            sure = (found.scores >= NEW) & (found.classes == PERSON)
            rows += [
                (number, 0, x1, y1, x2 - x1, y2 - y1, score)
                for (x1, y1, x2, y2), score in zip(found.boxes[sure], found.scores[sure], strict=True)
            ]
        right, count = count_right(people, drop_over(np.array(rows, float).reshape(-1, 7), doubtful))
        print(
            f"  the detector {name}, one look: recall {right / len(people):.3f}  precision {right / max(1, count):.3f}  "
            f"{cost:.0f} ms of processor time",
            flush=True,
        )


class Recorder(Detector):
    """A detector that keeps what it found of people, so that the floor needs no second look."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Seen] = []
        self.pictures = 0

    def detect(self, picture: Picture) -> Detections:
        """Return what is in a picture, and keep the people."""
        found = super().detect(picture)
        self.pictures += 1
        people = np.array([SORTS.get(int(one)) is Sort.PERSON for one in found.classes], bool)
        looks = np.zeros((int(people.sum()), LOOKS), np.float32)
        self.seen.append((self.pictures, found.boxes[people], found.scores[people], looks))
        return found


def _measure_clip(name: str, video: Path, truth: Rows) -> None:
    detector = Recorder()
    began, worked = time.perf_counter(), time.process_time()
    found = analyse(video, detector, Rules(), poses=find_poses())
    took, cost = time.perf_counter() - began, time.process_time() - worked
    people = [one for one in found.tracks if one.sort is Sort.PERSON]
    say(name, score(truth, _to_rows(people)))
    say_events(truth, people, found.fps, (found.width, found.height))
    if detector.pictures == found.frames:  # where nothing moved no picture was looked at
        say("  floor: by overlap alone", score(truth, follow_greedily(detector.seen)))
    print(
        f"  {1000 * took / found.frames:.0f} ms a frame ({1000 * cost / found.frames:.0f} ms of processor time)"
    )


def _to_rows(tracks: list[Track]) -> Rows:
    rows = [
        (frame, one.id, x1, y1, x2 - x1, y2 - y1, score)
        for one in tracks
        for frame, (x1, y1, x2, y2), score in zip(one.frames, one.boxes, one.scores, strict=True)
    ]
    return np.array(rows, float).reshape(-1, 7)


def _measure_cameras(folder: Path, numbers: list[int], people: list[Path]) -> None:
    """Watch ever more cameras by RTSP, everybody moving, and count the pictures that are analysed."""
    video = folder / "street.mp4"
    if people:
        _encode(people[0], video)
    else:
        walkers = [Walker(way=((0, 0.1, y), (60, 0.9, y)), top=(50, 50, 170)) for y in (0.6, 0.75, 0.9)]
        write_street(video, walkers, 60, 10)
    for number in numbers:
        server, url = _serve(video)
        files = Files(folder / f"watched-{number}")
        analysis = Analysis(files)
        sources = [Source(camera_id=f"C{at}", url=url, fps=PACE) for at in range(number)]
        try:
            rates, cost = _count_pictures(analysis, files, sources)
        finally:
            analysis.stop()
            server.kill()
        print(
            f"{number} cameras by RTSP, {PACE:.0f} pictures a second wanted: {min(rates):.1f} at the slowest, "
            f"{np.mean(rates):.1f} on average; {1000 * cost:.0f} ms of processor time a picture, "
            f"so that two cores carry {2 / (cost * PACE):.1f} cameras",
            flush=True,
        )


def _count_pictures(analysis: Analysis, files: Files, sources: list[Source]) -> tuple[list[float], float]:
    """Return each camera's pictures a second, and the seconds of processor time that one costs.

    Counting begins once every camera's first picture came, or after LONGEST_WAIT_S with those that did.
    """
    paths = {one.camera_id: files.name_live(one.camera_id) for one in sources}
    last, counted, worked, waited = dict.fromkeys(paths, 0), dict.fromkeys(paths, 0), 0.0, time.monotonic()
    began = float("inf")
    while (at := time.monotonic()) < began + WATCHED_S:
        analysis.keep(sources)
        analysis.take(0.02)
        for name, path in paths.items():
            written = path.stat().st_mtime_ns if path.exists() else 0
            counted[name] += written != last[name]
            last[name] = written
        if began > at and (all(last.values()) or at - waited > LONGEST_WAIT_S):
            began, worked, counted = at, _count_work(analysis), dict.fromkeys(paths, 0)
    cost = (_count_work(analysis) - worked) / max(1, sum(counted.values()))
    return [count / (time.monotonic() - began) for count in counted.values()], cost


def _count_work(analysis: Analysis) -> float:
    """Return the seconds of processor time that the analysis has used."""
    times = psutil.Process(analysis.child.pid).cpu_times() if analysis.child else None
    return times.user + times.system if times else 0.0


def _measure_delay(folder: Path) -> None:
    """Measure from the moment a camera sends the picture that makes an event to the line that tells it."""
    video, begins, waits = folder / "walk.mp4", 8.0, []
    way = (
        (0, 0.1, 0.9),
        (begins, 0.1, 0.9),
        (begins + 0.1, 0.3, 0.9),
        (begins + 6, 0.9, 0.9),
        (60, 0.9, 0.9),
    )
    write_street(video, [Walker(way=way, top=(50, 50, 170))], 30, 10)
    crosses = begins + 0.1 + 5.9 / 2
    rules = Rules(zones=(Zone(name="문", points=((0.6, 0), (1, 0), (1, 1), (0.6, 1))),), loitering_s=600)
    due = crosses + rules.intrusion_s
    for number in range(ROUNDS):
        server, url = _serve(video)
        analysis = Analysis(Files(folder / f"delay-{number}"))
        source = Source(camera_id="C1", url=url, fps=PACE, rules=rules)
        try:
            told = _wait_for_event(analysis, source)
            began = float(server.stdout.readline().split()[1]) if server.stdout else 0.0
            if told:
                waits.append(time.time() - began - due)
        finally:
            analysis.stop()
            server.kill()
    said = ", ".join(f"{one:.1f}" for one in waits) or "none came"
    print(f"from the picture that makes an intrusion to its line, by RTSP: {said} s (aim: at most 3)")


def _wait_for_event(analysis: Analysis, source: Source) -> Told | None:
    deadline = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < deadline:
        analysis.keep([source])
        for one in analysis.take(0.02):
            if one.seen is not None and one.seen.kind is EventKind.INTRUSION:
                return one
    return None


def _serve(video: Path) -> tuple[subprocess.Popen[str], str]:
    """Serve a file as a camera does, its time told when it begins to play."""
    child, url = start_server(video, find_free_port())
    if child is None:
        sys.exit("GStreamer's RTSP server isn't on this machine (gir1.2-gst-rtsp-server-1.0)")
    return child, url


def _encode(video: Path, path: Path) -> None:
    """Write a video TURNS times over as H.264 in MP4, which cameras send."""
    with av.open(str(path), "w") as container:
        stream, number = (
            container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "g": "20"}),
            0,
        )
        for _ in range(TURNS):
            with av.open(str(video)) as given:
                for frame in given.decode(video=0):
                    if number == 0:
                        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
                    sent = frame.reformat(format="yuv420p")
                    sent.pts, sent.time_base, number = number, Fraction(1, FPS), number + 1
                    container.mux(stream.encode(sent))
        container.mux(stream.encode())


if __name__ == "__main__":
    main()
