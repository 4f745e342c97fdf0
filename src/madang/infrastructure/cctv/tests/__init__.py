"""Tests of Intelligent CCTV."""
