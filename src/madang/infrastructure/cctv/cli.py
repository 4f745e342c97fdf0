"""`madang cctv analyse VIDEO`: tracks and events of a video; `import FILE`: a list of cameras; `discover`: by ONVIF."""

from __future__ import annotations

import os
import sys
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

import msgspec

from madang.core.base.interface import HOUSE, BadInput, Subcommand, now, prepare_registers, say_help
from madang.core.things.interface import read_list

from .actions import import_cameras
from .gateway.analysing import Analysis, analyse
from .gateway.classifier import Classifier, find_classifier
from .gateway.onvif import discover
from .gateway.own_detector import OwnDetector, find_detector
from .gateway.poses import find_poses
from .queries.cameras import list_misplaced
from .records import Event, Rules, Sort, Track

EXIT_BROKEN = 2
SAID_EVERY = 100
REJECTS_SHOWN = 20
MOST_TILES, THREADS = 8, 2


def add_arguments(parser: ArgumentParser) -> None:
    """Declare `analyse VIDEO`, `import FILE` and `discover`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    one = commands.add_parser(
        "analyse",
        help=say_help("영상 파일에서 사람과 사건을 찾습니다", "find people and events in a video file"),
    )
    one.add_argument(
        "video",
        type=Path,
        metavar="VIDEO",
        help=say_help(
            "영상 파일. 읽을 수 없거나 온전하지 않으면 종료 코드 2",
            "a video file; exit code 2 where it can't be read or isn't whole",
        ),
    )
    one.add_argument(
        "--tracks",
        type=Path,
        metavar="FILE",
        help=say_help("MOTChallenge 형식: 사람, 프레임은 1부터", "MOTChallenge text: people, frames from 1"),
    )
    one.add_argument(
        "--events",
        type=Path,
        metavar="FILE",
        help=say_help("사건, 한 줄에 JSON 하나", "events as JSON lines"),
    )
    one.add_argument(
        "--rules",
        type=Path,
        metavar="FILE",
        help=say_help("구역과 선과 한계(TOML)", "zones, lines and limits (TOML)"),
    )
    one.add_argument(
        "--fire-model",
        type=Path,
        metavar="FILE",
        help=say_help(
            "불과 연기를 함께 확인할 ONNX 분류기", "ONNX classifier that must agree on fire and smoke"
        ),
    )
    one.add_argument(
        "--detector",
        type=Path,
        metavar="FILE",
        help=say_help("NanoDet 대신 쓸 ONNX 검출기", "ONNX detector of one's own instead of NanoDet"),
    )
    one.add_argument(
        "--tiles",
        type=int,
        default=2,
        choices=range(1, MOST_TILES + 1),
        metavar=f"1…{MOST_TILES}",
        help=say_help(
            "긴 쪽을 나누는 수. 많을수록 작은 것까지 봅니다", "cuts along the longer side: more sees smaller"
        ),
    )
    one.add_argument(
        "--quiet", action="store_true", help=say_help("오류만 말합니다", "say nothing but errors")
    )
    one.set_defaults(command=run_analyse)
    bring = commands.add_parser(
        "import",
        help=say_help(
            "공개된 카메라 목록(CSV, .gz)을 등록부에 가져옵니다",
            "bring a published list of cameras (CSV, also .gz) into the register",
        ),
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument(
        "--dry-run",
        action="store_true",
        help=say_help(
            "무엇이 될지 보여 주기만 하고 저장하지 않습니다", "say what would be done, and keep nothing"
        ),
    )
    bring.set_defaults(command=run_import)
    probe = commands.add_parser(
        "discover",
        help=say_help(
            "이 망에서 ONVIF로 답하는 카메라를 보여 줍니다",
            "list the cameras that answer by ONVIF on this network",
        ),
    )
    probe.add_argument(
        "--seconds",
        type=float,
        default=3.0,
        help=say_help("답을 기다릴 시간(초)", "how long to wait for answers"),
    )
    probe.set_defaults(command=run_discover)


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    return arguments.command(arguments)


def run_analyse(arguments: Namespace) -> int:
    """Analyse a video; a video that isn't whole leaves what could be seen, and exit code 2."""
    rules = read_rules(arguments.rules)
    _check_outputs(arguments)

    def say(number: int) -> None:
        if not arguments.quiet and number % SAID_EVERY == 0:
            sys.stderr.write(f"\r{number}")

    model: Path | None = arguments.fire_model
    classifier = Classifier(model) if model else find_classifier()
    own: Path | None = arguments.detector
    detector = OwnDetector(own, arguments.tiles) if own else find_detector(arguments.tiles, THREADS)
    found = analyse(arguments.video, detector, rules, say, classifier, find_poses())
    if arguments.tracks:
        arguments.tracks.write_text("".join(write_tracks(found.tracks)))
    if arguments.events:
        arguments.events.write_text("".join(write_event(one, found.times) for one in found.events))
    people = sum(one.sort is Sort.PERSON for one in found.tracks)
    if not arguments.quiet:
        sys.stderr.write("\r")
        sys.stdout.write(f"{found.frames} frames, {people} people, {len(found.events)} events\n")
    return _tell_broken(arguments.video, found)


