"""How a written report is laid out: merged headings of tables, which cells are numbers, depths of lines."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from madang.governance.briefing.records import Block, BlockKind, Document

NUMBER = re.compile(r"[△−-]?[\d,]+(\.\d+)?%?|[-–]|순증|new")  # noqa: RUF001
LEVELS = {BlockKind.CHAPTER: 2, BlockKind.GOAL: 3, BlockKind.TASK: 3, BlockKind.HEADING: 4}


class HeadCell(msgspec.Struct, frozen=True, kw_only=True):
    """One heading of a table over `columns` columns and `rows` rows."""

    text: str
    columns: int = 1
    rows: int = 1


def lay_out_head(head: tuple[tuple[str, ...], ...]) -> list[list[HeadCell]]:
    """Return the headings with an empty cell joined to the one on its left, or the one above it."""
    if not head:
        return []
    width = max(len(cells) for cells in head)
    rows = [[*cells, *[""] * (width - len(cells))] for cells in head]
    top = rows[0]
    below = rows[1:] and any(rows[1])
    laid: list[list[HeadCell]] = [[]]
    at = 0
    while at < width:
        end = at + 1
        while end < width and not top[end] and (top[at] or not at):
            end += 1
        is_tall = bool(below) and not any(rows[1][at:end])
        laid[0].append(HeadCell(text=top[at], columns=end - at, rows=2 if is_tall else 1))
        if below and not is_tall:
            if len(laid) == 1:
                laid.append([])
            laid[1] += [HeadCell(text=cell) for cell in rows[1][at:end]]
        at = end
    return laid


def is_number(text: str) -> bool:
    """Return whether a cell is set as a number, to the right."""
    return NUMBER.fullmatch(text.strip()) is not None


def lay_out(document: Document) -> list[dict[str, Any]]:
    """Return the document's blocks as plain values for the page, the PDF and the DOCX."""
    return [_lay_out_block(block) for block in document.blocks]


def _lay_out_block(block: Block) -> dict[str, Any]:
    width = max([len(cells) for cells in (*block.head, *(row.cells for row in block.rows))], default=0)
    return {
        "kind": block.kind.value,
        "text": block.text,
        "lead": block.lead,
        "depth": block.depth,
        "code": block.task_code,
        "level": LEVELS.get(block.kind, 0),
        "mark": "" if block.kind in LEVELS else block.source,
        "columns": width,
        "head": [
            [{"text": one.text, "columns": one.columns, "rows": one.rows} for one in cells]
            for cells in lay_out_head(block.head)
        ],
        "rows": [
            {
                "mark": row.source,
                "cells": [
                    {"text": cell, "is_number": is_number(cell)}
                    for cell in (*row.cells, *[""] * (width - len(row.cells)))
                ],
            }
            for row in block.rows
        ],
    }
