"""What differs between two reports: steps, counts, amounts, posts and sentences, each by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from madang.governance.briefing.records import Change, Fact, Report

from .figures import write_number
from .names import fold

AMOUNTS = {
    "current_budget_krw": "예산현액",
    "prior_budget_krw": "전년 최종예산",
    "committed_krw": "원인행위",
    "disbursed_krw": "지출",
    "forecast_krw": "연말 예상",
}
KINDS = ("task", "milestone", "result", "indicator", "budget", "staff")


def list_facts(report: Report) -> Iterator[Fact]:
    """Yield what a report states, in its order."""
    for task in report.tasks:
        yield Fact(kind="task", task_code=task.code, name="과제명", value=task.title, line=task.line)
        for step in task.milestones:
            yield Fact(
                kind="milestone",
                task_code=task.code,
                name=step.title,
                value=step.period_text,
                line=step.line,
            )
        for said in task.results:
            yield Fact(kind="result", task_code=task.code, name=said, value=said, line=task.line)
    for one in report.indicators:
        yield _count("indicator", one.task_code, one.name, one.value, one.unit, one.line)
    for item in report.budget:
        place = " > ".join((*item.path, item.name))
        for field, word in AMOUNTS.items():
            won = getattr(item, field)
            if won is not None:
                name = f"{place} · {word}"
                yield _count("budget", item.task_code, name, Decimal(won), "krw", item.line)
    for row in report.staff:
        for word, people in (("정원", row.authorized_posts), ("현원", row.staff_in_post)):
            yield _count("staff", "", f"{row.division} · {word}", Decimal(people), "명", row.line)


def compare_reports(before: Report, after: Report) -> list[Change]:
    """Return what was added, taken away or changed, by kind and task; spaces and marks in names don't count."""
    earlier, later = _index(before), _index(after)
    changes = [
        Change(before=earlier.get(key), after=later.get(key))
        for key in [*later, *(key for key in earlier if key not in later)]
        if _differs(earlier.get(key), later.get(key))
    ]
    return sorted(changes, key=lambda one: (KINDS.index(one.fact.kind), one.fact.task_code, one.fact.line))


def _count(kind: str, code: str, name: str, value: Decimal, unit: str, line: int) -> Fact:
    return Fact(
        kind=kind, task_code=code, name=name, value=write_number(value), line=line, amount=value, unit=unit
    )


def _index(report: Report) -> dict[tuple[object, ...], Fact]:
    """Return facts by what they are about; the same thing stated again is numbered."""
    seen: Counter[tuple[object, ...]] = Counter()
    found = {}
    for fact in list_facts(report):
        key = (fact.kind, fact.task_code, fold(fact.name), fact.unit)
        seen[key] += 1
        found[(*key, seen[key])] = fact
    return found


def _differs(before: Fact | None, after: Fact | None) -> bool:
    if before is None or after is None:
        return True
    if before.amount is not None and after.amount is not None:
        return before.amount != after.amount
    return fold(before.value) != fold(after.value)
