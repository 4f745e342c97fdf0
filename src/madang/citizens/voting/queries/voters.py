"""Who somebody is to a poll: names that nobody can turn back, and the personal links of those invited."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import urlencode

from madang.citizens.voting.models import PollRow, VoterRow
from madang.citizens.voting.records.polls import Eligibility, Poll
from madang.core.base.interface import Actor, BadInput, NotAllowed

from .proofs import read_proof, say_missing

CODE_LENGTH = 12


def name_voter(poll: Poll | PollRow, actor: Actor, code: str, now: datetime) -> str:
    """Return the name under which it is kept that this person voted: a keyed hash of poll and person.

    `code` is an invitation's, or what leads to a proof by the wallet. BadInput where the person must sign in
    first, wasn't invited, or hasn't proven to be eligible.
    """
    if poll.eligibility == Eligibility.WALLET:
        proof = read_proof(poll, code, now)
        if not proof.pseudonym:
            missing = say_missing(proof)
            raise BadInput("voting.proof", missing.ko, missing.en)
        return _hash(poll.id, f"wallet:{proof.pseudonym}")
    if poll.eligibility == Eligibility.LIST:
        if not is_invited(poll, code):
            raise BadInput(
                "voting.invitation",
                "초대받은 주소로 들어와야 투표할 수 있어요",
                "only the link of an invitation leads to the vote",
            )
        return _hash(poll.id, f"code:{code}")
    if not actor.id:
        raise BadInput("voting.sign_in", "먼저 로그인해 주세요", "please sign in first")
    return name_account(poll.id, actor)


def name_account(poll_id: str, actor: Actor) -> str:
    """Return the name of a voter whose account counts."""
    return _hash(poll_id, f"person:{actor.id}")


def name_ballot(receipt: str) -> str:
    """Return the name under which the ballot of a receipt lies."""
    return hashlib.sha256(receipt.encode()).hexdigest()


def find_voter(poll: Poll, actor: Actor, code: str, now: datetime) -> str:
    """Return the name of this voter, "" where it isn't known who it is."""
    try:
        return name_voter(poll, actor, code, now)
    except BadInput:
        return ""


def tie_receipt(poll: Poll, voter: str, receipt: str) -> str:
    """Return what a device keeps: the receipt, tied to its voter so that nobody else on the device uses it."""
    return f"{receipt}.{_hash(poll.id, f'{receipt} of {voter}')}"


def untie_receipt(poll: Poll, voter: str, kept: str) -> str:
    """Return the receipt that a device kept, "" where it is somebody else's."""
    receipt, _, _ = kept.partition(".")
    is_own = voter and constant_time_compare(kept, tie_receipt(poll, voter, receipt))
    return receipt if is_own else ""


def is_invited(poll: Poll | PollRow, code: str) -> bool:
    """Return whether `code` is one of the poll's invitations."""
    number, _, _ = code.partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 6 or int(number) >= poll.invited:
        return False
    return constant_time_compare(code, _make_code(poll.id, int(number)))


def list_invitations(actor: Actor, poll: Poll) -> list[str]:
    """Return the query strings of all personal links; NotAllowed for everyone but the poll's maker."""
    if actor.id != poll.maker_id:
        raise NotAllowed(
            "voting.maker", "투표를 만든 사람만 볼 수 있어요", "only who made the poll may see this"
        )
    return [urlencode({"code": _make_code(poll.id, number)}) for number in range(poll.invited)]


def _make_code(poll_id: str, number: int) -> str:
    return f"{number}-{_hash(poll_id, f'invitation:{number}')[:CODE_LENGTH]}"


def _hash(poll_id: str, subject: str) -> str:
    return salted_hmac(f"voting.poll.{poll_id}", subject, algorithm="sha256").hexdigest()


def has_voted(poll: Poll, voter: str) -> bool:
    """Return whether this voter has voted already; False where it isn't known who it is."""
    return bool(voter) and VoterRow.objects.filter(poll_id=poll.id, key=voter).exists()
