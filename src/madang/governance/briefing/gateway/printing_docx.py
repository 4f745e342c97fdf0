"""A written report as a word processor's file."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

FONT = "Malgun Gothic"
LOCALES = {"ko": "ko-KR", "en": "en-US"}
QUIET = RGBColor(0x6D, 0x78, 0x82)
SIZES = {"title": 24, "chapter": 18, "goal": 16, "task": 14, "heading": 12}

MARKS_WIDE = Mm(13)
NAMES_WIDE, LONG = 2.2, 60


def print_docx(told: dict[str, Any]) -> bytes:
    """Return the DOCX of what `tell_document` says."""
    document = docx.Document()
    document.core_properties.title = told["title"]
    document.core_properties.language = told["language"]
    document.core_properties.author = "Madang"
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    _set_fonts(document)
    _set_language(document, told["language"])
    _number_pages(section.footer.paragraphs[0])
    for block in told["blocks"]:
        if block["kind"] == "table":
            _add_table(document, block, told["words"]["source"])
        else:
            _add_line(document, block)
    _add_sources(document, told)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_fonts(document: Any) -> None:
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3", "Heading 4"):
        style = document.styles[name]
        style.font.name = FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
        style.font.color.rgb = RGBColor(0x1E, 0x21, 0x24)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)


def _set_language(document: Any, language: str) -> None:
    """Name the language of the text, for spelling and for reading aloud."""
    (said,) = document.styles.element.iter(qn("w:lang"))
    said.set(qn("w:val"), LOCALES[language])
    said.set(qn("w:eastAsia"), LOCALES["ko"])


def _number_pages(paragraph: Paragraph) -> None:
    """Write the number of the page at its foot."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001


def _add_line(document: Any, block: dict[str, Any]) -> None:
    if block["kind"] == "title":
        paragraph = document.add_heading(block["text"], 0)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return
    lead = f"{block['lead']} " if block["lead"] else ""
    if block["level"]:
        paragraph = document.add_heading(f"{lead}{block['text']}", block["level"] - 1)
        paragraph.paragraph_format.page_break_before = block["kind"] in {"chapter", "task"}
        for run in paragraph.runs:
            run.font.size = Pt(SIZES[block["kind"]])
        _add_quietly(paragraph, block["note"], "({})")
        return
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Mm(5 * block["depth"])
    run = paragraph.add_run(f"{lead}{block['text']}")
    run.bold = block["kind"] == "term"
    if block["kind"] == "footnote":
        run.font.size = Pt(8.5)
    _add_quietly(paragraph, block["note"], "({})")
    _add_quietly(paragraph, block["mark"])


def _add_quietly(paragraph: Paragraph, said: str, form: str = "[{}]") -> None:
    if said:
        run = paragraph.add_run(f" {form.format(said)}")
        run.font.size, run.font.color.rgb = Pt(7), QUIET


def _add_table(document: Any, block: dict[str, Any], source: str) -> None:
    if block["note"]:
        _add_quietly(document.add_paragraph(), block["note"], "{}")
    table = document.add_table(rows=len(block["head"]), cols=block["columns"] + 1)
    table.style = "Table Grid"
    _set_widths(document, table, block)
    _fill_head(table, block, source)
    for row in block["rows"]:
        cells = table.add_row().cells
        for cell, said in zip(cells, row["cells"], strict=False):
            paragraph = _write(cell, said["text"])
            if said["is_number"]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph = cells[-1].paragraphs[0]
        _add_quietly(paragraph, row["mark"])
    document.add_paragraph()


def _set_widths(document: Any, table: Table, block: dict[str, Any]) -> None:
    """Give names more room than numbers, and the marks of the sources little; as the printed report does."""
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin - MARKS_WIDE
    is_wide = any(len(one["text"]) > LONG for row in block["rows"] for one in row["cells"])
    first = {1: 1.0, 2: 1 / 3}.get(block["columns"], 1.0 if is_wide else NAMES_WIDE)
    shares = [first] + [1.0] * (block["columns"] - 1)
    widths = [*(Emu(int(room * one / sum(shares))) for one in shares), MARKS_WIDE]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _fill_head(table: Table, block: dict[str, Any], source: str) -> None:
    """Write the headings, joined over columns and rows, and that of the sources; they stand on every page of the table."""
    taken: set[tuple[int, int]] = set()
    for number, cells in enumerate(block["head"]):
        at = 0
        for one in cells:
            while (number, at) in taken:
                at += 1
            last = table.cell(number + one["rows"] - 1, at + one["columns"] - 1)
            cell = table.cell(number, at)
            cell = cell if one["columns"] == one["rows"] == 1 else cell.merge(last)
            _write(cell, one["text"]).runs[0].bold = True
            taken |= {
                (number + down, at + right) for down in range(one["rows"]) for right in range(one["columns"])
            }
            at += one["columns"]
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
    if block["head"]:
        _write(table.cell(0, block["columns"]), source).runs[0].font.color.rgb = QUIET


def _write(cell: Any, text: str) -> Paragraph:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.font.size = Pt(8)
    return paragraph


def _add_sources(document: Any, told: dict[str, Any]) -> None:
    heading = document.add_heading(told["words"]["sources"], 1)
    heading.paragraph_format.page_break_before = True
    document.add_paragraph(told["words"]["about_sources"])
    for one in told["sources"]:
        document.add_paragraph(f"[{one['mark']}] {one['label']}")
    document.add_paragraph(told["words"]["accepted"])
    for said in told["accepted"]:
        document.add_paragraph(f"- {said}")
