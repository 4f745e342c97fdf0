"""A trustee's commands, on its own machine: keys are made and kept there, and what leaves is public or sealed."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from functools import cache
from getpass import getpass
from pathlib import Path
from typing import Any

import msgspec

from madang.citizens.voting.actions.trustees import Trustee, decrypt
from madang.citizens.voting.detectors.ceremonies import FalseShare, fingerprint_certificates
from madang.citizens.voting.detectors.reading import Broken
from madang.citizens.voting.gateway.election_servers import ElectionServer
from madang.citizens.voting.gateway.sealed_seeds import SHORTEST
from madang.citizens.voting.gateway.trustee_folders import TrusteeFolder
from madang.citizens.voting.methods.credentials import make_token
from madang.citizens.voting.methods.messages import write
from madang.citizens.voting.methods.proofs import pick
from madang.citizens.voting.methods.trustees import make_public_key, make_seed
from madang.citizens.voting.records.ceremonies import Step, Task
from madang.citizens.voting.records.elections import GROUPS
from madang.core.base.interface import BadInput, say_help

from .files import read, read_json, read_text, write_file, write_secret

LONGEST_KEY = 1_000
PAUSE_S = 3


def add_commands(commands: Any) -> None:
    """Declare `trustee-key` and `trustee …`."""
    key = commands.add_parser(
        "trustee-key",
        help=say_help(
            "관리인: 반드시 있어야 하는 자기 열쇠를 만듭니다",
            "trustee: make a key of one's own, which is always needed",
        ),
    )
    key.add_argument("--out", type=Path, required=True, metavar="DIR")
    key.add_argument("--group", choices=sorted(GROUPS), default="BELENIOS-2048")
    key.set_defaults(command=run_key)
    trustee = commands.add_parser(
        "trustee",
        help=say_help(
            "관리인: 다른 사람들과 나누는 열쇠를 만들고 자기 몫을 냅니다",
            "trustee: make a shared key with others, give one's share",
        ),
    )
    steps = trustee.add_subparsers(metavar="STEP", required=True)
    attend = steps.add_parser(
        "attend",
        help=say_help(
            "선거 서버가 기다리는 일을 하고, 누가 남았는지 알립니다",
            "do what the election's server waits for, and tell who else must",
        ),
    )
    attend.add_argument(
        "address",
        help=say_help(
            "선거 페이지 주소(예: https://city.example/voting/번호/)",
            "the election's page, such as https://city.example/voting/NUMBER/",
        ),
    )
    attend.add_argument(
        "--code",
        required=True,
        help=say_help("서버 담당자에게서 받은 코드", "as the server's people gave it to you"),
    )
    attend.add_argument(
        "--wait",
        action="store_true",
        help=say_help(
            "자기 몫이 끝날 때까지 다른 사람을 기다립니다", "wait for the others until one's part is done"
        ),
    )
    attend.set_defaults(command=run_attend)
    certify = steps.add_parser(
        "certify", help=say_help("파일로, 1단계: 인증서를 만듭니다", "by files, step 1: make a certificate")
    )
    certify.add_argument("--group", choices=sorted(GROUPS), default="BELENIOS-2048")
    certify.set_defaults(command=run_certify)
    deal = steps.add_parser(
        "deal",
        help=say_help(
            "파일로, 3단계: 모두에게 비밀 조각을 나눕니다", "by files, step 3: deal secrets to everybody"
        ),
    )
    check = steps.add_parser(
        "check",
        help=say_help(
            "파일로, 5단계: 받은 조각을 확인하고 자기 몫을 갖습니다",
            "by files, step 5: check what was dealt, and take one's share",
        ),
    )
    for one in (deal, check):
        one.add_argument(
            "--certs",
            type=Path,
            required=True,
            help=say_help("모든 인증서, 한 줄에 하나", "every certificate, one a line"),
        )
        one.add_argument("--threshold", type=int, required=True)
    deal.set_defaults(command=run_deal)
    check.add_argument("--vinput", type=Path, required=True)
    check.set_defaults(command=run_check)
    _add_locks(steps)
    for one in (attend, certify):
        one.add_argument(
            "--lock",
            action="store_true",
            help=say_help(
                "새 열쇠를 처음부터 암호문으로 잠급니다", "seal a new key under a passphrase from the start"
            ),
        )
    opening = steps.add_parser(
        "decrypt",
        help=say_help(
            "파일로: 보관 파일을 확인하고 개표 몫을 냅니다",
            "by files: check an archive and give a part of its opening",
        ),
    )
    opening.add_argument("archive", type=Path, metavar="FILE")
    opening.add_argument(
        "--private",
        type=Path,
        metavar="FILE",
        help=say_help("자기 열쇠의 비밀 부분", "the private part of a key of one's own"),
    )
    opening.set_defaults(command=run_decrypt)
    for one in (attend, certify, deal, check, opening):
        one.add_argument(
            "--keys",
            type=Path,
            required=True,
            metavar="DIR",
            help=say_help("선거마다 폴더 하나", "one folder an election"),
        )


def _add_locks(steps: Any) -> None:
    for name, words, command in (
        (
            "lock",
            say_help(
                "폴더 속 열쇠를 암호문으로 잠급니다. 그 뒤로는 암호문을 묻습니다",
                "seal the key in one's folder under a passphrase, which is asked for from then on",
            ),
            run_lock,
        ),
        (
            "unlock",
            say_help(
                "열쇠를 다시 풀어 둡니다(belenios-tool에 쓸 때 등)",
                "let the key lie open again, such as for belenios-tool",
            ),
            run_unlock,
        ),
    ):
        one = steps.add_parser(name, help=words)
        one.add_argument("--keys", type=Path, required=True, metavar="DIR")
        one.set_defaults(command=command)


def run_key(arguments: Namespace) -> int:
    """Write a trustee's private key and its public part into two files."""
    group = GROUPS[arguments.group]
    secret, name = pick(group), make_token(8)
    write_secret(arguments.out / f"{name}.private.json", write(str(secret)))
    target = arguments.out / f"{name}.public.json"
    write_file(target, write(make_public_key(group, secret)).encode())
    sys.stdout.write(f"{target}\n")
    return 0


