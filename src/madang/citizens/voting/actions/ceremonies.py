"""Trustees make a key together: the server carries their messages, checks what can be checked, and names who lied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from madang.citizens.voting.detectors.ceremonies import (
    MOST_TRUSTEES,
    check_output,
    check_polynomial,
    read_certificates,
)
from madang.citizens.voting.detectors.reading import Broken
from madang.citizens.voting.methods.trustees import make_seed
from madang.citizens.voting.models import CeremonyRow, ElectionRow, TrusteeRow
from madang.citizens.voting.queries.ceremonies import (
    KEPT,
    find_owner,
    find_step,
    find_trustee,
    get_ceremony,
    hash_code,
    list_rows,
    read_plan,
)
from madang.citizens.voting.records.ceremonies import Step
from madang.citizens.voting.records.elections import Plan
from madang.core.base.interface import HOUSE, Actor, BadInput, Conflict
from madang.core.people.interface import record_audit, require

from .elections import add_decryption, check_plan

LONGEST_NAME = 100


def begin_ceremony(
    *, actor: Actor, now: datetime, uuid: str, plan: Plan, names: Sequence[str], threshold: int
) -> list[str]:
    """Begin the making of an election's key by the trustees `names`; return a code for each, in their order."""
    require(actor, "voting.hold")
    check_plan(plan)
    told = [name.strip() for name in names]
    if not 0 < len(told) <= MOST_TRUSTEES or not all(0 < len(one) <= LONGEST_NAME for one in told):
        raise BadInput(
            "voting.trustees",
            f"수탁자는 1명에서 {MOST_TRUSTEES}명까지, 이름은 {LONGEST_NAME}자까지입니다",
            f"1 to {MOST_TRUSTEES} trustees, with names of up to {LONGEST_NAME} letters",
        )
    if not 1 <= threshold <= len(told):
        raise BadInput(
            "voting.threshold",
            f"정족수는 1명에서 수탁자 수({len(told)}명)까지입니다",
            f"the threshold is between 1 and the number of trustees ({len(told)})",
        )
    codes = [make_seed() for _ in told]
    try:
        with transaction.atomic():
            if ElectionRow.objects.filter(uuid=uuid).exists():
                raise IntegrityError(uuid)
            row = CeremonyRow.objects.create(
                uuid=uuid, plan=msgspec.json.encode(plan).decode(), threshold=threshold, begun_at=now
            )
            TrusteeRow.objects.bulk_create(
                TrusteeRow(ceremony=row, number=number, name=name, code_hash=hash_code(code))
                for number, (name, code) in enumerate(zip(told, codes, strict=True), start=1)
            )
            record_audit(
                actor=actor, now=now, action="voting.begin_ceremony", subject=uuid, details={"trustees": told}
            )
    except IntegrityError as error:
        raise Conflict("voting.exists", "같은 번호의 투표가 있습니다", "this number is taken") from error
    return codes


def take_message(*, now: datetime, uuid: str, code: str, step: Step, message: str) -> None:
    """Take what the trustee with this code sends; what is false is refused, in words that name whose it is.

    The same message again changes nothing. A partial decryption goes to the election's board.
    """
    own = find_trustee(uuid, code)
    if step is Step.DECRYPTION:
        if get_ceremony(uuid).trustees[own.number - 1].has_to is not Step.DECRYPTION:
            raise _refuse_step(step)
        owner = find_owner(uuid, own.number)
        add_decryption(actor=HOUSE, now=now, uuid=uuid, owner=owner, decryption=message)
        return
    with transaction.atomic():
        CeremonyRow.objects.select_for_update().get(uuid=uuid)
        rows = list_rows(uuid)
        row = rows[own.number - 1]
        if step in KEPT and getattr(row, step) == message:
            return
        at = find_step(uuid, rows)
        if step is not at or getattr(row, step):
            raise _refuse_step(step)
        _refuse_false_message(uuid, rows, row, step, message)
        setattr(row, step, message)
        row.accused = 0
        row.save(update_fields=[step, "accused"])
        record_audit(
            actor=HOUSE, now=now, action=f"voting.take_{step}", subject=uuid, details={"trustee": row.number}
        )


def accuse(*, now: datetime, uuid: str, code: str, dealer: int) -> None:
    """Note that a trustee was dealt a false secret by trustee `dealer`; everybody sees it."""
    own = find_trustee(uuid, code)
    with transaction.atomic():
        CeremonyRow.objects.select_for_update().get(uuid=uuid)
        rows = list_rows(uuid)
        if find_step(uuid, rows) is not Step.OUTPUT or not 1 <= dealer <= len(rows):
            raise _refuse_step(Step.OUTPUT)
        TrusteeRow.objects.filter(id=own.id).update(accused=dealer)
        record_audit(
            actor=HOUSE, now=now, action="voting.accuse", subject=uuid,
            details={"trustee": own.number, "accused": dealer},
        )  # fmt: skip


def _refuse_step(step: Step) -> Conflict:
    return Conflict(
        "voting.step", f"지금은 이것을 받지 않습니다: {step}", f"this is not what is waited for now: {step}"
    )


def _refuse_false_message(
    uuid: str, rows: Sequence[TrusteeRow], row: TrusteeRow, step: Step, message: str
) -> None:
    group, threshold = read_plan(uuid).group, row.ceremony.threshold
    certificates = [one.certificate for one in rows]
    try:
        match step:
            case Step.CERTIFICATE:
                read_certificates(group, [*filter(None, certificates), message])
            case Step.POLYNOMIAL:
                check_polynomial(group, certificates, row.number, threshold, message)
            case _:
                polynomials = [one.polynomial for one in rows]
                check_output(group, certificates, polynomials, threshold, row.number, message)
    except Broken as broken:
        raise BadInput(
            "voting.trustee",
            f"{row.name} 수탁자가 보낸 것을 받을 수 없습니다 ({step}): {broken}",
            f"what trustee {row.name} sent can't be taken ({step}): {broken}",
        ) from broken
