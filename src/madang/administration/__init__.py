"""Chapter 2 of the work report: administration."""