def _check_outputs(arguments: Namespace) -> None:
    """Refuse, before the work rather than after it, files that can't be written or would overwrite another."""
    used = {arguments.video.resolve()}
    for path in filter(None, (arguments.tracks, arguments.events)):
        is_stream = path.exists() and not path.is_file() and not path.is_dir()
        if path.resolve() in used and not is_stream:
            raise _refuse_output(
                path, "영상이나 다른 결과와 같은 파일입니다", "is the video or the other output"
            )
        used.add(path.resolve())
        if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
            raise _refuse_output(path, "쓸 수 없습니다", "can't be written")


def _refuse_output(path: Path, ko: str, en: str) -> BadInput:
    return BadInput("cctv.output", f"{path}: {ko}", f"{path}: {en}")


def run_import(arguments: Namespace) -> int:
    """Bring a list of cameras and say what became of it."""
    path: Path = arguments.file
    try:
        rows = read_list(path.read_bytes(), path.name)
    except OSError as error:
        raise BadInput("cctv.file", f"{path}: {error}", f"{path}: {error}") from error
    prepare_registers()
    report = import_cameras(actor=HOUSE, now=now(), rows=rows, source=path.name, dry_run=arguments.dry_run)
    outside = ""
    if not arguments.dry_run:  # where a camera stands is found once it is kept
        outside = f"; {len(list_misplaced()):,} of all cameras stand outside the district of their list"
    sys.stdout.write(
        f"{report.rows_read:,} rows: {report.added:,} added, {report.changed:,} changed, {report.unchanged:,} "
        f"unchanged, {len(report.rejected):,} refused{outside}\n"
    )
    for one in report.rejected[:REJECTS_SHOWN]:
        sys.stderr.write(f"{one.row}행: {one.reason.say('ko')} · row {one.row}: {one.reason.en}\n")
    return 0


def run_discover(arguments: Namespace) -> int:
    """List the device services of cameras in the networks that the setting `camera_networks` names."""
    try:
        found = discover(arguments.seconds)
    except OSError as error:
        raise BadInput("cctv.discover", f"{error}", f"this machine can't ask its network: {error}") from error
    sys.stdout.write("".join(f"{one}\n" for one in found))
    if not found:
        sys.stderr.write("madang: no camera of the networks in camera_networks answered\n")
    return 0


def _tell_broken(path: Path, found: Analysis) -> int:
    if not found.broken:
        return 0
    sys.stderr.write(f"madang: {path} isn't whole; {found.frames} frames were read: {found.broken}\n")
    return EXIT_BROKEN


def read_rules(path: Path | None) -> Rules:
    """Return the rules of a TOML file; without one those that need no zones and lines."""
    if path is None:
        return Rules()
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Rules)
    except (OSError, ValueError, msgspec.ValidationError, RecursionError) as error:
        raise BadInput("cctv.rules", f"{path}: {error}", f"{path}: {error}") from error


def write_tracks(tracks: list[Track]) -> list[str]:
    """Return the lines of people as MOTChallenge writes them, by frame."""
    lines = []
    for one in tracks:
        if one.sort is not Sort.PERSON:
            continue
        for frame, (x1, y1, x2, y2), score in zip(one.frames, one.boxes, one.scores, strict=True):
            numbers = f"{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},{score:.3f}"
            lines.append((int(frame), one.id, f"{frame},{one.id},{numbers},-1,-1,-1\n"))
    return [line for _, _, line in sorted(lines)]


def write_event(one: Event, times: Sequence[float]) -> str:
    """Return an event as a line of JSON, with its seconds beside its frames."""
    seconds = {"start_s": round(times[one.start_frame - 1], 2), "end_s": round(times[one.end_frame - 1], 2)}
    return msgspec.json.encode({**msgspec.to_builtins(one), **seconds}).decode() + "\n"


SUBCOMMANDS = [
    Subcommand(
        name="cctv",
        help=say_help(
            "카메라: 영상 파일을 분석하고, 목록을 가져오고, ONVIF 카메라를 찾습니다",
            "cameras: analyse a video file, bring a list of cameras, find those that speak ONVIF",
        ),
        run=run,
        add_arguments=add_arguments,
    )
]
