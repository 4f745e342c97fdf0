"""The independent check of an archive: it uses the public archive alone and nothing of the tally."""
