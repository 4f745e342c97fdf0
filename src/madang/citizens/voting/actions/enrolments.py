"""Voters draw their own codes: a proof by the wallet becomes one credential, and nothing kept joins the two.

The code is made in the voter's browser and never leaves it. What comes here is its public side, which the election's
board will show; that somebody came is a keyed hash of a pseudonym, in another table, until the list is ended. No audit
row is written of one who enrols: it would tell when.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from madang.citizens.voting.detectors.arithmetic import get_numbers
from madang.citizens.voting.detectors.reading import Broken
from madang.citizens.voting.models import CredentialRow, ElectionRow, EnrolledRow, EnrolmentRow
from madang.citizens.voting.queries.enrolments import get_enrolment, name_enrolled
from madang.citizens.voting.queries.proofs import list_rules, read_proof, say_missing
from madang.citizens.voting.records.elections import GROUPS
from madang.citizens.voting.records.enrolments import Enrolment
from madang.core.base.interface import Actor, BadInput, Conflict
from madang.core.people.interface import record_audit, require

UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,40}", re.ASCII)
LONGEST_TITLE = 300


def begin_enrolment(
    *, actor: Actor, now: datetime, uuid: str, title: str, rule: str, group: str
) -> Enrolment:
    """Let whoever meets one of the wallet's rules draw a code for the election `uuid`, which isn't open yet."""
    require(actor, "voting.hold")
    if not UUID.fullmatch(uuid):
        raise BadInput(
            "voting.uuid",
            "투표의 번호는 14자 이상의 Base58입니다",
            "an election's number is 14 letters of Base58 or more",
        )
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise BadInput("voting.title", "투표의 이름을 적어 주십시오", "please name the election")
    if rule not in list_rules(now) or group not in GROUPS:
        known = ", ".join(sorted(list_rules(now)))
        raise BadInput("voting.rule", f"자격 기준은 {known} 가운데 하나입니다", f"the rule is one of {known}")
    try:
        with transaction.atomic():
            if ElectionRow.objects.filter(uuid=uuid).exists():
                raise IntegrityError(uuid)
            EnrolmentRow.objects.create(uuid=uuid, title=title.strip(), rule=rule, group=group, begun_at=now)
            record_audit(
                actor=actor, now=now, action="voting.begin_enrolment", subject=uuid, details={"rule": rule}
            )
    except IntegrityError as error:
        raise Conflict("voting.exists", "같은 번호의 투표가 있습니다", "this number is taken") from error
    return get_enrolment(uuid)


def enrol(*, now: datetime, uuid: str, code: str, credential: str) -> None:
    """Put a credential into the list, for whoever's wallet answered with a yes (`code` leads to that), once.

    Raises
    ------
    BadInput
        no proof, or something that is no credential of the election's group
    Conflict
        a list that is ended, somebody who has enrolled, or a credential that is there already
    """
    enrolment = get_enrolment(uuid)
    proof = read_proof(enrolment, code, now)
    if not proof.pseudonym:
        missing = say_missing(proof)
        raise BadInput("voting.proof", missing.ko, missing.en)
    number = _read_credential(enrolment.group, credential)
    with transaction.atomic():
        if EnrolmentRow.objects.select_for_update().get(uuid=uuid).ended_at is not None:
            raise Conflict(
                "voting.enrolment_over", "투표 코드를 받는 때가 지났어요", "the time to get a code is over"
            )
        _, is_new = EnrolledRow.objects.get_or_create(
            enrolment_id=uuid,
            key=name_enrolled(uuid, proof.pseudonym),
            defaults={"id": secrets.randbits(63)},
        )
        if not is_new:
            raise Conflict(
                "voting.enrolled",
                "이미 투표 코드를 받았어요. 한 사람에 하나예요.",
                "you have a code already; everyone gets one",
            )
        _, is_new = CredentialRow.objects.get_or_create(
            enrolment_id=uuid,
            key=hashlib.sha256(number.encode()).hexdigest(),
            defaults={"id": secrets.randbits(63), "credential": number},
        )
        if not is_new:
            raise Conflict(
                "voting.credential_twice",
                "이미 있는 코드예요. 새로 만들어 주세요.",
                "this code is taken; make another",
            )


def end_enrolment(*, actor: Actor, now: datetime, uuid: str) -> list[str]:
    """End a list, forget who has enrolled, and return the credentials for the election's server, in an order of their own."""
    require(actor, "voting.hold")
    get_enrolment(uuid)
    with transaction.atomic():
        row = EnrolmentRow.objects.select_for_update().get(uuid=uuid)
        credentials = sorted(row.credentials.values_list("credential", flat=True))
        if row.ended_at is None:
            if len(credentials) != row.enrolled.count():
                raise Conflict(
                    "voting.enrolment_box",
                    "받은 사람과 코드의 수가 다릅니다",
                    "there are more or fewer codes than people",
                )
            row.ended_at = now
            row.save(update_fields=["ended_at"])
            EnrolledRow.objects.filter(enrolment=row).delete()
            details = {"voters": len(credentials)}
            record_audit(actor=actor, now=now, action="voting.end_enrolment", subject=uuid, details=details)
    return credentials


def _read_credential(group: str, credential: str) -> str:
    try:
        number = get_numbers(group).read_element(credential, "credential")
    except Broken:
        number = 1
    if number == 1:
        raise BadInput(
            "voting.credential",
            "투표 코드가 아니에요. 다시 만들어 주세요.",
            "this is no voting code; please make it anew",
        )
    return str(number)
