"""All rules over a report, one finding for one disagreement, with the cause that explains several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from madang.core.base.interface import Text
from madang.governance.briefing.methods.figures import write_number
from madang.governance.briefing.methods.names import fold
from madang.governance.briefing.records import Fault, FaultKind, Grid, Report, Role

from .abbreviations import find_abbreviations
from .as_of import find_as_of_faults
from .common_words import find_common_faults
from .counted_units import find_counted_units
from .culprits import SWAPPED, explain_cells
from .dates import find_date_faults
from .exchanged import mend_exchanges
from .foreign import find_foreign_faults
from .lists import find_list_faults
from .names import find_name_faults
from .phrases import find_phrase_faults
from .ratios import find_ratio_faults
from .references import find_reference_faults
from .repeats import find_repeats, list_pairs
from .sentences import find_sentence_faults
from .slips import find_slips
from .syllables import find_rare_syllables
from .table_headings import find_odd_table_headings
from .tables import find_table_faults
from .terms import find_term_faults
from .units import mend_units
from .years import find_year_faults

TOGETHER = 2
ORDER = list(FaultKind)


def find_faults(report: Report) -> list[Fault]:
    """Return every disagreement of a report, by line."""
    in_units, mended = mend_units(report)
    grids, exchanged = mend_exchanges(in_units)
    report = msgspec.structs.replace(report, grids=tuple(grids))
    pairs = list(list_pairs(grids))
    found = [
        *find_table_faults(report.grids),
        *find_sentence_faults(report.sentences),
        *find_list_faults(report),
        *find_ratio_faults(report),
        *find_repeats(report, pairs),
        *mended,
        *find_counted_units(report.sentences),
        *find_name_faults(report, pairs),
        *find_term_faults(report),
        *find_slips(report.lines),
        *find_odd_table_headings(report.lines),
        *find_phrase_faults(report.lines),
        *find_common_faults(report.lines),
        *find_foreign_faults(report.lines),
        *find_abbreviations(report.lines),
        *find_rare_syllables(report.lines),
        *find_date_faults(report),
        *find_year_faults(report),
        *find_as_of_faults(report),
        *find_reference_faults(report),
    ]
    found = explain_cells(_drop_misled(_drop_doubles(found)), report.grids)
    found = [*exchanged, *explain_swapped(explain_together(found, report.grids))]
    return sorted(found, key=lambda fault: (fault.line, ORDER.index(fault.kind)))


def explain_swapped(faults: list[Fault]) -> list[Fault]:
    """Say where two values of a line differ from another place only in that each stands for the other."""
    said = {(one.line, one.stated, one.computed) for one in faults if one.kind == FaultKind.REPEAT}
    return [
        msgspec.structs.replace(one, cause=SWAPPED)
        if one.kind == FaultKind.REPEAT and (one.line, one.computed, one.stated) in said
        else one
        for one in faults
    ]


def explain_together(faults: list[Fault], grids: Iterable[Grid]) -> list[Fault]:
    """Give differences that are off by the very same amount their one cause."""
    by_delta: dict[Decimal, list[Fault]] = defaultdict(list)
    for fault in faults:
        if fault.kind == FaultKind.DIFFERENCE and fault.delta:
            by_delta[fault.delta].append(fault)
    causes: dict[int, Text] = {}
    for delta, same in by_delta.items():
        if len(same) >= TOGETHER:
            cause = _name_cause(delta, same, grids)
            causes |= {id(fault): cause for fault in same}
    return [
        msgspec.structs.replace(fault, cause=causes[id(fault)]) if id(fault) in causes else fault
        for fault in faults
    ]


def _name_cause(delta: Decimal, same: list[Fault], grids: Iterable[Grid]) -> Text:
    lines = ", ".join(str(fault.line) for fault in sorted(same, key=lambda one: one.line))
    ko = f"{lines}번째 줄이 똑같이 {write_number(delta)}만큼 어긋남: 원인은 하나"
    en = f"lines {lines} are all off by {write_number(delta)}: one cause"
    left_out = _find_row(-delta, grids)
    if left_out:
        ko += f" (‘{left_out}’ {write_number(-delta)}이(가) 증감 계산에서 빠진 것으로 보임)"
        en += f" (“{left_out}” {write_number(-delta)} was left out of the differences, it seems)"
    return Text(ko=ko, en=en)


def _find_row(change: Decimal, grids: Iterable[Grid]) -> str:
    """Return the name of the one row whose own change is `change`, or ""."""
    names = {
        row.name
        for grid in grids
        if (column := grid.find(Role.CHANGE)) is not None
        for row in grid.rows
        if row.cells[column].value == change
    }
    return names.pop() if len(names) == 1 else ""


def _drop_doubles(faults: list[Fault]) -> list[Fault]:
    """Return one fault for one disagreement; of names on one line those whose words overlap are one.

    A name that was compared with one of its own length isn't compared with a shortened one.
    """
    seen: dict[tuple[object, ...], Fault] = {}
    whole = {
        (one.line, one.stated) for one in faults if one.kind == FaultKind.NAME and _is_of_one_length(one)
    }
    for fault in faults:
        if (
            fault.kind == FaultKind.NAME
            and (fault.line, fault.stated) in whole
            and not _is_of_one_length(fault)
        ):
            continue
        key = (fault.line, fault.kind, fault.stated, fault.computed, fault.column)
        if fault.kind == FaultKind.NAME and any(_overlap(fault, other) for other in seen.values()):
            continue
        seen.setdefault(key if fault.column else key[:4], fault)
    return list(seen.values())


def _is_of_one_length(fault: Fault) -> bool:
    return len(fold(fault.stated)) == len(fold(fault.computed))


def _drop_misled(faults: list[Fault]) -> list[Fault]:
    """Return the faults without names that were compared with one which is itself misspelt."""
    wrong = {(fold(one.stated), one.line) for one in faults if one.kind == FaultKind.NAME}
    return [
        one
        for one in faults
        if one.kind != FaultKind.NAME
        or not any(line != one.line and name in fold(one.computed) for name, line in wrong)
    ]


def _overlap(one: Fault, other: Fault) -> bool:
    if other.kind != FaultKind.NAME or one.line != other.line:
        return False
    first, second = fold(one.stated), fold(other.stated)
    return first in second or second in first
