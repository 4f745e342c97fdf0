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


class ImportJob(models.Model):
    """One import through the page or the API, from upload to its end; `actor` is who asked for it."""

    id = models.CharField(max_length=36, primary_key=True)
    state = models.CharField(max_length=10, db_index=True)
    actor_id = models.CharField(max_length=100, db_index=True)
    actor = models.JSONField()
    file_name = models.CharField(max_length=300)
    size_bytes = models.BigIntegerField()
    choice = models.JSONField(default=dict)
    wants_preview = models.BooleanField(default=True)
    cancel_requested = models.BooleanField(default=False)
    progress_done = models.BigIntegerField(default=0)
    message_ko = models.TextField(blank=True)
    message_en = models.TextField(blank=True)
    preview = models.JSONField(null=True)
    report = models.JSONField(null=True)
    table_name = models.CharField(max_length=63, blank=True)
    version = models.BigIntegerField(null=True)
    previous_version = models.BigIntegerField(null=True)
    was_published = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_index=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"
