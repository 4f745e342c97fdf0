"""What a written report says, in one language, for the page, the PDF, the DOCX and the text."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from madang.core.base.interface import NotFound, Text, to_city_time
from madang.core.pages.interface import print_pdf
from madang.governance.briefing.gateway.printing_docx import print_docx
from madang.governance.briefing.gateway.printing_hwpx import print_hwpx
from madang.governance.briefing.methods.laying import lay_out
from madang.governance.briefing.methods.translating import is_korean, list_untranslated, translate_document
from madang.governance.briefing.models import EditionRow
from madang.governance.briefing.queries.editions import get_edition, read_document
from madang.governance.briefing.queries.living import list_wordings

PRINTED = Path(__file__).resolve().parents[1] / "templates" / "briefing" / "report.typ"
WORDS = {
    "source": Text(ko="출처", en="Source"),
    "sources": Text(ko="출처", en="Sources"),
    "about_sources": Text(
        ko="문장과 표의 줄 끝에 적힌 번호는 아래 출처를 가리킵니다. 쌍점 뒤는 그 글의 줄입니다.",
        en="Marks after sentences and rows name a source below; after the colon stands its line.",
    ),
    "accepted": Text(ko="서로 맞지 않지만 그대로 둔 곳", en="What disagrees and was accepted"),
    "none": Text(ko="없습니다.", en="Nothing."),
    "draft": Text(ko="초안", en="Draft"),
    "korean": Text(ko="한국어", en="in Korean"),
    "korean_table": Text(ko="한국어로 남은 칸이 있음", en="Some names in this table are still in Korean."),
}
HANJA = str.maketrans("完中區市新", "완중구시신")
"""The house's print font has no Hanja: those that reports use are printed as they are read."""

FORMS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "hwpx": "application/hwp+zip",
    "txt": "text/plain; charset=utf-8",
}
PRINTERS = {"docx": print_docx, "hwpx": print_hwpx}


def tell_document(edition: EditionRow, language: str) -> dict[str, Any]:
    """Return an edition's blocks, sources and accepted findings in `language`."""
    document = read_document(edition)
    korean_left = 0
    if language == "en":
        wordings = {one.ko: one.en for one in list_wordings()[0]}
        korean_left = len(list_untranslated(document, wordings))
        document = translate_document(document, wordings)
    blocks = lay_out(document)
    for block in blocks:
        block["is_korean"] = language == "en" and is_korean(block["text"])
        block["note"] = _tell_korean(block, language) if language == "en" else ""
    state = "" if edition.published_at else f" · {WORDS['draft'].say(language)}"
    return {
        "language": language,
        "title": document.title,
        "as_of": edition.as_of,
        "foot": f"{document.title} · {edition.as_of}{state}",
        "blocks": blocks,
        "korean_left": korean_left,
        "sources": [{"mark": one.mark, "label": one.label.say(language)} for one in document.sources],
        "accepted": _list_accepted(edition, language),
        "words": {name: word.say(language) for name, word in WORDS.items()},
    }


def print_edition(edition: EditionRow, form: str, language: str) -> bytes:
    """Return an edition as a file in one of FORMS; raises NotFound for another."""
    if form not in FORMS:
        raise NotFound("briefing.form", "그런 파일 형식은 없습니다", "there is no such form of file")
    if form == "txt":
        return edition.text.text.encode()
    newest = list_wordings(sort="-entered_at", limit=1)[0]
    spoken = str(newest[0].entered_at) if newest and language == "en" else ""
    return _print(edition.text_id, form, language, f"{edition.published_at} {spoken}")


@lru_cache(maxsize=8)
def _print(report_id: str, form: str, language: str, state: str) -> bytes:
    """Return a file; an edition never changes, and `state` differs where its English or its state does."""
    del state
    told = tell_document(get_edition(report_id), language)
    if form in PRINTERS:
        return PRINTERS[form](told)
    printed = msgspec.json.encode({name: told[name] for name in told if name != "as_of"}).decode()
    return print_pdf(PRINTED, msgspec.json.decode(printed.translate(HANJA)))


def _tell_korean(block: dict[str, Any], language: str) -> str:
    """Return what stands beside a passage, or above a table, that nobody wrote in `language` yet."""
    if block["kind"] == "table":
        rows = (*block["head"], *(row["cells"] for row in block["rows"]))
        is_left = any(is_korean(cell["text"]) for cells in rows for cell in cells)
        return WORDS["korean_table"].say(language) if is_left else ""
    return WORDS["korean"].say(language) if block["is_korean"] else ""


def _list_accepted(edition: EditionRow, language: str) -> list[str]:
    said = []
    for one in edition.text.findings.filter(state="accepted"):
        place = Text(ko=one.place_ko, en=one.place_en).say(language)
        day = to_city_time(one.decided_at).date() if one.decided_at else ""
        said.append(f"{place}: {one.stated} ≠ {one.computed} ({one.decided_by}, {day}: {one.note})")
    return said
