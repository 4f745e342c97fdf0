"""A whole election of made-up voters and trustees, through the same actions as a real one."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec

from madang.core.base.interface import HOUSE, now

from .actions.elections import add_decryption, cast_ballot, close_election, open_election, publish_result
from .gateway.trustee_processes import TrusteeProcess, start_trustees
from .methods.ballots import make_ballot
from .methods.credentials import derive_public, make_credential, make_token
from .methods.trustees import combine, route
from .queries.elections import get_archive, get_text
from .records.elections import GROUPS, Election, Plan, Question

QUESTIONS = (
    Question(
        question="새 공원의 이름을 골라 주세요 · Choose the new park’s name",
        answers=("한마당 · Big Yard", "너른뜰 · Wide Court", "도담숲 · Healthy Wood"),
        min=1,
        max=1,
        blank=True,
    ),
    Question(
        question="무엇을 먼저 만들까요? · What should come first?",
        answers=("놀이터 · Playground", "도서관 · Library", "체육관 · Gym", "텃밭 · Garden"),
        min=0,
        max=2,
    ),
)
PLAN = Plan(
    name="시뮬레이션 투표 · simulated election",
    description="유권자와 표는 모두 만들어 낸 것입니다 · voters and ballots are made up",
    questions=QUESTIONS,
)


def hold_demo(voters: int, group_name: str, trustees: int, threshold: int) -> Election:
    """Hold an election of `voters` who choose at random; every tenth votes twice, and the last one counts.

    One trustee is the server's, which is always needed; the others share a key of which `threshold` open. Each is a
    process of its own, and the key that it makes stays there.
    """
    group, uuid = GROUPS[group_name], make_token()
    codes = [make_credential() for _ in range(voters)]
    credentials = sorted(str(derive_public(group, uuid, code)) for code in codes)
    with start_trustees(group_name, trustees + 1) as (own, *others):
        single = msgspec.json.decode(own.ask("single"))
        open_election(
            actor=HOUSE,
            now=now(),
            uuid=uuid,
            plan=msgspec.structs.replace(PLAN, group=group_name),
            trustees=[["Single", single], ["Pedersen", _make_shared_key(others, threshold)]],
            credentials=credentials,
        )
        _vote(uuid, group_name, [*codes, *codes[::10]])
        close_election(actor=HOUSE, now=now(), uuid=uuid)
        archive = base64.b64encode(get_archive(uuid)).decode()
        present = list(enumerate(others, start=2))[-threshold:]
        for number, one in [(1, own), *present]:
            decryption = one.ask("decrypt", archive)
            add_decryption(actor=HOUSE, now=now(), uuid=uuid, owner=number, decryption=decryption)
    return publish_result(actor=HOUSE, now=now(), uuid=uuid)


def _make_shared_key(trustees: Sequence[TrusteeProcess], threshold: int) -> dict[str, Any]:
    """Return the parameters of a key that trustees made together; what passes through here is sealed."""
    certificates = [one.ask("certify") for one in trustees]
    polynomials = [one.ask("deal", certificates, threshold) for one in trustees]
    outputs = [
        one.ask("check", certificates, threshold, route(polynomials, number))
        for number, one in enumerate(trustees, start=1)
    ]
    return combine(threshold, certificates, polynomials, outputs)


def _vote(uuid: str, group_name: str, codes: Sequence[str]) -> None:
    election = get_text(uuid)
    key = int(msgspec.json.decode(election)["public_key"])
    for code in codes:
        ballot = make_ballot(
            GROUPS[group_name],
            election=election,
            uuid=uuid,
            key=key,
            questions=QUESTIONS,
            code=code,
            choices=[_choose(one) for one in QUESTIONS],
        )
        cast_ballot(uuid=uuid, ballot=ballot)


def _choose(question: Question) -> list[int]:
    chance = secrets.SystemRandom()
    if question.blank and chance.random() < 0.1:  # noqa: PLR2004 - a tenth abstain
        return [1] + [0] * len(question.answers)
    count = chance.randint(question.min, question.max)
    chosen = set(chance.sample(range(len(question.answers)), count))
    votes = [int(at in chosen) for at in range(len(question.answers))]
    return [0, *votes] if question.blank else votes
