"""Subcommands of `madang` for whoever keeps the installation."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass
from pathlib import Path

from django.utils.translation import override

from madang.core.base.interface import HOUSE, BadInput, Subcommand, now, prepare_registers

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
    parser.add_argument("--username", metavar="NAME", help="its user name (asked for where it is missing)")


def _run_client(arguments: Namespace) -> int:
    client = register_oidc_client(
        actor=HOUSE, now=now(), name=arguments.client_name, redirect_addresses=arguments.address
    )
    _say(f"client_id {client.id}\nclient_secret {client.secret}")
    return 0


def _add_client(parser: ArgumentParser) -> None:
    parser.add_argument("client_name", metavar="NAME", help="name that people see when they log in")
    parser.add_argument("address", nargs="+", help="address to return to after login (https)")


def _run_revoke(arguments: Namespace) -> int:
    revoke_oidc_client(actor=HOUSE, now=now(), client_id=arguments.client_id)
    return 0


def _add_revoke(parser: ArgumentParser) -> None:
    parser.add_argument("client_id", metavar="ID", help="client_id that was printed when it was registered")


def _run_agencies(arguments: Namespace) -> int:
    count = lay_out_agencies(actor=HOUSE, now=now(), pack=Path(arguments.file))
    _say(f"{count} agencies")
    return 0


def _add_agencies(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="TOML file with a list [[agency]]")


def _run_audit(arguments: Namespace) -> int:
    problems = check_audit_log(arguments.checkpoints)
    for problem in problems:
        _say(problem.en)
    return 1 if problems else 0


def _add_audit(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoints", metavar="DIR", help="folder of checkpoints that somebody else has kept"
    )


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


SUBCOMMANDS = [
    Subcommand(
        name="createsuperuser",
        help="make an account that may do everything; the audit log says so",
        run=_run_superuser,
        add_arguments=_add_superuser,
    ),
    Subcommand(
        name="register-oidc-client",
        help="Let another system log people in with this house (OpenID Connect); prints its secret once.",
        run=_run_client,
        add_arguments=_add_client,
    ),
    Subcommand(
        name="revoke-oidc-client",
        help="Stop logging people in for another system.",
        run=_run_revoke,
        add_arguments=_add_revoke,
    ),
    Subcommand(
        name="lay-out-agencies",
        help="Bring the agencies of a TOML file into the register.",
        run=_run_agencies,
        add_arguments=_add_agencies,
    ),
    Subcommand(
        name="check-audit",
        help="Hold the audit log against its checkpoints, also against a folder kept elsewhere.",
        run=_run_audit,
        add_arguments=_add_audit,
    ),
]
