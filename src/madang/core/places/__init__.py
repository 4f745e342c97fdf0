"""Areas, addresses, coordinate systems, geometry and tiles."""
