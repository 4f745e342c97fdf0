"""`madang fire replay FILE`: recorded signals through a policy, decisions with their reasons."""

from __future__ import annotations

import sys
import tomllib
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import msgspec

from madang.core.base.interface import CITY_TIMEZONE, BadInput, NotFound, Subcommand, say_help

from .gateway.receiving import open_receiver
from .gateway.recordings import read_lines
from .methods.deciding import decide
from .methods.payloads import find_fault
from .records import LONGEST_WAIT_S, Decoder, Policy, SignalKind, Verdict

POLICY = "\n  ".join(
    f"{one.name} = {msgspec.json.encode(one.default).decode()}" for one in msgspec.structs.fields(Policy)
)
DECODERS = 'decoders = [{profile = "SD-1", fields = [{name = "smoke", offset = 0, bit = 0}]}]'
FORMS = f"""\
FILE holds a message a line, or one JSON list of them. A message is
  a signal      {{"at": "2026-11-20T12:00:00+09:00", "facility": "haemalgeun", "kind": "smoke", "source": "d-0301"}}
                with floor, room, reason, expects or alarm where there are any. Others' names: time, timestamp, ts (also
                seconds or milliseconds since 1970); site; type, event; device, detector, sensor
  an uplink     ChirpStack v4's event: deviceInfo, object (data alone needs --decoders)
  a SenML pack  [{{"bn": "haemalgeun/d-0301/", "bt": 1795143600, "n": "smoke", "vb": true}}]
kinds: {", ".join(SignalKind)}
What can't be read is named on the error output and stops nothing; messages may be doubled and in any order.
--policy is TOML; times are seconds, night is from and until in hours of the city's clock:
  {POLICY}
--decoders is TOML:
  {DECODERS}
Printed: a decision a line, in order of time, with its reason in Korean and English.
verdicts: {", ".join(Verdict)}
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare `replay FILE`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    replay = commands.add_parser(
        "replay",
        help=say_help("기록된 신호를 정책에 넣어 봅니다", "run recorded signals through a policy"),
        epilog=FORMS,
        formatter_class=RawDescriptionHelpFormatter,
    )
    replay.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help=say_help(
            "JSON 줄 또는 JSON 목록: 신호, ChirpStack 이벤트, SenML",
            "JSON lines or a JSON list: signals, ChirpStack events, SenML",
        ),
    )
    replay.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help=say_help("TOML. 없으면 기본 정책", "TOML; the default policy without"),
    )
    replay.add_argument(
        "--decoders",
        type=Path,
        metavar="FILE",
        help=say_help(
            "TOML: decoders = [{profile, fields}]. 바이트만 든 이벤트에 씁니다",
            "TOML: decoders = [{profile, fields}], for events with bytes alone",
        ),
    )
    replay.set_defaults(command=run_replay)
    receive = commands.add_parser(
        "receive",
        help=say_help(
            "시험용 119 수신기가 되어 CAP 경보를 장부에 적습니다",
            "be a 119 receiver for tests: CAP alerts into a ledger",
        ),
    )
    receive.add_argument("--host", default="127.0.0.1")
    receive.add_argument("--port", type=int, default=8119)
    receive.add_argument(
        "--ledger", type=Path, default=Path("ledger.jsonl"), help=say_help("한 줄에 JSON 하나", "JSON lines")
    )
    receive.set_defaults(command=run_receive)


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    return arguments.command(arguments)


def run_replay(arguments: Namespace) -> int:
    """Print decisions as JSON lines; lines that can't be read are named on the error output.

    Raises BadInput where there is no signal at all.
    """
    policy, decoders = read_policy(arguments.policy), read_decoders(getattr(arguments, "decoders", None))
    try:
        # Only line feeds end lines: JSON's texts may hold the others that Python splits at.
        lines = split_lines(arguments.file.read_text("utf-8-sig", "replace"))
    except OSError as error:
        raise NotFound("fire.file", f"{arguments.file}: {error}", f"{arguments.file}: {error}") from error
    signals, unread = read_lines(lines, decoders.get)
    for one in unread:
        sys.stderr.write(f"line {one.line} is not read: {one.reason}\n")
    if not signals:
        if sum(1 for one in lines if one.strip()) > len(unread):
            return 0  # heartbeats alone
        raise BadInput("fire.empty", "읽을 수 있는 신호가 없습니다", "there is no signal that can be read")
    until = max(one.at for one in signals) + timedelta(seconds=LONGEST_WAIT_S)
    for decision in decide(policy, signals, until, CITY_TIMEZONE):
        sys.stdout.write(msgspec.json.encode(decision).decode() + "\n")
    return 0


def split_lines(text: str) -> list[str]:
    """Return the lines of a recording; of one that is a JSON list over several lines, its entries."""
    lines = text.split("\n")
    if text.lstrip().startswith("[") and sum(1 for one in lines if one.strip()) > 1:
        with suppress(msgspec.DecodeError):
            entries = msgspec.json.decode(text, type=list[msgspec.Raw])
            return [msgspec.json.format(bytes(one), indent=-1).decode() for one in entries]
    return lines


def run_receive(arguments: Namespace) -> int:
    """Receive alerts until interrupted; the address is printed once it listens."""
    try:
        server = open_receiver(arguments.host, arguments.port, arguments.ledger)
    except (OSError, OverflowError, ValueError) as error:
        raise BadInput("fire.receive", f"{error}", f"{error}") from error
    sys.stdout.write(f"http://{arguments.host}:{server.server_address[1]}/\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


def read_policy(path: Path | None) -> Policy:
    """Return the policy of a TOML file; one that could let 119 wait longer than 90 s is refused."""
    if path is None:
        return Policy()
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Policy)
    except (OSError, ValueError, msgspec.ValidationError, RecursionError) as error:
        raise BadInput("fire.policy", f"{path}: {error}", f"{path}: {error}") from error


class Decoders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decoders of device profiles in a file."""

    decoders: tuple[Decoder, ...]


def read_decoders(path: Path | None) -> dict[str, Decoder]:
    """Return the decoders of a TOML file by profile; one that can't be trusted with alarms is refused."""
    if path is None:
        return {}
    try:
        read = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Decoders)
    except (OSError, ValueError, msgspec.ValidationError, RecursionError) as error:
        raise BadInput("fire.decoders", f"{path}: {error}", f"{path}: {error}") from error
    for one in read.decoders:
        fault = find_fault(one)
        if fault is not None:
            raise BadInput("fire.decoders", f"{path}: {fault.ko}", f"{path}: {fault.en}")
    return {one.profile: one for one in read.decoders}


SUBCOMMANDS = [
    Subcommand(
        name="fire",
        help=say_help(
            "화재 안전: 기록된 경보를 다시 돌리고, 119로서 받습니다",
            "fire safety: replay recorded alarms, receive as 119",
        ),
        run=run,
        add_arguments=add_arguments,
    )
]
