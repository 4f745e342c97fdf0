"""Migrations of City map."""
