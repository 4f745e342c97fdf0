"""States and names in words."""

from __future__ import annotations

from madang.citizens.wallet.queries.kinds import list_kinds, list_rules
from madang.citizens.wallet.records import (
    CertificateState,
    CheckState,
    ConsentState,
    EligibilityCheck,
    HolderEvent,
    RequestState,
)
from madang.core.base.interface import Text

STATES = {
    CertificateState.VALID: Text(ko="유효", en="valid"),
    CertificateState.SUSPENDED: Text(ko="정지", en="suspended"),
    CertificateState.REVOKED: Text(ko="폐기", en="revoked"),
}
REQUEST_STATES = {
    RequestState.WAITING: Text(ko="승인을 기다림", en="waiting for approval"),
    RequestState.APPROVED: Text(ko="승인", en="approved"),
    RequestState.REFUSED: Text(ko="거절", en="refused"),
    RequestState.ISSUED: Text(ko="발급함", en="issued"),
}
HOLDER_EVENTS = {
    HolderEvent.ACCEPTED: Text(ko="지갑에 담음", en="kept in a wallet"),
    HolderEvent.FAILURE: Text(ko="지갑에 담지 못함", en="a wallet failed to keep it"),
    HolderEvent.DELETED: Text(ko="지갑에서 지움", en="deleted in the wallet"),
}
CONSENT_STATES = {
    ConsentState.ACTIVE: Text(ko="동의함", en="holds"),
    ConsentState.EXPIRED: Text(ko="기한 지남", en="expired"),
    ConsentState.WITHDRAWN: Text(ko="거둠", en="withdrawn"),
}
CHECK_STATES = {
    CheckState.WAITING: Text(ko="답을 기다림", en="waiting for an answer"),
    CheckState.ANSWERED: Text(ko="답함", en="answered"),
    CheckState.EXPIRED: Text(ko="기한 지남", en="expired"),
}
YES, NO = Text(ko="자격 있음", en="Eligible"), Text(ko="자격 없음", en="Not eligible")
EVENTS = {
    "issue": Text(ko="발급", en="issued"),
    "suspend": Text(ko="정지", en="suspended"),
    "restore": Text(ko="정지 해제", en="restored"),
    "revoke": Text(ko="폐기", en="revoked"),
}


def name_kind(name: str) -> Text:
    """Return a kind's name, as it is where the packs no longer know it."""
    known = list_kinds().get(name)
    return known.title if known else Text(ko=name, en=name)


def name_rule(name: str) -> Text:
    """Return a rule's name, as it is where the packs no longer know it."""
    known = list_rules().get(name)
    return known.title if known else Text(ko=name, en=name)


def say_result(check: EligibilityCheck) -> Text | None:
    """Return yes or no, None where there is no answer."""
    return None if check.is_eligible is None else YES if check.is_eligible else NO
