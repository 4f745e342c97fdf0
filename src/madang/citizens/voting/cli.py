"""`madang vote …`: each role's part of an election, a whole small one, and anyone's check of an archive."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from django.core.management import call_command

from madang.core.base.interface import HOUSE, BadInput, NotFound, Subcommand, now

from .actions.elections import add_decryption, close_election, open_election, publish_result
from .detectors.openings import check_opening, list_questions
from .detectors.reading import Broken
from .detectors.verifying import Verdict, verify, verify_continues
from .methods.credentials import derive_public, make_credential, make_token
from .methods.messages import write
from .methods.proofs import pick
from .methods.trustees import decrypt_partially, make_public_key
from .queries.elections import get_archive, get_setup, read_tally
from .records.elections import GROUPS, Election, Plan
from .rehearsal import PLAN, hold_demo

LONGEST_KEY = 1_000


def add_arguments(parser: ArgumentParser) -> None:
    """Declare `demo`, `verify` and `verify-diff`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    demo = commands.add_parser("demo", help="hold a small simulated election and leave its archive")
    demo.add_argument("--voters", type=int, default=10, metavar="N")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR")
    demo.add_argument("--group", choices=sorted(GROUPS), default="BELENIOS-2048")
    demo.add_argument("--trustees", type=int, default=3, help="how many share a key")
    demo.add_argument("--threshold", type=int, default=2, help="how many of them can open the tally")
    demo.set_defaults(command=run_demo)
    check = commands.add_parser("verify", help="check an archive: exit code 0 only where every check passes")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true")
    check.set_defaults(command=run_verify)
    audit = commands.add_parser("audit", help="check that a ballot opened in the booth holds what was chosen")
    audit.add_argument("opening", type=Path, metavar="BALLOT")
    audit.add_argument("archive", type=Path, metavar="FILE")
    audit.set_defaults(command=run_audit)
    again = commands.add_parser("verify-diff", help="check that an archive continues an earlier one")
    again.add_argument("before", type=Path)
    again.add_argument("after", type=Path)
    again.set_defaults(command=run_verify_diff)
    _add_roles(commands)


def _add_roles(commands: Any) -> None:
    codes = commands.add_parser("credentials", help="credential authority: make voters' codes and their list")
    codes.add_argument("--uuid", default="", help="the election's number; a new one without")
    codes.add_argument("--count", type=int, required=True)
    codes.add_argument("--out", type=Path, required=True, metavar="DIR")
    codes.set_defaults(command=run_credentials)
    key = commands.add_parser("trustee-key", help="trustee: make a key; the private part never leaves DIR")
    key.add_argument("--out", type=Path, required=True, metavar="DIR")
    key.set_defaults(command=run_trustee_key)
    begin = commands.add_parser("open", help="server: open an election for a list of voters")
    begin.add_argument("--uuid", required=True)
    begin.add_argument("--plan", type=Path, required=True, help="JSON: name, description, questions")
    begin.add_argument("--credentials", type=Path, required=True)
    begin.add_argument("--trustees", type=Path, required=True, nargs="+")
    begin.set_defaults(command=run_open)
    for name, words in (("close", "end the vote"), ("publish", "open the tally")):
        one = commands.add_parser(name, help=f"server: {words}")
        one.add_argument("uuid")
        one.set_defaults(command=run_close if name == "close" else run_publish)
    share = commands.add_parser("decrypt", help="trustee: give a share of the tally's opening")
    share.add_argument("uuid")
    share.add_argument("--key", type=Path, required=True)
    share.add_argument("--owner", type=int, required=True, help="which trustee, counted from 1")
    share.set_defaults(command=run_decrypt)


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    return arguments.command(arguments)


def run_verify(arguments: Namespace) -> int:
    """Print what the checks found; 1 where one fails."""
    verdict = verify(_read(arguments.file))
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(verdict).decode() + "\n")
    else:
        sys.stdout.write(_describe(verdict) + "\n")
    return 1 if verdict.fault else 0


def run_audit(arguments: Namespace) -> int:
    """Print the seal and what an opened ballot holds; 1 where it isn't what was chosen."""
    archive = _read(arguments.archive)
    try:
        opened = check_opening(archive, _read(arguments.opening).decode("utf-8", "replace"))
    except Broken as broken:
        sys.stdout.write(f"FAILED {broken.check}: {broken.reason}\n")
        return 1
    sys.stdout.write(f"the ballot holds what was chosen\nseal {opened.seal}\n")
    for question, chosen in zip(list_questions(archive), opened.choices, strict=True):
        words = [word for word, value in zip(question[1:], chosen, strict=True) if value]
        sys.stdout.write(f"{question[0]}: {', '.join(words) or '–'}\n")
    return 0


def run_verify_diff(arguments: Namespace) -> int:
    """Print whether one archive continues another; 1 where it doesn't."""
    fault = verify_continues(_read(arguments.before), _read(arguments.after))
    sys.stdout.write(f"FAILED {fault.check}: {fault.reason}\n" if fault else "nothing is gone or changed\n")
    return 1 if fault else 0


