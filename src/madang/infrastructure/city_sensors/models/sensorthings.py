"""The entities of OGC SensorThings 1.1 (part 1), but Observations: those are rows of the readings table.

The names of fields and of relations backwards are what `methods.sensorthings.schema` speaks of.
"""

from __future__ import annotations

from django.db import models

from madang.infrastructure.city_sensors.tables import READINGS


class Described(models.Model):
    """What most entities have."""

    name = models.TextField(db_index=True)
    description = models.TextField()
    properties = models.JSONField(null=True)

    class Meta:
        abstract = True


class Placed(Described):
    """An entity with a geometry; the box is degrees in EPSG:4326, null where there is none."""

    encoding_type = models.TextField()
    geometry = models.JSONField()
    west = models.FloatField(null=True, db_index=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)

    class Meta:
        abstract = True


class Location(Placed):
    """Where things are or were."""


class FeatureOfInterest(Placed):
    """What is observed."""


class Thing(Described):
    """A thing; `asset_id` is its number in the register of things where it came from there."""

    asset_id = models.CharField(max_length=64, null=True, unique=True)
    locations = models.ManyToManyField(Location, related_name="things")


class HistoricalLocation(models.Model):
    """Where a thing was from a moment on."""

    time = models.DateTimeField()
    thing = models.ForeignKey(Thing, models.CASCADE, related_name="historical_locations")
    locations = models.ManyToManyField(Location, related_name="historical_locations")


class Sensor(Described):
    """A kind of instrument."""

    encoding_type = models.TextField()
    metadata = models.JSONField()


class ObservedProperty(Described):
    """What is measured."""

    definition = models.TextField()


class Datastream(Described):
    """Observations of one property by one sensor of one thing.

    They are the readings whose `thing_id` and `property` are `stream_thing` and `stream_property`.
    """

    observation_type = models.TextField()
    unit_of_measurement = models.JSONField()
    observed_area = models.JSONField(null=True)
    thing = models.ForeignKey(Thing, models.CASCADE, related_name="datastreams")
    sensor = models.ForeignKey(Sensor, models.CASCADE, related_name="datastreams")
    observed_property = models.ForeignKey(
        ObservedProperty, models.CASCADE, related_name="datastreams", db_index=False
    )
    feature = models.ForeignKey(FeatureOfInterest, models.SET_NULL, null=True, related_name="datastreams")
    stream_thing = models.CharField(max_length=64)
    stream_property = models.CharField(max_length=64)

    class Meta:
        indexes = [  # narrow, for deep pages
            models.Index(fields=["id"], name="city_sensors_datastream_ids"),
            models.Index(fields=["observed_property", "id", "thing"], name="city_sensors_datastream_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["stream_thing", "stream_property"], name="city_sensors_one_datastream_a_stream"
            )
        ]

    @property
    def is_registered(self) -> bool:
        """Whether its thing is in the register of things; the others were made here alone."""
        return not self.stream_thing.startswith(READINGS.unwatched_prefix)
