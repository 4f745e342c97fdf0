"""Tags that templates write with."""
