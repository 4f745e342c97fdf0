"""The strategy tree as it stands: tasks, steps, indicators with their values, money, risks, decisions, history."""

from __future__ import annotations

from django.db import models

from .reports import ReportRow


class GoalRow(models.Model):
    """One goal."""

    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=200)


class PlanRow(models.Model):
    """One task. `report` and `line` are where it was last reported."""

    code = models.CharField(max_length=10, primary_key=True)
    goal = models.ForeignKey(GoalRow, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(max_length=300)
    purpose = models.TextField(blank=True)
    owner = models.CharField(max_length=100, blank=True)
    report = models.ForeignKey(ReportRow, on_delete=models.PROTECT)
    line = models.PositiveIntegerField()

    class Meta:
        ordering = ["code"]


class PlanPart(models.Model):
    """What belongs to a task. Without `report` a person entered it; `source` says what they had it from."""

    plan = models.ForeignKey(PlanRow, on_delete=models.CASCADE)
    report = models.ForeignKey(ReportRow, null=True, on_delete=models.PROTECT)
    line = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=300, blank=True)
    entered_by = models.CharField(max_length=200)
    entered_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["id"]


class StepRow(PlanPart):
    """One planned step and how far it is."""

    name = models.CharField(max_length=300)
    period_text = models.CharField(max_length=200)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    state = models.CharField(max_length=12, default="planned")


class MeasureRow(PlanPart):
    """One indicator of a task; `live` names the indicator in the lake that measures the same thing now."""

    name = models.CharField(max_length=300)
    unit = models.CharField(max_length=20)
    target = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    target_on = models.DateField(null=True)
    aim = models.CharField(max_length=10, default="none")
    live = models.CharField(max_length=100, blank=True)


class ActualRow(PlanPart):
    """A value of an indicator on a day; a newer entry for the same day stands for it."""

    measure = models.ForeignKey(MeasureRow, on_delete=models.CASCADE, related_name="actuals")
    as_of = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=3)


class MoneyRow(PlanPart):
    """Amounts of one of the task's projects on a day, in won; a newer entry for the same day stands for it."""

    name = models.CharField(max_length=300)
    as_of = models.DateField()
    current_budget_krw = models.BigIntegerField(null=True)
    committed_krw = models.BigIntegerField(null=True)
    disbursed_krw = models.BigIntegerField(null=True)
    forecast_krw = models.BigIntegerField(null=True)


class ResultRow(PlanPart):
    """A sentence on what was achieved since the last report."""

    as_of = models.DateField()
    text = models.CharField(max_length=500)


class RiskRow(PlanPart):
    """What may keep a task from its plan, and what is done about it."""

    name = models.CharField(max_length=300)
    level = models.CharField(max_length=10)
    response = models.CharField(max_length=500, blank=True)
    person = models.CharField(max_length=100, blank=True)
    closed_at = models.DateTimeField(null=True)


class DecisionRow(PlanPart):
    """What was decided on a task, by whom and when."""

    decided_on = models.DateField()
    text = models.CharField(max_length=500)
    decided_by = models.CharField(max_length=100)


class HistoryRow(models.Model):
    """One change of a task, in words."""

    plan = models.ForeignKey(PlanRow, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField()
    who = models.CharField(max_length=200)
    what_ko = models.TextField()
    what_en = models.TextField()

    class Meta:
        ordering = ["-at", "-id"]


class WordingRow(models.Model):
    """What a Korean passage of the report is in English."""

    ko = models.CharField(max_length=1000, unique=True)
    en = models.CharField(max_length=1000)
    entered_by = models.CharField(max_length=200)
    entered_at = models.DateTimeField()


class EditionRow(models.Model):
    """A report that was written from the records. `text` is its own text as a report, checked like any other.

    `document` is the Document as JSON; it never changes.
    """

    text = models.OneToOneField(ReportRow, on_delete=models.PROTECT, related_name="edition")
    base = models.ForeignKey(ReportRow, on_delete=models.PROTECT, related_name="editions")
    as_of = models.DateField()
    document = models.JSONField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-written_at"]
