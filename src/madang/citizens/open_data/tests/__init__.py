"""Tests of Open data."""
