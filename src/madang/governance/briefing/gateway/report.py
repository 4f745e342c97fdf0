"""A whole report, line by line: what stands where, and the records in it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

from madang.core.base.interface import BadInput, Text
from madang.governance.briefing.records import (
    Footnote,
    GlossaryEntry,
    Grid,
    Heading,
    Report,
    Sentence,
    Task,
    Unread,
)

from .items import list_budget, list_duties, list_indicators, list_occupancy, list_staff
from .tables import Block, join_pages, read_table
from .text import read_footnote, read_glossary, read_marks, read_milestone, read_sentence

LARGEST_BYTES = 16 * 2**20
LONGEST_LINE = 3000
TOO_LONG = Text(
    ko="한 줄이 너무 깁니다 (3,000자까지 읽음)", en="the line is too long (3,000 characters are read)"
)
CAPTION = re.compile(r"단위\s*:\s*(?P<unit>(?:[천만억조]|백만)\s원|[가-힣A-Z]+)")
AS_OF = re.compile(r"['’](\d{2})\.\s?(\d{1,2})\.\s?(\d{1,2})\.\s?기준|['’](\d{2})\.(\d{1,2})\.(\d{1,2})\.\)")
TASK = re.compile(r"^(?P<code>\d-\d{1,2})(?:\s+(?P<title>\S.*))?$")
LISTED = re.compile(r"^(?:-\s*)?(?P<code>\d-\d{1,2})\.\s*(?P<title>.+)$")
GOAL = re.compile(r"^(?P<code>\d)(?P<dot>\.)?\s+(?P<title>[^\d\s].+)$")
CHAPTER = re.compile(r"^(?:[IVX]+|[Ⅰ-Ⅻ])\s?\.\s*(?P<title>.+)$")
GLOSSARY = "정보화 용어 설명"
PLANS = ("향후계획", "추진일정", "추진계획")
RESULTS = "추진실적"
SAID_RESULTS = re.compile(r"^-?\s*\(['’]\d\d년 (?:추진)?실적\)$")
NO_STATEMENT = re.compile(
    r"※?\s*예산집행\s?현황.*|\(단위\s*:.*\)|\(['’]\d\d\.[\d.\s]+기준\)|[〈<].*[〉>]|\(['’]\d\d년 (?:추진)?실적\)"
)
EMPTY_CHAPTER = Text(
    ko="제목만 있고 읽을 내용이 없습니다 (그림으로 보입니다)",
    en="a heading with nothing to read (a picture, it seems)",
)


def read_report_file(path: Path) -> Report:
    """Return the report in a text file. Raises BadInput where there is none to read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(
            "briefing.file", f"{path}을(를) 읽을 수 없습니다: {reason}", f"{path} can't be read: {reason}"
        ) from error
    return read_report(decode_report(raw))


def decode_report(raw: bytes) -> str:
    """Return the text of a file (UTF-8 or CP949). Raises BadInput for what is no text or too large."""
    if len(raw) > LARGEST_BYTES:
        raise BadInput("briefing.large", "16 MB까지 읽습니다", "at most 16 MB are read")
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and text.strip():
            return text
    raise BadInput("briefing.not_text", "글이 아니거나 빈 파일입니다", "the file is empty or isn't text")