def run_credentials(arguments: Namespace) -> int:
    """Write the codes for the voters and the list for the server into two files."""
    uuid = arguments.uuid or make_token()
    codes = [make_credential() for _ in range(arguments.count)]
    listed = sorted(str(derive_public(GROUPS[PLAN.group], uuid, code)) for code in codes)
    _write_secret(arguments.out / f"{uuid}.codes.txt", "".join(f"{code}\n" for code in codes))
    _write(arguments.out / f"{uuid}.credentials.json", write(listed).encode())
    sys.stdout.write(f"{uuid}\n")
    return 0


def run_trustee_key(arguments: Namespace) -> int:
    """Write a trustee's private key and its public part into two files."""
    group = GROUPS[PLAN.group]
    secret, name = pick(group), make_token(8)
    _write_secret(arguments.out / f"{name}.private.json", write(str(secret)))
    target = arguments.out / f"{name}.public.json"
    _write(target, write(make_public_key(group, secret)).encode())
    sys.stdout.write(f"{target}\n")
    return 0


def run_open(arguments: Namespace) -> int:
    """Open an election from what the authority and the trustees made."""
    _begin_house()
    election = open_election(
        actor=HOUSE,
        now=now(),
        uuid=arguments.uuid,
        plan=_read_json(arguments.plan, Plan),
        trustees=[["Single", _read_json(path, dict[str, Any])] for path in arguments.trustees],
        credentials=_read_json(arguments.credentials, list[str]),
    )
    sys.stdout.write(f"/voting/{election.uuid}/\n")
    return 0


def run_close(arguments: Namespace) -> int:
    """End the vote."""
    _begin_house()
    election = close_election(actor=HOUSE, now=now(), uuid=arguments.uuid)
    sys.stdout.write(f"{election.ballots} ballots\n")
    return 0


def run_decrypt(arguments: Namespace) -> int:
    """Give one trustee's share."""
    _begin_house()
    secret = _read_secret(arguments.key)
    setup = get_setup(arguments.uuid)
    tally = read_tally(arguments.uuid)
    share = decrypt_partially(GROUPS[setup.group], secret, tally, setup.fingerprint)
    add_decryption(actor=HOUSE, now=now(), uuid=arguments.uuid, owner=arguments.owner, decryption=share)
    sys.stdout.write("the share stands on the board\n")
    return 0


def run_publish(arguments: Namespace) -> int:
    """Open the tally and publish the result."""
    _begin_house()
    election = publish_result(actor=HOUSE, now=now(), uuid=arguments.uuid)
    _print_result(election)
    return 0


def _begin_house() -> None:
    """Make the registers where no house was started yet, so that what isn't there is said to be not there."""
    call_command("migrate", verbosity=0, interactive=False)


def _read_secret(path: Path) -> int:
    text = _read_json(path, str)
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_KEY:
        raise BadInput("voting.file", f"{path}: 개인키가 아닙니다", f"{path}: no private key")
    return int(text)


def _write_secret(path: Path, text: str) -> None:
    _make_folder(path.parent)
    with _telling(path):
        path.touch(0o600)
        path.write_text(text)


def _write(path: Path, content: bytes) -> None:
    with _telling(path):
        path.write_bytes(content)


def _make_folder(path: Path) -> None:
    with _telling(path):
        path.mkdir(parents=True, exist_ok=True)


@contextmanager
def _telling(path: Path) -> Generator[None]:
    """Say in a sentence where something can't be written."""
    try:
        yield
    except OSError as error:
        why = error.strerror
        raise BadInput(
            "voting.out", f"{path}에 쓸 수 없습니다: {why}", f"can't write to {path}: {why}"
        ) from error


def _read_json(path: Path, kind: Any) -> Any:
    try:
        return msgspec.json.decode(_read(path), type=kind)
    except msgspec.DecodeError as error:
        raise BadInput("voting.file", f"{path}: {error}", f"{path}: {error}") from error


def run_demo(arguments: Namespace) -> int:
    """Hold a whole election through the same actions as a real one, and write its archive."""
    if not 0 < arguments.threshold <= arguments.trustees or arguments.voters < 1:
        raise BadInput(
            "voting.demo",
            "유권자는 1명 이상, 정족수는 수탁자 수 이하입니다",
            "at least one voter, and no more trustees needed than there are",
        )
    _make_folder(arguments.out)
    _begin_house()
    election = hold_demo(arguments.voters, arguments.group, arguments.trustees, arguments.threshold)
    target = arguments.out / f"{election.uuid}.bel"
    _write(target, get_archive(election.uuid))
    sys.stdout.write(f"{target}\n")
    _print_result(election)
    return 0


def _print_result(election: Election) -> None:
    for question, counts in zip(election.questions, election.result or (), strict=True):
        words = (*(("(기권 · blank)",) if question.blank else ()), *question.answers)
        said = ", ".join(f"{word} {count}" for word, count in zip(words, counts, strict=True))
        sys.stdout.write(f"{question.question}: {said}\n")


def _describe(verdict: Verdict) -> str:
    if verdict.fault:
        return f"FAILED {verdict.fault.check}: {verdict.fault.reason}"
    said = f"all checks passed: {verdict.counted} of {verdict.voters} voters, {verdict.ballots} ballots"
    return said + (f", result {verdict.result}" if verdict.result else ", no result yet")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(
            "voting.file", f"{path}을(를) 읽을 수 없습니다: {error}", f"can't read {path}: {error}"
        ) from error


SUBCOMMANDS = [
    Subcommand(
        name="vote", help="verifiable elections: hold one, verify one", run=run, add_arguments=add_arguments
    )
]
