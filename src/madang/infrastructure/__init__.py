"""Chapter 1 of the work report: infrastructure."""
