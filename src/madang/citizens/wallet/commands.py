"""What other services may ask of the wallet: which rules there are, and whether somebody meets one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.core.base.interface import Actor, Command, Text

from .actions.asking import ask_for_service
from .actions.pseudonyms import use_pseudonym
from .methods.rules import list_claims
from .queries.checks import build_request, get_check
from .queries.kinds import get_kind, list_rules, read_condition
from .queries.links import link_request
from .queries.pseudonyms import find_current, has_answered
from .queries.reasons import say_reason
from .records import CheckState


class Nothing(msgspec.Struct, frozen=True):
    """Nothing is asked."""


class RuleWords(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in words: the certificate that answers it, and the parts of it that are shown."""

    name: str
    title: Text
    kind: str
    certificate: Text
    claims: tuple[Text, ...]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Which rule is asked, what the pseudonym is good for, and the house's address as the asker's page has it."""

    rule: str
    scope: Annotated[str, Meta(min_length=1, max_length=100)]
    house: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A check: its number is known to whoever sees its QR code, the secret only to whoever asked."""

    check: str
    secret: str


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Which check, its scope, and the secret that it was asked with or that whoever answered was handed."""

    check: str
    secret: str
    scope: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a check stands. EXPIRED is also one that was used, or that these words don't open.

    While it waits: the links for any wallet and for this browser's, and why the last answer was refused
    (`reason`, "" where there was none). Once it is answered: yes or no with the reason, and with a yes the
    pseudonym of the person in the scope (64 hexadecimal digits), for whoever answered alone: who asked, such as
    somebody who got a stranger to scan the QR code, is told that it was answered and no more.
    """

    state: CheckState
    is_eligible: bool | None = None
    reason: Text = Text(ko="", en="")
    pseudonym: str = ""
    is_answerer: bool = False
    link: str = ""
    here: str = ""


def list_rule_words(*, actor: Actor, now: datetime, request: Nothing) -> list[RuleWords]:
    """Return every rule."""
    del actor, now, request
    found = []
    for rule in list_rules().values():
        kind, paths = get_kind(rule.kind), list_claims(read_condition(rule.name).condition)
        claims = tuple(one.title for one in kind.claims if one.path in paths)
        found.append(
            RuleWords(name=rule.name, title=rule.title, kind=kind.name, certificate=kind.title, claims=claims)
        )
    return found


def ask(*, actor: Actor, now: datetime, request: Ask) -> Asked:
    """Open a check for whoever is in front of the asker's page."""
    del actor
    address = f"{request.house.rstrip('/')}/wallet"
    check, secret = ask_for_service(now=now, rule=request.rule, scope=request.scope, address=address)
    return Asked(check=check.id, secret=secret)


def read_result(*, actor: Actor, now: datetime, request: Look) -> Result:
    """Return how a check stands."""
    del actor
    row = find_current(now=now, check_id=request.check, scope=request.scope, secret=request.secret)
    if row is None:
        return Result(state=CheckState.EXPIRED)
    check, is_answerer = get_check(request.check, now), has_answered(row, request.secret)
    if check.state == CheckState.ANSWERED and not is_answerer:
        return Result(state=check.state)
    link, here = link_request(build_request(check)) if check.state == CheckState.WAITING else ("", "")
    return Result(
        state=check.state,
        is_eligible=check.is_eligible,
        reason=say_reason(check),
        pseudonym=row.value if is_answerer else "",
        is_answerer=is_answerer,
        link=link,
        here=here,
    )


def use_result(*, actor: Actor, now: datetime, request: Look) -> None:
    """Forget a result that was used: nobody reads it again."""
    del actor
    use_pseudonym(now=now, check_id=request.check, scope=request.scope, secret=request.secret)


COMMANDS = [
    Command(name="wallet.rules", permission="public", request_type=Nothing,
            reply_type=list[RuleWords], action=list_rule_words),
    Command(name="wallet.ask", permission="public", request_type=Ask, reply_type=Asked, action=ask),
    Command(name="wallet.result", permission="public", request_type=Look,
            reply_type=Result, action=read_result),
    Command(name="wallet.use", permission="public", request_type=Look, reply_type=type(None), action=use_result),
]  # fmt: skip
