"""The import of a file as one action: read, judged, written as a version, listed in the catalogue."""
