"""Django's SQLite, with a place at the head of the queue for writes that can't wait."""
