"""Every change of this service."""
