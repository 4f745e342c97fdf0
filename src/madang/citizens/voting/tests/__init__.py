"""Tests of Voting."""
