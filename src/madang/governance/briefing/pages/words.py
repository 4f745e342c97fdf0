"""Words and columns that the pages share."""

from __future__ import annotations

from madang.core.base.interface import ColumnType, Text
from madang.core.pages.interface import ListColumn

TITLE = Text(ko="업무보고", en="Work report")
FINDINGS = Text(ko="지적", en="Findings")
HOME = "/desk/briefing/"
KINDS = {
    "sum": Text(ko="합계", en="Sum"),
    "difference": Text(ko="증감", en="Difference"),
    "rate": Text(ko="비율", en="Rate"),
    "repeat": Text(ko="두 곳의 값", en="Two values"),
    "name": Text(ko="이름", en="Name"),
    "date": Text(ko="날짜", en="Date"),
}
STATES = {
    "open": Text(ko="결정 전", en="Open"),
    "accepted": Text(ko="그대로 둠", en="Accepted"),
    "corrected": Text(ko="고침", en="Corrected"),
}
LINE = ListColumn(name="line", title=Text(ko="줄", en="Line"), type=ColumnType.INTEGER)
TASK = ListColumn(name="task_code", title=Text(ko="과제", en="Task"))
ITEM = ListColumn(name="name", title=Text(ko="이름", en="Name"))
