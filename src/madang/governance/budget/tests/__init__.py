"""Tests of Budget."""
