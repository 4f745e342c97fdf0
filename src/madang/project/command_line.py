"""`madang`: the house from a terminal."""

from __future__ import annotations

import argparse
import atexit
import gc
import io
import os
import shutil
import sys
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command, execute_from_command_line
from django.db import OperationalError

from madang.core.base.interface import (
    MadangError,
    NotFound,
    Settings,
    Subcommand,
    Text,
    are_registers_ready,
    collect,
    list_commands,
    list_manifests,
    list_unknown_variables,
    load_part,
    prepare_registers,
    read_settings,
    say_help,
    say_here,
    speak_here,
)

from .backup import back_up, refuse_half_restored, restore
from .bench import list_benchmarks, run_benchmark
from .forking import Forked
from .processes import list_runs, run_process
from .supervisor import Supervisor

DJANGO_SETTINGS = "madang.project.settings"
# Commands that read a house: where there is none they don't begin one.
READING = (
    *("tables", "sql", "backup", "check-audit", "register-oidc-client", "revoke-oidc-client"),
    *("budget check", "budget back-test", "wallet rotate-key", "wallet trust-witness"),
)
# What a data folder that holds a house has at least one of.
OF_A_HOUSE = ("registers.sqlite", "run", "lake")
EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
NO_TLS = Text(
    ko="다른 컴퓨터에서 이 집에 들어올 수 있는데 오가는 것이 암호화되지 않습니다. TLS를 쓰는 프록시를 앞에 두고 "
    "behind_tls와 public_url을 설정하십시오.",
    en="others can reach this house, and nothing encrypts what they send: put a proxy that speaks TLS in front, "
    "and set behind_tls and public_url",
)
COOKIES_OPEN = Text(
    ko="public_url은 https인데 behind_tls가 꺼져 있어, 브라우저가 TLS 없이도 쿠키를 보냅니다.",
    en="public_url is https, but behind_tls is off: browsers would send the cookies without TLS as well",
)
NOBODY = Text(
    ko="아직 계정이 없습니다. madang createsuperuser로 첫 관리자를 만드십시오.",
    en="There is no account yet: make the first administrator's by madang createsuperuser.",
)
OPEN_API_AWAY = Text(
    ko="포트 {port}을(를) 쓸 수 없어 서울 열린데이터 API를 열지 않았습니다. 설정 open_api_port에 다른 포트를 지정하십시오.",
    en="port {port} is taken, so the Seoul Open API isn't served; name another for the setting open_api_port",
)
MIND = Text(ko="주의: {what}", en="Mind: {what}")
CHECKED = Text(
    ko="설정, 명세 {manifests}개, 명령 {commands}개",
    en="settings, {manifests} manifests, {commands} commands",
)
EXPOSURE = Text(ko="밖에 드러난 것", en="exposure")
CONTRACTS = Text(ko="방 사이의 import 규칙", en="import contracts")
PROBLEM = Text(ko="문제", en="problem")
UP = say_help("집을 열고 계속 돌립니다", "start the house and keep it running")
EARLY_USAGE = "madang COMMAND [--data DIR] [--host HOST] [--port PORT] [--no-demo] …"


