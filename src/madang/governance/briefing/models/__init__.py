"""Tables of this service."""

from .living import (
    ActualRow,
    DecisionRow,
    EditionRow,
    GoalRow,
    HistoryRow,
    MeasureRow,
    MoneyRow,
    PlanPart,
    PlanRow,
    ResultRow,
    RiskRow,
    StepRow,
    WordingRow,
)
from .reports import Adopted, BudgetRow, FindingRow, IndicatorRow, MilestoneRow, ReportRow, TaskRow

__all__ = [
    "ActualRow",
    "Adopted",
    "BudgetRow",
    "DecisionRow",
    "EditionRow",
    "FindingRow",
    "GoalRow",
    "HistoryRow",
    "IndicatorRow",
    "MeasureRow",
    "MilestoneRow",
    "MoneyRow",
    "PlanPart",
    "PlanRow",
    "ReportRow",
    "ResultRow",
    "RiskRow",
    "StepRow",
    "TaskRow",
    "WordingRow",
]
