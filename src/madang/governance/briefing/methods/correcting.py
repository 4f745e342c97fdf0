"""Corrections that people decided on, put into the report's text."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from madang.governance.briefing.records import CellKind, Grid, Report

from .figures import read_cell

FIGURES = {CellKind.NUMBER, CellKind.RATE, CellKind.NONE, CellKind.NEW}
MIXED = {CellKind.NUMBER, CellKind.RATE}


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a line, what it is to be, and the table's column it is about ("" in a sentence)."""

    line: int
    stated: str
    corrected: str
    column: str = ""


def can_replace(stated: str, corrected: str) -> bool:
    """Return whether a correction can be read where `stated` stands: a number for a number, a rate for a rate."""
    kinds = {read_cell(stated).kind, read_cell(corrected).kind}
    return read_cell(stated).kind not in FIGURES or (kinds <= FIGURES and kinds != MIXED)


def correct_lines(report: Report, corrections: Iterable[Correction]) -> tuple[list[str], list[Correction]]:
    """Return the report's lines with the corrections in them, and those that have no one place there."""
    lines = list(report.lines)
    grids = {row.line: grid for grid in report.grids for row in grid.rows}
    left = []
    for one in corrections:
        new = _correct(lines[one.line - 1], one, grids.get(one.line)) if one.line <= len(lines) else None
        if new is None:
            left.append(one)
        else:
            lines[one.line - 1] = new
    return lines, left


def _correct(text: str, one: Correction, grid: Grid | None) -> str | None:
    if grid is not None and one.column:
        cells = text.split("\t")
        places = [at for at, column in enumerate(grid.columns) if column.role == one.column]
        at = places[0] + len(cells) - len(grid.columns) if len(places) == 1 else -1
        if 0 <= at < len(cells):
            cells[at] = one.corrected
            return "\t".join(cells)
    if text.count(one.stated) == 1:
        return text.replace(one.stated, one.corrected)
    return None
