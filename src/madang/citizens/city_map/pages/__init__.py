"""Pages of the map: for everyone, and the desk where themes are made and proposals decided."""