def read_report(text: str) -> Report:
    """Return the records of a report; whatever can't be read stands in `unread` as text."""
    composed = unicodedata.normalize("NFC", text)
    reader = _Reader(composed.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    reader.read()
    return reader.build()


class _Reader:
    """Where we are in the report, and what was read so far."""

    def __init__(self, lines: list[str]) -> None:
        self.code = self.heading = self.unit = self.caption = ""
        self.grids: list[Grid] = []
        self.sentences: list[Sentence] = []
        self.headings: list[Heading] = []
        self.task_heads: list[Heading] = []
        self.marks: list[Footnote] = []
        self.footnotes: list[Footnote] = []
        self.glossary: list[GlossaryEntry] = []
        self.unread: list[Unread] = []
        self.chapters: list[tuple[int, str]] = []
        for number, text in enumerate(lines, 1):
            if len(text) > LONGEST_LINE:
                self.unread.append(Unread(line=number, text=text, reason=TOO_LONG))
        self.lines = ["" if len(text) > LONGEST_LINE else text for text in lines]

    def read(self) -> None:
        """Go through all lines once."""
        index = 0
        while index < len(self.lines):
            text = self.lines[index]
            if "\t" in text:
                index = self._read_block(index)
            elif text.strip() == GLOSSARY:
                entries, unread = read_glossary(index + 2, self.lines[index + 1 :])
                self.glossary, self.unread = entries, self.unread + unread
                self._read_tail(index)
                return
            else:
                index += self._read_line(index, text)

    def _read_tail(self, start: int) -> None:
        """Keep the glossary's own sentences and tables."""
        self.code, self.heading, self.caption = "", GLOSSARY, GLOSSARY
        index = start
        while index < len(self.lines):
            text = self.lines[index]
            if "\t" in text:
                index = self._read_block(index)
                continue
            if text.strip():
                self.sentences.append(read_sentence(index + 1, text, "", GLOSSARY))
            index += 1

    def _read_block(self, index: int) -> int:
        end = index
        while end < len(self.lines) and "\t" in self.lines[end]:
            end += 1
        place = " ".join(part for part in (self.code, self.caption or self.heading) if part)
        block = Block(
            line=index + 1, lines=self.lines[index:end], place=place, unit=self.unit, task_code=self.code
        )
        grid, unread = read_table(block)
        self.grids.append(grid)
        self.unread += unread
        return end

    def _read_line(self, index: int, text: str) -> int:
        """Read one line without tabs and return how many lines it took."""
        line, stripped = index + 1, text.strip()
        if not stripped:
            return 1
        self.marks += read_marks(line, text)
        footnote = read_footnote(line, stripped)
        if footnote is not None:
            self.footnotes.append(footnote)
            self._keep_figures(line, footnote.text)
            return 1
        taken = self._read_heading(index, stripped)
        if taken:
            return taken
        self._read_caption(stripped)
        if self.code and SAID_RESULTS.match(stripped):
            self.heading = RESULTS
        self.sentences.append(read_sentence(line, text, self.code, self.heading))
        return 1

    def _keep_figures(self, line: int, text: str) -> None:
        """Read what a heading or a footnote says in figures as a sentence too."""
        if re.search(r"\d", text):
            self.sentences.append(read_sentence(line, text, self.code, self.heading))

    def _read_heading(self, index: int, text: str) -> int:
        listed, task, goal, chapter = (pattern.match(text) for pattern in (LISTED, TASK, GOAL, CHAPTER))
        if chapter is not None:
            self.chapters.append((index, chapter["title"]))
            self._enter("", chapter["title"])
        elif listed is not None:
            self.headings.append(Heading(line=index + 1, code=listed["code"], title=listed["title"].strip()))
        elif task is not None:
            return self._read_task(index, task["code"], task["title"] or "")
        elif goal is not None and not self.code:
            return self._read_goal(index, goal["code"], goal["title"].strip())
        elif goal is not None and goal["dot"]:
            self._enter("", "")
            return self._read_goal(index, goal["code"], goal["title"].strip())
        elif text.startswith(("□", "●")):
            self.heading, self.caption, self.unit = text[1:].strip(), text[1:].strip(), ""
            if re.search(r"\d", text):
                self.heading = re.split(r"\s?[:(]", self.heading)[0]
                self._read_caption(text[1:].strip())
                self.sentences.append(read_sentence(index + 1, text[1:], self.code, self.heading))
        else:
            return 0
        return 1

    def _enter(self, code: str, heading: str) -> None:
        self.code, self.heading, self.caption, self.unit = code, heading, heading, ""

    def _read_task(self, index: int, code: str, title: str) -> int:
        following = index + 1
        while not title and following < len(self.lines):
            title = self.lines[following].strip()
            following += 1
        head = Heading(line=following if following > index + 1 else index + 1, code=code, title=title)
        self.headings.append(head)
        self.task_heads.append(head)
        self._enter(code, "")
        return following - index

    def _read_goal(self, index: int, code: str, title: str) -> int:
        """Read a goal; on its cover page the title may go on in the next line that isn't empty."""
        taken = 1
        rest = [n for n in range(index + 1, min(index + 3, len(self.lines))) if self.lines[n].strip()]
        if rest and not re.match(
            r"^\s*(?:[^\s가-힣A-Za-z「『‘'\"]|[가-하oOㅇ][.)]?\s)|.*(?:\t|\d)", self.lines[rest[0]]
        ):
            title, taken = f"{title} {self.lines[rest[0]].strip()}", rest[0] - index + 1
        self.headings.append(Heading(line=index + 1, code=code, title=title))
        self._keep_figures(index + 1, title)
        return taken

    def _read_caption(self, text: str) -> None:
        unit = CAPTION.search(text)
        if unit is not None:
            self.unit = unit["unit"].replace(" ", "")
        title = re.sub(r"^[-\s]*[※〈<《]\s*|[〉>》]$|\(단위.*$", "", text).strip()
        if "현황" in title and len(title) < 60:
            self.caption = title
        elif text in {"인력", "조직", "부서별 주요업무"}:
            self.caption = text

    def build(self) -> Report:
        """Return the report."""
        grids, unjoined = join_pages(self.grids)
        self.unread += unjoined
        tasks = tuple(self._build_task(head) for head in self.task_heads)
        self._find_empty_chapters()
        dates = [
            found for text in self.lines if "기준" in text or "단위" in text for found in AS_OF.findall(text)
        ]
        return Report(
            title=next((text.strip() for text in self.lines if "업무보고" in text), ""),
            published_on=self._find_published(),
            as_of_on=_find_common(dates),
            organisation=next((s.text for s in self.sentences if "담당관" in s.text and "팀" in s.text), ""),
            lines=tuple(self.lines),
            headings=tuple(self.headings),
            tasks=tasks,
            grids=tuple(grids),
            sentences=tuple(self.sentences),
            staff=tuple(list_staff(grids)),
            duties=list_duties(grids),
            budget=tuple(list_budget(grids)),
            indicators=tuple(list_indicators(grids, self.sentences)),
            occupancy=list_occupancy(grids),
            marks=tuple(self.marks),
            footnotes=tuple(self.footnotes),
            glossary=tuple(self.glossary),
            unread=tuple(sorted(self.unread, key=lambda one: one.line)),
        )

    def _build_task(self, head: Heading) -> Task:
        own = [s for s in self.sentences if s.task_code == head.code and not NO_STATEMENT.fullmatch(s.text)]
        about = _split_overview([s for s in own if s.heading == "사업개요"])
        plans = [(s.text, read_milestone(s)) for s in own if s.heading in PLANS]
        return Task(
            line=head.line,
            code=head.code,
            title=head.title,
            purpose=" ".join(s.text for s in own if not s.heading),
            background=tuple(about["추진배경"]),
            content=tuple(about["사업내용"]),
            results=tuple(s.text for s in own if s.heading == RESULTS),
            plans=tuple(said for said, step in plans if step is None),
            milestones=tuple(step for _, step in plans if step is not None),
        )

    def _find_published(self) -> date | None:
        for text in self.lines[:30]:
            match = re.match(r"^\s*(20\d\d)\.\s*(\d{1,2})\.", text)
            if match and 1 <= int(match[2]) <= 12:
                return date(int(match[1]), int(match[2]), 1)
        return None

    def _find_empty_chapters(self) -> None:
        for (index, title), (following, _) in zip(self.chapters, self.chapters[1:], strict=False):
            if not any(text.strip() for text in self.lines[index + 1 : following]):
                self.unread.append(Unread(line=index + 1, text=title, reason=EMPTY_CHAPTER))


def _split_overview(sentences: list[Sentence]) -> dict[str, list[str]]:
    """Return sentences by (추진배경), (사업내용), whether bracketed in a bullet or a heading with ○."""
    parts: dict[str, list[str]] = {"추진배경": [], "사업내용": []}
    part = "사업내용"
    for sentence in sentences:
        match = re.match(r"^\(?(추진배경|사업내용)\)?\s*", sentence.text)
        if match is not None:
            part = match[1]
        said = sentence.text[match.end() :] if match else sentence.text
        if said:
            parts[part].append(said)
    return parts


def _find_common(dates: list[tuple[str, ...]]) -> date | None:
    """Return the as-of date that is printed most often."""
    found = [tuple(int(part) for part in parts if part) for parts in dates]
    for year, month, day in sorted(set(found), key=found.count, reverse=True):
        try:
            return date(2000 + year, month, day)
        except ValueError:
            continue
    return None
