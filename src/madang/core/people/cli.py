"""Subcommands of `madang` for whoever keeps the installation."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass
from pathlib import Path

from django.utils.translation import override

from madang.core.base.interface import HOUSE, BadInput, Subcommand, now, prepare_registers, say_help

from .actions.accounts import register_superuser
from .actions.agencies import lay_out_agencies
from .actions.clients import register_oidc_client, revoke_oidc_client
from .checkpoints import check_audit_log


def _run_superuser(arguments: Namespace) -> int:
    """Ask for what isn't given; where there is no terminal the password is the first line of the input."""
    prepare_registers()
    asked = sys.stdin.isatty()
    username = arguments.username or (input("Username: ").strip() if asked else "")
    if not username:
        raise BadInput(
            "people.no_terminal",
            "터미널이 없으면 --username으로 아이디를, 표준 입력 첫 줄로 비밀번호를 주십시오.",
            "without a terminal give --username, and the password as the first line of the standard input",
        )
    password = getpass() if asked else sys.stdin.readline().rstrip("\r\n")
    if asked and getpass("Password (again): ") != password:
        raise BadInput("people.password", "두 비밀번호가 다릅니다", "the two passwords differ")
    with override("en"):
        register_superuser(actor=HOUSE, now=now(), username=username, password=password)
    _say(f"{username} may do everything; sign in at /accounts/login/ and add a passkey at once")
    return 0


def _add_superuser(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--username",
        metavar="NAME",
        help=say_help("계정 이름(없으면 묻습니다)", "its user name (asked for where it is missing)"),
    )


def _run_client(arguments: Namespace) -> int:
    client = register_oidc_client(
        actor=HOUSE, now=now(), name=arguments.client_name, redirect_addresses=arguments.address
    )
    _say(f"client_id {client.id}\nclient_secret {client.secret}")
    return 0


def _add_client(parser: ArgumentParser) -> None:
    parser.add_argument(
        "client_name",
        metavar="NAME",
        help=say_help("로그인할 때 사람들에게 보이는 이름", "name that people see when they log in"),
    )
    parser.add_argument(
        "address",
        nargs="+",
        help=say_help("로그인한 뒤 돌아갈 주소(https)", "address to return to after login (https)"),
    )


def _run_revoke(arguments: Namespace) -> int:
    revoke_oidc_client(actor=HOUSE, now=now(), client_id=arguments.client_id)
    return 0


def _add_revoke(parser: ArgumentParser) -> None:
    parser.add_argument(
        "client_id",
        metavar="ID",
        help=say_help("등록할 때 출력된 client_id", "client_id that was printed when it was registered"),
    )


def _run_agencies(arguments: Namespace) -> int:
    count = lay_out_agencies(actor=HOUSE, now=now(), pack=Path(arguments.file))
    _say(f"{count} agencies")
    return 0


def _add_agencies(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help=say_help("[[agency]] 목록이 든 TOML 파일", "TOML file with a list [[agency]]"),
    )


def _run_audit(arguments: Namespace) -> int:
    problems = check_audit_log(arguments.checkpoints)
    for problem in problems:
        _say(problem.en)
    return 1 if problems else 0


def _add_audit(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoints",
        metavar="DIR",
        help=say_help(
            "다른 사람이 보관해 온 확인점 폴더", "folder of checkpoints that somebody else has kept"
        ),
    )


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


SUBCOMMANDS = [
    Subcommand(
        name="createsuperuser",
        help=say_help(
            "무엇이든 할 수 있는 계정을 만듭니다. 감사 기록에 남습니다",
            "make an account that may do everything; the audit log says so",
        ),
        run=_run_superuser,
        add_arguments=_add_superuser,
    ),
    Subcommand(
        name="register-oidc-client",
        help=say_help(
            "다른 시스템이 이 집의 계정으로 로그인하게 합니다(OpenID Connect). 비밀값은 한 번만 출력됩니다.",
            "Let another system log people in with this house (OpenID Connect); prints its secret once.",
        ),
        run=_run_client,
        add_arguments=_add_client,
    ),
    Subcommand(
        name="revoke-oidc-client",
        help=say_help("다른 시스템의 로그인을 끊습니다.", "Stop logging people in for another system."),
        run=_run_revoke,
        add_arguments=_add_revoke,
    ),
    Subcommand(
        name="lay-out-agencies",
        help=say_help(
            "TOML 파일의 기관을 등록부에 가져옵니다.", "Bring the agencies of a TOML file into the register."
        ),
        run=_run_agencies,
        add_arguments=_add_agencies,
    ),
    Subcommand(
        name="check-audit",
        help=say_help(
            "감사 기록을 확인점과 대조합니다. 따로 보관한 폴더와도 대조할 수 있습니다.",
            "Hold the audit log against its checkpoints, also against a folder kept elsewhere.",
        ),
        run=_run_audit,
        add_arguments=_add_audit,
    ),
]
