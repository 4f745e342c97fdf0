"""Who somebody is to a poll: names that nobody can turn back, and the personal links of those invited."""

from __future__ import annotations

import hashlib

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import urlencode

from madang.citizens.voting.models import PollRow, VoterRow
from madang.citizens.voting.records.polls import Eligibility, Poll
from madang.core.base.interface import Actor, BadInput, NotAllowed

CODE_LENGTH = 12


def name_voter(poll: Poll | PollRow, actor: Actor, code: str) -> str:
    """Return the name under which it is kept that this person voted: a keyed hash of poll and person.

    BadInput where the person must sign in first, or wasn't invited.
    """
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
    return _hash(poll.id, f"person:{actor.id}")


def name_ballot(receipt: str) -> str:
    """Return the name under which the ballot of a receipt lies."""
    return hashlib.sha256(receipt.encode()).hexdigest()


def tie_receipt(poll: Poll, actor: Actor, code: str, receipt: str) -> str:
    """Return what a device keeps: the receipt, tied to its voter so that nobody else on the device uses it."""
    return f"{receipt}.{_hash(poll.id, f'{receipt} of {name_voter(poll, actor, code)}')}"


def untie_receipt(poll: Poll, actor: Actor, code: str, kept: str) -> str:
    """Return the receipt that a device kept, "" where it is somebody else's."""
    receipt, _, _ = kept.partition(".")
    try:
        is_own = constant_time_compare(kept, tie_receipt(poll, actor, code, receipt))
    except BadInput:
        return ""
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


def has_voted(poll: Poll, actor: Actor, code: str) -> bool:
    """Return whether this person has voted already; False where it isn't known who it is."""
    try:
        return VoterRow.objects.filter(poll_id=poll.id, key=name_voter(poll, actor, code)).exists()
    except BadInput:
        return False
