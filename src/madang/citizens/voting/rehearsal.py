"""A whole election of made-up voters and trustees, through the same actions as a real one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from madang.core.base.interface import HOUSE, now

from .actions.elections import add_decryption, cast_ballot, close_election, open_election, publish_result
from .methods.ballots import make_ballot
from .methods.credentials import derive_public, make_credential, make_token
from .methods.proofs import pick
from .methods.trustees import deal_keys, decrypt_partially, make_public_key
from .queries.elections import get_setup, get_text, read_tally
from .records.elections import GROUPS, Election, Plan, Question

QUESTIONS = (
    Question(
        question="새 공원의 이름을 골라 주세요", answers=("한마당", "너른뜰", "도담숲"), min=1, max=1, blank=True
    ),
    Question(question="무엇을 먼저 만들까요?", answers=("놀이터", "도서관", "체육관", "텃밭"), min=0, max=2),
)  # fmt: skip
PLAN = Plan(
    name="시뮬레이션 투표 · simulated election",
    description="유권자와 표는 모두 만들어 낸 것입니다 · voters and ballots are made up",
    questions=QUESTIONS,
)


def hold_demo(voters: int, group_name: str, trustees: int, threshold: int) -> Election:
    """Hold an election of `voters` who choose at random; every tenth votes twice, and the last one counts.

    One trustee is the server, which is always needed; the others share a key of which `threshold` open.
    """
    group, uuid = GROUPS[group_name], make_token()
    codes = [make_credential() for _ in range(voters)]
    credentials = sorted(str(derive_public(group, uuid, code)) for code in codes)
    own = pick(group)
    shared, shares = deal_keys(group, trustees, threshold)
    open_election(
        actor=HOUSE,
        now=now(),
        uuid=uuid,
        plan=msgspec.structs.replace(PLAN, group=group_name),
        trustees=[["Single", make_public_key(group, own)], ["Pedersen", shared]],
        credentials=credentials,
    )
    _vote(uuid, group_name, [*codes, *codes[::10]])
    close_election(actor=HOUSE, now=now(), uuid=uuid)
    tally = read_tally(uuid)
    said = get_setup(uuid).fingerprint
    for owner, secret in enumerate([own, *shares[-threshold:]], start=1):
        number = 1 if owner == 1 else trustees - threshold + owner
        decryption = decrypt_partially(group, secret, tally, said)
        add_decryption(actor=HOUSE, now=now(), uuid=uuid, owner=number, decryption=decryption)
    return publish_result(actor=HOUSE, now=now(), uuid=uuid)


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
