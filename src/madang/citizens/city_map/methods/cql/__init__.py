"""CQL2 (OGC 21-065): its two ways of writing, its check against a collection, and its judgement of rows."""
