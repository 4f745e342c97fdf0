"""The writer: the one process that takes streams into tables and looks after what follows."""
