"""Chapters I and IV of the work report: governance."""
