"""Changing what NGSI-LD sends, and telling subscribers."""
