"""How many times: a table's last column against the two before it, and a sentence against the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from madang.core.base.interface import Text
from madang.governance.briefing.methods.figures import to_number, write_number
from madang.governance.briefing.methods.names import fold
from madang.governance.briefing.records import Fault, FaultKind, Grid, Report, Row

from .wording import accuse_text, place_in_table

AMOUNT = re.compile(r"(?P<n>\d[\d,]*(?:\.\d+)?|[십백천만억]+)\s*(?P<unit>[^\d\s].*)")
TIMES = re.compile(r"(?P<n>\d[\d,]*(?:\.\d+)?)배|1/(?P<part>\d[\d,]*)")
SAID = re.compile(r"(?P<noun>[가-힣]{2,})[은는이가]\s*(?P<n>\d[\d,]*)배")
WORDS = {"십만": 10**5, "백만": 10**6, "천만": 10**7, "억": 10**8, "십억": 10**9, "천": 10**3, "만": 10**4}


def find_ratio_faults(report: Report) -> Iterator[Fault]:
    """Yield ratios ("20배", "1/10") that aren't those of the two amounts before, and sentences that differ."""
    for grid in report.grids:
        column = len(grid.columns) - 1
        title = fold(grid.columns[column].title) if column >= 2 else ""
        if not title.endswith("대비") or title == "대비":
            continue
        for row in grid.rows:
            said = TIMES.fullmatch(row.cells[column].text.strip())
            if said is not None:
                wrong = list(_check_row(grid, row, column, said))
                yield from wrong
                true = TIMES.fullmatch(wrong[0].computed) if wrong else said
                yield from _check_sentences(report, row, title.removesuffix("대비"), true)


def _check_row(grid: Grid, row: Row, column: int, said: re.Match[str]) -> Iterator[Fault]:
    one, two = (_read(row.cells[n].text) for n in (column - 2, column - 1))
    if one is None or two is None or one[1] != two[1] or not one[0] or not two[0]:
        return
    stated = to_number(said["n"]) if said["n"] else 1 / to_number(said["part"])
    if abs(stated * one[0] - two[0]) * 20 > two[0]:
        up = two[0] >= one[0]
        times = (two[0] / one[0] if up else one[0] / two[0]).quantize(Decimal("0.1"))
        yield Fault(
            line=row.line,
            place=place_in_table(grid, row, column),
            kind=FaultKind.RATE,
            stated=said[0],
            computed=f"{write_number(times)}배" if up else f"1/{write_number(times)}",
        )


def _check_sentences(report: Report, row: Row, base: str, said: re.Match[str] | None) -> Iterator[Fault]:
    labels = [fold(text) for text in (row.name, *(cell.text for cell in row.cells)) if text]
    for sentence in report.sentences:
        if said is None or said["n"] is None or not re.match(rf"{base}.*대비", fold(sentence.text)):
            continue
        for match in SAID.finditer(sentence.text):
            is_same = any(label.endswith(fold(match["noun"])) for label in labels)
            if is_same and to_number(match["n"]) != to_number(said["n"]):
                fault = accuse_text(sentence, FaultKind.REPEAT, f"{match['n']}배", said[0])
                more = Text(ko=f": {row.line}번째 줄과 다름", en=f": differs from line {row.line}")
                place = Text(ko=fault.place.ko + more.ko, en=fault.place.en + more.en)
                yield Fault(
                    line=fault.line,
                    place=place,
                    kind=fault.kind,
                    stated=fault.stated,
                    computed=fault.computed,
                )


def _read(text: str) -> tuple[Decimal, str] | None:
    match = AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    if match["n"][0].isdigit():
        return to_number(match["n"]), fold(match["unit"])
    word = next((one for one in sorted(WORDS, key=len, reverse=True) if text.strip().startswith(one)), None)
    return (Decimal(WORDS[word]), fold(text.strip()[len(word) :])) if word else None