def main() -> None:
    """Run `madang`; refusals print one sentence and exit with 2."""
    arguments = sys.argv[1:]
    try:
        sys.exit(run(arguments))
    except MadangError as error:
        sys.stderr.write(f"madang: {say_here(error.text)} [{error.code}]\n")
        sys.exit(EXIT_REFUSED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OSError, OperationalError) as error:  # a full disk, a folder that isn't ours, no database
        if os.environ.get("MADANG_LOG_LEVEL", "").lower() == "debug":
            raise
        sys.stderr.write(f"madang: {str(error).strip()} [system; MADANG_LOG_LEVEL=debug says where]\n")
        sys.exit(EXIT_REFUSED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", DJANGO_SETTINGS)
    speak_here()
    _adopt_settings(arguments)
    asks_help = not arguments or not {"-h", "--help"}.isdisjoint(arguments)
    if asks_help or arguments[:1] == ["check"] or (arguments[:1] == ["import"] and "--dry-run" in arguments):
        _leave_nothing()
    elif not {" ".join(arguments[:1]), " ".join(arguments[:2])}.isdisjoint(READING):
        _refuse_no_house()
    if arguments[:1] in (["--version"], ["version"]):
        _say(f"madang {version('madang')}")
        return 0
    if arguments[:1] == ["django"]:
        execute_from_command_line(["madang django", *arguments[1:]])
        return 0
    if arguments[:1] == ["up"]:
        return run_up(arguments[1:])
    django.setup()
    if arguments[:1] == ["process"]:
        run_process("".join(arguments[1:2]), read_settings())
        return 0
    parser = _build_parser("".join(arguments[:1]))
    if not arguments:
        parser.print_help()
        return EXIT_REFUSED
    parsed = parser.parse_args(arguments)
    return parsed.run(parsed)


def _adopt_settings(arguments: list[str]) -> None:
    """Put `--data`, `--host`, `--port` and what is asked of the demonstration into the environment, before Django reads it."""
    early = argparse.ArgumentParser(prog="madang", usage=EARLY_USAGE, add_help=False, allow_abbrev=False)
    _add_settings(early)
    if arguments[:1] == ["up"]:
        _add_demo(early)
    known, _ = early.parse_known_args(arguments)
    for name in ("data", "host", "port", "demo_seed", "demo_speed"):
        value = getattr(known, name, None)
        if value is not None:
            os.environ[f"MADANG_{name.upper()}"] = str(value)
    if known.no_demo:
        os.environ["MADANG_DEMO"] = "no"


def _holds_house(folder: Path) -> bool:
    return any((folder / name).exists() for name in OF_A_HOUSE)


def _leave_nothing() -> None:
    """Let what is asked before there is a house have a data folder that goes when it has ended."""
    if not _holds_house(read_settings().data_path):
        os.environ["MADANG_DATA"] = mkdtemp(prefix="madang-trial-")
        atexit.register(shutil.rmtree, os.environ["MADANG_DATA"], ignore_errors=True)


def _refuse_no_house() -> None:
    """Refuse a data folder without a house, which is most often a mistyped one."""
    folder = read_settings().data_path
    if not _holds_house(folder):
        raise NotFound(
            "data.no_house",
            f"{folder}에는 집이 없습니다. --data나 MADANG_DATA로 데이터 폴더를 바로 적거나, 먼저 `madang up`이나 "
            "`madang import`로 시작하십시오.",
            f"there is no house in {folder}: name its data folder with --data or MADANG_DATA, or begin one with "
            "`madang up` or `madang import`",
        )


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="DIR",
        help=say_help(
            "모든 상태가 담기는 폴더(기본값 ./data)", "folder that holds all state (default: ./data)"
        ),
    )
    parser.add_argument("--host", help=say_help("접속을 받을 주소", "address to listen on"))
    parser.add_argument(
        "--port",
        type=int,
        help=say_help("접속을 받을 포트. 0이면 빈 포트", "port to listen on; 0 takes a free one"),
    )
    parser.add_argument(
        "--no-demo",
        action="store_true",
        help=say_help("시연 자료 없이 빈 도시로 시작합니다", "start with an empty city"),
    )


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed",
        dest="demo_seed",
        type=int,
        help=say_help(
            "어떤 시연 도시인지(씨앗이 같으면 도시도 같습니다)",
            "which demonstration city (same seed, same city)",
        ),
    )
    parser.add_argument(
        "--speed",
        dest="demo_speed",
        type=int,
        help=say_help(
            "시연 도시의 하루가 몇 배로 흐르는지(1~60)", "how many times as fast its days pass (1 to 60)"
        ),
    )


def _build_parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="madang",
        description=say_help("도시를 움직이는 열린 플랫폼.", "The open platform a city runs on."),
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for subcommand in _find_subcommands(name):
        one = commands.add_parser(subcommand.name, help=subcommand.help, description=subcommand.help)
        subcommand.add_arguments(one)
        _add_settings(one)
        one.set_defaults(run=subcommand.run)
    return parser


def _find_subcommands(name: str) -> list[Subcommand]:
    """Return the one of that name, or all there are; rooms are loaded until it is found, its namesake first."""
    manifests = sorted(list_manifests(), key=lambda manifest: manifest.name.rpartition(".")[2] != name)
    rooms = (load_part(manifest, "cli") for manifest in manifests)
    known = []
    for one in chain(OWN, chain.from_iterable(getattr(room, "SUBCOMMANDS", ()) for room in rooms)):
        known.append(one)
        if one.name == name:
            return [one]
    return known


def run_up(arguments: list[str]) -> int:
    """Migrate, lay out the demonstration on first start, and keep the family alive.

    The folder and the ports are taken before Django reads its settings; the house is loaded once, here,
    and what opens connections or starts threads runs in children.
    """
    parser = argparse.ArgumentParser(prog="madang up", description=UP)
    _add_settings(parser)
    _add_demo(parser)
    parser.parse_args(arguments)
    settings = read_settings()
    _say_unknown_variables()
    refuse_half_restored(settings.data_path)
    gc.disable()
    supervisor = Supervisor(settings)
    os.environ.update(supervisor.environment)
    django.setup()
    runs = list_runs(settings)
    for part in ("api", "hot", "doors", "handlers", "indicators", "jobs", "registers", "urls"):
        collect(part, "")
    gc.freeze()  # what is loaded stays: nobody looks for garbage in it, and the forked share its memory
    gc.enable()
    code = Forked("lay-out", lay_out).wait()
    if code == 0:
        supervisor.run(runs, _announce)
    return code


def lay_out() -> None:
    """Bring the registers to this version's form and, on first start, lay out the demonstration."""
    from madang.core.base.interface import HOUSE, now  # noqa: PLC0415
    from madang.core.things.interface import register_declared_kinds  # noqa: PLC0415

    prepare_registers()
    register_declared_kinds(actor=HOUSE, now=now())
    if read_settings().demo:
        lay_out_demo()
    elif not get_user_model().objects.exists():
        _say(f"  {say_here(NOBODY)}")


