"""How a fault is put into words."""

from __future__ import annotations

from decimal import Decimal

from madang.core.base.interface import Severity, Text
from madang.governance.briefing.methods.names import join_letters
from madang.governance.briefing.records import Fault, FaultKind, Grid, Row, Sentence

MISREAD = Text(ko="잘못 읽거나 적은 글자로 보임", en="a syllable misread or miswritten, it seems")


def name_column(grid: Grid, index: int) -> str:
    """Return a column's heading, with its group."""
    column = grid.columns[index]
    return f"{column.group} {column.title}".strip()


def place_in_table(grid: Grid, row: Row, index: int) -> Text:
    """Return where a cell stands: table, row, column."""
    where, what = grid.place or f"{grid.line}번째 줄의 표", name_column(grid, index)
    named = f" ‘{row.name}’" if row.name else ""
    return Text(
        ko=f"‘{where}’ 표{named}의 {what}", en=f"table “{grid.place or grid.line}”, row{named}, {what}"
    )


def place_in_text(task_code: str, said: str) -> Text:
    """Return where a sentence stands, quoting its beginning."""
    quoted = said if len(said) <= 60 else f"{said[:60]}…"
    task = f"{task_code} " if task_code else ""
    return Text(ko=f"{task}“{quoted}”", en=f"{task}“{quoted}”")


def accuse_text(
    sentence: Sentence, kind: FaultKind, stated: str, computed: str, delta: Decimal | None = None
) -> Fault:
    """Return a fault of a sentence."""
    return Fault(
        line=sentence.line,
        place=place_in_text(sentence.task_code, sentence.text),
        kind=kind,
        stated=stated,
        computed=computed,
        delta=delta,
    )


def accuse_name(line: int, place: Text, stated: str, computed: str) -> Fault:
    """Return a fault of a name: `stated` was read or written wrongly, `computed` is how it is spelled elsewhere."""
    return Fault(
        line=line,
        place=place,
        kind=FaultKind.NAME,
        stated=stated,
        computed=join_letters(computed),
        cause=MISREAD,
        severity=Severity.MINOR,
    )
