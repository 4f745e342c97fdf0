"""What was counted, as charts and tables."""

from __future__ import annotations

from math import sqrt
from typing import Any

from madang.citizens.voting.records.polls import (
    BallotKind,
    Elected,
    Line,
    OpinionMap,
    Outcome,
    Poll,
    Spot,
)
from madang.core.base.interface import Text
from madang.core.pages.interface import ChartBlock, ChartKind, Series

from .words import NOT_SAID

GROUP_NAMES = "가나다라마"
SIDE, MIDDLE = 180.0, 200.0
SMALLEST, LARGEST = 5.0, 16.0
SHAPES = (
    "M{x0},{y}a{r},{r} 0 1 0 {d},0a{r},{r} 0 1 0 -{d},0",
    "M{x0},{y0}h{d}v{d}h-{d}z",
    "M{x},{y0}L{x1},{y1}H{x0}z",
    "M{x},{y0}L{x1},{y}L{x},{y1}L{x0},{y}z",
    "M{x0},{y0}L{x1},{y1}M{x1},{y0}L{x0},{y1}",
)


def draw_outcome(poll: Poll, outcome: Outcome, districts: dict[str, Text]) -> dict[str, Any]:
    """Return what the template shows of an outcome that has lines."""
    names = {choice.number: choice.text for choice in poll.choices}
    return {
        "chart": _draw_chart(poll, outcome, names),
        "districts": [
            (districts.get(line.code, NOT_SAID), line.voters, line.counts) for line in outcome.districts
        ],
        "order": [[names[number] for number in tied] for tied in outcome.ranked.order]
        if outcome.ranked
        else [],
        "pairs": _draw_pairs(outcome, names),
        "elected": _draw_elected(outcome.elected, names) if outcome.elected else None,
        "opinions": _draw_map(outcome.opinions, poll, names) if outcome.opinions else None,
    }


def _draw_chart(poll: Poll, outcome: Outcome, names: dict[int, str]) -> ChartBlock:
    lines = [line for line in outcome.lines if line.number in names]
    values = {line.number: _read_measure(poll, line) for line in lines}
    order = sorted(values, key=lambda number: -values[number])
    title, series, unit = _name_measure(poll)
    best = [number for number in order if values[number] == values[order[0]]]
    told = " · ".join(names[number] for number in best)
    return ChartBlock(
        title=title,
        kind=ChartKind.BARS_ACROSS,
        x=tuple(names[number] for number in order),
        x_title=Text(ko="보기", en="Choice"),
        series=(Series(name=series, values=tuple(values[number] for number in order)),),
        unit=unit,
        summary=Text(
            ko=f"가장 앞선 보기: {told} ({values[order[0]]:,g})",
            en=f"In front: {told} ({values[order[0]]:,g})",
        ),
        source=Text(ko=f"투표한 사람 {outcome.voters:,}명", en=f"{outcome.voters:,} voters"),
        as_of=poll.counted_at,
    )


def _read_measure(poll: Poll, line: Line) -> float:
    match poll.ballot:
        case BallotKind.RATING | BallotKind.BUDGET:
            return round(line.mean or 0.0, 2)
        case BallotKind.OPINION:
            return round(100 * line.counts[0] / max(1, sum(line.counts)), 1)
    return float(line.counts[0])


def _name_measure(poll: Poll) -> tuple[Text, Text, str]:
    match poll.ballot:
        case BallotKind.RATING:
            return Text(ko="평균 별점", en="Mean stars"), Text(ko="평균", en="Mean"), ""
        case BallotKind.BUDGET:
            return (
                Text(ko="한 사람이 나눈 금액의 평균", en="Mean amount given by a voter"),
                Text(ko="평균", en="Mean"),
                poll.unit,
            )
        case BallotKind.OPINION:
            title = Text(ko="답한 사람 가운데 동의하는 사람", en="Of those who answered, who agree")
            return title, Text(ko="동의", en="Agree"), "%"
        case BallotKind.RANKING:
            return Text(ko="1위로 꼽은 사람", en="Ranked first"), Text(ko="1위", en="First"), "person"
    return Text(ko="표", en="Votes"), Text(ko="표", en="Votes"), "person"


def _draw_pairs(outcome: Outcome, names: dict[int, str]) -> list[tuple[str, list[int | None]]]:
    if outcome.ranked is None:
        return []
    return [
        (names[line.number], [None if at == column else n for column, n in enumerate(row)])
        for at, (line, row) in enumerate(zip(outcome.lines, outcome.ranked.preferred, strict=True))
    ]


def _draw_elected(elected: Elected, names: dict[int, str]) -> dict[str, Any]:
    return {
        "quota": elected.quota,
        "winners": [names[number] for number in elected.winners],
        "rows": [
            (name, [round(one.votes[number], 2) if number in one.votes else None for one in elected.rounds])
            for number, name in names.items()
        ],
        "events": [
            (
                at,
                [names[number] for number in one.elected],
                names[one.excluded] if one.excluded is not None else "",
                one.is_tied,
            )
            for at, one in enumerate(elected.rounds, start=1)
        ],
    }


def _draw_map(opinions: OpinionMap, poll: Poll, names: dict[int, str]) -> dict[str, Any]:
    most = max(spot.people for spot in opinions.spots)
    places = {choice.number: at for at, choice in enumerate(poll.choices)}
    return {
        "spots": [_draw_spot(spot, most) for spot in opinions.spots],
        "groups": [
            {
                "name": GROUP_NAMES[at],
                "letter": chr(ord("A") + at),
                "colour": f"var(--chart-{at + 1})",
                "path": _draw_shape(at, 12.0, 12.0, 7.0),
                "people": group.people,
                "marks": [
                    (names[number], _percent(group.agreement[places[number]])) for number in group.marked_by
                ],
            }
            for at, group in enumerate(opinions.groups)
        ],
        "shared": [names[number] for number in opinions.shared],
        "table": [
            (names[number], [_percent(group.agreement[at]) for group in opinions.groups])
            for number, at in places.items()
        ],
        "explained": round(100 * sum(opinions.explained)),
        "silhouette": opinions.silhouette,
    }


def _draw_spot(spot: Spot, most: int) -> dict[str, str]:
    radius = SMALLEST + (LARGEST - SMALLEST) * sqrt(spot.people / most)
    x, y = MIDDLE + SIDE * spot.x, MIDDLE - SIDE * spot.y
    return {"path": _draw_shape(spot.group, x, y, radius), "colour": f"var(--chart-{spot.group + 1})"}


def _draw_shape(group: int, x: float, y: float, radius: float) -> str:
    found = {"x": x, "y": y, "r": radius, "d": 2 * radius}
    found |= {"x0": x - radius, "x1": x + radius, "y0": y - radius, "y1": y + radius}
    return SHAPES[group].format(**{name: f"{value:.1f}" for name, value in found.items()})


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)
