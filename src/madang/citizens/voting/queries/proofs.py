"""What the wallet says: the rules a poll can ask for, and how the proof of one voter stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from madang.citizens.voting.models import PollRow
from madang.citizens.voting.records.enrolments import Enrolment
from madang.citizens.voting.records.polls import Poll, ProofState, Rule, WalletProof
from madang.core.base.interface import ANONYMOUS, Text, call_command

SERVICE = "voting"
POLL, ELECTION = "voting.poll.", "voting.election."
Asker = Poll | PollRow | Enrolment
"""Who needs a proof: pseudonyms are good for this one alone."""


def list_rules(now: datetime) -> dict[str, Rule]:
    """Return the wallet's rules by name."""
    found = call_command("wallet.rules", caller=SERVICE, actor=ANONYMOUS, now=now, request={})
    return {one.name: msgspec.convert(one, Rule, from_attributes=True) for one in found}


def read_proof(asker: Asker, code: str, now: datetime) -> WalletProof:
    """Return how the proof that a browser's `code` leads to stands; EXPIRED where it leads to none."""
    found = call_command(
        "wallet.result", caller=SERVICE, actor=ANONYMOUS, now=now, request=point_at(asker, code)
    )
    return WalletProof(
        state=ProofState(found.state),
        is_eligible=bool(found.is_eligible),
        reason=found.reason,
        pseudonym=found.pseudonym,
        is_answerer=found.is_answerer,
        link=found.link,
        here=found.here,
    )


def point_at(asker: Asker, code: str) -> dict[str, Any]:
    """Return what the wallet knows a proof by."""
    check, _, secret = code.partition(".")
    return {"check": check, "secret": secret, "scope": name_scope(asker)}


def name_scope(asker: Asker) -> str:
    """Return what a pseudonym is good for: this poll, or this election's list of voters."""
    return f"{ELECTION}{asker.uuid}" if isinstance(asker, Enrolment) else f"{POLL}{asker.id}"


def find_asker(scope: str) -> tuple[str, str]:
    """Return (poll, election): the number of which of them a scope is of, "" for the other, and for neither."""
    poll, election = (scope.removeprefix(one) if scope.startswith(one) else "" for one in (POLL, ELECTION))
    return poll, election


def say_missing(proof: WalletProof) -> Text:
    """Return why nobody may vote with this proof."""
    if proof.state is ProofState.ANSWERED and not proof.is_answerer:
        return Text(
            ko="지갑이 답했어요. 투표는 지갑이 있는 기기에서, 지갑이 연 화면에서 이어서 해요.",
            en="the wallet has answered: the vote goes on on the wallet’s own device, on the page that it opened",
        )
    if proof.state is ProofState.ANSWERED:
        return Text(
            ko=f"이 투표를 할 자격이 없어요. {proof.reason.ko}",
            en=f"You aren’t eligible to vote here. {proof.reason.en}",
        )
    if proof.state is ProofState.WAITING:
        return Text(ko="지갑의 답을 기다리고 있어요", en="the wallet hasn’t answered yet")
    return Text(
        ko="자격을 보인 지갑이 연 화면에서, 10분 안에 이어서 해 주세요. 다시 보여 주세요.",
        en="go on within ten minutes, on the page that your wallet opened; please show it again",
    )
