"""Tables of the people room."""
