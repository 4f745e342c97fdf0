"""A written report as a file of Hancom's word processor (HWPX, KS X 6101)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hwpx import HwpxDocument

SIZES = {"title": 24, "chapter": 18, "goal": 16, "task": 14, "heading": 12}
QUIET = "#6D7882"
BODY, SMALL, MARK = 10, 8, 7
INDENT_MM = 5
RIGHT, CENTRE = "RIGHT", "CENTER"


class _Writer:
    """Adds paragraphs to a document and remembers how each is to stand, to say so once for all of a kind.

    The first paragraph is there from the beginning, stands in the middle, and takes the title.
    """

    def __init__(self) -> None:
        self.document = HwpxDocument.new()
        self.run_style = lru_cache(maxsize=64)(self.document.styles.ensure_run)
        self.plain = self.document.styles.resolve("바탕글")
        self.formats: dict[tuple[tuple[str, Any], ...], list[int]] = {}
        self.alignments = {way: self._make_alignment(way) for way in (RIGHT, CENTRE)}

    def _make_alignment(self, way: str) -> str:
        """Return the identifier of a paragraph form for cells, made on the first paragraph and left there."""
        self.document.styles.apply_paragraph_format(paragraph_index=0, alignment=way)
        return str(self.document.paragraphs[0].para_pr_id_ref)

    def add(self, text: str, *, size: float = BODY, bold: bool = False, level: int = 0, **form: Any) -> Any:
        """Add a paragraph, a heading where `level` is above 0; `form` is what `set_paragraph_format` takes."""
        style = self.run_style(bold=bold or level > 0, size=size)
        if level:
            paragraph = self.document.add_heading(text, level, char_pr_id_ref=style)
        else:
            paragraph = self.document.add_paragraph(
                text,
                style_id_ref=self.plain.id,
                para_pr_id_ref=self.plain.para_pr_id_ref,
                inherit_style=False,
                char_pr_id_ref=style,
            )
        if form:
            number = len(self.document.paragraphs) - 1
            self.formats.setdefault(tuple(sorted(form.items())), []).append(number)
        return paragraph

    def mark(self, paragraph: Any, mark: str, form: str = "[{}]") -> None:
        """Add the mark that names a source, or another note in small letters."""
        if mark:
            paragraph.add_run(f" {form.format(mark)}", char_pr_id_ref=self.run_style(size=MARK, color=QUIET))

    def finish(self) -> bytes:
        """Return the file."""
        for form, numbers in self.formats.items():
            self.document.styles.apply_paragraph_format(paragraph_indexes=numbers, **dict(form))
        return self.document.to_bytes()


def print_hwpx(told: dict[str, Any]) -> bytes:
    """Return the HWPX of what `tell_document` says."""
    writer = _Writer()
    for block in told["blocks"]:
        if block["kind"] == "table":
            _add_table(writer, block, told["words"]["source"])
        else:
            _add_line(writer, block)
    _add_sources(writer, told)
    return writer.finish()


def _add_line(writer: _Writer, block: dict[str, Any]) -> None:
    lead = f"{block['lead']} " if block["lead"] else ""
    kind, text = block["kind"], f"{lead}{block['text']}"
    if kind == "title":
        writer.document.paragraphs[0].add_run(
            text, char_pr_id_ref=writer.run_style(bold=True, size=SIZES[kind])
        )
    elif block["level"]:
        begins_page = {"page_break_before": True} if kind in {"chapter", "task"} else {}
        heading = writer.add(text, size=SIZES[kind], level=min(block["level"], 10), **begins_page)
        writer.mark(heading, block["note"], "({})")
    else:
        indent = {"indent_left_mm": INDENT_MM * block["depth"]} if block["depth"] else {}
        size = SMALL if kind == "footnote" else BODY
        paragraph = writer.add(text, size=size, bold=kind == "term", **indent)
        writer.mark(paragraph, block["note"], "({})")
        writer.mark(paragraph, block["mark"])


def _add_table(writer: _Writer, block: dict[str, Any], source: str) -> None:
    if block["note"]:
        writer.add(block["note"], size=MARK)
    head, rows, columns = block["head"], block["rows"], block["columns"] + 1
    table = writer.document.add_table(max(1, len(head) + len(rows)), columns)
    grid = [row.cells for row in table.rows]
    _fill_head(writer, table, grid, block, source)
    for at, row in enumerate(rows, len(head)):
        for column, said in enumerate(row["cells"][: columns - 1]):
            _write(writer, grid[at][column], said["text"], alignment=RIGHT if said["is_number"] else "")
        if row["mark"]:
            _write(writer, grid[at][columns - 1], f"[{row['mark']}]")
    writer.add("")


def _fill_head(
    writer: _Writer, table: Any, grid: list[list[Any]], block: dict[str, Any], source: str
) -> None:
    """Write the headings, joined over columns and rows, and that of the sources; they stand on every page of the table.

    `grid` holds the cells as they were before any was joined: to look one up in the table counts all of them.
    """
    taken: set[tuple[int, int]] = set()
    for number, cells in enumerate(block["head"]):
        at = 0
        for one in cells:
            while (number, at) in taken:
                at += 1
            _write(writer, grid[number][at], one["text"], bold=True, alignment=CENTRE)
            if one["columns"] * one["rows"] > 1:
                table.merge_cells(number, at, number + one["rows"] - 1, at + one["columns"] - 1)
            taken |= {
                (number + down, at + right) for down in range(one["rows"]) for right in range(one["columns"])
            }
            at += one["columns"]
    if block["head"]:
        _write(writer, grid[0][block["columns"]], source)
        table.element.set("repeatHeader", "1")
        for row in grid[: len(block["head"])]:
            for cell in row:
                cell.element.set("header", "1")


def _write(writer: _Writer, cell: Any, text: str, *, bold: bool = False, alignment: str = "") -> None:
    paragraph = cell.paragraphs[0]
    paragraph.add_run(text, char_pr_id_ref=writer.run_style(size=SMALL, bold=bold))
    if alignment:
        paragraph.para_pr_id_ref = writer.alignments[alignment]


def _add_sources(writer: _Writer, told: dict[str, Any]) -> None:
    writer.add(told["words"]["sources"], size=SIZES["goal"], level=1, page_break_before=True)
    writer.add(told["words"]["about_sources"])
    for one in told["sources"]:
        writer.add(f"[{one['mark']}] {one['label']}", size=SMALL)
    writer.add(told["words"]["accepted"], bold=True)
    for said in told["accepted"]:
        writer.add(f"- {said}", size=SMALL)
