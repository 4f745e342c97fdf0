"""Tests of City sensors."""
