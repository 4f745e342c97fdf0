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
RECORDS = {
    "staff": Text(ko="정원과 현원", en="Posts and staff"),
    "duties": Text(ko="부서별 업무", en="Duties"),
    "tasks": Text(ko="과제", en="Tasks"),
    "steps": Text(ko="일정", en="Milestones"),
    "figures": Text(ko="수치", en="Figures"),
    "budget": Text(ko="예산", en="Budget"),
    "occupancy": Text(ko="시설 면적", en="Floor area"),
    "notes": Text(ko="각주", en="Footnotes"),
    "terms": Text(ko="용어", en="Glossary"),
}
TABLES = {
    "revenue": Text(ko="세입", en="Revenue"),
    "expenditure": Text(ko="세출 총괄", en="Expenditure"),
    "expenditure_detail": Text(ko="세출 세부", en="Expenditure in detail"),
    "projects": Text(ko="과제의 사업", en="Projects of tasks"),
}
LINE = ListColumn(name="line", title=Text(ko="줄", en="Line"), type=ColumnType.INTEGER)
TASK = ListColumn(name="task_code", title=Text(ko="과제", en="Task"))
ITEM = ListColumn(name="name", title=Text(ko="이름", en="Name"))
