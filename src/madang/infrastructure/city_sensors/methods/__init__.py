"""Pure parts of the sensor service: packets, summaries, the SensorThings model."""
