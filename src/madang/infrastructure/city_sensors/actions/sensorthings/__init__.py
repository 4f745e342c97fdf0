"""Changing what SensorThings sends."""
