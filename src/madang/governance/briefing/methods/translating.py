"""The written report in English: its form from fixed words, its passages from what staff wrote for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from madang.governance.briefing.records import Block, BlockKind, Document, TableLine

WORDS = {
    "일반 현황": "General",
    "정책목표 및 추진전략": "Goals and strategy",
    "주요 추진 업무": "Main tasks",
    "조직": "Organisation",
    "인력": "Staff",
    "부서별 주요업무": "Duties by division",
    "세입 총괄": "Revenue, summary",
    "세출 총괄": "Expenditure, summary",
    "세입예산": "Revenue",
    "세출예산 집행현황": "Expenditure and its execution",
    "사업개요": "Outline",
    "추진실적": "Results",
    "향후계획": "Plan",
    "추진일정": "Schedule",
    "추진계획": "Plan",
    "추진배경": "Background",
    "사업내용": "Content",
    "정보화 용어 설명": "Glossary",
    "정책목표": "Goal",
    "추진과제": "Task",
    "담당": "Owner",
    "일정": "Steps",
    "구분": "Item",
    "부서(기관)별": "Division",
    "주요업무": "Duties",
    "정원": "Posts",
    "현원": "In post",
    "과부족": "Difference",
    "직종별 현원": "In post by kind",
    "소계": "Subtotal",
    "일반직": "General service",
    "임기제": "Fixed term",
    "관리운영직": "Operation",
    "계": "Total",
    "합계": "Total",
    "총합계": "Total",
    "증감": "Change",
    "증감액": "Change",
    "증감률": "Rate",
    "증감율": "Rate",
    "집행현황": "Execution",
    "집행액": "Executed",
    "집행률": "Rate",
    "집행률(%)": "Rate (%)",
    "사업명": "Project",
    "예산현액": "Current budget",
    "원인행위": "Committed",
    "원인행위액": "Committed",
    "지출액": "Disbursed",
    "예상액": "Forecast",
    "일반회계": "General account",
    "특별회계": "Special account",
    "순증": "new",
    "연말 집행예상액": "Forecast for the end of the year",
}
PATTERNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"^(?:※\s*)?예산집행 현황(.*)$"), r"Execution of the budget\1"),
    (re.compile(r"단위\s*:\s*천원"), "in thousand won"),
    (re.compile(r"(['’]\d\d\.\s?\d{1,2}\.\s?\d{1,2}\.)\s*기준"), lambda one: f"as of {write_when(one[1])}"),
    (re.compile(r"^(20\d\d)\.\s?(\d{1,2})\.$"), lambda one: f"{one[1]}-{int(one[2]):02d}"),
    (re.compile(r"^['’]?(\d\d(?:\d\d)?)\s?년?도?\s*(예산현액|최종예산)$"), lambda one: _name_budget(one)),
    (re.compile(r"^['’](\d\d)\s?년말 집행예상액$"), r"Forecast for the end of 20\1"),
    (re.compile(r"^['’](\d\d)\s?년 대비$"), r"Against 20\1"),
    (re.compile(r"^(\d+)건 중 (\d+)건 완료$"), r"\2 of \1 done"),
    (re.compile(r"^(20\d\d)년도? 세입·세출 ?예산현황$"), r"Revenue and expenditure of \1"),
    (re.compile(r"^(20\d\d) 세입·세출예산 세부현황$"), r"Revenue and expenditure of \1 in detail"),
    (re.compile(r"\(시뮬레이션\)"), "(simulated)"),
    (re.compile(r"^(20\d\d)년 주요 업무보고(.*)$"), r"Work report \1\2"),
    (re.compile(r"^업무보고\s*p\.?\s*(\d+)$"), r"Work report p. \1"),
)
KOREAN = re.compile(r"[가-힣]")
LEADING = re.compile(r"^\((추진배경|사업내용)\)\s*")
CODED = re.compile(r"^(?P<code>\d-\d{1,2})\.\s*(?P<name>.+)$")
DATED = re.compile(r"^(?P<name>.+?)\s*:\s(?P<when>['’~]\s?.*\d.*)$")
VALUED = re.compile(
    r"^(?P<name>.+)\s:\s(?P<n>[△\d,.]+)(?P<unit>[^\d(]*)\((?P<when>['’][\d. :]+?)\s?(?P<kind>기준|실시간)\)$"
)
AS_OF = {"기준": "as of", "실시간": "live,"}
MONTHS = re.compile(r"['’](?P<y>\d\d)\.\s?(?P<a>\d{1,2})월(?:\s*~\s*(?P<b>\d{1,2})월)?")
DAY = re.compile(r"['’](\d\d)\.\s?(\d{1,2})\.\s?(\d{1,2})\.")
STATES = {"(진행 중)": "(under way)", "(완료)": "(done)", "(중단)": "(stopped)"}


def translate_document(document: Document, wordings: Mapping[str, str]) -> Document:
    """Return the document in English; a passage nobody wrote in English stays Korean."""
    return msgspec.structs.replace(
        document,
        title=translate(document.title, wordings),
        blocks=tuple(_translate_block(block, wordings) for block in document.blocks),
    )


def list_untranslated(document: Document, wordings: Mapping[str, str]) -> list[str]:
    """Return the passages that would stay Korean, in order, each once; without codes, dates and figures beside."""
    found: dict[str, None] = {}
    for text in _list_texts(document):
        if KOREAN.search(translate(text, wordings)):
            name = _find_name(text.strip())
            found.setdefault(name if is_korean(translate(name, wordings)) else text.strip())
    return list(found)


def translate(text: str, wordings: Mapping[str, str]) -> str:
    """Return a passage in English where its words are known, else as it is; △ becomes a minus sign.

    A step with its dates and an indicator with its value are known by their names alone.
    """
    said = text.strip()
    if said in wordings:
        return wordings[said]
    word = WORDS.get(said) or WORDS.get(re.sub(r"(?<=\S)\s(?=\S)", "", said))
    if word:
        return word
    coded, valued, dated = (pattern.match(said) for pattern in (CODED, VALUED, DATED))
    if coded is not None:
        return f"{coded['code']}. {translate(coded['name'], wordings)}"
    if valued is not None:
        value = valued["n"] + ("" if is_korean(valued["unit"]) else valued["unit"])
        when = f"{AS_OF[valued['kind']]} {write_when(valued['when'])}"
        return f"{translate(valued['name'], wordings)}: {value} ({when})"
    if dated is not None:
        return f"{translate(dated['name'], wordings)}: {write_when(dated['when'])}"
    leading = LEADING.match(said)
    if leading is not None:
        return f"({WORDS[leading[1]]}) {translate(said[leading.end() :], wordings)}".strip()
    for pattern, new in PATTERNS:
        said = pattern.sub(new, said)
    return re.sub(r"△\s*(?=\d)", "−", said)  # noqa: RUF001


def translate_within(text: str, wordings: Mapping[str, str]) -> str:
    """Return an English sentence with the Korean names and dates inside it in English, as far as they are known."""
    for ko in sorted((one for one in wordings if one in text), key=len, reverse=True):
        text = re.sub(rf"(?<![가-힣]){re.escape(ko)}(?![가-힣])", wordings[ko].replace("\\", r"\\"), text)
    return write_when(text)


def write_when(text: str) -> str:
    """Return a printed period in English: '22. 7월 ~ 12월 (완료) is 2022-07 ~ 2022-12 (done)."""
    said = MONTHS.sub(
        lambda one: " ~ ".join(_write_month(one["y"], m) for m in one.group("a", "b") if m), text
    )
    said = DAY.sub(lambda one: f"20{one[1]}-{int(one[2]):02d}-{int(one[3]):02d}", said)
    for state, english in STATES.items():
        said = said.replace(state, english)
    return said


