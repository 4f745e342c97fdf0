"""Smart poles (스마트폴)."""
