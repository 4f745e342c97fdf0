"""Tests of Fire-safety net."""
