"""What the service serves, keeps and is asked."""
