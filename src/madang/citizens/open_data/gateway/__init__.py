"""What this service reaches outside its own process."""
