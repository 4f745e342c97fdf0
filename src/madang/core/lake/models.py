"""The catalogue: what each dataset is, and every version it had. Rows of data are in the lake, never here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Dataset(models.Model):
    """One line of the catalogue; `declaration` is the table's (base.Table as JSON)."""

    name = models.CharField(max_length=63, unique=True)
    kind = models.CharField(max_length=10)
    in_code = models.BooleanField(default=False)
    title_ko = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    owner_agency = models.CharField(max_length=40, blank=True, db_index=True)
    category = models.CharField(max_length=60, blank=True, db_index=True)
    keywords = models.JSONField(default=list)
    read_permission = models.CharField(max_length=100, default="public")
    search_text = models.TextField(blank=True)
    declaration = models.JSONField()
    state = models.CharField(max_length=10, default="draft", db_index=True)
    withdrawn_reason = models.TextField(blank=True)
    version = models.BigIntegerField(default=-1)
    rows = models.BigIntegerField(default=0)
    quality = models.JSONField(null=True)
    quality_version = models.BigIntegerField(default=-1)
    measured_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class DatasetVersion(models.Model):
    """One version of a dataset's rows, with the declaration it had."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    version = models.BigIntegerField()
    rows = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=100)
    actor_name = models.CharField(max_length=200)
    source_name = models.CharField(max_length=300, blank=True)
    report = models.JSONField(null=True)
    declaration = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "version"], name="lake_one_version"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.version}"
