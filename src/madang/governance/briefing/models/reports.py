"""Reports that were brought in, what people decided on their findings, and the records they became."""

from __future__ import annotations

from django.db import models

from madang.core.base.interface import new_id


class ReportRow(models.Model):
    """A report's text as it came. `unread` holds [line, text, reason ko, reason en]."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    published_on = models.DateField(null=True)
    unread = models.JSONField(default=list)
    brought_at = models.DateTimeField()
    brought_by = models.CharField(max_length=200)
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-brought_at"]


class FindingRow(models.Model):
    """One finding and what a person decided: accept the report as printed, or correct it."""

    report = models.ForeignKey(ReportRow, on_delete=models.CASCADE, related_name="findings")
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, db_index=True)
    severity = models.CharField(max_length=12)
    place_ko = models.TextField()
    place_en = models.TextField()
    stated = models.TextField()
    computed = models.TextField(blank=True)
    cause_ko = models.TextField(blank=True)
    cause_en = models.TextField(blank=True)
    column = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=10, default="open", db_index=True)
    corrected = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["line", "id"]


class Adopted(models.Model):
    """What every record of a report keeps: the line it came from."""

    report = models.ForeignKey(ReportRow, on_delete=models.CASCADE)
    line = models.PositiveIntegerField()
    task_code = models.CharField(max_length=10, blank=True, db_index=True)
    name = models.TextField()

    class Meta:
        abstract = True
        ordering = ["line", "id"]


class TaskRow(Adopted):
    """One task."""

    purpose = models.TextField(blank=True)


class MilestoneRow(Adopted):
    """One planned step."""

    period_text = models.CharField(max_length=200)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)


class IndicatorRow(Adopted):
    """One counted thing."""

    value = models.DecimalField(max_digits=20, decimal_places=3)
    unit = models.CharField(max_length=20)


class BudgetRow(Adopted):
    """One line of revenue or expenditure, in won."""

    table = models.CharField(max_length=30, db_index=True)
    path = models.TextField(blank=True)
    current_budget_krw = models.BigIntegerField(null=True)
    prior_budget_krw = models.BigIntegerField(null=True)
    committed_krw = models.BigIntegerField(null=True)
    disbursed_krw = models.BigIntegerField(null=True)
    forecast_krw = models.BigIntegerField(null=True)
