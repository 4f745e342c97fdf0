"""Tables of the house itself: when timed jobs ran, and how people like to see registers."""

from django.db import models
from django.db.models import Q


class ScheduledRun(models.Model):
    """The last run of one timed job; the row's lock makes sure that one schedule runs it."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        """Names in the register."""

        verbose_name = "timed job"


class SavedView(models.Model):
    """How somebody saw the register at `path` and gave it a name: `query` is the part of its address behind "?".

    A shared one is for officers of its owner's agency, or of every agency where the owner has none.
    """

    path = models.CharField(max_length=200)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    owner = models.CharField(max_length=64)
    owner_name = models.CharField(max_length=150)
    agency_code = models.CharField(max_length=40, blank=True)
    is_shared = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)

    class Meta:
        """A name stands once, and at most one view opens by itself."""

        verbose_name = "saved view"
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("path", "owner", "name"), name="pages_one_view_per_name"),
            models.UniqueConstraint(
                fields=("path", "owner"), condition=Q(is_default=True), name="pages_one_default_view"
            ),
        )

    @property
    def address(self) -> str:
        """The register seen in this way."""
        return f"{self.path}?{self.query}"


class FormChange(models.Model):
    """One change of the settings in the form at `path`: `fields` maps a field to what it sent before and after."""

    path = models.CharField(max_length=200)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=150)
    fields = models.JSONField()

    class Meta:
        """The newest first."""

        verbose_name = "change of settings"
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("path", "-at"), name="pages_form_changes"),)
