"""Whether a vote is one that its poll allows."""

from __future__ import annotations

from collections.abc import Collection

from madang.citizens.voting.records.polls import AGREE, DISAGREE, MOST_STARS, BallotKind, Marks
from madang.core.base.interface import BadInput


def check_marks(
    kind: BallotKind, marks: Marks, *, numbers: Collection[int], most: int = 1, total: int = 0
) -> Marks:
    """Return the marks in the order of their choices; BadInput says what is wrong with them.

    `numbers` are the poll's choices, `most` may be chosen (MULTIPLE), at most `total` be given out (BUDGET).
    """
    if not set(marks) <= set(numbers):
        raise BadInput(
            "voting.choice", "보기에 없는 것을 골랐어요", "something that isn't offered was chosen"
        )
    kept = {number: mark for number, mark in sorted(marks.items()) if mark or kind is BallotKind.OPINION}
    if not kept:
        raise BadInput("voting.nothing", "아직 아무것도 고르지 않았어요", "nothing is chosen yet")
    wrong = _find_fault(kind, kept, most, total)
    if wrong is not None:
        raise BadInput("voting.marks", *wrong)
    return kept


def _find_fault(kind: BallotKind, marks: Marks, most: int, total: int) -> tuple[str, str] | None:
    values = list(marks.values())
    match kind:
        case BallotKind.SINGLE if values != [1]:
            return "하나만 골라 주세요", "choose exactly one"
        case BallotKind.MULTIPLE if set(values) != {1} or len(values) > most:
            return f"{most}개까지 고를 수 있어요", f"choose at most {most}"
        case BallotKind.RATING if not all(1 <= value <= MOST_STARS for value in values):
            return f"별은 1개에서 {MOST_STARS}개까지예요", f"give 1 to {MOST_STARS} stars"
        case BallotKind.RANKING if sorted(values) != list(range(1, len(values) + 1)):
            return "순위는 1위부터 빠짐없이, 겹치지 않게 매겨 주세요", "rank from 1 on, without gaps and ties"
        case BallotKind.BUDGET if min(values) < 0 or sum(values) > total:
            return f"모두 더해 {total:,}까지 나눌 수 있어요", f"at most {total:,} can be given out in all"
        case BallotKind.OPINION if not all(DISAGREE <= value <= AGREE for value in values):
            return "동의, 반대, 넘기기 가운데 골라 주세요", "agree, disagree or pass"
    return None
