"""What crosses the borders of the review of IT projects (정보화사업 예산·기술 심사)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from madang.core.base.interface import Text


class ReviewState(StrEnum):
    """Where a review stands, in this order; a decision ends it, or who asked withdraws it."""

    REQUESTED = "requested"
    CHECKED = "checked"
    COMPARED = "compared"
    ADVISED = "advised"
    APPROVED = "approved"
    CONDITIONAL = "conditional"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


REVIEW_NAMES = {
    ReviewState.REQUESTED: Text(ko="요청됨", en="Requested"),
    ReviewState.CHECKED: Text(ko="점검표 작성됨", en="Checklist done"),
    ReviewState.COMPARED: Text(ko="중복 검토됨", en="Compared"),
    ReviewState.ADVISED: Text(ko="의견 제출됨", en="Opinion given"),
    ReviewState.APPROVED: Text(ko="승인", en="Approved"),
    ReviewState.CONDITIONAL: Text(ko="조건부 승인", en="Approved with conditions"),
    ReviewState.REFUSED: Text(ko="반려", en="Refused"),
    ReviewState.WITHDRAWN: Text(ko="거둠", en="Withdrawn"),
}
DECISIONS = (ReviewState.APPROVED, ReviewState.CONDITIONAL, ReviewState.REFUSED)
ENDS = (*DECISIONS, ReviewState.WITHDRAWN)


class Answer(StrEnum):
    """How a point of the checklist was answered."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


ANSWER_NAMES = {
    Answer.YES: Text(ko="예", en="Yes"),
    Answer.NO: Text(ko="아니요", en="No"),
    Answer.NOT_APPLICABLE: Text(ko="해당 없음", en="Not applicable"),
}
CHECKLIST = {
    "purpose": Text(ko="사업의 목적과 기대효과가 구체적인가", en="Purpose and effect are concrete"),
    "law": Text(ko="법령·조례나 계획에 근거가 있는가", en="A law, ordinance or plan asks for it"),
    "cost": Text(
        ko="소요예산의 산출근거(규모, 단가, 요율)가 있는가", en="The cost is derived (size, unit price, rate)"
    ),
    "architecture": Text(
        ko="정보기술아키텍처(EA)와 공통 기반을 따르는가", en="It follows the enterprise architecture"
    ),
    "cloud": Text(
        ko="클라우드와 통합 자원의 이용을 먼저 검토했는가", en="Cloud and shared resources were considered"
    ),
    "privacy": Text(
        ko="개인정보 영향평가 대상인지 확인했는가", en="Privacy impact assessment was considered"
    ),
    "security": Text(ko="보안성 검토를 계획했는가", en="A security review is planned"),
    "access": Text(ko="웹 접근성과 표준을 지키는가", en="Accessibility and standards are kept"),
    "upkeep": Text(ko="구축 뒤의 유지관리 비용을 산정했는가", en="Upkeep after building is costed"),
}


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Something that exists and resembles the request. `kind` is "project", "request" or "thing"."""

    kind: str
    id: str
    title: str
    href: str
    score_ratio: float
    shared: tuple[str, ...] = ()


class ReviewStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a review's history."""

    at: datetime
    who: str
    state: ReviewState
    note: str


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One review of an IT project, as it stands now."""

    id: int
    title: str
    purpose: str
    agency_code: str
    agency_name: str
    fiscal_year: int
    amount_krw: int
    state: ReviewState
    requested_by: str
    requested_at: datetime
    answers: dict[str, Answer]
    matches: tuple[Match, ...]
    duplicate_note: str
    opinion: str
    advised_krw: int | None
    decision_note: str
    steps: tuple[ReviewStep, ...] = ()
