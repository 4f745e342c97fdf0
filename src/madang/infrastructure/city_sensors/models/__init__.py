"""Registers of this service."""

from .context import (
    ContextEntity,
    ContextNotification,
    ContextType,
    ContextValue,
    HostedContext,
    Subscription,
)
from .receiver import Calibration, Certificate, PacketDefinition, SourceRow
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
    "Calibration",
    "Certificate",
    "ContextEntity",
    "ContextNotification",
    "ContextType",
    "ContextValue",
    "Datastream",
    "FeatureOfInterest",
    "HistoricalLocation",
    "HostedContext",
    "Location",
    "ObservedProperty",
    "PacketDefinition",
    "Sensor",
    "SourceRow",
    "Subscription",
    "Thing",
]
