"""Pure arithmetic over pictures, boxes and tracks."""
