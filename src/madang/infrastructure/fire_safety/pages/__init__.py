"""Pages of this service."""
