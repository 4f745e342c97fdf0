"""A voter shows the wallet: whoever's wallet answers may vote, and the proof is forgotten once that was done."""

from __future__ import annotations

from datetime import datetime

from madang.citizens.voting.queries.proofs import SERVICE, name_scope, point_at
from madang.citizens.voting.records.enrolments import Enrolment
from madang.citizens.voting.records.polls import Eligibility, Poll, PollState
from madang.core.base.interface import ANONYMOUS, Conflict, call_command


def begin_proof(*, now: datetime, poll: Poll, house: str) -> str:
    """Ask the wallet about whoever is in front of the poll's page; return the code by which this browser sees how it stands.

    Nobody votes with that code: the wallet that answers is handed another one, and its holder goes on with that.

    `house` is the house's address as the page has it. Conflict where the poll isn't open or asks for no proof.
    """
    if poll.eligibility is not Eligibility.WALLET or poll.state is not PollState.OPEN or poll.hidden_reason:
        raise Conflict("voting.not_open", "지금은 투표할 수 없어요", "this poll isn't open now")
    return ask_wallet(now=now, asker=poll, house=house)


def forget_proof(*, now: datetime, asker: Poll | Enrolment, code: str) -> None:
    """Let the wallet forget a proof that was used."""
    call_command("wallet.use", caller=SERVICE, actor=ANONYMOUS, now=now, request=point_at(asker, code))


def ask_wallet(*, now: datetime, asker: Poll | Enrolment, house: str) -> str:
    """Ask the wallet about whoever is in front of the page; return the code by which that browser sees how it stands."""
    request = {"rule": asker.rule, "scope": name_scope(asker), "house": house}
    asked = call_command("wallet.ask", caller=SERVICE, actor=ANONYMOUS, now=now, request=request)
    return f"{asked.check}.{asked.secret}"
