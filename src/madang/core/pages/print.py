"""Printed documents: a Typst source and data become a PDF, set in the house's own fonts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import typst

from madang.core.base.interface import Unavailable

from .static_files import DIST

FONTS = DIST / "fonts"


def print_pdf(source: Path, data: Any) -> bytes:
    """Return the PDF of a Typst file; it reads `data` as `json("data.json")`, so that data never is markup.

    Raises Unavailable where the front end, which brings the fonts, isn't built.
    """
    if not FONTS.is_dir():
        raise Unavailable(
            "pages.fonts",
            "인쇄용 글꼴이 없습니다. make front를 실행하세요.",
            "no print fonts: run make front",
        )
    with tempfile.TemporaryDirectory(prefix="madang-print-") as folder:
        Path(folder, "data.json").write_bytes(msgspec.json.encode(data))
        main = Path(folder, "main.typ")
        main.write_bytes(source.read_bytes())
        return typst.compile(
            str(main), root=folder, font_paths=[str(FONTS)], ignore_system_fonts=True, format="pdf"
        )
