"""Tables of the house itself: when timed jobs ran."""

from django.db import models


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
