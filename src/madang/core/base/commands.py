"""Named commands: how one service asks another to act without importing it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from .actors import Actor
from .errors import BadInput, NotAllowed, NotFound
from .manifests import Manifest, collect, list_manifests


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command: `action(actor=, now=, request=)` takes `request_type`, returns `reply_type`."""

    name: str
    permission: str
    request_type: type
    reply_type: type
    action: Callable[..., Any]


@cache
def list_commands() -> dict[str, Command]:
    """Return every command by name; undeclared, doubled or unprovided ones are refused."""
    commands: dict[str, Command] = {}
    for manifest, command in collect("commands", "COMMANDS"):
        _check_provided(manifest, command, commands)
        commands[command.name] = command
    for manifest in list_manifests():
        missing = [name for name in manifest.uses if name not in commands]
        if missing:
            raise _wrong(f"{manifest.name} uses {', '.join(missing)}, which nobody provides")
    return commands


def call_command(name: str, *, caller: str, actor: Actor, now: Any, request: Any) -> Any:
    """Run command `name` for the service `caller`, which must declare it under `uses`."""
    uses = next((m.uses for m in list_manifests() if m.name == caller), ())
    if name not in uses:
        raise NotAllowed(
            "command.undeclared",
            f"{caller}은(는) {name}을(를) 쓴다고 밝히지 않았습니다",
            f"{caller} doesn't declare that it uses {name}",
        )
    command = list_commands().get(name)
    if command is None:
        raise NotFound("command.unknown", f"명령 {name}이(가) 없습니다", f"there is no command {name}")
    if not actor.may(command.permission):
        raise NotAllowed(
            "command.permission", f"{name}을(를) 할 권한이 없습니다", f"no permission for {name}"
        )
    reply = command.action(
        actor=actor, now=now, request=msgspec.convert(request, command.request_type, from_attributes=True)
    )
    return msgspec.convert(reply, command.reply_type, from_attributes=True)


def _check_provided(manifest: Manifest, command: Command, known: dict[str, Command]) -> None:
    if command.name not in manifest.provides:
        raise _wrong(f"{manifest.name} has a command {command.name} that its manifest doesn't provide")
    if command.name in known:
        raise _wrong(f"{command.name} is provided twice")


def _wrong(sentence: str) -> BadInput:
    return BadInput("command.wrong", sentence, sentence)
