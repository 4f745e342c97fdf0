"""Tests of Smart poles."""
