"""Polls and their outcomes as open datasets."""

from __future__ import annotations

from collections.abc import Iterator

from madang.core.base.interface import ColumnType, Register, Table, TableKind, Text, declare_column, now

from .queries.polls import get_counted_version, get_outcome, list_polls
from .records.polls import BALLOT_NAMES, KIND_NAMES, BallotKind, Line, Poll, PollState

ALL = 100_000
MEASURES = {
    BallotKind.SINGLE: ("votes",),
    BallotKind.MULTIPLE: ("votes",),
    BallotKind.RATING: ("stars_1", "stars_2", "stars_3", "stars_4", "stars_5"),
    BallotKind.RANKING: ("ranked_first",),
    BallotKind.BUDGET: ("gave_something",),
    BallotKind.OPINION: ("agree", "pass", "disagree"),
}
POLLS = Table(
    name="polls",
    title=Text(ko="엠보팅 투표", en="Polls"),
    description=Text(
        ko="결과가 나온 공개 투표의 질문, 기간, 투표한 사람 수와 기관의 답변",
        en="Public polls that were counted: question, time, number of voters and the agency’s reply",
    ),
    kind=TableKind.REGISTER,
    key=("id",),
    freshness_promise_s=600,
    licence="KOGL-1",
    columns=(
        declare_column("id", "투표 번호", "Poll"),
        declare_column("kind", "종류", "Kind"),
        declare_column("agency_code", "기관 코드", "Agency code"),
        declare_column("question", "질문", "Question"),
        declare_column("ballot", "투표 방식", "Kind of ballot"),
        declare_column("opens_at", "시작", "Opened", ColumnType.TIME),
        declare_column("closes_at", "마감", "Closed", ColumnType.TIME),
        declare_column("voters", "투표한 사람", "Voters", ColumnType.INTEGER, "person"),
        declare_column("reply", "기관의 답변", "Reply"),
    ),
)
RESULTS = Table(
    name="poll_results",
    title=Text(ko="엠보팅 투표 결과", en="Outcomes of polls"),
    description=Text(
        ko="보기마다의 수. 투표한 사람이 적은 투표와 작은 자치구 칸은 가렸습니다 (값 없음).",
        en="Numbers by choice. Polls of few voters and small cells of districts are hidden (no value).",
    ),
    kind=TableKind.REGISTER,
    key=("poll_id", "choice", "measure", "district_code"),
    freshness_promise_s=600,
    licence="KOGL-1",
    columns=(
        declare_column("poll_id", "투표 번호", "Poll"),
        declare_column("choice", "보기 번호", "Choice", ColumnType.INTEGER),
        declare_column("text", "보기", "Words"),
        declare_column("measure", "재는 것", "Measure"),
        declare_column("district_code", "자치구 코드 (all 전체, rest 나머지)", "District code (all, rest)"),
        declare_column("value", "값", "Value", ColumnType.NUMBER),
    ),
)


def list_poll_rows() -> Iterator[dict[str, object]]:
    """Yield one row a counted poll that everybody may find."""
    for poll in _list_counted():
        yield {
            "id": poll.id,
            "kind": KIND_NAMES[poll.kind].ko,
            "agency_code": poll.agency_code,
            "question": poll.question,
            "ballot": BALLOT_NAMES[poll.ballot].ko,
            "opens_at": poll.opens_at,
            "closes_at": poll.closes_at,
            "voters": poll.voters,
            "reply": poll.reply,
        }


def list_result_rows() -> Iterator[dict[str, object]]:
    """Yield one row a choice and measure, for the whole poll and by district where it was counted so."""
    for poll in _list_counted():
        outcome = get_outcome(poll)
        if outcome is None:
            continue
        texts = {choice.number: choice.text for choice in poll.choices}
        for line in outcome.lines:
            for measure, value in _list_measures(poll, line):
                yield _row(poll, line.number, texts, measure, "all", value)
        for district in outcome.districts:
            for line, count in zip(outcome.lines, district.counts, strict=True):
                yield _row(poll, line.number, texts, "votes", district.code or "rest", count)


def _row(
    poll: Poll, number: int, texts: dict[int, str], measure: str, district: str, value: float | None
) -> dict[str, object]:
    return {
        "poll_id": poll.id,
        "choice": number,
        "text": texts.get(number, ""),
        "measure": measure,
        "district_code": district,
        "value": value,
    }


def _list_measures(poll: Poll, line: Line) -> Iterator[tuple[str, float | None]]:
    yield from zip(MEASURES[poll.ballot], map(float, line.counts), strict=True)
    if poll.ballot in {BallotKind.RATING, BallotKind.BUDGET}:
        yield "mean", line.mean
        yield "median", line.median


def _list_counted() -> list[Poll]:
    return list_polls(now=now(), state=PollState.COUNTED, limit=ALL)[0]


REGISTERS = [
    Register(table=POLLS, rows=list_poll_rows, version=get_counted_version),
    Register(table=RESULTS, rows=list_result_rows, version=get_counted_version),
]
