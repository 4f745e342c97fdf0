"""Tests of City map."""
