"""The SensorThings model, its addresses and its bodies, without a database."""
