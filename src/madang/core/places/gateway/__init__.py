"""The door of the places room: boundary packages and files."""
