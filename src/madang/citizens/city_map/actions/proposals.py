"""What citizens propose: taken without an account, a few an hour, decided by people with a reason."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from madang.citizens.city_map import models
from madang.citizens.city_map.queries.themes import get_place, get_proposal, get_theme, read_proposal
from madang.citizens.city_map.records import PlaceValues, Proposal, ProposalKind, ProposalState
from madang.core.base.interface import Actor, BadInput, Conflict, new_id, to_city_time
from madang.core.people.interface import hide_sender, record_audit, refuse_personal, require

from .mirroring import mirror_theme
from .places import check_place, put_place, take_place

MODERATE = "city_map.moderate"
HOUR = timedelta(hours=1)
A_SENDER, ALL_SENDERS, MOST_WAITING = 5, 300, 5_000
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LETTERS = 10
CITIZEN = "시민 제안 · proposed by a citizen"


def propose(
    *,
    now: datetime,
    sender: str,
    code: str,
    kind: ProposalKind,
    values: PlaceValues,
    place_id: str = "",
    note: str = "",
) -> Proposal:
    """Take a citizen's proposal for a theme in public and return it with its receipt.

    `sender` is the network address it came from: it only counts how many came from there within an hour,
    under a keyed digest, and is not kept. Raises BadInput also for personal data, which isn't kept either.
    """
    theme = get_theme(code)
    if (
        not theme.is_shown(to_city_time(now).date())
        or not theme.values.takes_proposals
        or theme.values.dataset
    ):
        raise BadInput(
            "city_map.closed", "이 주제에는 지금 제안할 수 없어요", "this theme takes no proposals now"
        )
    if kind is not ProposalKind.ADD:
        standing = get_place(code, place_id)
        values = standing.values if kind is ProposalKind.REMOVE else values
    checked = msgspec.structs.replace(check_place(theme, values), source="")
    _refuse_personal(checked, note)
    with transaction.atomic():
        _count_sending(sender, now)
        row = models.ProposalRow.objects.create(
            id=new_id(),
            receipt="".join(secrets.choice(LETTERS) for _ in range(RECEIPT_LETTERS)),
            theme_id=code,
            place_id=place_id if kind is not ProposalKind.ADD else "",
            kind=kind,
            state=ProposalState.WAITING,
            values=msgspec.to_builtins(checked),
            note=note.strip()[:500],
            sent_at=now,
        )
    return read_proposal(row)


def accept_proposal(*, actor: Actor, now: datetime, proposal_id: str, reason: str = "") -> None:
    """Do what a proposal asks; everyone sees it within seconds. Its note is erased."""
    with transaction.atomic():
        found = _decide(actor, now, proposal_id, ProposalState.ACCEPTED, reason)
        at = {"actor": actor, "now": now, "code": found.theme, "permission": MODERATE}
        if found.kind is ProposalKind.REMOVE:
            take_place(place_id=found.place_id, **at)  # type: ignore[arg-type]
        else:
            values = msgspec.structs.replace(found.values, source=CITIZEN)
            put_place(values=values, place_id=found.place_id, **at)  # type: ignore[arg-type]
    mirror_theme(found.theme, now=now)


def reject_proposal(*, actor: Actor, now: datetime, proposal_id: str, reason: str) -> None:
    """Refuse a proposal with the reason that its sender reads. Its note is erased."""
    if not reason.strip():
        raise BadInput("city_map.reason", "까닭을 적어 주십시오", "say why", field="reason")
    with transaction.atomic():
        _decide(actor, now, proposal_id, ProposalState.REJECTED, reason)


def forget_sendings(*, now: datetime) -> int:
    """Delete what counted senders and is older than an hour; return how many."""
    return models.SendingRow.objects.filter(at__lte=now - HOUR).delete()[0]


def _decide(actor: Actor, now: datetime, proposal_id: str, state: ProposalState, reason: str) -> Proposal:
    found = get_proposal(actor=actor, proposal_id=proposal_id)
    require(actor, MODERATE, found.agency_code)
    changed = models.ProposalRow.objects.filter(pk=proposal_id, state=ProposalState.WAITING).update(
        state=state, reason=reason.strip()[:500], decided_at=now, decided_by=actor.name[:100], note=""
    )
    if not changed:
        raise Conflict("city_map.decided", "이미 처리한 제안입니다", "this proposal is decided already")
    details = {"theme": found.theme, "reason": reason.strip()[:500]}
    record_audit(
        actor=actor, now=now, action=f"city_map.proposal_{state}", subject=proposal_id, details=details
    )
    return found


def _refuse_personal(values: PlaceValues, note: str) -> None:
    said = {"name": values.name, "address": values.address, "note": note}
    said |= {name: str(value) for name, value in values.values.items()}
    for field, text in said.items():
        refuse_personal(text, field)


def _count_sending(sender: str, now: datetime) -> None:
    key = hide_sender(sender, under="city_map.proposals")
    forget_sendings(now=now)
    recent = models.SendingRow.objects.filter(at__gt=now - HOUR)
    waiting = models.ProposalRow.objects.filter(state=ProposalState.WAITING).count()
    if recent.filter(sender=key).count() >= A_SENDER:
        raise BadInput(
            "city_map.too_many",
            f"한 시간에 {A_SENDER}번까지 보낼 수 있어요. 나중에 다시 보내 주세요.",
            f"{A_SENDER} an hour are taken from one place. Please send it later.",
        )
    if recent.count() >= ALL_SENDERS or waiting >= MOST_WAITING:
        raise BadInput(
            "city_map.busy",
            "지금은 제안이 너무 많이 밀려 있어요. 나중에 다시 보내 주세요.",
            "too many proposals wait just now. Please send it later.",
        )
    models.SendingRow.objects.create(sender=key, at=now)
