"""Every read of the making of keys."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec

from madang.citizens.voting.methods.trustees import combine, route
from madang.citizens.voting.models import CeremonyRow, ElectionRow, EntryRow, TrusteeRow
from madang.citizens.voting.records.ceremonies import Ceremony, Step, Task, Trustee
from madang.citizens.voting.records.elections import ElectionState, Plan
from madang.core.base.interface import BadInput, NotFound

KEPT = (Step.CERTIFICATE, Step.POLYNOMIAL, Step.OUTPUT)


def hash_code(code: str) -> str:
    """Return what is kept of a trustee's code."""
    return hashlib.sha256(code.encode()).hexdigest()


def find_ceremony(uuid: str) -> CeremonyRow:
    """Return the row of a ceremony; raise NotFound where there is none."""
    row = CeremonyRow.objects.filter(uuid=uuid).first()
    if row is None:
        raise NotFound(
            "voting.no_ceremony",
            "이 투표에는 함께 열쇠를 만드는 수탁자가 없습니다",
            "no trustees make a key together for this election",
        )
    return row


def find_trustee(uuid: str, code: str) -> TrusteeRow:
    """Return the trustee whose code this is; raise BadInput where it is nobody's."""
    said = hash_code(code)
    for row in list_rows(uuid):
        if hmac.compare_digest(row.code_hash, said):
            return row
    raise BadInput("voting.code", "수탁자의 코드가 맞지 않습니다", "this is no trustee's code")


def list_rows(uuid: str) -> list[TrusteeRow]:
    """Return the trustees of a ceremony in their order; raise NotFound where there is none."""
    return list(TrusteeRow.objects.filter(ceremony=find_ceremony(uuid)).order_by("number"))


def has_ceremony(uuid: str) -> bool:
    """Return whether trustees make, or made, a key for this election here."""
    return CeremonyRow.objects.filter(uuid=uuid).exists()


def has_election(uuid: str) -> bool:
    """Return whether the election itself was opened."""
    return ElectionRow.objects.filter(uuid=uuid).exists()


def read_plan(uuid: str) -> Plan:
    """Return what the election will be about."""
    return msgspec.json.decode(find_ceremony(uuid).plan, type=Plan)


def get_ceremony(uuid: str) -> Ceremony:
    """Return how far the trustees are, and who still has to do what."""
    row, rows = find_ceremony(uuid), list_rows(uuid)
    plan = read_plan(uuid)
    step = find_step(uuid, rows)
    shared = _list_shared(uuid) if step is Step.DECRYPTION else set()
    return Ceremony(
        uuid=uuid,
        title=plan.name,
        group=plan.group,
        threshold=row.threshold,
        step=step,
        trustees=tuple(_describe(one, step, shared) for one in rows),
    )


def get_task(uuid: str, code: str) -> Task:
    """Return what the trustee with this code has to do now."""
    own, ceremony, rows = find_trustee(uuid, code), get_ceremony(uuid), list_rows(uuid)
    me = ceremony.trustees[own.number - 1]
    certificates, dealt = (), ""
    if ceremony.step in {Step.POLYNOMIAL, Step.OUTPUT}:
        certificates = tuple(one.certificate for one in rows)
    if ceremony.step is Step.OUTPUT:
        dealt = route([one.polynomial for one in rows], own.number)
    return Task(
        number=own.number,
        group=ceremony.group,
        threshold=ceremony.threshold,
        step=me.has_to,
        waiting_for=tuple(one.name for one in ceremony.trustees if one.has_to is not Step.NOTHING),
        certificates=certificates,
        dealt=dealt,
    )


def combine_shared_key(uuid: str) -> dict[str, Any]:
    """Return the parameters of the key that the trustees made; the caller knows that all are done."""
    rows = list_rows(uuid)
    return combine(
        find_ceremony(uuid).threshold,
        [one.certificate for one in rows],
        [one.polynomial for one in rows],
        [one.output for one in rows],
    )


def find_owner(uuid: str, number: int) -> int:
    """Return which trustee of the whole election a trustee of the shared key is; single ones come first."""
    singles = 0
    for kind, _ in msgspec.json.decode(EntryRow.objects.get(election_id=uuid, kind="trustees").content):
        if kind == "Pedersen":
            break
        singles += 1
    return singles + number


def find_step(uuid: str, rows: Sequence[TrusteeRow]) -> Step:
    """Return what the trustees are at."""
    for step in KEPT:
        if not all(getattr(one, step) for one in rows):
            return step
    state = ElectionRow.objects.filter(uuid=uuid).values_list("state", flat=True).first()
    return Step.DECRYPTION if state == ElectionState.CLOSED else Step.NOTHING


def _describe(row: TrusteeRow, step: Step, shared: set[int]) -> Trustee:
    if step is Step.DECRYPTION:
        is_done = find_owner(row.ceremony_id, row.number) in shared
    else:
        is_done = step is Step.NOTHING or bool(getattr(row, step))
    return Trustee(
        number=row.number,
        name=row.name,
        has_to=Step.NOTHING if is_done else step,
        is_done=is_done,
        accused=row.accused,
    )


def _list_shared(uuid: str) -> set[int]:
    """Return which trustees of an election have given their shares."""
    owned = EntryRow.objects.filter(election_id=uuid, kind="owned_decryption")
    return {msgspec.json.decode(text)["owner"] for text in owned.values_list("content", flat=True)}
