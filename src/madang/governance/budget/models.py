"""Budgets as trees with kept sums, the ledger behind them, imports and the review of IT projects.

Entries and lines are only ever added: triggers of the database (migration 0002) refuse anything else. A line
debits one account of a node and credits another by one amount, so no line can be out of balance; that the kept
sums balance is a constraint of every node.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from madang.core.base.interface import new_id


class BookRow(models.Model):
    """One budget of one fiscal year."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    series = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    fiscal_year = models.PositiveIntegerField()
    side = models.CharField(max_length=12)
    levels = models.JSONField()
    is_open = models.BooleanField(default=True)
    is_public = models.BooleanField(default=True)
    source = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "fiscal_year"], name="budget_one_book_a_year")
        ]


class NodeRow(models.Model):
    """One node with the sums of all ledger lines below it; `path` joins level:name by tabs.

    `is_bound` marks the leaves of expenditure: more than there is can be neither committed nor paid.
    """

    book = models.ForeignKey(BookRow, on_delete=models.PROTECT, related_name="nodes")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    code = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=300)
    path = models.TextField(blank=True)
    agency_code = models.CharField(max_length=40, blank=True)
    is_leaf = models.BooleanField(default=False)
    is_bound = models.BooleanField(default=False)
    purpose = models.TextField(blank=True)
    ends_on = models.DateField(null=True)
    proposed_krw = models.BigIntegerField(default=0)
    original_krw = models.BigIntegerField(default=0)
    carried_in_krw = models.BigIntegerField(default=0)
    transferred_krw = models.BigIntegerField(default=0)
    supplementary_krw = models.BigIntegerField(default=0)
    available_krw = models.BigIntegerField(default=0)
    outstanding_krw = models.BigIntegerField(default=0)
    disbursed_krw = models.BigIntegerField(default=0)
    carried_out_krw = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="budget_one_node_a_code"),
            models.UniqueConstraint(fields=["book", "path"], name="budget_one_node_a_path"),
            models.CheckConstraint(
                name="budget_node_balances",
                condition=Q(
                    original_krw=F("available_krw")
                    + F("outstanding_krw")
                    + F("disbursed_krw")
                    + F("carried_out_krw")
                    - F("carried_in_krw")
                    - F("transferred_krw")
                    - F("supplementary_krw")
                ),
            ),
            models.CheckConstraint(
                name="budget_nothing_beyond_the_budget",
                condition=Q(is_bound=False)
                | Q(available_krw__gte=0, outstanding_krw__gte=0, disbursed_krw__gte=0),
            ),
        ]


class MonthRow(models.Model):
    """What was booked on a node in one month (1–12)."""

    node = models.ForeignKey(NodeRow, on_delete=models.PROTECT, related_name="months")
    month = models.PositiveSmallIntegerField()
    appropriated_krw = models.BigIntegerField(default=0)
    committed_krw = models.BigIntegerField(default=0)
    disbursed_krw = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "month"], name="budget_one_month_a_node")]


class PlanRow(models.Model):
    """What a node is planned to have disbursed by the end of a month (자금배정계획)."""

    node = models.ForeignKey(NodeRow, on_delete=models.PROTECT, related_name="plan")
    month = models.PositiveSmallIntegerField()
    disbursed_krw = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "month"], name="budget_one_plan_a_month")]


class EntryRow(models.Model):
    """One entry of the ledger. It is reversed at most once, and never changed."""

    book = models.ForeignKey(BookRow, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=16)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    legal_ground = models.CharField(max_length=500, blank=True)
    amount_krw = models.BigIntegerField()
    settles = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="settled_by")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        indexes = [
            models.Index(fields=["book", "kind", "booked_on"], name="budget_entry_by_kind"),
            models.Index(fields=["book", "booked_on"], name="budget_entry_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                name="budget_reversal_names_its_entry",
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
            ),
            models.CheckConstraint(
                name="budget_transfer_has_its_ground",
                condition=~Q(kind="transfer") | ~Q(legal_ground=""),
            ),
        ]


class ReferenceRow(models.Model):
    """The number under which another program wrote an entry: sent again, it is the same entry."""

    book = models.ForeignKey(BookRow, on_delete=models.PROTECT)
    reference = models.CharField(max_length=100)
    entry = models.OneToOneField(EntryRow, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "reference"], name="budget_one_reference")]


class LineRow(models.Model):
    """One line of the ledger."""

    entry = models.ForeignKey(EntryRow, on_delete=models.PROTECT, related_name="lines")
    node = models.ForeignKey(NodeRow, on_delete=models.PROTECT, related_name="lines")
    debit = models.CharField(max_length=16)
    credit = models.CharField(max_length=16)
    amount_krw = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="budget_line_amount_above_0", condition=Q(amount_krw__gt=0)),
            models.CheckConstraint(name="budget_line_two_accounts", condition=~Q(debit=F("credit"))),
        ]


class NameRow(models.Model):
    """What a name in the budgets (of a division, an account, a project, an item, a budget) is in English."""

    ko = models.CharField(max_length=300, unique=True)
    en = models.CharField(max_length=300)
    entered_by = models.CharField(max_length=200)
    entered_at = models.DateTimeField()


class ImportRow(models.Model):
    """One file that was brought in: what was read, and totals that don't agree (`findings`)."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    name = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    rows_read = models.PositiveIntegerField()
    lines_taken = models.PositiveIntegerField()
    totals_read = models.PositiveIntegerField()
    levels = models.JSONField()
    measures = models.JSONField()
    ignored_columns = models.JSONField()
    findings = models.JSONField()
    books = models.ManyToManyField(BookRow, related_name="imports")


class RejectRow(models.Model):
    """One row of a file that was not taken, as it stood there, with the reason."""

    source = models.ForeignKey(ImportRow, on_delete=models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField()
    reason = models.CharField(max_length=30)
    column = models.CharField(max_length=200, blank=True)
    cells = models.JSONField()


class ReviewRow(models.Model):
    """One IT project under review."""

    title = models.CharField(max_length=200)
    purpose = models.TextField()
    agency_code = models.CharField(max_length=40)
    fiscal_year = models.PositiveIntegerField()
    amount_krw = models.BigIntegerField()
    state = models.CharField(max_length=12, db_index=True)
    requested_by = models.CharField(max_length=200)
    requester_id = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    answers = models.JSONField(default=dict)
    matches = models.JSONField(default=list)
    duplicate_note = models.CharField(max_length=1000, blank=True)
    opinion = models.TextField(blank=True)
    advised_krw = models.BigIntegerField(null=True)
    decision_note = models.CharField(max_length=1000, blank=True)


class ReviewStepRow(models.Model):
    """One step of a review."""

    review = models.ForeignKey(ReviewRow, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    who = models.CharField(max_length=200)
    state = models.CharField(max_length=12)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["id"]
