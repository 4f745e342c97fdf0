"""What crosses the borders of this service."""
