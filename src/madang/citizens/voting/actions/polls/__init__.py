"""Every change of polls."""
