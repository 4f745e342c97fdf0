"""Template tags of the lake."""