def _write_month(year: str, month: str) -> str:
    return f"20{year}-{int(month):02d}"


def _find_name(text: str) -> str:
    """Return what of a passage somebody has to write in English."""
    match = CODED.match(text) or VALUED.match(text) or DATED.match(text)
    return match["name"] if match else LEADING.sub("", text)


def is_korean(text: str) -> bool:
    """Return whether a passage has Korean in it."""
    return KOREAN.search(text) is not None


def _name_budget(match: re.Match[str]) -> str:
    year = match[1] if len(match[1]) > 2 else f"20{match[1]}"  # noqa: PLR2004
    return f"{'Budget' if match[2] == '예산현액' else 'Final budget'} {year}"


def _translate_block(block: Block, wordings: Mapping[str, str]) -> Block:
    rows = tuple(
        TableLine(cells=tuple(translate(cell, wordings) for cell in row.cells), source=row.source)
        for row in block.rows
    )
    head = tuple(tuple(translate(cell, wordings) for cell in cells) for cells in block.head)
    return msgspec.structs.replace(block, text=translate(block.text, wordings), head=head, rows=rows)


def _list_texts(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if block.kind is BlockKind.TABLE:
            for cells in (*block.head, *(row.cells for row in block.rows)):
                yield from cells
        else:
            yield block.text
