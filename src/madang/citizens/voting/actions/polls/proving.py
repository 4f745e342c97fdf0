"""A voter shows the wallet: whoever's wallet answers may vote, and the proof is forgotten once that was done."""

from __future__ import annotations

from datetime import datetime

from madang.citizens.voting.queries.proofs import SERVICE, name_scope, point_at
from madang.citizens.voting.records.polls import Eligibility, Poll, PollState
from madang.core.base.interface import ANONYMOUS, Conflict, call_command


def begin_proof(*, now: datetime, poll: Poll, house: str) -> str:
    """Ask the wallet about whoever is in front of the poll's page; return the code by which this browser sees how it stands.

    Nobody votes with that code: the wallet that answers is handed another one, and its holder goes on with that.

    `house` is the house's address as the page has it. Conflict where the poll isn't open or asks for no proof.
    """
    if poll.eligibility is not Eligibility.WALLET or poll.state is not PollState.OPEN or poll.hidden_reason:
        raise Conflict("voting.not_open", "지금은 투표할 수 없어요", "this poll isn't open now")
    request = {"rule": poll.rule, "scope": name_scope(poll), "house": house}
    asked = call_command("wallet.ask", caller=SERVICE, actor=ANONYMOUS, now=now, request=request)
    return f"{asked.check}.{asked.secret}"


def forget_proof(*, now: datetime, poll: Poll, code: str) -> None:
    """Let the wallet forget a proof that was voted with."""
    call_command("wallet.use", caller=SERVICE, actor=ANONYMOUS, now=now, request=point_at(poll, code))
