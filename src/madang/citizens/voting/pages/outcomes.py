"""What was counted, in words and pictures for who never heard of a voting method."""

from __future__ import annotations

from math import sqrt
from typing import Any

from madang.citizens.voting.methods.polls.cells import FEWEST
from madang.citizens.voting.records.polls import (
    MOST_STARS,
    BallotKind,
    Elected,
    Line,
    OpinionMap,
    Outcome,
    Poll,
    Spot,
)
from madang.core.base.interface import Text

from .bars import Bar, split_bar, tell_share, write_number
from .words import NOT_SAID

GROUP_NAMES = "가나다라마"
SIDE, MIDDLE = 180.0, 200.0
SMALLEST, LARGEST = 5.0, 16.0
TITLES = {
    BallotKind.SINGLE: Text(ko="결과", en="Outcome"),
    BallotKind.MULTIPLE: Text(ko="결과 (여럿을 고를 수 있어요)", en="Outcome (several could be chosen)"),
    BallotKind.RATING: Text(ko="평균 별점", en="Mean stars"),
    BallotKind.RANKING: Text(ko="1위로 꼽은 사람", en="Ranked first by"),
    BallotKind.BUDGET: Text(ko="한 사람이 나눈 금액의 평균", en="Mean amount given by a voter"),
    BallotKind.OPINION: Text(ko="문장마다 답한 사람", en="Answers to each statement"),
}
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
    bars = _draw_lines(poll, outcome, names)
    return {
        "title": TITLES[poll.ballot],
        "bars": bars,
        "best": [bar.name for bar in bars if bar.is_best],
        "voters": Text(ko=f"투표한 사람 {outcome.voters:,}명", en=f"{outcome.voters:,} voters"),
        "districts": [
            (districts.get(line.code, NOT_SAID), line.voters, line.counts) for line in outcome.districts
        ],
        "fewest": max(poll.threshold, FEWEST),
        "order": _draw_order(outcome, names),
        "pairs": _draw_pairs(outcome, names),
        "elected": _draw_elected(outcome.elected, names) if outcome.elected else None,
        "opinions": _draw_map(outcome.opinions, poll, names) if outcome.opinions else None,
    }


def _draw_lines(poll: Poll, outcome: Outcome, names: dict[int, str]) -> list[Bar]:
    """Return a bar for each choice, the one in front first."""
    lines = [line for line in outcome.lines if line.number in names]
    values = {line.number: _read_measure(poll, line) for line in lines}
    most = max(values.values())
    return [
        _draw_line(poll, outcome, line, names[line.number], is_best=values[line.number] == most > 0)
        for line in sorted(lines, key=lambda line: -values[line.number])
    ]


def _draw_line(poll: Poll, outcome: Outcome, line: Line, name: str, *, is_best: bool) -> Bar:
    value = _read_measure(poll, line)
    told, more, parts = (
        tell_share(value, outcome.voters),
        Text(ko="", en=""),
        split_bar([value], outcome.voters),
    )
    match poll.ballot:
        case BallotKind.RATING:
            told = Text(ko="별점 없음", en="no stars given")
            if line.mean is not None:
                told = Text(ko=f"5점 가운데 {value:g}점", en=f"{value:g} of 5 stars")
            parts = split_bar([value], MOST_STARS)
        case BallotKind.BUDGET:
            share = 100 * value / poll.total
            told = Text(
                ko=f"{write_number(value)}{poll.unit} ({share:.0f}%)",
                en=f"{write_number(value)} {poll.unit} ({share:.0f}%)",
            )
            parts = split_bar([value], poll.total)
        case BallotKind.OPINION:
            agree, skip, disagree = line.counts
            told = Text(ko="답한 사람 없음", en="nobody answered")
            if any(line.counts):
                told = Text(ko=f"{value:.0f}%가 동의", en=f"{value:.0f}% agree")
                more = Text(
                    ko=f"동의 {agree:,}명 · 넘김 {skip:,}명 · 반대 {disagree:,}명",
                    en=f"{agree:,} agree · {skip:,} passed · {disagree:,} disagree",
                )
            parts = split_bar(line.counts, sum(line.counts))
    return Bar(name=name, told=told, more=more, parts=parts, is_best=is_best)


def _read_measure(poll: Poll, line: Line) -> float:
    match poll.ballot:
        case BallotKind.RATING | BallotKind.BUDGET:
            return round(line.mean or 0.0, 2)
        case BallotKind.OPINION:
            return round(100 * line.counts[0] / max(1, sum(line.counts)), 1)
    return float(line.counts[0])


def _draw_order(outcome: Outcome, names: dict[int, str]) -> list[dict[str, Any]]:
    """Return everybody's order; each step says how its first choice fares against the first of the next one."""
    if outcome.ranked is None:
        return []
    places = {line.number: at for at, line in enumerate(outcome.lines)}
    order, preferred, drawn = outcome.ranked.order, outcome.ranked.preferred, []
    for at, tied in enumerate(order):
        step: dict[str, Any] = {"rank": sum(map(len, order[:at])) + 1, "names": [names[one] for one in tied]}
        if at + 1 < len(order):
            upper, lower = tied[0], order[at + 1][0]
            above, below = preferred[places[upper]][places[lower]], preferred[places[lower]][places[upper]]
            step["duel"] = Bar(
                name="",
                told=Text(
                    ko=f"‘{names[upper]}’ 쪽을 앞에 둔 사람 {above:,}명, ‘{names[lower]}’ 쪽 {below:,}명",
                    en=f"{above:,} put “{names[upper]}” ahead, {below:,} “{names[lower]}”",
                ),
                parts=split_bar([above, outcome.voters - above - below, below], outcome.voters),
                is_best=True,
            )
        drawn.append(step)
    first = places[order[0][0]]
    drawn[0]["wins_all"] = len(order[0]) == 1 and all(
        preferred[first][other] > preferred[other][first] for other in places.values() if other != first
    )
    return drawn


def _draw_pairs(outcome: Outcome, names: dict[int, str]) -> list[tuple[str, list[int | None]]]:
    if outcome.ranked is None:
        return []
    return [
        (names[line.number], [None if at == column else n for column, n in enumerate(row)])
        for at, (line, row) in enumerate(zip(outcome.lines, outcome.ranked.preferred, strict=True))
    ]


def _draw_elected(elected: Elected, names: dict[int, str]) -> dict[str, Any]:
    whole = max(elected.quota, *(most for one in elected.rounds for most in one.votes.values()))
    return {
        "quota": elected.quota,
        "winners": [names[number] for number in elected.winners],
        "rounds": [
            {
                "winners": [names[number] for number in one.elected],
                "excluded": names[one.excluded] if one.excluded is not None else "",
                "is_tied": one.is_tied,
                "bars": [
                    Bar(
                        name=names[number],
                        told=Text(ko=f"{write_number(count)}표", en=write_number(count)),
                        parts=split_bar([count], whole),
                        mark=f"{100 * elected.quota / whole:.2f}",
                        is_best=number in one.elected,
                    )
                    for number, count in sorted(one.votes.items(), key=lambda item: -item[1])
                ],
            }
            for one in elected.rounds
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
