"""Chapter 3 of the work report: citizens."""
