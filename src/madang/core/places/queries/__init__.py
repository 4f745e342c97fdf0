"""Every read of the places room."""
