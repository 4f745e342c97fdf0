"""NGSI-LD: entities as they are now, what may be asked of them, hosted contexts, subscriptions and notifications."""

from __future__ import annotations

from django.db import models


class ContextEntity(models.Model):
    """One entity. `types` are IRIs and `scopes` paths, between bars.

    The box is degrees in EPSG:4326 of its `location`, `cell` where that lies, blank where in several.
    """

    entity_id = models.CharField(max_length=600, unique=True)
    types = models.TextField()
    scopes = models.TextField(default="")
    attributes = models.JSONField()
    west = models.FloatField(null=True, db_index=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    cell = models.CharField(max_length=24, null=True, db_index=True)
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["id"], name="city_sensors_context_ids")]  # narrow, for deep pages


class ContextType(models.Model):
    """A type of an entity, so that entities of a type are found without a scan."""

    entity = models.ForeignKey(ContextEntity, models.CASCADE, related_name="type_rows")
    iri = models.CharField(max_length=600)

    class Meta:
        indexes = [models.Index(fields=["iri", "entity"], name="city_sensors_context_types")]


class ContextValue(models.Model):
    """One value that a query may ask for; a number or a text."""

    entity = models.ForeignKey(ContextEntity, models.CASCADE, related_name="value_rows")
    path = models.CharField(max_length=1000)
    number = models.FloatField(null=True)
    text = models.TextField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["path", "number"], name="city_sensors_context_number"),
            models.Index(fields=["path", "text"], name="city_sensors_context_text"),
        ]


class HostedContext(models.Model):
    """A JSON-LD context that was handed in, and is served under an address of the house.

    `address` is where it lies elsewhere, None where nowhere: what names it there is read by it.
    """

    context_id = models.CharField(max_length=40, primary_key=True)
    address = models.CharField(max_length=500, null=True, unique=True)
    body = models.JSONField()
    created_at = models.DateTimeField()


class Subscription(models.Model):
    """Who wants to be told of what. `body` is as it was sent, `context` what its names mean."""

    subscription_id = models.CharField(max_length=600, unique=True)
    owner_id = models.CharField(max_length=64)
    body = models.JSONField()
    context = models.JSONField(null=True)
    is_active = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    times_sent = models.IntegerField(default=0)
    times_failed = models.IntegerField(default=0)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()


class ContextNotification(models.Model):
    """One notification: waiting until it is delivered or, after its tries, failed."""

    notification_id = models.CharField(max_length=100, unique=True)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="notifications")
    body = models.JSONField()
    state = models.CharField(max_length=10, default="waiting")
    tries = models.IntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)
    reason = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="city_sensors_notify_due")]
