"""Registers of this service."""

from .receiver import Certificate, PacketDefinition
from .sensorthings import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Thing,
)

__all__ = [
    "Certificate",
    "Datastream",
    "FeatureOfInterest",
    "HistoricalLocation",
    "Location",
    "ObservedProperty",
    "PacketDefinition",
    "Sensor",
    "Thing",
]