def lay_out_demo() -> None:
    """Let every room lay out its part of the demonstration; each does it once."""
    from madang.core.base.interface import now  # noqa: PLC0415

    for manifest in list_manifests():
        part = load_part(manifest, "demo")
        if part is not None and hasattr(part, "lay_out"):
            part.lay_out(now())
    from madang.city.registers import lay_out  # noqa: PLC0415

    lay_out(now())


def _announce(supervisor: Supervisor) -> None:
    settings = read_settings()
    _say(f"\n  {settings.city_name_ko} · {settings.city_name_en}: {supervisor.address}")
    where = Text(ko="데이터 {folder}, MQTT 포트 {port}", en="data {folder}, MQTT port {port}")
    _say(f"  {say_here(where.fill(folder=settings.data_path, port=supervisor.mqtt_port))}")
    if settings.demo:
        for _, accounts in collect("demo", "ACCOUNTS"):
            for name, password, role in accounts():
                _say(f"  {name:<14} {password:<20} {role}")
    if settings.open_api_port != supervisor.settings.open_api_port:
        away = say_here(OPEN_API_AWAY.fill(port=supervisor.settings.open_api_port))
        _say(f"  {say_here(MIND.fill(what=away))}")
    if exposed := find_exposure(settings):
        _say(f"  {say_here(MIND.fill(what=say_here(exposed)))}")
    _say(f"  {say_here(Text(ko='Ctrl-C를 누르면 멈춥니다.', en='Ctrl-C stops it.'))}\n")


def run_check(arguments: argparse.Namespace) -> int:
    """Check settings, manifests, commands and what every room checks of itself."""
    from .contracts import find_broken_contracts  # noqa: PLC0415

    call_command("check", verbosity=0, stdout=io.StringIO())
    _say_unknown_variables()
    counts = {"manifests": len(list_manifests()), "commands": len(list_commands())}
    _say_check(say_here(CHECKED.fill(**counts)), [])
    _refuse_unready_registers()
    exposed = find_exposure(read_settings())
    broken = find_broken_contracts()
    problems = _say_check(say_here(EXPOSURE), [say_here(exposed)] if exposed else [])
    problems += _say_check(say_here(CONTRACTS), [broken] if broken else [])
    for _, check in collect("checks", "CHECKS"):
        problems += _say_check(say_here(check.title), [say_here(text) for text in check.run()])
    return 1 if problems else 0


def _say_unknown_variables() -> None:
    for name in list_unknown_variables(os.environ):
        sys.stderr.write(f"madang: {name} is no setting and changes nothing; docs/settings.md lists them\n")


def find_exposure(settings: Settings) -> Text | None:
    """Say why what people send to this house may be read or changed on its way, None where it may not."""
    if settings.behind_tls:
        return None
    if settings.public_url.startswith("https:"):
        return COOKIES_OPEN
    return None if settings.host in LOOPBACK else NO_TLS


def _refuse_unready_registers() -> None:
    if not are_registers_ready():
        raise NotFound(
            "check.registers",
            "데이터 폴더에 이 판의 등록부가 없습니다. --data로 폴더를 바로 적거나, 먼저 `madang up`을 실행하십시오.",
            "the data folder has no registers of this version yet: name another with --data, or run `madang up` first",
        )


def _say_check(title: str, problems: list[str]) -> int:
    _say(f"{say_here(PROBLEM) if problems else 'ok':<8} {title}")
    for sentence in problems:
        _say(f"         {sentence}")
    return len(problems)


def run_bench(arguments: argparse.Namespace) -> int:
    """Run a benchmark script of the source tree."""
    return run_benchmark(arguments.name, arguments.rest)


def run_backup(arguments: argparse.Namespace) -> int:
    """Write one file from which the same city can be restored."""
    _say(say_here(back_up(arguments.file)))
    return 0


def run_restore(arguments: argparse.Namespace) -> int:
    """Lay a backup into an empty data folder."""
    _say(say_here(restore(arguments.file)))
    return 0


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file")


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", choices=list_benchmarks())
    parser.add_argument("rest", nargs=argparse.REMAINDER)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


OWN = (
    Subcommand(name="up", help=UP, run=run_up),
    Subcommand(
        name="check",
        help=say_help(
            "설정, 방 사이의 규칙, 명세, 감사 기록을 점검합니다",
            "check settings, contracts, manifests and the audit chain",
        ),
        run=run_check,
    ),
    Subcommand(
        name="backup",
        help=say_help("도시 전체를 파일 하나에 백업합니다", "write one file that holds the whole city"),
        run=run_backup,
        add_arguments=_file,
    ),
    Subcommand(
        name="restore",
        help=say_help("백업을 빈 데이터 폴더에 되살립니다", "lay a backup into an empty data folder"),
        run=run_restore,
        add_arguments=_file,
    ),
    Subcommand(
        name="bench",
        help=say_help("벤치마크를 실행합니다", "run a benchmark"),
        run=run_bench,
        add_arguments=_bench,
    ),
)


if __name__ == "__main__":
    main()
