"""Why an answer is yes or no, and why a presentation was refused, in words."""

from __future__ import annotations

from madang.citizens.wallet.records import EligibilityCheck
from madang.core.base.interface import Text

from .kinds import list_rules

COMMON = {
    "eligible": Text(ko="기준에 맞습니다", en="The rule is met"),
    "unknown": Text(ko="증명서만으로는 알 수 없습니다", en="The certificate does not tell"),
}
REFUSALS = {
    "credential.signature": Text(ko="우리가 서명한 증명서가 아닙니다", en="We did not sign this certificate"),
    "credential.issuer": Text(ko="믿을 수 있는 발급자가 아닙니다", en="The issuer is not trusted"),
    "credential.kind": Text(ko="다른 종류의 증명서입니다", en="It is another kind of certificate"),
    "credential.expired": Text(ko="기한이 지난 증명서입니다", en="The certificate has expired"),
    "credential.suspended": Text(ko="정지된 증명서입니다", en="The certificate is suspended"),
    "credential.revoked": Text(ko="폐기된 증명서입니다", en="The certificate was revoked"),
    "credential.malformed": Text(ko="증명서가 아닙니다", en="This is not a certificate"),
    "credential.holder_key": Text(
        ko="휴대전화의 지갑으로만 보여 줄 수 있는 증명서입니다",
        en="Only its holder's device can show this one",
    ),
    "credential.reference": Text(ko="상태를 확인할 수 없습니다", en="Its status can't be looked up"),
    "credential.unreachable": Text(
        ko="발급자의 열쇠를 받아 올 수 없어 확인하지 못했습니다. 잠시 뒤 다시 해 주십시오",
        en="The issuer's keys can't be fetched, so nothing is known; try again in a while",
    ),
    "status_list.unreachable": Text(
        ko="발급자의 상태 목록을 하루 넘게 받아 오지 못해 폐기되었는지 알 수 없습니다. 잠시 뒤 다시 해 주십시오",
        en="The issuer's status list can't be had for over a day: whether it was revoked isn't known; try again in a while",
    ),
    "status_list.expired": Text(
        ko="발급자의 상태 목록이 기한이 지나 폐기되었는지 알 수 없습니다",
        en="The issuer's status list has expired: whether it was revoked isn't known",
    ),
    "key_binding.signature": Text(
        ko="증명서를 받은 사람의 기기가 아닙니다", en="Not the device the certificate was given to"
    ),
    "key_binding.missing": Text(ko="가진 사람의 서명이 없습니다", en="The holder did not sign"),
    "key_binding.nonce": Text(ko="다른 요청에 한 답입니다", en="It answers another request"),
    "key_binding.audience": Text(ko="다른 곳에 보낸 답입니다", en="It was made for somebody else"),
    "key_binding.freshness": Text(ko="너무 오래된 답입니다", en="The answer is too old"),
    "key_binding.digest": Text(ko="서명한 것과 보인 것이 다릅니다", en="What is shown isn't what was signed"),
    "answer.unsatisfied": Text(ko="묻는 항목이 빠졌습니다", en="Something that was asked for is missing"),
    "answer.unasked": Text(ko="묻지 않은 것까지 보냈습니다", en="More was sent than was asked for"),
    "answer.declined": Text(
        ko="시민이 보여 주지 않기로 했거나, 지갑에 그런 증명서가 없습니다",
        en="The holder chose not to show it, or has no such certificate",
    ),
    "answer.unanswerable": Text(
        ko="시민의 지갑이 이런 요청에는 답하지 못합니다", en="The holder's wallet can't answer such a request"
    ),
    "answer.missing": Text(ko="증명서를 보내지 않았습니다", en="No certificate was sent"),
}
OTHER_REFUSAL = Text(ko="받을 수 없는 증명입니다", en="The presentation can't be taken")


def say_reason(check: EligibilityCheck) -> Text:
    """Return the reason of an answer, or why the last one was refused."""
    if check.refusal:
        said = REFUSALS.get(check.refusal, OTHER_REFUSAL)
        return Text(ko=f"{said.ko} ({check.refusal})", en=f"{said.en} ({check.refusal})")
    known = list_rules().get(check.rule)
    words = COMMON | (known.reasons if known else {})
    return words.get(check.reason, Text(ko=check.reason, en=check.reason))
