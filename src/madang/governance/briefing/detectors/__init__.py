"""Rules that recompute a report: each finds one kind of disagreement and leaves rounding alone."""
