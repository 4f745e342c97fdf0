"""Tests of Work report."""
