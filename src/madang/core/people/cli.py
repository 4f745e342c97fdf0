"""Subcommands of `madang` for whoever keeps the installation."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from madang.core.base.interface import HOUSE, Subcommand, now

from .actions.agencies import lay_out_agencies
from .actions.clients import register_oidc_client, revoke_oidc_client
from .checkpoints import check_audit_log


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