def run_certify(arguments: Namespace) -> int:
    """Make a seed and its certificate."""
    folder = _open_folder(arguments)
    seed = make_seed()
    folder.begin(arguments.group, seed, _choose_passphrase() if arguments.lock else "")
    target = folder.keep("trustee.cert", Trustee(arguments.group, seed).certify())
    sys.stdout.write(f"{target}\n")
    return 0


def run_lock(arguments: Namespace) -> int:
    """Seal the key under a passphrase."""
    _open_folder(arguments).lock(_choose_passphrase())
    return 0


def run_unlock(arguments: Namespace) -> int:
    """Open the key again."""
    _open_folder(arguments).unlock(_ask())
    return 0


def _open_folder(arguments: Namespace) -> TrusteeFolder:
    return TrusteeFolder(arguments.keys, cache(_ask))


def _ask() -> str:
    return getpass("passphrase: ")


def _choose_passphrase() -> str:
    passphrase = getpass(
        f"new passphrase ({SHORTEST} characters or more; nobody can help if you forget it): "
    )
    if getpass("again: ") != passphrase:
        raise BadInput("voting.passphrase", "두 번 적은 암호가 다릅니다", "the two are not the same")
    return passphrase


def run_deal(arguments: Namespace) -> int:
    """Deal a secret to every trustee."""
    folder = _open_folder(arguments)
    certificates = _read_lines(arguments.certs)
    polynomial = _deal(folder, certificates, arguments.threshold)
    sys.stdout.write(f"{folder.keep('trustee.polynomial', polynomial)}\n")
    return 0


def run_check(arguments: Namespace) -> int:
    """Check what was dealt and keep the share."""
    folder = _open_folder(arguments)
    dealt = read_text(arguments.vinput)
    try:
        output = _check(folder, _read_lines(arguments.certs), arguments.threshold, dealt)
    except FalseShare as false:
        raise _refuse(false) from false
    sys.stdout.write(f"{folder.keep('trustee.voutput', output)}\n")
    return 0


