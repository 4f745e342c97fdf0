"""Reading what SensorThings asks for."""
