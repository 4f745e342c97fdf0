"""Django migrations of the lake."""