def run_decrypt(arguments: Namespace) -> int:
    """Check the archive and write this trustee's part of the opening."""
    folder = _open_folder(arguments)
    secret = _read_secret(arguments.private) if arguments.private else _open_share(folder)
    owner, decryption = _decrypt(folder, read(arguments.archive), secret)
    target = folder.keep("trustee.decryption", decryption)
    sys.stdout.write(f"{target}\ttrustee {owner}\n")
    return 0


def run_attend(arguments: Namespace) -> int:
    """Do this trustee's part as far as it goes now; with `--wait` until the key is made, or the share given."""
    folder = _open_folder(arguments)
    server = ElectionServer(arguments.address, arguments.code)
    told: tuple[str, ...] | None = None
    while True:
        task = server.get_task()
        if task.step is not Step.NOTHING:
            _act(folder, server, task, is_locked=arguments.lock)
            if task.step in {Step.OUTPUT, Step.DECRYPTION}:
                return 0
            continue
        if not task.waiting_for:
            sys.stdout.write("there is nothing to do now\n")
            return 0
        if task.waiting_for != told:
            told = task.waiting_for
            sys.stdout.write(f"others still have to act: {', '.join(told)}\n")
            sys.stdout.flush()
        if not arguments.wait:
            return 0
        time.sleep(PAUSE_S)


def _act(folder: TrusteeFolder, server: ElectionServer, task: Task, *, is_locked: bool) -> None:
    certificates = list(task.certificates)
    match task.step:
        case Step.CERTIFICATE:
            if not folder.has_seed():
                folder.begin(task.group, make_seed(), _choose_passphrase() if is_locked else "")
            message = Trustee(*folder.read_seed()).certify()
        case Step.POLYNOMIAL:
            message = _deal(folder, certificates, task.threshold)
        case Step.OUTPUT:
            try:
                message = _check(folder, certificates, task.threshold, task.dealt)
            except FalseShare as false:
                server.accuse(false.dealer)
                raise _refuse(false) from false
        case _:
            _, message = _decrypt(folder, server.get_archive(), _open_share(folder))
    server.send(task.step, message)
    sys.stdout.write(f"sent: {task.step}\n")
    sys.stdout.flush()


def _deal(folder: TrusteeFolder, certificates: list[str], threshold: int) -> str:
    folder.keep_certificates(certificates, threshold)
    try:
        polynomial = Trustee(*folder.read_seed()).deal(certificates, threshold)
    except Broken as broken:
        raise _refuse(broken) from broken
    sys.stdout.write(
        f"{len(certificates)} trustees, {threshold} of whom open the tally; all of you must read the same: "
        f"{fingerprint_certificates(certificates)}\n"
    )
    return polynomial


def _check(folder: TrusteeFolder, certificates: list[str], threshold: int, dealt: str) -> str:
    folder.keep_certificates(certificates, threshold)
    try:
        output = Trustee(*folder.read_seed()).check(certificates, threshold, dealt)
    except FalseShare:
        raise
    except Broken as broken:
        raise _refuse(broken) from broken
    folder.keep_share(msgspec.json.decode(output)["private_key"])
    return output


def _decrypt(folder: TrusteeFolder, archive: bytes, secret: int) -> tuple[int, str]:
    try:
        share = decrypt(archive, secret)
    except Broken as broken:
        raise _refuse(broken) from broken
    folder.note_opening(share.tally)
    return share.owner, share.decryption


def _open_share(folder: TrusteeFolder) -> int:
    try:
        return Trustee(*folder.read_seed()).open_share(folder.read_share())
    except Broken as broken:
        raise _refuse(broken) from broken


def _read_lines(path: Path) -> list[str]:
    return [line for line in read_text(path).splitlines() if line.strip()]


def _read_secret(path: Path) -> int:
    text = read_json(path, str)
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_KEY:
        raise BadInput("voting.file", f"{path}: 개인키가 아닙니다", f"{path}: no private key")
    return int(text)


def _refuse(broken: Broken) -> BadInput:
    return BadInput(
        "voting.trustee", f"그만둡니다 ({broken.check}): {broken}", f"stopped ({broken.check}): {broken}"
    )
