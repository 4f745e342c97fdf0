"""A report written again in its own form and order, with what happened since in its places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from madang.core.base.interface import Text
from madang.governance.briefing.records import (
    Block,
    BlockKind,
    Document,
    Grid,
    LivingMilestone,
    LivingMoney,
    LivingTask,
    MilestoneState,
    Report,
    Role,
    Row,
    Source,
    TableKind,
    TableLine,
)

from .figures import UNIT_WON, write_number, write_rate
from .names import is_same

BULLET = re.compile(r"^\s*(?P<lead>-\s*▶|-\s*※|[-▶○※*])\s*(?P<text>.*)$")
LISTED = re.compile(r"^\s*-?\s*(?P<code>\d-\d{1,2})\.\s*(?P<text>.+)$")
CHAPTER = re.compile(r"^(?P<lead>[IVX]+|[Ⅰ-Ⅻ])\s?\.\s*(?P<text>.+)$")
FOOTNOTE = re.compile(r"^(?P<lead>[1-9]\))\s*(?P<text>.+)$")
TAG = re.compile(r"</?[a-z]+(?:\s[^>]*)?>")
GLOSSARY = "정보화 용어 설명"
PLANS = {"향후계획", "추진일정", "추진계획"}
SPENDING = "예산집행 현황"
MONEY_UNIT = re.compile(r"\(단위\s*:\s*[천백만억]*원")
STATE_WORDS = {
    MilestoneState.PLANNED: "",
    MilestoneState.UNDER_WAY: " (진행 중)",
    MilestoneState.DONE: " (완료)",
    MilestoneState.STOPPED: " (중단)",
}
AMOUNTS = {
    Role.CURRENT: "current_budget_krw",
    Role.COMMITTED: "committed_krw",
    Role.DISBURSED: "disbursed_krw",
    Role.FORECAST: "forecast_krw",
}
RATES = {
    Role.COMMITTED_RATE: Role.COMMITTED,
    Role.DISBURSED_RATE: Role.DISBURSED,
    Role.FORECAST_RATE: Role.FORECAST,
}
APART = {BlockKind.CHAPTER, BlockKind.GOAL, BlockKind.TASK, BlockKind.HEADING}
TREE_HEAD = (("정책목표", "추진과제", "담당", "일정"),)


def compose_document(report: Report, tasks: Mapping[str, LivingTask], as_of: date, base: Text) -> Document:
    """Return `report` as it is to be printed on `as_of`, with each task's newest state.

    `base` names the report itself as the source of its lines.
    """
    writer = _Writer(report, tasks, as_of, base)
    writer.walk()
    return Document(
        title=writer.title,
        as_of=as_of,
        blocks=tuple(writer.blocks),
        sources=tuple(Source(mark=mark, label=label) for label, mark in writer.sources.items()),
    )


def write_text(document: Document) -> str:
    """Return the document as the text of a report, which reads back into the same records."""
    lines: list[str] = []
    for block in document.blocks:
        if block.is_apart or block.kind in APART:
            lines.append("")
        if block.kind is BlockKind.TABLE:
            rows = [*block.head, *(row.cells for row in block.rows)]
            lines += ["", *("\t".join(cells) for cells in rows), ""]
        else:
            lines.append(_write_line(block))
    return "\n".join(lines).strip() + "\n"


def _write_line(block: Block) -> str:
    if block.kind is BlockKind.LISTED:
        return f"- {block.lead}. {block.text}"
    if block.kind is BlockKind.CHAPTER and block.lead:
        return f"{block.lead}. {block.text}"
    indent = " " if block.depth >= 2 else ""
    return f"{indent}{block.lead} {block.text}" if block.lead else block.text


class _Writer:
    """Where the writing stands: what was written, and in which task and under which heading."""

    def __init__(self, report: Report, tasks: Mapping[str, LivingTask], as_of: date, base: Text) -> None:
        self.report, self.tasks, self.as_of = report, tasks, as_of
        self.sources: dict[Text, str] = {base: "1"}
        self.base = base
        self.blocks: list[Block] = []
        self.title = re.sub(r"^(19|20)\d\d년", f"{as_of.year}년", report.title)
        self.code, self.heading = "", ""
        self.sentences = {one.line: one for one in report.sentences}
        self.titles = {one.line: one for one in report.headings}
        self.heads = {one.line for one in report.tasks}
        self.steps = {one.line: one for task in report.tasks for one in task.milestones}
        self.rows = {row.line: (grid, row) for grid in report.grids for row in grid.rows}
        self.footnotes = {one.line for one in report.footnotes}
        self.is_front, self.is_glossary = True, False
        self.told: set[tuple[str, str]] = set()

    def walk(self) -> None:
        """Go through the report's lines once."""
        index = 0
        lines = self.report.lines
        while index < len(lines):
            text = lines[index].strip("\n")
            if "\t" in text:
                index = self._write_table(index)
                continue
            if text.strip():
                self._write_line(index + 1, text.strip(), text)
            index += 1
        self._close_section()

    def _mark(self, source: Text | None, line: int = 0) -> str:
        if source is None:
            return f"1:{line}" if line else "1"
        return self.sources.setdefault(source, str(len(self.sources) + 1))

    def _add(
        self, kind: BlockKind, text: str, line: int, *, lead: str = "", depth: int = 0, source: str = ""
    ) -> None:
        self.blocks.append(
            Block(
                kind=kind,
                text=text,
                lead=lead,
                depth=depth,
                task_code=self.code,
                heading=self.heading,
                source=source or self._mark(None, line),
                is_apart=line > 1 and not self.report.lines[line - 2].strip(),
            )
        )

    def _write_line(self, line: int, text: str, raw: str) -> None:
        chapter, listed = CHAPTER.match(text), LISTED.match(text)
        if text == GLOSSARY:
            self._enter("", GLOSSARY)
            self.is_glossary, self.is_front = True, False
            self._add(BlockKind.CHAPTER, text, line)
        elif self.is_glossary:
            self._write_glossary(line, text, raw)
        elif chapter is not None:
            self._write_chapter(line, chapter["lead"], chapter["text"])
        elif listed is not None and line in self.titles:
            self._add(BlockKind.LISTED, self._name(listed["code"], listed["text"]), line, lead=listed["code"])
        elif line in self.heads or self._is_code_of_title(line, text):
            self._write_task(line, text)
        elif line in self.titles:
            self._write_goal(line)
        elif text.startswith(("□", "●")):
            self._enter(self.code, text[1:].strip())
            self._add(BlockKind.HEADING, self.heading, line, lead=text[0])
        elif line in self.footnotes and (note := FOOTNOTE.match(text)):
            self._close_section()
            self._add(BlockKind.FOOTNOTE, note["text"], line, lead=note["lead"])
        elif line in self.sentences:
            self._write_sentence(line, text, raw)

    def _write_glossary(self, line: int, text: str, raw: str) -> None:
        if text.startswith("■"):
            self._add(BlockKind.TERM, text[1:].strip(), line, lead="■")
        else:
            self._write_bullet(line, text, raw)

    def _write_chapter(self, line: int, lead: str, text: str) -> None:
        self.is_front = False
        self._enter("", text)
        self._add(BlockKind.CHAPTER, text, line, lead=lead)
        if "추진전략" in text:
            self._write_tree()

    def _write_tree(self) -> None:
        goals = {one.code: one.title for one in self.report.headings if "-" not in one.code}
        rows = []
        for task in self.report.tasks:
            living = self.tasks.get(task.code)
            steps = living.milestones if living else ()
            done = sum(one.state is MilestoneState.DONE for one in steps)
            goal = goals.get(task.code.split("-")[0], "")
            said = f"{len(steps)}건 중 {done}건 완료" if steps else "-"
            cells = (
                goal,
                f"{task.code}. {self._name(task.code, task.title)}",
                living.owner if living else "",
                said,
            )
            rows.append(TableLine(cells=cells, source=self._mark(None, task.line)))
        self.blocks.append(
            Block(kind=BlockKind.TABLE, head=TREE_HEAD, rows=tuple(rows), heading=self.heading)
        )

    def _is_code_of_title(self, line: int, text: str) -> bool:
        """Whether this is a task's code on a line of its own, its title on the next."""
        return bool(re.fullmatch(r"\d-\d{1,2}", text)) and any(
            head in self.heads for head in range(line + 1, line + 4)
        )

    def _write_task(self, line: int, text: str) -> None:
        match = re.fullmatch(r"(?P<code>\d-\d{1,2})(?:\s+\S.*)?", text)
        if match is not None and line not in self.heads:
            return  # the title follows on a line of its own
        title = self.titles[line]
        self._enter(title.code, "")
        self._add(BlockKind.TASK, self._name(title.code, title.title), line, lead=title.code)

    def _write_goal(self, line: int) -> None:
        title = self.titles[line]
        self._enter("", "")
        lead = (
            f"{title.code}."
            if self.report.lines[line - 1].strip().startswith(f"{title.code}.")
            else title.code
        )
        self._add(BlockKind.GOAL, title.title, line, lead=lead)

    def _name(self, code: str, otherwise: str) -> str:
        task = self.tasks.get(code)
        return task.name if task else otherwise

    def _write_sentence(self, line: int, text: str, raw: str) -> None:
        if self.is_front:
            self._write_front(line, text)
            return
        step = self.steps.get(line)
        if step is not None:
            living = self._find_step(step.line)
            if living is not None:
                self._write_step(living, line)
                return
        if self.code and SPENDING in text:
            self._write_results()
        if self.code and (SPENDING in text or MONEY_UNIT.match(text)):
            text = self._date_spending(text)
        self._write_bullet(line, text, raw)

    def _write_front(self, line: int, text: str) -> None:
        if text == self.report.title:
            self._add(BlockKind.TITLE, self.title, line, source="1")
        elif re.match(r"^20\d\d\.\s*\d{1,2}\.", text):
            self._add(BlockKind.TEXT, f"{self.as_of.year}. {self.as_of.month}.", line, source="1")
        else:
            self._add(BlockKind.TEXT, text, line)

    def _write_bullet(self, line: int, text: str, raw: str) -> None:
        sentence = self.sentences[line]
        match = BULLET.match(text)
        lead, said = (re.sub(r"\s", "", match["lead"]), match["text"]) if match else ("", text)
        depth = 2 if raw[:1].isspace() and lead.startswith("-") else sentence.depth
        self._add(BlockKind.TEXT, said, line, lead=" ".join(lead) if len(lead) > 1 else lead, depth=depth)

    def _find_step(self, line: int) -> LivingMilestone | None:
        task = self.tasks.get(self.code)
        return next((one for one in task.milestones if one.line == line), None) if task else None

    def _write_step(self, step: LivingMilestone, line: int) -> None:
        text = f"{step.name} : {step.period_text}{STATE_WORDS[step.state]}"
        source = self._mark(step.source, line)
        self._add(BlockKind.TEXT, text, line, lead="-", depth=1, source=source)

    def _enter(self, code: str, heading: str) -> None:
        self._close_section()
        self.code, self.heading = code, heading

    def _close_section(self) -> None:
        """Write what came since the report at the end of the section it belongs to."""
        if self.heading == "추진실적":
            self._write_results()
        task = self.tasks.get(self.code)
        if task is None or self.heading not in PLANS or ("plans", self.code) in self.told:
            return
        self.told.add(("plans", self.code))
        for one in task.milestones:
            if not one.line:
                self._write_step(one, 0)

    def _write_results(self) -> None:
        task = self.tasks.get(self.code)
        if task is None or ("results", self.code) in self.told:
            return
        self.told.add(("results", self.code))
        for one in task.results:
            self._add(BlockKind.TEXT, one.text, 0, lead="-", depth=1, source=self._mark(one.source))

    def _date_spending(self, text: str) -> str:
        """Return the caption with the day that all amounts of the task are of, if it is a newer one."""
        task = self.tasks.get(self.code)
        days = {one.as_of for one in task.money if one.source} if task else set()
        if task is None or len(days) != 1 or any(one.source is None for one in task.money):
            return text
        day = days.pop()
        return re.sub(r"['’]\d\d\.\s?\d{1,2}\.\s?\d{1,2}\.", f"'{day:%y}.{day.month}.{day.day}.", text)

    def _write_table(self, start: int) -> int:
        """Write the run of table lines from `start` and return where it ends."""
        lines = self.report.lines
        end = start
        while end < len(lines) and "\t" in lines[end]:
            end += 1
        cells = [
            tuple(TAG.sub("", cell).strip() for cell in lines[at].split("\t")) for at in range(start, end)
        ]
        first = next((at for at in range(start, end) if at + 1 in self.rows), start)
        head = tuple(cells[: first - start])
        rows = tuple(self._write_row(at + 1, cells[at - start]) for at in range(first, end))
        before = self.blocks[-1] if self.blocks else None
        if before is not None and before.kind is BlockKind.TABLE and before.head == head and head:
            self.blocks[-1] = Block(
                kind=before.kind,
                task_code=before.task_code,
                heading=before.heading,
                source=before.source,
                head=head,
                rows=(*before.rows, *rows),
            )
        else:
            self.blocks.append(
                Block(
                    kind=BlockKind.TABLE,
                    task_code=self.code,
                    heading=self.heading,
                    source=self._mark(None, start + 1),
                    head=head,
                    rows=rows,
                )
            )
        return end

    def _write_row(self, line: int, cells: tuple[str, ...]) -> TableLine:
        grid, row = self.rows.get(line, (None, None))
        money = self._find_money(grid, row)
        if grid is None or row is None or money is None:
            return TableLine(cells=cells, source=self._mark(None, line))
        return TableLine(cells=write_money(grid, row, money), source=self._mark(money.source))

    def _find_money(self, grid: Grid | None, row: Row | None) -> LivingMoney | None:
        if grid is None or row is None or grid.kind is not TableKind.PROJECTS or grid.unit not in UNIT_WON:
            return None
        task = self.tasks.get(grid.task_code)
        found = next((one for one in task.money if is_same(one.name, row.name)), None) if task else None
        return found if found is not None and found.source is not None else None


def write_money(grid: Grid, row: Row, money: LivingMoney) -> tuple[str, ...]:
    """Return the cells of a project's row with its newest amounts; a rate is computed to one decimal place."""
    values = {role: getattr(money, name) for role, name in AMOUNTS.items()}
    cells = [row.name]
    for column in grid.columns:
        if column.role in AMOUNTS:
            cells.append(_write_amount(values[column.role], UNIT_WON[grid.unit]))
        elif column.role in RATES:
            cells.append(_write_share(values[RATES[column.role]], values[Role.CURRENT]))
        else:
            cells.append(row.cells[len(cells) - 1].text.strip())
    return tuple(cells)


def _write_amount(won: int | None, factor: int) -> str:
    if not won:
        return "-"
    return write_number(round(Decimal(won) / factor))


def _write_share(part: int | None, whole: int | None) -> str:
    if not part or not whole:
        return "-"
    return write_rate(100 * Decimal(part) / Decimal(whole), 1)
