"""Keys in the data folder, and other houses' logs."""
